"""The capacity tariff: the mean import of each quarter of an hour stays within a limit. Pure.

The meter of such a tariff (Flanders) counts the import of quarters that are aligned with the clock,
over all phases; export is counted apart and sets nothing off. What may be imported now is the limit
and what the quarter has saved so far, spread evenly over what is left of it. Nothing is drawn in
advance, so a house that stays below the limit by itself keeps the mean below it.
"""

from dataclasses import dataclass

QUARTER_S = 900.0
"""15 minutes; they begin with the hours of UTC, and so with those of every zone of the tariff."""

RESERVE_S = 5.0
"""So long at the limit is held back, 0.6 % of the quarter. A load that is switched on in the last
seconds is paid from it until the car has followed."""

HORIZON_S = 30.0
"""What was saved or overdrawn is never spread over less: at the end of the quarter the car would
be thrown up or stopped for a few watt-hours."""

GAP_S = 10.0
"""Samples further apart say nothing about the time between them."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """What the quarter has behind it, at the last sample (`at_s`; None: before the first).

    `imported_ws`: counted since it began, W·s. `power_w`: the last import.
    """

    at_s: float | None = None
    utc_s: float = 0.0
    imported_ws: float = 0.0
    power_w: float = 0.0


def on_sample(
    state: Quarter, at_s: float, utc_s: float, grid_w: float, capacity_w: float
) -> Quarter:
    """Count one sample; `utc_s` is its instant as seconds of UTC since 1970.

    Time of which nothing is known (after a restart, a silence of the meter or a jump of the clock)
    counts as the limit, and at least as what is seen around it.
    """
    power_w = max(0.0, grid_w)
    apart_s = 0.0 if state.at_s is None else at_s - state.at_s
    covered_s = apart_s if 0.0 <= apart_s <= GAP_S else 0.0
    same_quarter = state.at_s is not None and utc_s // QUARTER_S == state.utc_s // QUARTER_S
    began_s = state.utc_s % QUARTER_S if same_quarter else 0.0
    passed_s = max(0.0, utc_s % QUARTER_S - began_s)
    known_s = min(covered_s, passed_s)
    unknown_w = max(capacity_w, power_w, state.power_w)
    imported_ws = (state.power_w + power_w) / 2 * known_s + unknown_w * (passed_s - known_s)
    before_ws = state.imported_ws if same_quarter else 0.0
    return Quarter(at_s, utc_s, before_ws + imported_ws, power_w)


def allowed_w(state: Quarter, capacity_w: float) -> float:
    """What may be imported from the last sample on, W; negative when the quarter is overdrawn."""
    elapsed_s = state.utc_s % QUARTER_S
    left_s = QUARTER_S - elapsed_s
    start_w = capacity_w * (1 - RESERVE_S / QUARTER_S)
    saved_ws = capacity_w * (elapsed_s - RESERVE_S) - state.imported_ws
    now_w = capacity_w + saved_ws / max(left_s, HORIZON_S)
    # The car follows late: the next quarter must not begin with what this one had left.
    return min(now_w, start_w) if left_s <= RESERVE_S else now_w
