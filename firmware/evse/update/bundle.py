"""The file `.evse`: a zip that is stored, not packed, with a signed manifest and the wheels.

    manifest.json   what it is, and the SHA-256 of every wheel
    manifest.sig    the Ed25519 signature of the bytes of manifest.json
    wheels/*.whl    our program and all that it needs: an installation asks no Internet

Nothing of a file is believed before its signature holds, and nothing is used whose hash is not that
of the manifest. The same content gives the same bytes.
"""

import hashlib
import stat
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evse.update.codes import Mismatch, TooLarge
from evse.update.manifest import MAX_MANIFEST_BYTES, MAX_WHEELS, WHEEL_NAME, Manifest, Wheel
from evse.update.trust import TrustedKeys, sign

MAX_BUNDLE_BYTES = 200_000_000
"""A larger file is no bundle: the program with every dependency has about 40 MB."""

MAX_SIGNATURE_BYTES = 4096
MAX_DIRECTORY_BYTES = 262_144
"""Of the zip's table of contents, which is read into memory before anything is known of it."""

BLOCK_BYTES = 1 << 16

MANIFEST, SIGNATURE, WHEELS = "manifest.json", "manifest.sig", "wheels/"

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_ZIP64_MARK = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose signature and hashes hold. `key_id`: who has signed it."""

    file: Path
    manifest: Manifest
    key_id: str


def read(file: Path, keys: TrustedKeys) -> Bundle:
    """The bundle in a file, all of it verified. Raises Mismatch, TooLarge, OSError."""
    with _opened(file) as bundle:
        content = _small(bundle, MANIFEST, MAX_MANIFEST_BYTES)
        number = keys.check(content, _small(bundle, SIGNATURE, MAX_SIGNATURE_BYTES))
        manifest = Manifest.parse(content)
        _check_list(bundle, manifest)
        for wheel in manifest.wheels:
            _copy(bundle, wheel, None)
    return Bundle(file, manifest, number)


def extract(bundle: Bundle, folder: Path) -> list[Path]:
    """Write the wheels into a folder, each checked as it is written. Raises Mismatch, OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    with _opened(bundle.file) as source:
        for wheel in bundle.manifest.wheels:
            target = folder / wheel.name
            with target.open("xb") as out:
                _copy(source, wheel, out)
            written.append(target)
    return written


def described(wheels: Iterable[Path]) -> tuple[Wheel, ...]:
    """The rows of a manifest for these files, by name. Raises OSError, ValueError."""
    rows = []
    for file in sorted(wheels, key=lambda each: each.name):
        if not WHEEL_NAME.fullmatch(file.name):
            raise ValueError(f"{file.name}: allowed is the name of a wheel")
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        rows.append(Wheel(file.name, file.stat().st_size, digest))
    return tuple(rows)


def write(target: Path, manifest: Manifest, folder: Path, key: Ed25519PrivateKey | None) -> None:
    """Put a bundle together from the wheels in a folder; unsigned without a key. Raises OSError."""
    content = manifest.content()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=False) as bundle:
        bundle.writestr(_entry(MANIFEST), content)
        if key is not None:
            bundle.writestr(_entry(SIGNATURE), sign(content, key))
        for wheel in manifest.wheels:
            with (
                (folder / wheel.name).open("rb") as source,
                bundle.open(_entry(WHEELS + wheel.name), "w") as out,
            ):
                while block := source.read(BLOCK_BYTES):
                    out.write(block)


def resign(source: Path, target: Path, key: Ed25519PrivateKey) -> Manifest:
    """Write the bundle again, signed by `key`, whoever signed it before. Raises Mismatch, OSError.

    `target` must be another file.
    """
    with _opened(source, signed=False) as bundle:
        content = _small(bundle, MANIFEST, MAX_MANIFEST_BYTES)
        manifest = Manifest.parse(content)
        with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED, allowZip64=False) as out:
            out.writestr(_entry(MANIFEST), content)
            out.writestr(_entry(SIGNATURE), sign(content, key))
            for wheel in manifest.wheels:
                with out.open(_entry(WHEELS + wheel.name), "w") as copy:
                    _copy(bundle, wheel, copy)
    return manifest


def claimed(file: Path) -> Manifest:
    """What a file says of itself, whoever has signed it. Raises Mismatch, OSError."""
    with _opened(file, signed=False) as bundle:
        return Manifest.parse(_small(bundle, MANIFEST, MAX_MANIFEST_BYTES))


