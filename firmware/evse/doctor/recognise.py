"""What a device is, by the registers it shows. Pure."""

import struct
from collections.abc import Callable

from evse.doctor.devices import KINDS, Check, Kind, Probe

Ask = Callable[[Probe], tuple[int, ...] | None]
"""Reads registers; None when the device does not show them."""


def recognised(ask: Ask) -> tuple[Kind, str] | None:
    """The kind of the device and its name in full; None for one that is in no table.

    No probe is asked twice.
    """
    known: dict[Probe, tuple[int, ...] | None] = {}

    def once(probe: Probe) -> tuple[int, ...] | None:
        if probe not in known:
            known[probe] = ask(probe)
        return known[probe]

    for kind in KINDS:
        if (details := _details(kind, once)) is not None:
            return kind, " ".join((kind.name, *details))
    return None


def _details(kind: Kind, ask: Ask) -> list[str] | None:
    """What the checks say of the model; None when one does not hold."""
    details = []
    for check in kind.checks:
        value = decoded(check, ask(check.probe))
        if value is None or not check.low <= value <= check.high:
            return None
        name = check.names.get(int(value), check.label.format(f"{value:g}"))
        if check.only_named and int(value) not in check.names:
            return None
        details += [name] if name else []
    return details


def decoded(check: Check, registers: tuple[int, ...] | None) -> float | None:
    """The number which `check` is about; None without the registers."""
    if registers is None:
        return None
    width = struct.calcsize(check.code) // 2
    words = registers[check.offset : check.offset + width]
    if len(words) < width:
        return None
    ordered = reversed(words) if check.low_word_first else words
    raw = b"".join(word.to_bytes(2, "big") for word in ordered)
    (value,) = struct.unpack(check.code, raw)
    return float(value)
