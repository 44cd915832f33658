"""Makes the files of a release, signs them, and verifies them.

    scripts/release build FOLDER                          all but the firmware's bundle, unsigned
    scripts/release build FOLDER --key KEY                signed, KEY: of `ssh-keygen -t ed25519`
    scripts/release build FOLDER --bundle-key maker.key   with the bundle for this kind of machine
    scripts/release verify FOLDER --signers FILE          sums and signature, as anybody can
    scripts/release twice                                 made twice: are they the same bytes?

Made is what is committed, whatever else lies in the checkout. The same commit gives the same bytes:
every file has the time of the commit. docs/releasing.md says who needs what.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from scripts.environments import ROOT, UnavailableError, make, uv
from scripts.releasing import sbom
from scripts.releasing.parts import Product, version_of

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
NAMESPACE = "evse-release"
"""Of the signature (ssh-keygen(1), -n): one made for something else does not count here."""
SIGNER = "release"
"""The name in the file of allowed signers."""
RUN_TIMEOUT_S = 1800
EARLIEST_S = 315_532_800
"""1980-01-01: a zip knows no earlier time."""
ZIP_MODE = 0o100644 << 16


class ReleaseError(Exception):
    """It cannot be made, or is not what it should be; the text says why."""


# ------------------------------------------------------------------------- making


def build(
    folder: Path, commit: str, key: Path | None = None, bundle_key: Path | None = None
) -> list[Path]:
    """Make all files of a release in an empty folder; return them. ReleaseError."""
    if folder.exists() and any(folder.iterdir()):
        raise ReleaseError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    version = _one_version()
    epoch_s = int(_output("git", "log", "-1", "--format=%ct", commit))
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch_s)
    with tempfile.TemporaryDirectory() as name:
        tree = _committed(commit, Path(name))
        zipped(tree / "custom_components/evse_ocpp", folder / "evse_ocpp.zip", epoch_s)
        _distributions(tree / "firmware", folder, epoch_s)
        if bundle_key is not None:
            _bundle(tree / "firmware", folder / f"evse-{version}.evse", bundle_key)
    sbom.write(folder)
    _write_sums(folder)
    if key is not None:
        _sign(folder, key)
    return sorted(folder.iterdir())


def _one_version() -> str:
    """Return the version of both products, which is one."""
    integration, firmware = version_of(Product.INTEGRATION), version_of(Product.FIRMWARE)
    if integration != firmware:
        raise ReleaseError(f"the manifest says {integration}, the firmware {firmware}")
    if f"\n## {firmware} " not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        raise ReleaseError(f"CHANGELOG.md does not tell of {firmware}")
    return firmware


def _committed(commit: str, folder: Path) -> Path:
    """Put what is committed into a folder."""
    run = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def zipped(source: Path, target: Path, epoch_s: int) -> None:
    """Pack a folder's files, in order and with one time, as HACS unpacks them."""
    at = _zip_time(epoch_s)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), at)
                entry.external_attr, entry.create_system = ZIP_MODE, 3  # as Unix has them
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())


def _zip_time(epoch_s: int) -> tuple[int, int, int, int, int, int]:
    at = datetime.fromtimestamp(max(epoch_s, EARLIEST_S), UTC)
    return (at.year, at.month, at.day, at.hour, at.minute, at.second)


def _distributions(source: Path, folder: Path, epoch_s: int) -> None:
    """Make the firmware's wheel and source distribution."""
    _run(uv(), "build", "--quiet", "--out-dir", str(folder), str(source))
    (folder / ".gitignore").unlink(missing_ok=True)  # uv leaves one
    for path in folder.glob("*.tar.gz"):
        path.write_bytes(levelled(path.read_bytes(), epoch_s))


def levelled(archive: bytes, epoch_s: int) -> bytes:
    """Return a tar.gz with its files in order, of one time and of nobody: setuptools keeps those of
    the machine.
    """
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as before,
        gzip.GzipFile("", "wb", 9, out, mtime=epoch_s) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as after,
    ):
        for member in sorted(before.getmembers(), key=lambda each: each.name):
            member.mtime, member.pax_headers = epoch_s, {}
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() else 0o644
            after.addfile(member, before.extractfile(member) if member.isfile() else None)
    return out.getvalue()