def digests(file: Path) -> tuple[str, str]:
    """SHA-256 and MD5 of the whole file, in hexadecimal digits. Raises OSError.

    MD5 is the checksum of the Cabur procedure: it tells a broken transfer, and no more.
    """
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with file.open("rb") as content:
        while block := content.read(BLOCK_BYTES):
            sha256.update(block)
            md5.update(block)
    return sha256.hexdigest(), md5.hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without anything that changes from one day or machine to another."""
    entry = zipfile.ZipInfo(name, _FIXED_DATE)
    entry.create_system = 3  # Unix: the mode below is one
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _opened(file: Path, *, signed: bool = True) -> zipfile.ZipFile:
    """The zip in a file, if its form is that of a bundle. Raises Mismatch, TooLarge, OSError."""
    size = file.stat().st_size
    if size > MAX_BUNDLE_BYTES:
        raise TooLarge(MAX_BUNDLE_BYTES)
    _check_directory(file, size)
    try:
        bundle = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise Mismatch(f"the file is not a bundle: {error}") from error
    try:
        _check_entries(bundle.infolist(), signed=signed)
    except Mismatch:
        bundle.close()
        raise
    return bundle


def _check_directory(file: Path, size: int) -> None:
    """Raise Mismatch for a table of contents that is none, or too large to be read."""
    with file.open("rb") as content:
        content.seek(max(0, size - _END.size - _ZIP64_LOCATOR_BYTES))
        tail = content.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != _END_MARK:
        raise Mismatch("the file is not a bundle, or it is cut off: it does not end as a zip")
    _, _, _, _, entries, directory_bytes, begins, _ = _END.unpack(tail[-_END.size :])
    whole = begins + directory_bytes + _END.size == size and tail[:4] != _ZIP64_MARK
    if not whole or entries > MAX_WHEELS + 2 or directory_bytes > MAX_DIRECTORY_BYTES:
        raise Mismatch(f"the file is not a bundle: {entries} entries, {directory_bytes} bytes list")


def _check_entries(entries: list[zipfile.ZipInfo], *, signed: bool) -> None:
    """Raise Mismatch for names, links, duplicates and packing that no bundle has."""
    names = [entry.filename for entry in entries]
    needed = {MANIFEST, SIGNATURE} if signed else {MANIFEST}
    if missing := needed - set(names):
        raise Mismatch(f"the bundle is not whole: {', '.join(sorted(missing))} is missing")
    if len(set(names)) != len(names):
        raise Mismatch("the bundle has two entries of the same name")
    for entry in entries:
        name = entry.filename
        wheel = name.startswith(WHEELS) and WHEEL_NAME.fullmatch(name.removeprefix(WHEELS))
        if name not in {MANIFEST, SIGNATURE} and not wheel:
            raise Mismatch(f"the bundle has an entry {name!r:.80}, allowed are {WHEELS}*.whl")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in {0, stat.S_IFREG}:
            raise Mismatch(f"{name}: allowed is a file, not a link or anything else")
        stored = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & _ENCRYPTED
        if not stored or entry.compress_size != entry.file_size:
            raise Mismatch(f"{name}: allowed is a stored entry, not a packed one")


def _check_list(bundle: zipfile.ZipFile, manifest: Manifest) -> None:
    """Raise Mismatch unless the wheels are those of the manifest."""
    there = {name for name in bundle.namelist() if name.startswith(WHEELS)}
    told = {WHEELS + wheel.name for wheel in manifest.wheels}
    if unlike := there ^ told:
        raise Mismatch(f"manifest.json and the wheels do not agree: {', '.join(sorted(unlike))}")


def _small(bundle: zipfile.ZipFile, name: str, most: int) -> bytes:
    """An entry that is read whole. Raises Mismatch."""
    if bundle.getinfo(name).file_size > most:
        raise Mismatch(f"{name}: allowed are {most} bytes")
    try:
        return bundle.read(name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise Mismatch(f"{name}: {error}") from error


def _copy(bundle: zipfile.ZipFile, wheel: Wheel, out: IO[bytes] | None) -> None:
    """Copy a wheel and check it against the manifest. Raises Mismatch, OSError."""
    digest, size = hashlib.sha256(), 0
    try:
        with bundle.open(WHEELS + wheel.name) as source:
            while block := source.read(BLOCK_BYTES):
                size += len(block)
                digest.update(block)
                if out is not None:
                    out.write(block)
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError) as error:
        raise Mismatch(f"{wheel.name}: {error}") from error
    if size != wheel.size or digest.hexdigest() != wheel.sha256:
        raise Mismatch(f"{wheel.name} is not the file that was signed")
