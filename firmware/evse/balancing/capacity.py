"""The capacity tariff: the mean import of each quarter of an hour stays within a limit.

The meter of such a tariff (Flanders) counts the import of quarters that are aligned with the clock,
over all phases; export is counted apart and sets nothing off. What may be imported now is the limit
and what the quarter has saved so far, spread evenly over what is left of it. As nothing is ever
drawn in advance, the quarter never has more behind it than the limit would give, and a house that
stays below the limit by itself keeps the mean below it, however it ends.
"""

import math
from dataclasses import dataclass

from evse.balancing.contract import W_PER_KW
from evse.balancing.house import HouseSample, Phases
from evse.balancing.power import UNBOUND_A, Used, import_w, loads_w, room_of_power_a
from evse.balancing.setting_checks import check_amount, check_used

QUARTER_S = 900.0
"""15 minutes; they begin with the hours of UTC, and so with those of every zone of the tariff."""

RESERVE_S = 5.0
"""So long at the limit is held back, 0.6 % of the quarter. A load that is switched on in the last
seconds is paid from it until the car has followed: 2 s, and a sample or two before."""

HORIZON_S = 30.0
"""What was saved or overdrawn is never spread over less: at the end of the quarter the car would
be thrown up or stopped for a few watt-hours."""

GAP_S = 10.0
"""Samples further apart say nothing about the time between them (core/timing.py, DLB_SILENCE_S)."""


@dataclass(frozen=True, slots=True)
class CapacitySettings:
    """`capacity_kw`: the mean import of a quarter, 0 for none. `phases_used`: by the cars.

    ValueError when no phase is used or the power is negative or not finite.
    """

    capacity_kw: float = 0.0
    phases_used: Used = (True, True, True)

    def __post_init__(self) -> None:
        check_amount("capacity_kw", self.capacity_kw)
        check_used("phases_used", self.phases_used)

    @property
    def limit_w(self) -> float:
        """The limit, W."""
        return self.capacity_kw * W_PER_KW


@dataclass(frozen=True, slots=True)
class CapacityState:
    """What the quarter has behind it. Times are those of the last sample; None: before the first.

    `imported_ws`: counted since the quarter began, W·s. `power_w`: the last import.
    """

    at_s: float | None = None
    utc_s: float = 0.0
    imported_ws: float = 0.0
    power_w: float = 0.0

    @classmethod
    def initial(cls) -> "CapacityState":
        """Return the state before the first sample."""
        return cls()

    @property
    def elapsed_s(self) -> float:
        """How much of the quarter is behind it, s."""
        return self.utc_s % QUARTER_S

    def mean_kw(self) -> float:
        """The mean import of the quarter so far, kW."""
        return self.imported_ws / max(1.0, self.elapsed_s) / W_PER_KW


def on_sample(
    state: CapacityState, sample: HouseSample, settings: CapacitySettings, utc_s: float
) -> CapacityState:
    """Count one sample; `utc_s` is its instant as seconds of UTC since 1970.

    Time of which nothing is known (after a restart, a silence of the meter, a jump of the clock or
    while a phase cannot be read) counts as the limit, and at least as what is seen around it.
    """
    readable = math.isfinite(loads_w(sample, settings.phases_used))
    power_w = import_w(sample) if readable else max(settings.limit_w, state.power_w)
    covered_s = _covered_s(state, sample)
    same_quarter = state.at_s is not None and utc_s // QUARTER_S == state.utc_s // QUARTER_S
    began_s = state.utc_s % QUARTER_S if same_quarter else 0.0
    passed_s = max(0.0, utc_s % QUARTER_S - began_s)
    known_s = min(covered_s, passed_s)
    unknown_w = max(settings.limit_w, power_w, state.power_w)
    imported_ws = (state.power_w + power_w) / 2 * known_s + unknown_w * (passed_s - known_s)
    before_ws = state.imported_ws if same_quarter else 0.0
    return CapacityState(sample.at_s, utc_s, before_ws + imported_ws, power_w)


def allowed_w(state: CapacityState, settings: CapacitySettings) -> float:
    """What may be imported from the last sample on, W; negative when the quarter is overdrawn."""
    left_s = QUARTER_S - state.elapsed_s
    start_w = settings.limit_w * (1 - RESERVE_S / QUARTER_S)
    saved_ws = settings.limit_w * (state.elapsed_s - RESERVE_S) - state.imported_ws
    now_w = settings.limit_w + saved_ws / max(left_s, HORIZON_S)
    # The car follows late: the next quarter must not begin with what this one had left.
    return min(now_w, start_w) if left_s <= RESERVE_S else now_w


def room_a(sample: HouseSample, settings: CapacitySettings, state: CapacityState) -> Phases:
    """A per phase for the cars after `on_sample`; infinite on others, or without a limit.

    What the roof gives is for the car on top: it is not imported.
    """
    if settings.capacity_kw <= 0 or state.at_s is None:
        return UNBOUND_A
    left_w = allowed_w(state, settings) - loads_w(sample, settings.phases_used)
    return room_of_power_a(left_w, sample, settings.phases_used)


def _covered_s(state: CapacityState, sample: HouseSample) -> float:
    """For how long the last two samples say what was imported."""
    if state.at_s is None:
        return 0.0
    apart_s = sample.at_s - state.at_s
    return apart_s if 0.0 <= apart_s <= GAP_S else 0.0
