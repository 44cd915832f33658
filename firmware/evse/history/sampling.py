"""What the charts keep: the mean of each minute. Pure.

Series: `charger_N_w` (power of connector N, W), `offered_N_a` (what it is offered, A per phase),
`house_l1_a` … `house_l3_a` (current of the house by phase, A, negative for export) and `limit_a`
(what the house may take, A).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evse.meters.reading import MeterReading, Phases
from evse.storage.chart_samples import Samples

FRESH_S = 10.0
"""A meter's reading older than this says nothing about now; as long as load balancing waits."""

MOST_POINTS = 720
"""Points of a chart: more than a phone has across, and 24 h in steps of two minutes."""


@dataclass(frozen=True, slots=True)
class Minute:
    """The minute under way: sum and number of the values of each series."""

    minute: int = -1
    sums: Mapping[str, tuple[float, int]] = field(default_factory=dict)


def sampled(
    state: Minute, minute: int, values: Mapping[str, float]
) -> tuple[Minute, list[Samples]]:
    """Take the values of an instant in `minute` (since 1970), and give the minute that is over."""
    over = []
    if minute != state.minute:
        means = {series: total / count for series, (total, count) in state.sums.items()}
        over = [Samples(state.minute, means)] if means else []
        state = Minute(minute)
    sums = dict(state.sums)
    for series, value in values.items():
        total, count = sums.get(series, (0.0, 0))
        sums[series] = (total + value, count + 1)
    return Minute(minute, sums), over


def charger_values(
    number: int, meter: MeterReading | None, offered_a: float, now_s: float
) -> dict[str, float]:
    """What is known of a connector now; without a fresh reading nothing of its power."""
    values = {f"offered_{number}_a": offered_a}
    if meter is not None and now_s - meter.at_s <= FRESH_S:
        power_w = meter.power_w
        if power_w is None and meter.voltage_v is not None:
            phases = zip(meter.voltage_v, meter.current_a, strict=True)
            power_w = sum(voltage_v * current_a for voltage_v, current_a in phases)
        if power_w is not None:
            values[f"charger_{number}_w"] = power_w
    return values


def house_values(current_a: Phases | None, limit_a: float) -> dict[str, float]:
    """What is known of the house; nothing without its meter."""
    if current_a is None:
        return {}
    phases = {f"house_l{phase}_a": amps for phase, amps in enumerate(current_a, start=1)}
    return phases | {"limit_a": limit_a}


def series_names(numbers: Iterable[int]) -> tuple[str, ...]:
    """Every series of a wallbox with these connectors, in the order in which charts show them."""
    connectors = tuple(numbers)
    return (
        *(f"charger_{number}_w" for number in connectors),
        *(f"house_l{phase}_a" for phase in (1, 2, 3)),
        *(f"offered_{number}_a" for number in connectors),
        "limit_a",
    )
