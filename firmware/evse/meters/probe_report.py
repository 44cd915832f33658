"""What `evse meter probe` has found: verdicts, text for people, JSON for machines. Pure."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from evse.doctor.devices import Format
from evse.doctor.terminal import remark
from evse.lines.connection import Connection, SerialConnection
from evse.meters.catalogue import Model
from evse.meters.probe import Found, Probed, is_as_set
from evse.meters.reading import MeterReading, Phases


class Code(StrEnum):
    """What a verdict is about."""

    AS_SET = "as_set"
    FOUND = "found"
    OTHER_MODEL = "other_model"
    OTHER_UNIT = "other_address"
    OTHER_FORMAT = "other_format"
    CROWDED = "crowded"
    UNKNOWN = "unknown_device"
    UNSUITABLE = "unsuitable"
    NOTHING = "nothing"
    NOISE = "noise"


_GOOD = frozenset({Code.AS_SET, Code.FOUND})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings expect: `setting` is the meter's name in them, as `meter.dlb`.

    None: nothing is expected, and whatever is found is good.
    """

    connection: Connection
    setting: str = ""
    model: Model | None = None
    unit: int | None = None
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding in words."""

    code: Code
    text: str
    unit: int | None = None

    @property
    def is_problem(self) -> bool:
        """Whether something must be done."""
        return self.code not in _GOOD


def verdicts(probed: Probed, wanted: Wanted) -> list[Verdict]:
    """What is to be said."""
    return list(_verdicts(probed, wanted))


def _verdicts(probed: Probed, wanted: Wanted) -> Iterator[Verdict]:
    if not probed.found:
        yield Verdict(Code.NOISE, _NOISE) if probed.noise else Verdict(Code.NOTHING, _NOTHING)
        return
    for found in probed.found:
        if found.crowded:
            yield Verdict(Code.CROWDED, _CROWDED.format(found.unit), found.unit)
        elif found.recognised is None:
            yield Verdict(Code.UNKNOWN, _UNKNOWN, found.unit)
        elif not any(model.measures_currents for model in found.recognised.models):
            yield Verdict(Code.UNSUITABLE, _UNSUITABLE, found.unit)
    meters = [found for found in probed.found if _is_useful(found)]
    if wanted.model is None:
        for found in meters:
            yield Verdict(Code.FOUND, _to_set(found, wanted), found.unit)
    elif meters:
        yield _compared(meters, wanted, wanted.model)


def _is_useful(found: Found) -> bool:
    known = found.recognised
    return known is not None and any(model.measures_currents for model in known.models)


def _compared(meters: list[Found], wanted: Wanted, model: Model) -> Verdict:
    """The meter that is set against those that are there."""
    here = next((found for found in meters if found.unit == wanted.unit), None)
    alike = next((found for found in meters if is_as_set(found, model)), None)
    if here is not None and not is_as_set(here, model):
        name = here.recognised.name if here.recognised else ""
        text = (
            f"{wanted.setting}.model is {model.id}, but this is a {name}. {_to_set(here, wanted)}"
        )
        return Verdict(Code.OTHER_MODEL, text, here.unit)
    found = here or alike
    if found is None:
        names = ", ".join(f"{each.recognised.name}" for each in meters if each.recognised)
        return Verdict(
            Code.OTHER_MODEL,
            f"{wanted.setting}.model is {model.id}, but on this line there is only: {names}. "
            f"{_to_set(meters[0], wanted)}",
            meters[0].unit,
        )
    if found.unit != wanted.unit:
        text = f"it answers at address {found.unit}, not {wanted.unit}. {_to_set(found, wanted)}"
        return Verdict(Code.OTHER_UNIT, text, found.unit)
    if wanted.format is not None and found.format != wanted.format:
        text = f"it talks at {found.format}, not {wanted.format}. {_to_set(found, wanted)}"
        return Verdict(Code.OTHER_FORMAT, text, found.unit)
    return Verdict(Code.AS_SET, "it is the meter that is set, and answers as set", found.unit)


def _to_set(found: Found, wanted: Wanted) -> str:
    """The settings that make the wallbox read it."""
    name = wanted.setting or "meter.dlb"
    ids = " or ".join(model.id for model in found.recognised.models) if found.recognised else ""
    return (
        f"Set {name}.model = {ids}, {name}.unit = {found.unit}, "
        f"{name}.connection = {connection(found, wanted)}"
    )


def connection(found: Found, wanted: Wanted) -> str:
    """As the settings have it."""
    at = wanted.connection
    if not isinstance(at, SerialConnection):
        return str(at)
    line = found.format
    options = f"baudrate={line.baudrate}&parity={line.parity}&stopbits={line.stopbits}"
    return f"serial:{at.device}?{options}"


def text(probed: Probed, wanted: Wanted) -> str:
    """For people."""
    lines = [_heading(wanted)]
    for found in probed.found:
        lines += _meter(found, wanted)
    for verdict in verdicts(probed, wanted):
        mark = "✗" if verdict.is_problem else "✓"
        about = "" if verdict.unit is None else f"address {verdict.unit}: "
        lines += remark(mark, about + verdict.text)
    if not probed.found and isinstance(wanted.connection, SerialConnection):
        lines += remark("·", f"tried: {', '.join(str(each) for each in probed.tried)}")
    return "\n".join(lines) + "\n"


def _heading(wanted: Wanted) -> str:
    at = wanted.connection
    return at.device if isinstance(at, SerialConnection) else str(at)


def _meter(found: Found, wanted: Wanted) -> Iterator[str]:
    serial = isinstance(wanted.connection, SerialConnection)
    where = f"  address {found.unit}" + (f", {found.format}" if serial else "")
    if found.crowded:
        yield f"{where}: more than one device"
        return
    name = found.recognised.name if found.recognised else "not in the catalogue"
    yield f"{where}: {name}"
    if found.recognised and found.recognised.reading:
        yield f"      {shown(found.recognised.reading)}"
    if found.good < found.asked:
        yield f"      only {found.good} of {found.asked} questions were answered"


def shown(reading: MeterReading) -> str:
    """A reading on one line."""
    parts = []
    if reading.voltage_v is not None:
        parts.append(f"{_phases(reading.voltage_v, '.1f')} V")
    parts.append(f"{_phases(reading.current_a, '.2f')} A")
    if reading.power_w is not None:
        parts.append(f"{reading.power_w:.0f} W")
    if reading.energy_wh is not None:
        parts.append(f"{reading.energy_wh / 1000:.1f} kWh")
    if reading.export_wh is not None:
        parts.append(f"exported {reading.export_wh / 1000:.1f} kWh")
    if reading.frequency_hz is not None:
        parts.append(f"{reading.frequency_hz:.2f} Hz")
    return " · ".join(parts)


def _phases(phases: Phases, form: str) -> str:
    return " / ".join(format(value, form) for value in phases)


def as_json(probed: Probed, wanted: Wanted) -> dict[str, Any]:
    """For machines."""
    said = verdicts(probed, wanted)
    return {
        "connection": _heading(wanted),
        "good": not any(verdict.is_problem for verdict in said),
        "formats_tried": [str(each) for each in probed.tried],
        "meters": [_found_json(found, wanted) for found in probed.found],
        "verdicts": [
            {"code": v.code, "problem": v.is_problem, "address": v.unit, "text": v.text}
            for v in said
        ],
    }


def _found_json(found: Found, wanted: Wanted) -> dict[str, Any]:
    known = found.recognised
    return {
        "address": found.unit,
        "format": str(found.format),
        "connection": connection(found, wanted),
        "crowded": found.crowded,
        "models": [model.id for model in known.models] if known else [],
        "name": known.name if known else None,
        "certain": bool(known and known.code_name),
        "reading": asdict(known.reading) if known and known.reading else None,
        "answered": found.good,
        "asked": found.asked,
    }


_NOTHING = (
    "nobody answers. Has the meter its supply voltage? Are A and B where they belong (swap them, "
    "makers name them differently)? Is it set to Modbus RTU, and to an address that was tried? "
    "--full tries every speed, --units other addresses"
)
_NOISE = (
    "something answers, but no answer comes whole: two devices at one address, a missing "
    "terminating resistor, or a cable beside the mains. Connect one meter alone, then try again"
)
_CROWDED = (
    "two devices answer at address {0}: their answers come one upon the other. Give one of them "
    "another address"
)
_UNSUITABLE = "it measures no currents of the phases: the wallbox can do nothing with it"
_UNKNOWN = (
    "a device answers that is no meter of the catalogue: type its registers in by hand "
    "(model = custom); if it is a charge controller, evse doctor knows more"
)
