"""Dynamic load balancing: the car gets what the house leaves of the main fuse.

It decides on every sample of the house meter, phase by phase, on the house without the car: down
at once by the whole excess, up only to what was free for the last `settle_s`. Integrating on the
grid value alone would ride at the limit; giving back at once would chase every hob.
"""

import math
from dataclasses import dataclass, replace

from evse.core import timing
from evse.core.limits import Limit, Source

Phases = tuple[float, float, float]
"""Amperes in L1, L2, L3."""

IMPLAUSIBLE_A = 1000.0
"""More than any house; what a register read at the wrong place gives."""

_STEP_UP_A = 0.5
"""Smaller rises are not worth a change of the duty cycle."""

_RESTART_MARGIN_A = 1.0
"""A restart needs this much above the minimum, or the start itself would end it."""

_BUCKET_S = 1.0
"""The window of the last `settle_s` keeps one minimum a second, whatever the meter's rate."""


@dataclass(frozen=True, slots=True)
class HouseSample:
    """One instant of the house: `house_a` at the main fuse, `car_a` this wallbox's part of it.

    Both in A and signed; negative is export.
    """

    at_s: float
    house_a: Phases
    car_a: Phases


@dataclass(frozen=True, slots=True)
class DlbSettings:
    """`maximum_a`: the main fuse. `fallback_a`: what holds without a meter; 0 pauses.

    `phases_used`: the phases which the wallbox is connected to; the others don't count. ValueError
    when none is used, or a current or time is negative or not finite.
    """

    maximum_a: float
    fallback_a: float
    settle_s: float = timing.DLB_SETTLE_S
    silence_s: float = timing.DLB_SILENCE_S
    minimum_a: float = 6.0
    restart_wait_s: float = timing.DLB_RESTART_WAIT_S
    phases_used: tuple[bool, bool, bool] = (True, True, True)

    def __post_init__(self) -> None:
        if not any(self.phases_used):
            raise ValueError("phases_used: none; at least one phase must be used")
        for name in (
            "maximum_a",
            "fallback_a",
            "settle_s",
            "silence_s",
            "minimum_a",
            "restart_wait_s",
        ):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name}: {value!r}, allowed: 0 or more, finite")


@dataclass(frozen=True, slots=True)
class DlbState:
    """What the regulator remembers; at most one entry a second of the window.

    `last_at_s`: the last valid sample. `unbroken_since_s`: since when samples come without a
    silence. `restart_free_since_s`: since when a restart's current has been free. `minima`: the
    least free current of each second in the window, as (second, A).
    """

    limit_a: float = 0.0
    last_at_s: float | None = None
    unbroken_since_s: float = 0.0
    restart_free_since_s: float | None = None
    minima: tuple[tuple[int, float], ...] = ()

    @classmethod
    def initial(cls) -> "DlbState":
        """Return the state before the first sample."""
        return cls()


def on_sample(
    state: DlbState, sample: HouseSample, settings: DlbSettings, now_s: float
) -> DlbState:
    """Decide on one sample. An implausible, repeated, future or too old one counts as silence."""
    if not _is_valid(state, sample, settings, now_s):
        return state
    free_a = _free_a(sample, settings)
    if state.last_at_s is None or sample.at_s - state.last_at_s >= settings.silence_s:
        # The car may be drawing the fallback current: start from there, never above.
        state = DlbState(limit_a=settings.fallback_a, unbroken_since_s=sample.at_s)
    seen = _remember(state, free_a, sample.at_s, settings)
    return replace(seen, limit_a=_next_limit_a(seen, free_a, sample.at_s, settings))


def limit(state: DlbState, settings: DlbSettings, now_s: float) -> Limit:
    """Return the limit in force: DLB's, or after `silence_s` the fallback as METER_LOST.

    DLB's is a lease of `silence_s` from the last sample on.
    """
    lost = Limit(Source.METER_LOST, settings.fallback_a, now_s, fallback_a=settings.fallback_a)
    if state.last_at_s is None:
        return lost
    lease = Limit(
        Source.DLB,
        state.limit_a,
        set_at_s=state.last_at_s,
        expires_at_s=state.last_at_s + settings.silence_s,
        fallback_a=settings.fallback_a,
    )
    return lost if now_s >= state.last_at_s + settings.silence_s else lease


def may_rise_at_s(state: DlbState, settings: DlbSettings) -> float | None:
    """Return when it allows more if the house stays as it is, None when it will not then."""
    if state.limit_a < settings.minimum_a:
        since_s = state.restart_free_since_s
        return None if since_s is None else since_s + settings.restart_wait_s
    enough_a = state.limit_a + _STEP_UP_A
    if not state.minima or state.minima[-1][1] < enough_a:
        return None
    tight = [second for second, least_a in state.minima if least_a < enough_a]
    free_since_s = (tight[-1] + 1) * _BUCKET_S if tight else state.unbroken_since_s
    return max(free_since_s, state.unbroken_since_s) + settings.settle_s


def _is_valid(state: DlbState, sample: HouseSample, settings: DlbSettings, now_s: float) -> bool:
    plausible = all(
        abs(amps) <= IMPLAUSIBLE_A  # false for not-a-number
        for phases in (sample.house_a, sample.car_a)
        for amps, used in zip(phases, settings.phases_used, strict=True)
        if used
    )
    newer = state.last_at_s is None or sample.at_s > state.last_at_s
    return plausible and newer and 0 <= now_s - sample.at_s < settings.silence_s


def _free_a(sample: HouseSample, settings: DlbSettings) -> float:
    """Return what the fuse leaves for the car in the tightest phase, in A; negative: overload.

    At most the fuse's rating, even while the roof exports: the wires behind the fuse carry both.
    It also bounds what a reversed current clamp or a late reading of the car can do.
    """
    return min(
        settings.maximum_a - max(0.0, house_a - car_a)
        for house_a, car_a, used in zip(
            sample.house_a, sample.car_a, settings.phases_used, strict=True
        )
        if used
    )


def _remember(state: DlbState, free_a: float, at_s: float, settings: DlbSettings) -> DlbState:
    second = math.floor(at_s / _BUCKET_S)
    oldest = math.floor((at_s - settings.settle_s) / _BUCKET_S)
    minima = tuple(entry for entry in state.minima if entry[0] >= oldest)
    if minima and minima[-1][0] == second:
        minima = (*minima[:-1], (second, min(minima[-1][1], free_a)))
    else:
        minima = (*minima, (second, free_a))
    restartable = free_a >= settings.minimum_a + _RESTART_MARGIN_A
    free_since_s = at_s if state.restart_free_since_s is None else state.restart_free_since_s
    return replace(
        state,
        last_at_s=at_s,
        restart_free_since_s=free_since_s if restartable else None,
        minima=minima,
    )


def _next_limit_a(state: DlbState, free_a: float, at_s: float, settings: DlbSettings) -> float:
    if free_a < settings.minimum_a:
        return 0.0
    if free_a < state.limit_a:
        return free_a
    if at_s - state.unbroken_since_s < settings.settle_s:
        return state.limit_a
    settled_a = min(least_a for _, least_a in state.minima)
    if state.limit_a >= settings.minimum_a:
        may_rise = settled_a >= state.limit_a + _STEP_UP_A
    else:
        free_since_s = state.restart_free_since_s
        waited = free_since_s is not None and at_s - free_since_s >= settings.restart_wait_s
        may_rise = waited and settled_a >= settings.minimum_a
    return settled_a if may_rise else state.limit_a
