"""Update bundles: files of anybody, and such as are put together by whoever has the key.

Promised: Mismatch or TooLarge for what is no whole bundle; what is taken is signed by a trusted
key, byte for byte, and is written out as it was signed; nothing is written beside the folder.
"""

import base64
import hashlib
import json
import shutil
import struct
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evse.update import bundle
from evse.update.codes import Mismatch, TooLarge
from evse.update.manifest import Manifest, Wheel
from evse.update.trust import TrustedKeys, key_id, sign
from scripts.trials.fuzzing import Stream, Target, promise, trial

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = TrustedKeys({key_id(KEY.public_key()): KEY.public_key()})
CONTENT = b"PK wheel " * 8
EXTRACTED = 64
"""In the first byte: what is taken is written out too, which takes its time."""

KEPT = tempfile.TemporaryDirectory(prefix="fuzz-bundle-")
FOLDER = Path(KEPT.name)


class Memory(BytesIO):
    """A file in memory, as far as `bundle` looks at one: a million are no good to a disk."""

    def stat(self) -> SimpleNamespace:
        """As `Path.stat`."""
        return SimpleNamespace(st_size=len(self.getbuffer()))

    def open(self, _mode: str) -> BytesIO:
        """As `Path.open`."""
        return BytesIO(self.getvalue())


def manifest() -> Manifest:
    """A manifest of one wheel."""
    wheel = Wheel("a-1.whl", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    return Manifest("1.2.3", ">=3.11", "any", "1.0.0", "2026-11-26T00:00:00Z", (wheel,))


def entry(data: bytes) -> None:
    """A byte: the file as it is, or a zip of entries, with a signature of ours."""
    stream = Stream(data)
    how = stream.byte()
    file = cast("Path", Memory(zipped(stream, how) if how & 1 else stream.rest()))
    try:
        found = bundle.read(file, KEYS)
    except (Mismatch, TooLarge) as error:
        promise(0 < len(str(error)) < 4000, "a refusal without words, or without end")
    else:
        taken(found, extracted=bool(how & EXTRACTED))
    try:
        bundle.claimed(file)
    except (Mismatch, TooLarge):
        return


def taken(found: bundle.Bundle, *, extracted: bool) -> None:
    """What was taken is what was signed, by another way to look at it."""
    with zipfile.ZipFile(found.file) as content:
        told, signed = content.read(bundle.MANIFEST), content.read(bundle.SIGNATURE)
    KEY.public_key().verify(base64.b64decode(json.loads(signed)["signature"]), told)
    if not extracted:
        return
    target = FOLDER / "out"
    written = bundle.extract(found, target)
    promise(all(each.parent == target for each in written), "written beside the folder")
    for wheel in json.loads(told)["wheels"]:
        digest = hashlib.sha256((target / wheel["name"]).read_bytes()).hexdigest()
        promise(digest == wheel["sha256"], "a wheel that was not signed")
    shutil.rmtree(target)


def zipped(stream: Stream, how: int) -> bytes:
    """A zip whose parts come from the input; those that it leaves out are right ones."""
    content = manifest().content()
    if how & 2:  # by the one who has the key
        content = stream.take(stream.word() % 700)
    parts = {
        bundle.MANIFEST: content,
        bundle.SIGNATURE: stream.take(stream.byte()) if how & 4 else sign(content, KEY),
        f"{bundle.WHEELS}a-1.whl": stream.take(stream.byte()) if how & 8 else CONTENT,
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as made:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name if not how & 16 else name + chr(stream.byte()))
            if how & 32:
                entry.external_attr = stream.word() << 16
            made.writestr(entry, part)
    whole = bytearray(out.getvalue())
    while stream.more:  # and some bytes are spoilt
        whole[stream.word() % len(whole)] = stream.byte()
    return bytes(whole)


def whole() -> bytes:
    """A right bundle."""
    return zipped(Stream(b""), 1)


TARGET = Target(
    entry,
    seeds=[
        b"\0" + whole(),
        b"\x41",
        b"\3" + struct.pack(">H", len(manifest().content())) + manifest().content(),
        b"\x05" + bytes([len(sign(b"", KEY))]) + sign(b"", KEY),
        b"\x49" + bytes([len(CONTENT)]) + CONTENT[::-1],
    ],
    words=[b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07", b"../"],
    longest=2000,
)

run = trial(__name__)
