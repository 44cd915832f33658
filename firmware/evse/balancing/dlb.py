"""Dynamic load balancing: the car gets what the house leaves of the main fuse.

It decides on every sample of the house meter, phase by phase, on the house without the car: down
at once by the whole excess, up only to what was free for a settling time. Integrating on the grid
value alone would ride at the limit; giving back at once would chase every hob.

In two steps. Each phase has a *budget*, which falls at once and rises slowly (`memory` tells to
what); a group of wallboxes divides the budgets. One wallbox makes its *limit* of them: the least
of the phases which its car uses, nothing below 6 A, no restart before its time, and a little more
where the car is known to leave it unused.

What may be set is `DlbSettings`; the manual's triple of coefficients (ETEK 5.8.1.9) is three of it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evse.balancing import freezing, leaving
from evse.balancing.freezing import Freezing
from evse.balancing.house import HouseSample, Phases, fuse_room_a, is_plausible
from evse.balancing.leaving import Leaving
from evse.balancing.memory import Memory, remember
from evse.core import timing
from evse.core.limits import Limit, Source

__all__ = [
    "DlbSettings",
    "DlbState",
    "HouseSample",
    "Phases",
    "limit",
    "may_rise_at_s",
    "on_sample",
]

NO_BOUNDS: Mapping[Source, Phases] = {}

_FALL_A = 0.05
"""Less is no fall: half the last digit of a house meter."""

_SURE_A = 0.2
"""So much below a budget in every sample of two seconds is no noise, and no mean is waited for."""

_RESTART_MARGIN_A = 1.0
"""A restart needs this much above the minimum, or the start itself would end it."""

_PHASES_AFTER_S = 15.0
"""A car that has drawn from some phases only for so long uses no other."""

GROSS_SHARE = 1.25
"""So much above the fuse is a gross overload."""

_SAMPLE_S = 1.0
"""What one sees of a car is up to one sample old."""

FOLLOWING_A = 1.0
"""A car whose current has fallen by this is on its way down."""


@dataclass(frozen=True, slots=True)
class DlbSettings:
    """`maximum_a`: the main fuse. `fallback_a`: what holds without a meter; 0 pauses.

    `phases_used`: the phases which the wallbox is connected to; the others don't count.
    `dead_band_a`: a budget rises by twice this at least. `longest_gap_s`: pulses that come again
    within it are recognised. `margin_a`: a fall leaves so much free, a rise half of it.
    ValueError when no phase is used, or a current or time is negative or not finite.
    """

    maximum_a: float
    fallback_a: float
    settle_s: float = timing.DLB_SETTLE_S
    silence_s: float = timing.DLB_SILENCE_S
    minimum_a: float = 6.0
    restart_wait_s: float = timing.DLB_RESTART_WAIT_S
    phases_used: tuple[bool, bool, bool] = (True, True, True)
    dead_band_a: float = 0.5
    longest_gap_s: float = 180.0
    margin_a: float = 0.25

    def __post_init__(self) -> None:
        if not any(self.phases_used):
            raise ValueError("phases_used: none; at least one phase must be used")
        for name in (
            *("maximum_a", "fallback_a", "settle_s", "silence_s", "minimum_a"),
            *("restart_wait_s", "dead_band_a", "longest_gap_s", "margin_a"),
        ):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name}: {value!r}, allowed: 0 or more, finite")


def coefficients(triple: str) -> dict[str, float]:
    """Read the manual's three coefficients, "500,1800,10" by default, as `DlbSettings` has them.

    The manual gives them no meaning. Here: P, the dead band in mA; I, for how long a pulse is
    remembered, in 0.1 s; D, what a fall leaves free, in 25 mA. ValueError, naming what came.
    """
    parts = triple.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise ValueError(f"came {triple!r}, allowed three whole numbers as 500,1800,10")
    p, i, d = (int(part) for part in parts)
    for name, value, most in (("P", p, 5000), ("I", i, 3000), ("D", d, 200)):
        if value > most:
            raise ValueError(f"{name}: came {value}, allowed 0 … {most}")
    return {"dead_band_a": p / 1000.0, "longest_gap_s": i / 10.0, "margin_a": d / 40.0}


@dataclass(frozen=True, slots=True)
class DlbState:
    """What the regulator remembers; its memory is bounded by the window, not by the meter's rate.

    `budget_a`: what each phase allows to all cars; `sources`: whose limit that is. `limit_a`: what
    one wallbox is allowed. `last_at_s`: the last valid sample. `unbroken_since_s`: since when
    samples come without a silence. `restart_free_since_s`: since when a restart's current has been
    free. `leaving`: what the car leaves of its offer.
    `car_phases`: those which the car uses, its seeming ones since `drawing_since_s`.
    `told_s`, `told_car_a`: when the car was told to go down, and what it drew then; `reaction_s`:
    how long it took until it did. `gross_since_s`: since when there is a gross overload.
    """

    budget_a: Phases = (0.0, 0.0, 0.0)
    sources: tuple[Source, Source, Source] = (Source.DLB, Source.DLB, Source.DLB)
    limit_a: float = 0.0
    last_at_s: float | None = None
    unbroken_since_s: float = 0.0
    restart_free_since_s: float | None = None
    leaving: Leaving = field(default_factory=Leaving)
    car_phases: tuple[bool, bool, bool] = (True, True, True)
    drawing: tuple[bool, bool, bool] = (False, False, False)
    drawing_since_s: float = 0.0
    told_s: float | None = None
    told_car_a: float = 0.0
    reaction_s: float = 0.0
    gross_since_s: float | None = None
    memories: tuple[Memory, Memory, Memory] | None = None
    freezing: Freezing = field(default_factory=Freezing)

    @classmethod
    def initial(cls) -> "DlbState":
        """Return the state before the first sample."""
        return cls()


def on_sample(
    state: DlbState,
    sample: HouseSample,
    settings: DlbSettings,
    now_s: float,
    bounds: Mapping[Source, Phases] = NO_BOUNDS,
) -> DlbState:
    """Decide on one sample. An implausible, repeated, future, too old or frozen one is silence.

    `bounds`: what else leaves only so much room in each phase, A, as the contract's power.
    """
    if not _is_valid(state, sample, settings, now_s):
        return state
    seen = replace(state, freezing=freezing.on_sample(state.freezing, sample))
    if freezing.is_frozen(seen.freezing, sample):
        # The last sample that said anything is the first of those that are the same.
        return replace(seen, last_at_s=seen.freezing.since_s)
    if seen.last_at_s is None or sample.at_s - seen.last_at_s >= settings.silence_s:
        seen = _begin(seen, sample.at_s, settings)
    seen = _look_at_the_car(seen, sample)
    seen = _budgets(seen, sample, settings, bounds)
    seen = replace(seen, last_at_s=sample.at_s)
    return _limited(seen, sample, settings)


def limit(state: DlbState, settings: DlbSettings, now_s: float) -> Limit:
    """Return one wallbox's limit in force: DLB's, or after `silence_s` the fallback as METER_LOST.

    DLB's is a lease of `silence_s` from the last sample on.
    """
    if is_lost(state, settings, now_s):
        return Limit(Source.METER_LOST, settings.fallback_a, now_s, fallback_a=settings.fallback_a)
    assert state.last_at_s is not None
    return Limit(
        _tightest(state, settings)[1],
        state.limit_a,
        set_at_s=state.last_at_s,
        expires_at_s=state.last_at_s + settings.silence_s,
        fallback_a=settings.fallback_a,
    )


def is_lost(state: DlbState, settings: DlbSettings, now_s: float) -> bool:
    """Whether there has been no valid sample for `silence_s`."""
    return state.last_at_s is None or now_s >= state.last_at_s + settings.silence_s


def budget_a(state: DlbState, settings: DlbSettings, now_s: float) -> Phases:
    """Return what all cars together may draw from each phase; without a meter the fallback."""
    if is_lost(state, settings, now_s):
        return (settings.fallback_a, settings.fallback_a, settings.fallback_a)
    return state.budget_a


def may_rise_at_s(state: DlbState, settings: DlbSettings) -> float | None:
    """Return when it allows more if the house stays as it is, None when it will not then."""
    if state.last_at_s is None or state.memories is None:
        return None
    if state.limit_a < settings.minimum_a:
        since_s = state.restart_free_since_s
        return None if since_s is None else since_s + settings.restart_wait_s
    tightest_a = _tightest(state, settings)[0]
    at_s = state.unbroken_since_s + settings.settle_s
    for phase in _phases(state, settings):
        if state.budget_a[phase] > tightest_a:
            continue
        enough_a = state.budget_a[phase] + 2 * settings.dead_band_a + settings.margin_a / 2
        memory = state.memories[phase]
        if memory.steps[-1][1] < enough_a or state.budget_a[phase] >= settings.maximum_a:
            return None
        tight = [at for at, low_a, _ in memory.steps if low_a < enough_a]
        if tight:
            at_s = max(at_s, tight[-1] + memory.hold_s)
    return at_s


# ----------------------------------------------------------------------- steps


def _is_valid(state: DlbState, sample: HouseSample, settings: DlbSettings, now_s: float) -> bool:
    newer = state.last_at_s is None or sample.at_s > state.last_at_s
    fresh = newer and 0 <= now_s - sample.at_s < settings.silence_s
    return fresh and is_plausible(sample, settings.phases_used)


def _begin(state: DlbState, at_s: float, settings: DlbSettings) -> DlbState:
    """The car may be drawing the fallback current: start from there, never above."""
    start_a = settings.fallback_a
    return DlbState(
        budget_a=(start_a, start_a, start_a),
        limit_a=start_a,
        unbroken_since_s=at_s,
        car_phases=state.car_phases,
        drawing_since_s=at_s,
        freezing=state.freezing,
    )


def _look_at_the_car(state: DlbState, sample: HouseSample) -> DlbState:
    """Learn which phases the car uses, and what it leaves of its offer."""
    l1, l2, l3 = (amps >= leaving.DRAWING_A for amps in sample.car_a)
    drawing = (l1, l2, l3)
    if drawing != state.drawing:
        state = replace(state, drawing=drawing, drawing_since_s=sample.at_s)
    if any(drawing):
        more = tuple(a or b for a, b in zip(state.car_phases, drawing, strict=True))
        settled = sample.at_s - state.drawing_since_s >= _PHASES_AFTER_S
        l1, l2, l3 = drawing if settled else more
        state = replace(state, car_phases=(l1, l2, l3))
    offered_a = state.limit_a if sample.offered_a is None else sample.offered_a
    left = leaving.on_sample(state.leaving, offered_a, max(sample.car_a), sample.at_s)
    return replace(state, leaving=left)


def _budgets(
    state: DlbState, sample: HouseSample, settings: DlbSettings, bounds: Mapping[Source, Phases]
) -> DlbState:
    rooms = {Source.DLB: fuse_room_a(sample, settings.maximum_a), **bounds}
    settled = sample.at_s - state.unbroken_since_s >= settings.settle_s
    memories, budgets, sources = [], [], []
    for phase in range(3):
        memory = state.memories[phase] if state.memories else Memory(settings.settle_s)
        source = min(rooms, key=lambda name: rooms[name][phase])
        if settings.phases_used[phase]:
            room_a = rooms[source][phase]
            memory = remember(
                *(memory, room_a, source, sample.at_s, settings.settle_s, settings.longest_gap_s)
            )
        memories.append(memory)
        amps, of = _budget(state, phase, memory, settled, settings, sample.at_s)
        budgets.append(amps)
        sources.append(of)
    (b1, b2, b3), (s1, s2, s3), (m1, m2, m3) = budgets, sources, memories
    return replace(state, budget_a=(b1, b2, b3), sources=(s1, s2, s3), memories=(m1, m2, m3))


def _budget(
    state: DlbState,
    phase: int,
    memory: Memory,
    settled: bool,
    settings: DlbSettings,
    at_s: float,
) -> tuple[float, Source]:
    """Down at once by the whole excess; up to what was free all the time, if that is worth it."""
    budget_a, source = state.budget_a[phase], state.sources[phase]
    if not settings.phases_used[phase]:
        return budget_a, source
    if memory.mean_a < budget_a - _FALL_A or memory.mean_a < settings.minimum_a:
        return max(0.0, memory.mean_a - settings.margin_a), memory.source
    if memory.most_a < budget_a - _SURE_A:
        return max(0.0, memory.most_a - settings.margin_a), memory.source
    _, settled_a, of = memory.lowest(at_s)
    given_a = settled_a - settings.margin_a / 2
    if settled and given_a >= budget_a + 2 * settings.dead_band_a:
        return given_a, of
    return budget_a, source


def _limited(state: DlbState, sample: HouseSample, settings: DlbSettings) -> DlbState:
    """One wallbox's limit from the budgets of the phases which its car uses."""
    state = _gross(state, sample, settings)
    assert state.memories is not None
    now_a = min(state.memories[phase].mean_a for phase in _phases(state, settings))
    restartable = now_a >= settings.minimum_a + _RESTART_MARGIN_A
    since_s = state.restart_free_since_s
    since_s = (sample.at_s if since_s is None else since_s) if restartable else None
    state = replace(state, restart_free_since_s=since_s)
    limit_a = _next_limit_a(state, now_a, sample.at_s, settings)
    if limit_a == state.limit_a:
        return _follow(state, sample)
    return _follow(replace(state, limit_a=limit_a), sample)


