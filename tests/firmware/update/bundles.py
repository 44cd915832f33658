"""Bundles for the tests: real wheels of this checkout under other version numbers, and small ones.

The wheel of the program is put together here, with what `pyproject.toml` says, as a build would:
tests ask no package index. Its dependencies are not copied into every slot: a second wheel brings a
`.pth` file which points to those of the environment that runs the tests.
"""

import base64
import ensurepip
import hashlib
import shutil
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evse.update.building import build
from evse.update.trust import TrustedKeys, key_id, public_pem

FIRMWARE = Path(__file__).parents[3] / "firmware"
PROJECT = tomllib.loads((FIRMWARE / "pyproject.toml").read_text(encoding="utf-8"))["project"]

PIP_WHEELS = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
"""The pip that comes with this Python. Some distributions take it out, and tests ask no index."""

Patch = Callable[[str], str]


@cache
def sources() -> dict[str, bytes]:
    """Every file of the package, by its name in a wheel."""
    files = sorted(file for file in (FIRMWARE / "evse").rglob("*") if file.is_file())
    return {
        str(file.relative_to(FIRMWARE)): file.read_bytes()
        for file in files
        if "__pycache__" not in file.parts
    }


def program_wheel(folder: Path, version: str, patches: Mapping[str, Patch] | None = None) -> Path:
    """The program under another version number. `patches`: what is changed in a file of it."""
    files = dict(sources())
    for name, patch in {"evse/__init__.py": _numbered(version), **(patches or {})}.items():
        before = files[name].decode()
        files[name] = patch(before).encode()
    needs = "".join(f"Requires-Dist: {each}\n" for each in PROJECT["dependencies"])
    metadata = f"Metadata-Version: 2.1\nName: {PROJECT['name']}\nVersion: {version}\n{needs}"
    return wheel(folder, "evse_firmware", version, files, metadata)


def environment_wheel(folder: Path) -> Path:
    """The dependencies of the tests' own environment, by a path."""
    paths = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    files = {"evse_test_environment.pth": "".join(f"{path}\n" for path in paths).encode()}
    metadata = "Metadata-Version: 2.1\nName: evse-test-environment\nVersion: 1.0.0\n"
    return wheel(folder, "evse_test_environment", "1.0.0", files, metadata)


def wheel(folder: Path, name: str, version: str, files: dict[str, bytes], metadata: str) -> Path:
    """A wheel of these files (PEP 427)."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if name == "evse_firmware":
        files[f"{info}/entry_points.txt"] = b"[console_scripts]\nevse = evse.__main__:main\n"
    rows = [f"{each},sha256={_digest(content)},{len(content)}" for each, content in files.items()]
    record = "\n".join([*rows, f"{info}/RECORD,,", ""])
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as out:
        for each, content in {**files, f"{info}/RECORD": record.encode()}.items():
            out.writestr(each, content)
    return target


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _numbered(version: str) -> Patch:
    return lambda _: f'"""The program."""\n\n__version__ = "{version}"\n'


@dataclass(frozen=True)
class Maker:
    """Who makes bundles, with a key of its own."""

    folder: Path
    key: Ed25519PrivateKey

    @classmethod
    def new(cls, folder: Path) -> "Maker":
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, Ed25519PrivateKey.generate())

    @property
    def keys(self) -> TrustedKeys:
        public = self.key.public_key()
        return TrustedKeys({key_id(public): public})

    def trusted_in(self, folder: Path) -> Path:
        """Write the public key into a folder of trusted ones."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{key_id(self.key.public_key())}.pem"
        file.write_bytes(public_pem(self.key.public_key()))
        return file

    def real(
        self,
        version: str,
        patches: Mapping[str, Patch] | None = None,
        trial_s: int = 60,
        *,
        with_pip: bool = True,
    ) -> Path:
        """A bundle that can be installed; `with_pip` as those that are built from a checkout."""
        wheels = Path(tempfile.mkdtemp(dir=self.folder))
        program_wheel(wheels, version, patches)
        environment_wheel(wheels)
        if with_pip:
            shutil.copy(PIP_WHEELS[0], wheels)
        return self._built(wheels, version, trial_s)

    def small(self, version: str = "9.9.0", *, signed: bool = True, padding: int = 100) -> Path:
        """A bundle that is right in form and cannot be installed."""
        wheels = self.folder / f"wheels-{version}"
        wheels.mkdir(exist_ok=True)
        (wheels / f"evse_firmware-{version}-py3-none-any.whl").write_bytes(b"w" * padding)
        (wheels / "other-1.0-py3-none-any.whl").write_bytes(b"o" * 70_000)
        return self._built(wheels, version, 60, signed=signed)

    def _built(self, wheels: Path, version: str, trial_s: int, *, signed: bool = True) -> Path:
        target = wheels / f"{version}.evse"
        build(wheels, target, self.key if signed else None, "0.0.1", trial_s)
        return target
