"""A vehicle that takes more than it is told: less is signalled, and far too much ends the charge.

ETEK manual 5.8.1.3, "Check for car overload" and "Stop limit": above 110 % of the signalled current
it is lowered by 10 %, above the stop limit the charge ends within 10 s. Both are measured against
the highest current that was signalled while the vehicle had time to follow.
"""

from dataclasses import dataclass, replace

from evse.core import timing
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.mains import Mains
from evse.core.offers import NOTHING, Offers, committed_a, told
from evse.core.pilot import MINIMUM_A

REDUCE_ABOVE_PERCENT = 110.0
REDUCE_TO = 0.90
"""The manual's two 10 %."""


@dataclass(frozen=True, slots=True)
class OverloadSettings:
    """`stop_percent` of the signalled current end the charge. ValueError when it is below 110 %."""

    stop_percent: float = 120.0

    def __post_init__(self) -> None:
        if not self.stop_percent >= REDUCE_ABOVE_PERCENT:
            raise ValueError(f"stop limit: came {self.stop_percent} %, allowed: 110 % or more")


@dataclass(frozen=True, slots=True)
class OverloadState:
    """`offers`: what the vehicle may still be drawing. `limit_a`: what is signalled at most since
    an overload, None without. `over_since_s`, `far_over_since_s`: since when the meter has shown
    it. `metered_at_s`: the last sample that was taken."""

    offers: Offers = NOTHING
    limit_a: float | None = None
    over_since_s: float | None = None
    far_over_since_s: float | None = None
    metered_at_s: float = -1.0


def step(
    state: OverloadState,
    mains: Mains | None,
    offered_a: float,
    settings: OverloadSettings,
    now_s: float,
) -> OverloadState:
    """Take the current that is signalled now, and the meter's newest sample if there is one."""
    state = replace(state, offers=told(state.offers, offered_a, now_s))
    if offered_a <= 0:
        return replace(state, over_since_s=None, far_over_since_s=None)
    if mains is None or mains.current_a is None or mains.at_s <= state.metered_at_s:
        return state
    drawn_a, told_a = max(map(abs, mains.current_a)), committed_a(state.offers)
    over = drawn_a > told_a * REDUCE_ABOVE_PERCENT / 100.0
    far_over = drawn_a > told_a * settings.stop_percent / 100.0
    state = replace(
        state,
        metered_at_s=mains.at_s,
        over_since_s=_since(state.over_since_s, over, mains.at_s),
        far_over_since_s=_since(state.far_over_since_s, far_over, mains.at_s),
    )
    if _lasted(state.over_since_s, mains.at_s) and not conditions(state):
        lower_a = max(MINIMUM_A, REDUCE_TO * min(offered_a, state.limit_a or offered_a))
        return replace(state, limit_a=lower_a, over_since_s=None)
    return state


def conditions(state: OverloadState) -> frozenset[Fault]:
    """Return OVER_CURRENT while the vehicle has taken far too much."""
    far_over = _lasted(state.far_over_since_s, state.metered_at_s)
    return frozenset({Fault.OVER_CURRENT}) if far_over else frozenset()


def limits(state: OverloadState, now_s: float) -> tuple[Limit, ...]:
    """Return what is signalled at most since an overload, until the plug is pulled."""
    return () if state.limit_a is None else (Limit(Source.OVERLOAD, state.limit_a, now_s),)


def _since(since_s: float | None, present: bool, at_s: float) -> float | None:
    if not present:
        return None
    return at_s if since_s is None else since_s


def _lasted(since_s: float | None, at_s: float) -> bool:
    return since_s is not None and at_s - since_s >= timing.OVERLOAD_CONFIRM_S