def _next_limit_a(state: DlbState, now_a: float, at_s: float, settings: DlbSettings) -> float:
    tightest_a = _tightest(state, settings)[0]
    if now_a < settings.minimum_a or _is_gross(state, at_s):
        return 0.0
    if state.limit_a < settings.minimum_a:
        since_s = state.restart_free_since_s
        waited = since_s is not None and at_s - since_s >= settings.restart_wait_s
        if not waited or tightest_a < settings.minimum_a:
            return 0.0
    amps = max(tightest_a, settings.minimum_a)
    allowed_a = min(amps + leaving.on_top_a(state.leaving, amps), settings.maximum_a)
    if state.limit_a - _FALL_A <= allowed_a < state.limit_a + settings.dead_band_a:
        return state.limit_a  # what the car leaves was learned anew; no news for the car
    return allowed_a


def _gross(state: DlbState, sample: HouseSample, settings: DlbSettings) -> DlbState:
    """Notice since when there is a gross overload."""
    gross = any(
        house_a > GROSS_SHARE * settings.maximum_a and used and car_a >= leaving.DRAWING_A
        for house_a, car_a, used in zip(
            sample.house_a, sample.car_a, settings.phases_used, strict=True
        )
    )
    if not gross:
        return replace(state, gross_since_s=None)
    return state if state.gross_since_s is not None else replace(state, gross_since_s=sample.at_s)


