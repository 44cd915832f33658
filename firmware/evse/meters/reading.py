"""What a meter measured, once it was judged plausible. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from evse.lines.failure import Failure
from evse.meters.registers import (
    CURRENTS,
    ENERGIES,
    POWERS,
    VOLTAGES,
    Quantity,
    RegisterMap,
)

Phases = tuple[float, float, float]
"""One value a phase: (L1, L2, L3)."""


class MeterError(Exception):
    """A meter could not be read; the text says which and why, `failure` of which kind."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure


class MeterValueError(MeterError):
    """A register holds a value that cannot be; the text names the register and the value."""

    def __init__(self, text: str) -> None:
        super().__init__(Failure.NONSENSE, text)


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One reading. `at_s` is the monotonic instant at which it was asked for, so that its age is
    never understated. Phases which the meter does not have are 0, and what it does not measure is
    None.

    Currents and powers are positive towards the load, negative for export. `energy_wh` is what was
    imported, `export_wh` what was exported, both since the meter was made; `energy_at_s` is `at_s`
    of `energy_wh`, which is read less often than the rest, or None if it is not.
    """

    at_s: float
    current_a: Phases
    voltage_v: Phases | None = None
    power_w: float | None = None
    energy_wh: float | None = None
    power_phase_w: Phases | None = None
    export_wh: float | None = None
    frequency_hz: float | None = None
    energy_at_s: float | None = None

    @property
    def counted_at_s(self) -> float:
        """The instant up to which `energy_wh` has counted for certain."""
        return self.at_s if self.energy_at_s is None else self.energy_at_s


_ALLOWED: dict[Quantity, tuple[float, float, str]] = {
    **dict.fromkeys(VOLTAGES, (0.0, 1000.0, "V")),
    # Signed: a meter at the grid counts export as negative.
    **dict.fromkeys(CURRENTS, (-1000.0, 1000.0, "A")),
    **dict.fromkeys(POWERS, (-1e6, 1e6, "W")),
    Quantity.POWER: (-1e6, 1e6, "W"),
    **dict.fromkeys(ENERGIES, (0.0, 1e9, "kWh")),
    Quantity.FREQUENCY: (0.0, 100.0, "Hz"),
}
"""What low-voltage installations can show; beyond it a register is misread or "not available"."""

_MAY_BE_ABSENT = frozenset((Quantity.POWER, Quantity.EXPORT, Quantity.FREQUENCY))
"""What a meter of the same map may lack: it shows "not available", or refuses to show it."""

_TENFOLD_HZ = 100.0
"""Some Eastron meters show ten times the frequency (openWB): no mains has more than this."""

WH_PER_KWH = 1000.0


def may_be_absent(quantity: Quantity) -> bool:
    """Whether a reading is whole without it, though the map has it."""
    return quantity in _MAY_BE_ABSENT


def reading(
    values: Mapping[Quantity, float], register_map: RegisterMap, at_s: float, ratio: float = 1.0
) -> MeterReading:
    """The reading from the decoded registers; NaN is "not available".

    `ratio` of the current transformers: current, power and energy are multiplied by it. A current
    without a direction takes that of its phase's power, where the map has one.

    Raises MeterValueError for a value that is not a number or outside of what is possible.
    """
    present = _present(values)
    _check(present, register_map)
    power_w = present.get(Quantity.POWER)
    phase_w = _scaled(_phases(present, POWERS), ratio) if Quantity.POWER_L1 in present else None
    if power_w is None and phase_w is not None:
        power_w = sum(phase_w) / ratio
    current_a = _scaled(_phases(present, CURRENTS), ratio)
    return MeterReading(
        at_s=at_s,
        current_a=current_a if phase_w is None else _directed(current_a, phase_w),
        voltage_v=_phases(present, VOLTAGES) if Quantity.VOLTAGE_L1 in present else None,
        power_w=None if power_w is None else power_w * ratio,
        energy_wh=_energy_wh(present, Quantity.ENERGY, ratio),
        power_phase_w=phase_w,
        export_wh=_energy_wh(present, Quantity.EXPORT, ratio),
        frequency_hz=present.get(Quantity.FREQUENCY),
    )


def _present(values: Mapping[Quantity, float]) -> dict[Quantity, float]:
    """The values without those that a meter may lack and does, and without unconnected phases.

    A phase is unconnected when its voltage is not available: then its current and power may be so
    too. Of L1 this is nonsense.
    """
    lacking = {q for q in _MAY_BE_ABSENT if math.isnan(values.get(q, 0.0))}
    for of_phase in list(zip(VOLTAGES, CURRENTS, POWERS, strict=True))[1:]:
        if math.isnan(values.get(of_phase[0], 0.0)):
            lacking |= {q for q in of_phase if math.isnan(values.get(q, 0.0))}
    present = {quantity: value for quantity, value in values.items() if quantity not in lacking}
    if present.get(Quantity.FREQUENCY, 0.0) > _TENFOLD_HZ:
        present[Quantity.FREQUENCY] /= 10
    return present


def _check(values: Mapping[Quantity, float], register_map: RegisterMap) -> None:
    for quantity, value in values.items():
        minimum, maximum, unit = _ALLOWED[quantity]
        if not math.isfinite(value) or not minimum <= value <= maximum:
            address = register_map.registers[quantity].address
            raise MeterValueError(
                f"{quantity} (register {address}): came {value:g}, "
                f"allowed {minimum:g} … {maximum:g} {unit}"
            )


def _phases(
    values: Mapping[Quantity, float], quantities: tuple[Quantity, Quantity, Quantity]
) -> Phases:
    l1, l2, l3 = (values.get(quantity, 0.0) for quantity in quantities)
    return (l1, l2, l3)


def _scaled(phases: Phases, factor: float) -> Phases:
    l1, l2, l3 = phases
    return (l1 * factor, l2 * factor, l3 * factor)


def _directed(current_a: Phases, power_w: Phases) -> Phases:
    """The currents with the signs of their powers (hardware reference 1.2, Sign)."""
    l1, l2, l3 = (
        amps if watts == 0 else math.copysign(amps, watts)
        for amps, watts in zip(current_a, power_w, strict=True)
    )
    return (l1, l2, l3)


def _energy_wh(values: Mapping[Quantity, float], quantity: Quantity, ratio: float) -> float | None:
    energy_kwh = values.get(quantity)
    return None if energy_kwh is None else energy_kwh * WH_PER_KWH * ratio
