"""The mains as the charger's own meter sees them: over-voltage, under-voltage, a missing phase.

ETEK manual 5.8.1.8 (voltage monitoring, maximum, minimum, hysteresis thresholds; 60 s good are in
the table of faults), Cabur manual 7.1.2 (ERR OVP, LVP, MIS).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evse.core import timing
from evse.core.faults import Fault

Phases = tuple[float, float, float]
"""L1, L2, L3."""

ABSENT_V = 60.0
"""A phase below this is missing rather than low: an open conductor behind a load floats at tens of
volts, while no grid that still deserves the name falls so far."""

SEEN = frozenset({Fault.OVER_VOLTAGE, Fault.UNDER_VOLTAGE, Fault.PHASE_LOSS})
"""The faults that are seen here."""


@dataclass(frozen=True, slots=True)
class Mains:
    """One reading of the charger's own meter, finite numbers. None: it doesn't measure that."""

    at_s: float
    voltage_v: Phases | None = None
    current_a: Phases | None = None


@dataclass(frozen=True, slots=True)
class MainsState:
    """`at_s`: the last sample; `since_s`: what it showed, and since which sample; `present`: what
    counts, for it has lasted."""

    at_s: float = -1.0
    since_s: Mapping[Fault, float] = field(default_factory=dict)
    present: frozenset[Fault] = frozenset()


@dataclass(frozen=True, slots=True)
class MainsSettings:
    """Thresholds in V between phase and neutral (IT: between the two conductors).

    `recover_high_v`, `recover_low_v`: the voltage must be back below and above these. ValueError
    when they are not in the order minimum ≤ recover_low < recover_high ≤ maximum.
    """

    phases: int = 3
    maximum_v: float = 265.0
    minimum_v: float = 180.0
    recover_high_v: float = 250.0
    recover_low_v: float = 200.0

    def __post_init__(self) -> None:
        ordered = (self.minimum_v, self.recover_low_v, self.recover_high_v, self.maximum_v)
        if not (ordered[0] <= ordered[1] < ordered[2] <= ordered[3]):
            raise ValueError(
                f"voltages: came {ordered} V, "
                "allowed minimum ≤ recover low < recover high ≤ maximum"
            )


def on_sample(
    state: MainsState, seen: Mains, raised: frozenset[Fault], settings: MainsSettings
) -> MainsState:
    """Take a sample; `raised`: the faults of `SEEN` in force.

    One bad sample stops nothing, however slow the meter is, and no short dip, however quick it is.
    """
    if seen.voltage_v is None or seen.at_s <= state.at_s:
        return state
    found = conditions(seen.voltage_v, raised, settings)
    since_s = {fault: state.since_s.get(fault, seen.at_s) for fault in found}
    lasted = {fault for fault in found if seen.at_s - since_s[fault] >= timing.MAINS_CONFIRM_S}
    return MainsState(seen.at_s, since_s, frozenset(lasted) | (found & raised))


def conditions(
    voltage_v: Phases, raised: frozenset[Fault], settings: MainsSettings
) -> frozenset[Fault]:
    """Return which of `SEEN` are present; `raised` are those in force, which end by hysteresis."""
    used = voltage_v[: settings.phases]
    there = tuple(volts for volts in used if volts >= ABSENT_V)
    lost = settings.phases == 3 and 0 < len(there) < len(used)
    highest, lowest = max(used), min(there if lost else used)
    too_high = settings.recover_high_v if Fault.OVER_VOLTAGE in raised else settings.maximum_v
    too_low = settings.recover_low_v if Fault.UNDER_VOLTAGE in raised else settings.minimum_v
    found = {
        Fault.OVER_VOLTAGE: highest > too_high,
        Fault.UNDER_VOLTAGE: lowest < too_low,
        Fault.PHASE_LOSS: lost,
    }
    return frozenset(fault for fault, present in found.items() if present)