def _is_gross(state: DlbState, at_s: float) -> bool:
    """Whether it lasts, beyond the time that this car is known to need for following."""
    if state.gross_since_s is None:
        return False
    wait_s = max(timing.DLB_GROSS_S, min(state.reaction_s, timing.EV_REACTION_S) + _SAMPLE_S)
    return at_s - state.gross_since_s >= wait_s


def _follow(state: DlbState, sample: HouseSample) -> DlbState:
    """Learn how long the car takes from a lower limit until its current falls."""
    car_a = max(sample.car_a)
    if state.told_s is not None and car_a < state.told_car_a - FOLLOWING_A:
        return replace(state, told_s=None, reaction_s=sample.at_s - state.told_s)
    if state.told_s is None and car_a > state.limit_a + FOLLOWING_A:
        return replace(state, told_s=sample.at_s, told_car_a=car_a)
    return state


def _phases(state: DlbState, settings: DlbSettings) -> list[int]:
    """The phases that count: of those of the wallbox the ones which its car uses."""
    connected = [phase for phase in range(3) if settings.phases_used[phase]]
    return [phase for phase in connected if state.car_phases[phase]] or connected


def _tightest(state: DlbState, settings: DlbSettings) -> tuple[float, Source]:
    phase = min(_phases(state, settings), key=lambda phase: state.budget_a[phase])
    return state.budget_a[phase], state.sources[phase]
