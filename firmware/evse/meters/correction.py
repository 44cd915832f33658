"""What an installer corrects of a meter: calibration, direction, order of the phases. Pure.

A meter's own registers are never touched; all of this is done to what was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from evse.meters.reading import MeterReading, Phases

PHASE_ORDERS = ("123", "132", "213", "231", "312", "321")
"""Each digit is the meter's phase that carries the wallbox's L1, L2, L3."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Factors of voltage, current and energy (1: as measured; power has those of both).

    `inverted`: phases of the meter whose transformer sits the wrong way round. `order`: which phase
    of the meter (0, 1, 2) carries the wallbox's L1, L2, L3.
    """

    voltage: float = 1.0
    current: float = 1.0
    energy: float = 1.0
    inverted: tuple[bool, bool, bool] = (False, False, False)
    order: tuple[int, int, int] = (0, 1, 2)


NO_CORRECTION = Correction()


def is_correction(name: str) -> bool:
    """Whether a setting of a meter is one of `correction_of`, by the last part of its key."""
    return name in {"inverted", "phase_order"} or name.startswith("calibrate_")


def correction_of(values: Mapping[str, Any], meter: str) -> Correction:
    """The correction that the settings of `meter` (`internal` or `dlb`) ask for."""
    key = f"meter.{meter}."
    l1, l2, l3 = (digit == "1" for digit in values[f"{key}inverted"])
    first, second, third = (int(digit) - 1 for digit in values[f"{key}phase_order"])
    return Correction(
        voltage=values[f"{key}calibrate_voltage_pct"] / 100,
        current=values[f"{key}calibrate_current_pct"] / 100,
        energy=values[f"{key}calibrate_energy_pct"] / 100,
        inverted=(l1, l2, l3),
        order=(first, second, third),
    )


def corrected(reading: MeterReading, by: Correction) -> MeterReading:
    """The reading as it would be from a meter that is right."""
    if by == NO_CORRECTION:
        return reading
    result = _inverted(reading, by.inverted)
    power = by.voltage * by.current
    return replace(
        result,
        current_a=_ordered(_times(result.current_a, by.current), by.order),
        voltage_v=result.voltage_v and _ordered(_times(result.voltage_v, by.voltage), by.order),
        power_phase_w=result.power_phase_w
        and _ordered(_times(result.power_phase_w, power), by.order),
        power_w=None if result.power_w is None else result.power_w * power,
        energy_wh=None if result.energy_wh is None else result.energy_wh * by.energy,
        export_wh=None if result.export_wh is None else result.export_wh * by.energy,
    )


def _inverted(reading: MeterReading, inverted: tuple[bool, bool, bool]) -> MeterReading:
    """The reading with the other direction in some phases.

    With all three the counters of import and export change places; with some of them no counter is
    right, and the sum of the powers is made anew.
    """
    if not any(inverted):
        return reading
    phase_w = None if reading.power_phase_w is None else _turned(reading.power_phase_w, inverted)
    result = replace(reading, current_a=_turned(reading.current_a, inverted), power_phase_w=phase_w)
    if all(inverted):
        return replace(
            result,
            power_w=None if reading.power_w is None else -reading.power_w,
            energy_wh=reading.energy_wh if reading.export_wh is None else reading.export_wh,
            export_wh=None if reading.export_wh is None else reading.energy_wh,
        )
    return replace(result, power_w=None if phase_w is None else sum(phase_w))


def _turned(phases: Phases, inverted: tuple[bool, bool, bool]) -> Phases:
    signs = (-1 if turn else 1 for turn in inverted)
    l1, l2, l3 = (value * sign for value, sign in zip(phases, signs, strict=True))
    return (l1, l2, l3)


def _times(phases: Phases, factor: float) -> Phases:
    l1, l2, l3 = phases
    return (l1 * factor, l2 * factor, l3 * factor)


def _ordered(phases: Phases, order: tuple[int, int, int]) -> Phases:
    first, second, third = order
    return (phases[first], phases[second], phases[third])


ZERO_KEYS = {1: "meter.internal.zero_wh", 2: "meter.internal.second_zero_wh"}
"""Where the counter is kept from which people count (SetZero), by connector."""


def shown_energy_wh(energy_wh: float | None, zero_wh: float) -> float | None:
    """The energy as people see it, Wh: since somebody set the meter to zero (manual, SetZero).

    Transactions and the central system always have the counter itself, which never goes back. A
    meter that was replaced by a newer one has counted less than `zero_wh`: then all of it is shown.
    """
    if energy_wh is None:
        return None
    return energy_wh - zero_wh if energy_wh >= zero_wh else energy_wh
