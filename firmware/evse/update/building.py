"""Putting a bundle together, on the computer of whoever makes the program."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evse.update import bundle
from evse.update.manifest import ANY, DEFAULT_TRIAL_S, PRODUCT, Manifest

OLDEST_PYTHON = ">=3.11"

BUILD_TIMEOUT_S = 3600.0
"""(real) Some dependencies have to be compiled where no wheel fits the machine."""

_OURS = re.compile(re.escape(PRODUCT.replace("-", "_")) + r"-([^-]+)-py3-none-any\.whl")
_TAGS = re.compile(r".*-([^-]+)-([^-]+)-([^-]+)\.whl")
_EXACT_PYTHON = re.compile(r"cp3(\d+)")
_MACHINE = re.compile(r"(x86_64|aarch64|armv7l|armv6l|i686|riscv64)$")


def wheels_of(checkout: Path, extras: str, target: Path) -> None:
    """Make the wheels of a checkout and of all that it needs, for the Python that runs this.

    Among them is pip, by which they are installed: a system may have none, or one too old.

    `extras` as pip has them: "gpio,can". Asks the package index. Raises ValueError, OSError.
    """
    wanted = f"{checkout}[{extras}]" if extras else str(checkout)
    with tempfile.TemporaryDirectory() as folder:
        base = getattr(sys, "_base_executable", sys.executable)
        _run(base, "-m", "venv", folder)
        _run(f"{folder}/bin/pip", "wheel", "--quiet", "--wheel-dir", str(target), wanted, "pip")


def build(
    wheels: Path,
    target: Path,
    key: Ed25519PrivateKey | None,
    updates_from: str,
    trial_s: int = DEFAULT_TRIAL_S,
) -> Manifest:
    """Write a bundle of the wheels in a folder. Raises ValueError, OSError."""
    files = sorted(wheels.glob("*.whl"))
    names = [file.name for file in files]
    ours = [match[1] for name in names if (match := _OURS.fullmatch(name))]
    if len(ours) != 1:
        raise ValueError(f"{wheels}: came {len(ours)} wheels of {PRODUCT}, allowed is one")
    python, machine = fits(names)
    manifest = Manifest(
        version=ours[0],
        requires_python=python,
        machine=machine,
        updates_from=updates_from,
        created=_created().isoformat(timespec="seconds"),
        wheels=bundle.described(files),
        trial_s=trial_s,
    )
    Manifest.parse(manifest.content())  # what is written can be read
    bundle.write(target, manifest, wheels, key)
    return manifest


def fits(names: Iterable[str]) -> tuple[str, str]:
    """Which Python and which machine wheels of these names need. Raises ValueError.

    Source: the binary distribution format, PEP 427, and platform compatibility tags, PEP 425.
    """
    pythons, machines = set(), set()
    for name in names:
        tags = _TAGS.fullmatch(name)
        if tags is None:
            raise ValueError(f"{name}: allowed is the name of a wheel")
        python, abi, platform = tags.groups()
        if (exact := _EXACT_PYTHON.fullmatch(python)) and abi == python:
            pythons.add(int(exact[1]))
        if platform != "any":
            machine = _MACHINE.search(platform)
            if machine is None:
                raise ValueError(f"{name}: for no machine that a wallbox has")
            machines.add(machine[1])
    if len(pythons) > 1 or len(machines) > 1:
        raise ValueError(f"the wheels are for several: Python 3.{pythons}, machines {machines}")
    minor = next(iter(pythons), None)
    requires = OLDEST_PYTHON if minor is None else f">=3.{minor},<3.{minor + 1}"
    return requires, next(iter(machines), ANY)


def _created() -> datetime:
    """Now, or when the source was: https://reproducible-builds.org/specs/source-date-epoch/."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)


def _run(*command: str) -> None:
    """Run a step of the build. Raises ValueError, OSError."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, check=False, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"{' '.join(command)}: not done in {BUILD_TIMEOUT_S:g} s") from error
    if done.returncode:
        raise ValueError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
