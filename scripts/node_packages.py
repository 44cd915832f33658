"""Puts the packages of a `package.json` into a folder under .venv/, with npm, once; runs tools."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from scripts.environments import VENVS, UnavailableError, say

INSTALL_TIMEOUT_S = 300
TOOL_TIMEOUT_S = 120


def node_modules(manifest: Path) -> Path:
    """Return the folder `node_modules` with what the package.json `manifest` asks for.

    Where a package-lock.json lies beside it, exactly what that names is taken, by its digests. The
    folder is kept until either file changes. UnavailableError, which says why, where node or npm is
    missing or the registry cannot be reached.
    """
    if missing := [name for name in ("node", "npm") if shutil.which(name) is None]:
        raise UnavailableError(f"there is no {missing[0]} on the PATH")
    home = VENVS / f"npm-{manifest.parent.name}"
    with _alone(home):
        return _installed(manifest, home)


@contextmanager
def _alone(home: Path) -> Generator[None]:
    """Let one process at a time fill a folder: tests run side by side."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # ends with the process, whatever becomes of it
        yield


def _installed(manifest: Path, home: Path) -> Path:
    lock = manifest.with_name("package-lock.json")
    files = [file for file in (manifest, lock) if file.exists()]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp = home / "recipe"
    if stamp.exists() and stamp.read_text() == digest:
        return home / "node_modules"
    say(f"installing the packages of {manifest} with npm")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for file in files:
        shutil.copy(file, home)
    how = "ci" if lock.exists() else "install"
    command = ["npm", how, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        run = subprocess.run(
            command,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"npm did not end within {INSTALL_TIMEOUT_S} s") from None
    if run.returncode != 0:
        raise UnavailableError(f"npm {how} failed: {run.stderr.strip()[-500:]}")
    stamp.write_text(digest)
    return home / "node_modules"


def run_tool(room: Path, tool: str, *arguments: str) -> str:
    """Run a tool of the packages above `room`, or node itself; return what it says.

    SystemExit with all that it said when it fails.
    """
    homes = (folder / "node_modules" / ".bin" / tool for folder in (room, *room.parents))
    path = next((str(home) for home in homes if home.exists()), tool)
    run = subprocess.run(
        [path, *arguments],
        cwd=room,
        capture_output=True,
        text=True,
        timeout=TOOL_TIMEOUT_S,
        check=False,
    )
    if run.returncode != 0:
        sys.exit(f"{tool}:\n{run.stdout}{run.stderr}")
    return run.stdout
