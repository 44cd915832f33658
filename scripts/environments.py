#!/usr/bin/env python3
"""Makes this checkout's Python environments under .venv/ and prints their interpreters' paths.

    scripts/environments.py            all that this machine's Pythons allow, with one line each
    scripts/environments.py NAME       that one; its interpreter's path on standard output

The environments, their Python and what is in them are the table ENVIRONMENTS. An environment is
made once and reused until its row or what it installs changes. Needs only a Python 3.11 or newer
with the standard library; `uv` is fetched with pip where it is missing. A Python which is not on
the machine is looked for with `uv python install`; where that cannot be had either, the environment
is left out with a clear word and exit status 3.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venv"
UNAVAILABLE = 3

FIRMWARE = [
    "-e",
    "firmware[gpio,lcd,can,mqtt,sftp]",
    "pytest>=8",
    "pytest-asyncio>=0.24",
    "pytest-xdist>=3.5",
    "pytest-timeout>=2.3",
    "hypothesis>=6.100",
    "pypdf>=5",
    "msgpack>=1",  # python-can's bus between processes, for the tests
]
# For the integration's tests: schemas of all OCPP messages, generated inputs, a reader of PDF.
HOME_ASSISTANT_TESTS = ["ocpp>=2", "jsonschema>=4", "hypothesis>=6.100", "pypdf>=5"]
TOOLS = [
    "ruff>=0.9",
    "mypy>=1.14",
    "playwright>=1.49",
    "psutil>=6",
    "types-psutil",
    "pyyaml",
    "matplotlib>=3.8",
    "schemathesis>=4",
    "types-jsonschema",
]


@dataclass(frozen=True)
class Environment:
    """One row: the Pythons it takes, best first, and what pip installs."""

    pythons: tuple[str, ...]
    requirements: tuple[str, ...]
    purpose: str
    home_assistant: bool = False


ENVIRONMENTS = {
    "firmware-oldest": Environment(
        ("3.11", "3.12", "3.13", "3.14"),
        (*FIRMWARE, *TOOLS),
        "firmware, tools, system and browser tests",
    ),
    "firmware-newest": Environment(
        ("3.14", "3.13", "3.12"), (*FIRMWARE,), "firmware on the newest Python"
    ),
    "ha-oldest": Environment(
        ("3.13",),
        # brings Home Assistant 2025.4
        ("pytest-homeassistant-custom-component==0.13.236", *HOME_ASSISTANT_TESTS),
        "the oldest Home Assistant we support",
        home_assistant=True,
    ),
    "ha-newest": Environment(
        ("3.14", "3.13"),
        ("pytest-homeassistant-custom-component>=0.13.236", *HOME_ASSISTANT_TESTS),
        "the newest Home Assistant that fits this machine's newest Python",
        home_assistant=True,
    ),
    "docs": Environment(
        ("3.13", "3.12", "3.11", "3.14"),
        ("mkdocs>=1.6,<2", "mkdocs-material>=9.6,<10", "pytest>=8"),
        "the documentation as a site, and its checks",
    ),
    "fuzz": Environment(
        ("3.11", "3.12", "3.13"),  # atheris has wheels for these
        (*FIRMWARE, "atheris>=2.3"),
        "fuzzing that follows what code was reached",
    ),
    "audit": Environment(
        ("3.13", "3.12", "3.11", "3.14"),
        ("pip-audit>=2.7", "cyclonedx-bom>=6"),
        "known holes in what we depend on, and the bill of materials",
    ),
}

# What a running Home Assistant loads in our demo and tests, beside the entity platforms which
# every frontend session imports. Their requirements are not brought by the package
# `homeassistant`; they stand in the components' manifests.
COMPONENTS = (
    "config energy frontend history http logbook lovelace recorder repairs smtp sun system_health"
)


# Voice filters in C++ which Home Assistant imports when its page asks for the actions, and which
# nothing here calls. Where no wheel fits the Python, an empty class stands in: (module, class).
VOICE_FILTERS = {
    "pymicro-vad": ("pymicro_vad", "MicroVad"),
    "pyspeex-noise": ("pyspeex_noise", "AudioProcessor"),
}


class UnavailableError(Exception):
    """This environment cannot be had on this machine; the text says why."""


def say(text: str) -> None:
    """Progress goes to standard error: standard output is the answer."""
    print(f"environments: {text}", file=sys.stderr, flush=True)


@cache
def uv() -> str:
    """Return the path of uv; where it is missing, pip fetches it into an environment of its own."""
    if found := shutil.which("uv"):
        return found
    home = VENVS / "uv"
    if not (home / "bin" / "uv").exists():
        say("fetching uv with pip")
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", "uv"], check=True)
    return str(home / "bin" / "uv")


def real_path(python: Path | str) -> str | None:
    """Return where this interpreter really is; None if it cannot make environments."""
    probe = "import ssl, sqlite3, venv, os, sys; print(os.path.realpath(sys.executable))"
    try:
        run = subprocess.run(
            [str(python), "-c", probe], capture_output=True, text=True, timeout=30, check=False
        )
    except OSError:
        return None
    return run.stdout.strip() if run.returncode == 0 else None


def used_before(version: str) -> list[str]:
    """Return the interpreters of that version which the environments here were made with."""
    links = [
        folder / "bin" / "python" for folder in VENVS.glob("*") if (folder / "recipe").exists()
    ]
    found = {str(link.resolve()) for link in links if link.exists()}
    return sorted(path for path in found if path.endswith(f"python{version}"))


@cache
def interpreter(version: str) -> str | None:
    """Find CPython `version` (as "3.13").

    EVSE_PYTHON_3_13 comes first, then what an environment here was made with, the PATH, pyenv, and
    uv, which may download it.
    """
    named = os.environ.get(f"EVSE_PYTHON_{version.replace('.', '_')}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [named, *used_before(version), shutil.which(f"python{version}")]
    candidates += [str(path / "bin" / "python") for path in sorted(pyenv.glob(f"{version}.*"))]
    for candidate in candidates:
        if candidate and (found := real_path(candidate)):
            return found
    for arguments in (
        ["find", "--no-python-downloads"],
        ["install"],
        ["find", "--no-python-downloads"],
    ):
        run = subprocess.run(
            [uv(), "python", *arguments, version], capture_output=True, text=True, check=False
        )
        if arguments[0] == "find" and run.returncode == 0:
            return real_path(run.stdout.strip())
        if arguments[0] == "install" and run.returncode != 0:
            say(f"Python {version} is not on this machine and could not be downloaded")
            return None
    return None


def choose(environment: Environment) -> tuple[str, str]:
    """Return (version, interpreter) of the best Python at hand. UnavailableError if none fits."""
    for version in environment.pythons:
        if python := interpreter(version):
            return version, python
    raise UnavailableError(f"needs one of Python {', '.join(environment.pythons)}")


def pip(python: Path, *arguments: str) -> None:
    """Install into the environment of `python`."""
    subprocess.run(
        [uv(), "pip", "install", "-q", "--python", str(python), *arguments],
        check=True,
        cwd=ROOT,
        stdout=sys.stderr,
    )


# Runs in the new environment. Prints the requirements of COMPONENTS, of every entity platform,
# and of all that they depend on, as their manifests name them, plus the file of Home Assistant's
# own constraints.
LIST_REQUIREMENTS = """
import json, pathlib, sys
import homeassistant
from homeassistant.const import Platform
root = pathlib.Path(homeassistant.__file__).parent
names, seen, wanted = sys.argv[1].split() + [str(platform) for platform in Platform], set(), set()
while names:
    manifest = root / "components" / (name := names.pop()) / "manifest.json"
    if name in seen or not manifest.exists():
        continue
    seen.add(name)
    content = json.loads(manifest.read_text())
    names += content.get("dependencies", [])
    wanted |= set(content.get("requirements", []))
