"""Which meter of the catalogue a device is, by the registers it shows. Pure.

A type code tells it for certain. Without one a map fits when everything it shows could be measured
at a mains connection; the map with the most such values is the likeliest.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evse.meters.catalogue import Model, catalogue
from evse.meters.reading import MeterError, MeterReading, may_be_absent, reading
from evse.meters.registers import CURRENTS, POWERS, VOLTAGES, Quantity, Register

Ask = Callable[[int, int, int], list[int] | None]
"""Function code, first register, count; None when the device does not show them."""

MAINS_V = (90.0, 260.0)
"""Between a phase and neutral: 100 V (Japan) − 10 % to 240 V + 10 % (EN 50160), rounded."""

MAINS_HZ = (45.0, 65.0)
"""50 Hz and 60 Hz grids, and island operation about them (EN 50160 4.2.1)."""

_DEAD_V = 5.0
"""A phase that is not connected picks up a little."""

_LOAD_W = 100.0
"""From here on a relation between powers says something; below it is noise."""

_MEASURING_W = 20.0
_SUM_PART = 0.05
_APPARENT_PART = 1.1
"""What values may differ that were not measured at one instant."""

_MOST_KWH = 1e7


@dataclass(frozen=True, slots=True)
class Recognised:
    """`models`: the likeliest; several when their registers are the same.

    `code_name`: what the type register says, "" for a model that was found by its values.
    `reading`: what it shows; None when it shows something impossible, or no currents.
    """

    models: tuple[Model, ...]
    code_name: str = ""
    reading: MeterReading | None = None

    @property
    def name(self) -> str:
        """In words."""
        names = " or ".join(model.name for model in self.models)
        return f"{names}, by its code {self.code_name}" if self.code_name else names


def recognised(ask: Ask) -> Recognised | None:
    """The device's model; None for one that is not in the catalogue. Nothing is asked twice."""
    known: dict[tuple[int, int, int], list[int] | None] = {}

    def once(function_code: int, address: int, count: int) -> list[int] | None:
        key = (function_code, address, count)
        if key not in known:
            known[key] = ask(*key)
        return known[key]

    return _by_code(once) or _by_values(once)


def _by_code(ask: Ask) -> Recognised | None:
    for model in catalogue().values():
        code = model.identification
        if code is None:
            continue
        words = ask(code.function_code, code.address, code.count)
        name = None if words is None else code.name(words)
        if name is not None:
            values = _values(model, ask, whole=False) or {}
            return Recognised((model,), name, _reading(model, values, ask))
    return None


def _by_values(ask: Ask) -> Recognised | None:
    best: list[tuple[Model, Mapping[Quantity, float]]] = []
    best_score = 0
    for model in catalogue().values():
        values = _values(model, ask, whole=True)
        score = 0 if values is None else plausibility(values)
        if values is None or not score:
            continue
        if score > best_score:
            best, best_score = [], score
        if score == best_score:
            best.append((model, values))
    if not best:
        return None
    return Recognised(tuple(model for model, _ in best), reading=_reading(*best[0], ask))


def _values(model: Model, ask: Ask, *, whole: bool) -> dict[Quantity, float] | None:
    """What the model's registers show, one by one; with `whole` None as soon as one is missing.

    The voltage is asked first: it rules out most maps.
    """
    if whole and not {Quantity.VOLTAGE_L1, Quantity.CURRENT_L1} <= set(model.registers):
        return None
    values: dict[Quantity, float] = {}
    for quantity, register in model.registers.items():
        value = _value(model, register, ask)
        if value is not None:
            values[quantity] = value
        elif whole and not may_be_absent(quantity):
            return None
        if whole and not _may_be(quantity, values.get(quantity, math.nan)):
            return None
    return values


def _value(model: Model, register: Register, ask: Ask) -> float | None:
    words = ask(model.function_code, register.address, register.format.width)
    if words is None:
        return None
    return register.value(dict(zip(register.addresses, words, strict=True)), model.word_order)


def _may_be(quantity: Quantity, value: float) -> bool:
    """Whether one value by itself could be; NaN is "not available"."""
    if quantity is Quantity.VOLTAGE_L1:
        return MAINS_V[0] <= value <= MAINS_V[1]
    if math.isnan(value):
        return may_be_absent(quantity) or quantity in (*VOLTAGES[1:], *CURRENTS[1:], *POWERS[1:])
    if quantity in VOLTAGES:
        return value < _DEAD_V or MAINS_V[0] <= value <= MAINS_V[1]
    if quantity is Quantity.FREQUENCY:
        return MAINS_HZ[0] <= value <= MAINS_HZ[1] or MAINS_HZ[0] <= value / 10 <= MAINS_HZ[1]
    if quantity in {Quantity.ENERGY, Quantity.EXPORT}:
        return 0 <= value <= _MOST_KWH
    return abs(value) <= (1000.0 if quantity in CURRENTS else 1e6)


def plausibility(values: Mapping[Quantity, float]) -> int:
    """How much speaks for these values being measured at the mains; 0: they cannot be.

    Voltages, all of which are live, and frequency count most; powers that fit their currents and
    add up to the total count more under load than without.
    """
    live = [voltage for voltage in VOLTAGES if values.get(voltage, 0.0) >= MAINS_V[0]]
    fitted = [voltage for voltage in VOLTAGES if voltage in values]
    score = 2 + len(live) if live == fitted else 1
    score += 3 if not math.isnan(values.get(Quantity.FREQUENCY, math.nan)) else 0
    phases = [values[power] for power in POWERS if not math.isnan(values.get(power, math.nan))]
    load_w = sum(abs(watts) for watts in phases)
    for of_phase in zip(VOLTAGES, CURRENTS, POWERS, strict=True):
        volts, amps, watts = (values.get(quantity, math.nan) for quantity in of_phase)
        if abs(watts) > _APPARENT_PART * abs(volts * amps) + _MEASURING_W:
            return 0  # more power than voltage times current
    if phases:
        score += 2 if load_w > _LOAD_W else 1
    total_w = values.get(Quantity.POWER, math.nan)
    if len(phases) > 1 and not math.isnan(total_w):
        if abs(sum(phases) - total_w) > _SUM_PART * load_w + _MEASURING_W:
            return 0
        score += 2 if load_w > _LOAD_W else 1
    return score


def _reading(model: Model, values: Mapping[Quantity, float], ask: Ask) -> MeterReading | None:
    if not model.measures_currents or Quantity.CURRENT_L1 not in values:
        return None
    ratio = 1.0 if model.ratio is None else _value(model, model.ratio, ask)
    try:
        return reading(values, model.register_map(), 0.0, ratio or 1.0)
    except MeterError:
        return None
