"""What a meter measured, once it was judged plausible. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from evse.lines.failure import Failure
from evse.meters.registers import CURRENTS, VOLTAGES, Quantity, RegisterMap

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
    never understated. Phases which the meter does not have are 0."""

    at_s: float
    current_a: Phases
    voltage_v: Phases | None = None
    power_w: float | None = None
    energy_wh: float | None = None


_ALLOWED: dict[Quantity, tuple[float, float, str]] = {
    **dict.fromkeys(VOLTAGES, (0.0, 1000.0, "V")),
    # Signed: a meter at the grid counts export as negative.
    **dict.fromkeys(CURRENTS, (-1000.0, 1000.0, "A")),
    Quantity.POWER: (-1e6, 1e6, "W"),
    Quantity.ENERGY: (0.0, 1e9, "kWh"),
}
"""What low-voltage installations can show; beyond it a register is misread or "not available"."""

WH_PER_KWH = 1000.0


def reading(
    values: Mapping[Quantity, float], register_map: RegisterMap, at_s: float
) -> MeterReading:
    """The reading from the decoded registers.

    Raises MeterValueError for a value that is not a number or outside of what is possible.
    """
    for quantity, value in values.items():
        minimum, maximum, unit = _ALLOWED[quantity]
        if not math.isfinite(value) or not minimum <= value <= maximum:
            address = register_map.registers[quantity].address
            raise MeterValueError(
                f"{quantity} (register {address}): came {value:g}, "
                f"allowed {minimum:g} … {maximum:g} {unit}"
            )
    energy_kwh = values.get(Quantity.ENERGY)
    return MeterReading(
        at_s=at_s,
        current_a=_phases(values, CURRENTS),
        voltage_v=_phases(values, VOLTAGES) if Quantity.VOLTAGE_L1 in values else None,
        power_w=values.get(Quantity.POWER),
        energy_wh=None if energy_kwh is None else energy_kwh * WH_PER_KWH,
    )


def _phases(
    values: Mapping[Quantity, float], quantities: tuple[Quantity, Quantity, Quantity]
) -> Phases:
    l1, l2, l3 = (values.get(quantity, 0.0) for quantity in quantities)
    return (l1, l2, l3)