print(json.dumps([sorted(wanted), str(root / "package_constraints.txt")]))
"""


def complete_home_assistant(python: Path) -> None:
    """Add what Home Assistant's own components need to run, and what our manifest asks for."""
    listed = subprocess.run(
        [str(python), "-c", LIST_REQUIREMENTS, COMPONENTS],
        check=True,
        capture_output=True,
        text=True,
    )
    wanted, constraints = json.loads(listed.stdout)
    voice = [pin for pin in wanted if pin.partition("==")[0] in VOICE_FILTERS]
    manifest = json.loads((ROOT / "custom_components/evse_ocpp/manifest.json").read_text())
    others = [pin for pin in wanted if pin not in voice]
    pip(python, "-c", constraints, *others, *manifest["requirements"])
    for pin in voice:
        name = pin.partition("==")[0]
        wheel = [uv(), "pip", "install", "--python", str(python), "--only-binary", name, pin]
        if subprocess.run(wheel, capture_output=True, check=False).returncode != 0:
            module, class_name = VOICE_FILTERS[name]
            say(f"{name} has no wheel for this Python; an empty {module} stands in")
            (packages(python) / f"{module}.py").write_text(f"class {class_name}:\n    pass\n")


def packages(python: Path) -> Path:
    """Return the site-packages folder of the environment of `python`."""
    return next((python.parent.parent / "lib").glob("python3*/site-packages"))


def recipe(environment: Environment, python: str) -> str:
    """Return a digest of all that decides what is in the environment."""
    parts = [python, *environment.requirements, COMPONENTS, LIST_REQUIREMENTS]
    files = ["firmware/pyproject.toml", "custom_components/evse_ocpp/manifest.json"]
    parts += [(ROOT / file).read_text() for file in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def make(name: str) -> Path:
    """Make or reuse the environment `name`; return its interpreter.

    UnavailableError if no Python fits.
    """
    environment = ENVIRONMENTS[name]
    version, base = choose(environment)
    home = VENVS / name
    python, stamp, digest = home / "bin" / "python", home / "recipe", recipe(environment, base)
    if stamp.exists() and stamp.read_text() == digest and real_path(python):
        return python
    say(f"making {name} ({environment.purpose}) with Python {version}")
    subprocess.run([uv(), "venv", "-q", "--clear", "--python", base, str(home)], check=True)
    pip(python, *environment.requirements)
    if environment.home_assistant:
        complete_home_assistant(python)
    stamp.write_text(digest)
    return python


def main(names: list[str]) -> int:
    """Make the named environment, or all."""
    if unknown := [name for name in names if name not in ENVIRONMENTS]:
        print(
            f"no such environment: {unknown[0]}; there are {', '.join(ENVIRONMENTS)}",
            file=sys.stderr,
        )
        return 2
    for name in names or ENVIRONMENTS:
        try:
            print(make(name))
        except UnavailableError as why:
            say(f"{name} is left out: {why}")
            if names:
                return UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
