"""Looks whether holes are known in what the products are made of.

    scripts/audit                 the Python packages with pip-audit, the others with npm audit
    scripts/audit --ignore ID …   leave a hole out that is none for us

Exit status 0: none is known. 1: there are some, each with its package. 3: nobody could be asked
about a part, because the services cannot be reached from here; that is said, and is no good word.
Asked are PyPI's advisories (pip-audit: https://pypi.org/pypi/NAME/VERSION/json) and the npm
registry's.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.environments import ROOT, UnavailableError, make, say
from scripts.releasing.parts import Product, Scope, parts_of

ASK_TIMEOUT_S = 300
HOLES, UNKNOWN = 1, 3
LOCKS = (ROOT / "card", ROOT / "firmware" / "web-ui")


@dataclass
class Outcome:
    """What is known. `holes`: a sentence each. `unasked`: what nobody could be asked about, why."""

    asked: int = 0
    holes: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The exit status."""
        return HOLES if self.holes else UNKNOWN if self.unasked else 0

    def lines(self) -> list[str]:
        """For people."""
        lines = [f"HOLE: {each}" for each in self.holes]
        lines += [f"not asked: {each}" for each in self.unasked]
        told = f"{self.asked} parts were asked about, {len(self.holes)} holes are known"
        return [*lines, f"{told}; {len(self.unasked)} parts could not be asked about"]


def python_holes(told: dict[str, Any], ignored: Sequence[str], outcome: Outcome) -> None:
    """Read what pip-audit says, as JSON."""
    for package in told["dependencies"]:
        if "skip_reason" in package:
            outcome.unasked.append(f"{package['name']}: {package['skip_reason']}")
            continue
        outcome.asked += 1
        for hole in package["vulns"]:
            names = {hole["id"], *hole.get("aliases", ())}
            if names.isdisjoint(ignored):
                fixed = ", ".join(hole["fix_versions"]) or "no version"
                outcome.holes.append(
                    f"{package['name']} {package['version']}: {hole['id']}, mended by {fixed}"
                )


def node_holes(
    told: dict[str, Any], where: str, count: int, ignored: Sequence[str], outcome: Outcome
) -> None:
    """Read what `npm audit` says of `count` packages, as JSON."""
    if "vulnerabilities" not in told:
        outcome.unasked.append(f"{where}: {str(told.get('message') or told)[:200]}")
        return
    outcome.asked += count
    for name, hole in told["vulnerabilities"].items():
        for via in hole["via"]:
            if isinstance(via, dict) and via["url"].rpartition("/")[2] not in ignored:
                outcome.holes.append(f"{name} {hole['range']}: {via['url']}, {via['title']}")


def main() -> int:
    """Ask, and say what is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ignore", nargs="+", default=[], metavar="ID")
    args = parser.parse_args()
    outcome = Outcome()
    try:
        python_holes(_ask_pip_audit(), args.ignore, outcome)
        for folder in LOCKS:
            told, count = _ask_npm(folder)
            where = str(folder.relative_to(ROOT))
            node_holes(told, where, count, args.ignore, outcome)
    except UnavailableError as error:
        say(str(error))
        outcome.unasked.append(str(error))
    sys.stdout.write("\n".join(outcome.lines()) + "\n")
    return outcome.status


def _ask_pip_audit() -> dict[str, Any]:
    """Ask about the Python packages of both products, in the versions that are tested."""
    pins = sorted(
        {
            f"{part.name}=={part.version}"
            for product in Product
            for part in parts_of(product)
            if part.ecosystem == "pypi" and part.version and part.scope is not Scope.EXCLUDED
        }
    )
    dependencies: list[dict[str, Any]] = []
    for pinned in _once_each(pins):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("\n".join(pinned) + "\n")
            file.flush()
            program = str(make("audit").parent / "pip-audit")
            options = ("--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off")
            told = _run([program, "--requirement", file.name, *options])
        dependencies += told.get("dependencies", [])
    return {"dependencies": dependencies}


def _once_each(pins: Sequence[str]) -> list[list[str]]:
    """Return lists in which no package is twice: both products may have another version of one."""
    lists: list[dict[str, str]] = []
    for pin in pins:
        name = pin.partition("==")[0]
        free = next((each for each in lists if name not in each), None)
        if free is None:
            lists.append(free := {})
        free[name] = pin
    return [list(each.values()) for each in lists]


def _ask_npm(folder: Path) -> tuple[dict[str, Any], int]:
    if shutil.which("npm") is None:
        raise UnavailableError("there is no npm on the PATH")
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as room:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, room)
        return _run(["npm", "audit", "--json"], cwd=Path(room)), len(lock["packages"]) - 1


def _run(command: list[str], cwd: Path = ROOT) -> dict[str, Any]:
    """Run a tool whose exit status tells of holes; return what it says. UnavailableError."""
    try:
        run = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=ASK_TIMEOUT_S, check=False
        )
        told: dict[str, Any] = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{command[0]} did not end within {ASK_TIMEOUT_S} s") from None
    except ValueError:
        why = run.stderr.strip()[-300:]
        raise UnavailableError(f"{Path(command[0]).name} cannot ask: {why}") from None
    return told
