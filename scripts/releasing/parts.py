"""What the two products are made of: other people's packages, with their versions.

The firmware: what firmware/pyproject.toml asks for and what that needs in turn, as it is installed
in the environment of the tests. The integration: the same of its manifest. Both carry JavaScript
that was built of packages, by the package-lock.json beside their sources.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from scripts.environments import ROOT, make

LIST_TIMEOUT_S = 60


class Product(StrEnum):
    """What is released."""

    FIRMWARE = "firmware"
    INTEGRATION = "integration"


class Scope(StrEnum):
    """How a part gets into the product; words of CycloneDX."""

    REQUIRED = "required"
    OPTIONAL = "optional"  # an extra, installed where the wallbox needs it
    EXCLUDED = "excluded"  # a tool that built something which is in it


@dataclass(frozen=True, slots=True)
class Part:
    """One package. `version` is "" where it is not installed here: `asked` says what would be.

    `digest`: of npm, as its lock has it, `sha512-…` in base64; "" of Python packages, of which
    every machine gets another file.
    """

    ecosystem: str
    """"pypi" or "npm"."""
    name: str
    version: str
    scope: Scope
    licence: str = ""
    asked: str = ""
    digest: str = ""
    needs: tuple[str, ...] = ()
    """Names of other parts."""

    @property
    def purl(self) -> str:
        """The package URL (github.com/package-url/purl-spec)."""
        name = self.name.replace("@", "%40")
        return f"pkg:{self.ecosystem}/{name}" + (f"@{self.version}" if self.version else "")


def version_of(product: Product) -> str:
    """Return the product's own version."""
    if product is Product.INTEGRATION:
        return str(_manifest()["version"])
    text = (ROOT / "firmware/evse/__init__.py").read_text(encoding="utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


def parts_of(product: Product) -> list[Part]:
    """Return all parts of a product, by name. UnavailableError without its environment."""
    if product is Product.INTEGRATION:
        asked = dict.fromkeys(_manifest()["requirements"], Scope.REQUIRED)
        found = [*python_parts(make("ha-newest"), asked), *locked(ROOT / "card")]
    else:
        found = [
            *python_parts(make("firmware-oldest"), firmware_requirements()),
            *locked(ROOT / "firmware/web-ui"),
        ]
    return sorted(found, key=lambda part: (part.ecosystem, part.name))


def firmware_requirements() -> dict[str, Scope]:
    """Return {requirement: scope} of the firmware."""
    project = tomllib.loads((ROOT / "firmware/pyproject.toml").read_text(encoding="utf-8"))
    asked = dict.fromkeys(project["project"]["dependencies"], Scope.REQUIRED)
    for extra in project["project"]["optional-dependencies"].values():
        asked |= {each: Scope.OPTIONAL for each in extra if each not in asked}
    return asked


def _manifest() -> dict[str, Any]:
    path = ROOT / "custom_components/evse_ocpp/manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


# Runs in the product's environment, whose packages it lists: {name: [version, licence, needs]} of
# what standard input asks for and of all that needs in turn.
LIST = """
import importlib.metadata as metadata, json, sys
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
found, waiting = {}, [Requirement(text) for text in json.load(sys.stdin)]
while waiting:
    asked = waiting.pop()
    name = canonicalize_name(asked.name)
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        found.setdefault(name, ["", "", []])
        continue
    needed = [Requirement(text) for text in package.requires or ()]
    extras = [*asked.extras, ""]
    needed = [
        each for each in needed
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras)
    ]
    about = package.metadata
    licence = about.get("License-Expression") or about.get("License") or ""
    if not licence or len(licence) > 80:
        classes = about.get_all("Classifier") or []
        licence = ", ".join(c.rpartition(" :: ")[2] for c in classes if c.startswith("License"))
    names = sorted({canonicalize_name(each.name) for each in needed})
    if name in found and set(names) <= set(found[name][2]):
        continue
    found[name] = [package.version, licence, sorted({*names, *(found.get(name) or [0, 0, []])[2]})]
    waiting += needed
json.dump(found, sys.stdout)
"""


def python_parts(python: Path, asked: Mapping[str, Scope]) -> Iterator[Part]:
    """Yield the packages of the environment of `python` that `asked` needs, and what is missing."""
    required = _listed(python, [each for each, scope in asked.items() if scope is Scope.REQUIRED])
    everything = _listed(python, list(asked))
    for name, (version, licence, needs) in everything.items():
        yield Part(
            "pypi",
            name,
            version,
            Scope.REQUIRED if name in required else Scope.OPTIONAL,
            licence,
            next((text for text in asked if _name(text) == name), ""),
            needs=tuple(needs),
        )


def _listed(python: Path, asked: list[str]) -> dict[str, tuple[str, str, list[str]]]:
    run = subprocess.run(
        [str(python), "-c", LIST],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=LIST_TIMEOUT_S,
        check=True,
    )
    return {name: tuple(row) for name, row in json.loads(run.stdout).items()}


def _name(requirement: str) -> str:
    """Return the normalised name (PEP 503) at the beginning of a requirement."""
    end = next((n for n, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), None)
    return requirement[:end].lower().replace("_", "-").replace(".", "-")


def locked(folder: Path) -> Iterator[Part]:
    """Yield the packages of the package-lock.json in a folder: what the built file has in it, and
    what built it.
    """
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    for path, entry in lock["packages"].items():
        if path and not entry.get("optional"):  # programs for the machines of others
            yield Part(
                "npm",
                path.rpartition("node_modules/")[2],
                entry["version"],
                Scope.EXCLUDED if entry.get("dev") else Scope.REQUIRED,
                entry.get("license", ""),
                digest=entry["integrity"],
                needs=tuple(sorted(entry.get("dependencies", {}))),
            )