def _bundle(source: Path, target: Path, key: Path) -> None:
    """Make the firmware's signed bundle, for the kind of machine this is."""
    python = str(make("firmware-oldest"))
    words = ("bundle", "build", str(source), str(target), "--key", str(key.absolute()))
    _run(python, "-m", "evse", *words, cwd=source)


def _write_sums(folder: Path) -> None:
    lines = [f"{_sum(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sign(folder: Path, key: Path) -> None:
    """Sign the sums; ssh-keygen asks for the passphrase."""
    _run("ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(folder / SUMS))


# ---------------------------------------------------------------------- verifying


def verify(folder: Path, signers: Path) -> int:
    """Check signature and sums; return how many files are as they were signed. ReleaseError."""
    if not (folder / SIGNATURE).exists():
        raise ReleaseError(f"{folder} is not signed")
    sums = (folder / SUMS).read_bytes()
    words = ("-f", str(signers), "-I", SIGNER, "-n", NAMESPACE, "-s", str(folder / SIGNATURE))
    run = subprocess.run(
        ["ssh-keygen", "-Y", "verify", *words], input=sums, capture_output=True, check=False
    )
    if run.returncode:
        raise ReleaseError(f"the signature does not hold: {run.stdout.decode().strip()}")
    listed = {line[66:]: line[:64] for line in sums.decode().splitlines()}
    for name, wanted in listed.items():
        path = folder / name
        if path.parent != folder or not path.is_file():
            raise ReleaseError(f"{name} is missing")
        if _sum(path) != wanted:
            raise ReleaseError(f"{name} is not as it was signed")
    if foreign := {path.name for path in folder.iterdir()} - {*listed, SUMS, SIGNATURE}:
        raise ReleaseError(f"not signed: {', '.join(sorted(foreign))}")
    return len(listed)


def different(first: Path, second: Path) -> list[str]:
    """Return the names of files that are not the same in both folders."""
    names = {path.name for folder in (first, second) for path in folder.iterdir()}
    return sorted(name for name in names if _content(first / name) != _content(second / name))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _twice() -> int:
    with tempfile.TemporaryDirectory() as name:
        first, second, commit = Path(name, "first"), Path(name, "second"), _head()
        files = build(first, commit)
        build(second, commit)
        if wrong := different(first, second):
            raise ReleaseError(f"made twice, they differ: {', '.join(wrong)}")
    return len(files)


# ------------------------------------------------------------------------ running


def _run(*command: str, cwd: Path = ROOT) -> None:
    if shutil.which(command[0]) is None:
        raise ReleaseError(f"there is no {command[0]} on the PATH")
    run = subprocess.run(command, cwd=cwd, stdout=sys.stderr, timeout=RUN_TIMEOUT_S, check=False)
    if run.returncode:
        raise ReleaseError(f"{Path(command[0]).name} {command[1]}: status {run.returncode}")


def _head() -> str:
    return _output("git", "rev-parse", "HEAD")


def _output(*command: str) -> str:
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return run.stdout.strip()


def main() -> int:
    """Do what is asked for; what cannot be done says why on one line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    building = actions.add_parser("build")
    building.add_argument("folder", type=Path)
    building.add_argument("--key", type=Path, help="private key for the signature, of ssh-keygen")
    building.add_argument("--bundle-key", type=Path, help="private key of `evse bundle keygen`")
    verifying = actions.add_parser("verify")
    verifying.add_argument("folder", type=Path)
    verifying.add_argument("--signers", type=Path, required=True, help="allowed signers")
    actions.add_parser("twice")
    args = parser.parse_args()
    try:
        if args.action == "build":
            for path in build(args.folder.absolute(), _head(), args.key, args.bundle_key):
                sys.stdout.write(f"{path}\n")
        elif args.action == "verify":
            count = verify(args.folder, args.signers)
            sys.stdout.write(f"{count} files are as they were signed\n")
        else:
            sys.stdout.write(f"{_twice()} files, made twice: the same bytes\n")
    except (ReleaseError, UnavailableError, OSError) as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    return 0
