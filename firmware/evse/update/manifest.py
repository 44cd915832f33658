"""What a bundle says of itself: `manifest.json`, the bytes that are signed. Pure.

One JSON object, and nothing in it that is not known: a field of a later format changes `format`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from evse.update.codes import Mismatch
from evse.update.versions import Version, python_fits

FORMAT = 1

PRODUCT = "evse-firmware"
"""The distribution that is installed; bundles of other products are not ours."""

ANY = "any"
"""`machine` of a bundle without compiled parts."""

MAX_MANIFEST_BYTES = 262_144
MAX_WHEELS = 200

MIN_TRIAL_S, DEFAULT_TRIAL_S, MAX_TRIAL_S = 10, 120, 900
"""A new version gets so long to prove itself healthy, s: from its start to the first control turns.
120 s are ten times what a start takes on a small board."""

WHEEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,180}\.whl")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MACHINE = re.compile(r"[A-Za-z0-9_]{1,32}")


@dataclass(frozen=True, slots=True)
class Wheel:
    """One file of `wheels/`: its name, its size in bytes, its SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """See the module. `updates_from`: the oldest version that knows how to go on to this one.

    `requires_python` as `>=3.11,<3.13`; `machine` as `uname -m` has it, or `any`. `created` is an
    instant of ISO 8601. `trial_s`: how long the version may take to prove itself healthy.
    """

    version: str
    requires_python: str
    machine: str
    updates_from: str
    created: str
    wheels: tuple[Wheel, ...]
    trial_s: int = DEFAULT_TRIAL_S
    product: str = PRODUCT
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Of all wheels together, bytes."""
        return sum(wheel.size for wheel in self.wheels)

    def content(self) -> bytes:
        """The bytes that are signed."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode("ascii") + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> "Manifest":
        """What the bytes say. Raises Mismatch naming the field, what came and what is allowed."""
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Mismatch(f"the bundle's manifest.json cannot be read: {error}") from error
        if not isinstance(document, dict):
            raise Mismatch("the bundle's manifest.json is not an object")
        if (came := document.get("format")) != FORMAT:
            raise _wrong("format", came, f"{FORMAT}: a later program may know it")
        if (came := document.get("product")) != PRODUCT:
            raise _wrong("product", came, f"{PRODUCT}: the bundle is for another product")
        expected = cls.__dataclass_fields__.keys()
        if unlike := document.keys() ^ expected:
            raise _wrong("fields", sorted(document), f"exactly {sorted(expected)}: {unlike}")
        manifest = cls(**document | {"wheels": _wheels(document["wheels"])})
        manifest._check()
        return manifest

    def fits(self, running: Version, python: tuple[int, int], machine: str) -> None:
        """Raise Mismatch unless it may follow `running` on this machine."""
        version = Version(self.version)
        if version < running:
            raise Mismatch(
                f"the bundle has the older version {version}, {running} runs: only a roll-back "
                "goes back"
            )
        if running < Version(self.updates_from):
            raise Mismatch(
                f"version {version} follows {self.updates_from} or later, {running} runs: install "
                f"{self.updates_from} first"
            )
        if not python_fits(self.requires_python, python):
            raise Mismatch(
                f"the bundle needs Python {self.requires_python}, this wallbox has "
                f"{python[0]}.{python[1]}"
            )
        if self.machine not in {ANY, machine}:
            raise Mismatch(f"the bundle is for {self.machine}, this computer is {machine}")

    def _check(self) -> None:
        """Raise Mismatch for a field that cannot be."""
        try:
            Version(_text("version", self.version))
            Version(_text("updates_from", self.updates_from))
            python_fits(_text("requires_python", self.requires_python), (3, 11))
            datetime.fromisoformat(_text("created", self.created))
        except ValueError as error:
            raise Mismatch(f"manifest.json: {error}") from error
        if not _MACHINE.fullmatch(_text("machine", self.machine)):
            raise _wrong("machine", self.machine, "a name of letters, digits and _")
        if type(self.trial_s) is not int or not MIN_TRIAL_S <= self.trial_s <= MAX_TRIAL_S:
            raise _wrong("trial_s", self.trial_s, f"{MIN_TRIAL_S} … {MAX_TRIAL_S} s")


def _wheels(came: object) -> tuple[Wheel, ...]:
    """The rows of `wheels`. Raises Mismatch."""
    if not isinstance(came, list) or not 1 <= len(came) <= MAX_WHEELS:
        raise _wrong("wheels", type(came).__name__, f"a list of 1 … {MAX_WHEELS} wheels")
    wheels = tuple(map(_wheel, came))
    if len({wheel.name.lower() for wheel in wheels}) != len(wheels):
        raise _wrong("wheels", sorted(wheel.name for wheel in wheels), "each name once")
    return wheels


def _wheel(came: Any) -> Wheel:
    """One row. Raises Mismatch."""
    if not isinstance(came, Mapping) or came.keys() != {"name", "size", "sha256"}:
        raise _wrong("wheels", came, "rows with name, size and sha256")
    wheel = Wheel(**came)
    if not WHEEL_NAME.fullmatch(_text("name", wheel.name)):
        raise _wrong("name", wheel.name, "the name of a wheel")
    if type(wheel.size) is not int or wheel.size < 1:
        raise _wrong("size", wheel.size, "a number of bytes")
    if not _SHA256.fullmatch(_text("sha256", wheel.sha256)):
        raise _wrong("sha256", wheel.sha256, "64 hexadecimal digits")
    return wheel


def _text(field: str, came: object) -> str:
    if not isinstance(came, str):
        raise _wrong(field, came, "a text")
    return came


def _wrong(field: str, came: object, allowed: str) -> Mismatch:
    return Mismatch(f"manifest.json: {field}: came {came!r:.120}, allowed {allowed}")
