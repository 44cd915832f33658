"""What a car draws at an instant at which nobody measured it: by its last measurement and limits.

As long as the limit stays, the last measurement holds. After a change the car follows within some
seconds, in the proportion in which it followed before. Where it may still be following, the larger
value counts: too much taken out of the house looks like room for a moment only, and room is given
after its settling time.

Whatever was estimated or measured, no more than the car was told is taken out of the house; what it
draws above that is the house's. So an overload at the grid always lowers the limits, until it ends.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from .model import NOTHING, Asks, Phases, PointNow
from .wires import spread

FOLLOWS = 0.98
"""Of its limit so much is drawn by a car of which nothing is known yet."""

EARLY_S = 1.0
"""Sooner after the confirmation no car moves: that is up to 1 s late, and a car needs 2 s."""

LATE_S = 7.0
"""By then a car has followed a lower limit: 5 s after its charger (IEC 61851-1), which may take 1 s
for it after it has confirmed, and the meter is read 1 s later. Sooner, what a slow car still draws
would look like a load of the house, and stop all cars."""

FRESH_S = 1.5
"""A measurement that is so near to the meter's sample is of the same instant."""

ITSELF_SHARE = 0.9
"""A car that draws less of its limit is limited by something else, and will not rise with it."""

TOLERANCE_A = 0.5
"""So much above its limit may be the error of the charger's meter: not yet the house's."""

START_S, FOLLOW_S, RISE_A_PER_S = 10.0, 2.0, 2.0
"""A car takes so long to start, and to notice a limit; and so fast it rises at least."""

RISING_S = 15.0
"""A car may still be rising from the lowest limit of so long before."""

DRAWING_A = 1.0
"""Below are the charger's own consumption and noise."""

_KEPT_S = 20.0

type Told = tuple[float, float]
"""Since when (s), and the limit (A)."""
type Seen = tuple[float, Phases]
"""When (s), and what was measured (A per phase of the site)."""


@dataclass(frozen=True, slots=True)
class CarTrack:
    """`told`, `seen`: those of the last seconds and one before, newest last. `share`: what it draws
    of its limit; `itself_a`: the most it takes by itself, None: it goes by its limit."""

    told: tuple[Told, ...] = ()
    seen: tuple[Seen, ...] = ()
    share: float = FOLLOWS
    itself_a: float | None = None


def follow(state: CarTrack, point: PointNow, measured: Phases | None, now_s: float) -> CarTrack:
    """Take what is known of a point now; `measured` as the site sees it.

    Before its first confirmation it may do what it was allowed before us (`holds_a`).
    """
    told_a = point.told_a if math.isfinite(point.told_at_s) else point.holds_a
    if not state.told or state.told[-1][1] != told_a:
        at_s = point.told_at_s if not state.told else max(point.told_at_s, state.told[-1][0])
        state = replace(state, told=_trimmed((*state.told, (min(at_s, now_s), told_a)), now_s))
    at_s_or_none = point.measured_at_s
    if measured is None or at_s_or_none is None:
        return state
    if state.seen and at_s_or_none <= state.seen[-1][0]:
        return state
    state = replace(state, seen=_trimmed((*state.seen, (at_s_or_none, measured)), now_s))
    return _learn(state, at_s_or_none, max(measured))


def drawn_at(state: CarTrack, point: PointNow, phases: tuple[int, ...], at_s: float) -> Phases:
    """What the car drew at `at_s`, A per phase of the site. `phases`: those which it uses."""
    near = _near(state, at_s)
    last = near[-1] if near else _before(state, at_s)
    if last is not None and (_has_followed(state, last[0], at_s) or not point.connected):
        amps = _most([last[1], *(each for _, each in near)])
    else:
        expected = _expected_at(state, point, phases, at_s, last)
        amps = _most([expected, *(each for _, each in near)])
    most_a = max(_limits(state, at_s - LATE_S, at_s)) + TOLERANCE_A
    l1, l2, l3 = (min(each, most_a) for each in amps)
    return (l1, l2, l3)


def least_at(state: CarTrack, point: PointNow, phases: tuple[int, ...], at_s: float) -> Phases:
    """The least that the car may have drawn: until it has followed, by the lower of its limits.

    Between this and `drawn_at` nobody knows, but for whoever knows the rest of the house.
    """
    near = _near(state, at_s)
    if near:
        l1, l2, l3 = (min(amps[phase] for _, amps in near) for phase in range(3))
        return (l1, l2, l3)
    high = drawn_at(state, point, phases, at_s)
    if not point.connected or _has_followed(state, at_s, at_s):
        return high
    low_a, _, told_a = _step(state, at_s)
    share = _follows(state, min(low_a, told_a)) / max(DRAWING_A, *high)
    l1, l2, l3 = (amps * min(1.0, share) for amps in high)
    return (l1, l2, l3)


def measured_near(state: CarTrack, at_s: float) -> bool:
    """Whether there is a measurement of about that instant."""
    return bool(_near(state, at_s))


def _learn(state: CarTrack, at_s: float, amps: float) -> CarTrack:
    _, _, told_a = _step(state, at_s)  # a newer one may be known already
    if state.itself_a is not None and amps > state.itself_a + TOLERANCE_A:
        state = replace(state, itself_a=None)
    if amps < DRAWING_A or told_a <= 0 or not _has_followed(state, at_s, at_s):
        return state
    if amps < ITSELF_SHARE * told_a:
        return replace(state, itself_a=amps)
    return replace(state, share=min(1.0, amps / told_a), itself_a=None)


def _near(state: CarTrack, at_s: float) -> list[Seen]:
    """The measurements that may be of this instant."""
    return [each for each in state.seen if abs(each[0] - at_s) <= FRESH_S]


def _before(state: CarTrack, at_s: float) -> Seen | None:
    return next((each for each in reversed(state.seen) if each[0] <= at_s), None)


def _most(many: list[Phases]) -> Phases:
    l1, l2, l3 = (max(amps[phase] for amps in many) for phase in range(3))
    return (l1, l2, l3)


def _changed_s(state: CarTrack, at_s: float) -> float:
    """When the limit changed for the last time that the car can have noticed."""
    return next(
        (since_s for since_s, _ in reversed(state.told) if since_s <= at_s - EARLY_S), -math.inf
    )


def _step(state: CarTrack, at_s: float) -> tuple[float, float, float]:
    """The lowest and the highest limit from which a car may still be on its way, and the one that
    it can have noticed last."""
    changed_s = _changed_s(state, at_s)
    told_a = _limits(state, changed_s, changed_s)[-1]
    earlier = [
        told_a
        for (since_s, told_a), (end_s, _) in pairwise(state.told)
        if since_s < changed_s and end_s > changed_s - RISING_S
    ]
    return min(earlier, default=told_a), max(earlier, default=told_a), told_a


def _has_followed(state: CarTrack, seen_s: float, at_s: float) -> bool:
    """Whether a car had the time, until `seen_s`, to follow the limit that holds at `at_s`."""
    low_a, _, told_a = _step(state, at_s)
    changed_s = _changed_s(state, at_s)
    took_s = LATE_S
    if told_a > low_a:
        start_s = START_S if low_a <= 0 else 0.0
        took_s = max(took_s, EARLY_S + FOLLOW_S + start_s + (told_a - low_a) / RISE_A_PER_S)
    elif any(
        changed_s <= when_s <= seen_s and max(seen) <= told_a + TOLERANCE_A
        for when_s, seen in state.seen
    ):
        return True  # it was seen to have
    return seen_s - changed_s >= took_s


def _expected_at(
    state: CarTrack, point: PointNow, phases: tuple[int, ...], at_s: float, last: Seen | None
) -> Phases:
    """By the limits that it may be following, on the phases on which it drew last."""
    _, high_a, told_a = _step(state, at_s)
    stopping = told_a < high_a and at_s - _changed_s(state, at_s) < LATE_S
    if not point.connected or not (point.asks is Asks.CHARGING or stopping):
        return NOTHING
    amps = max(
        _follows(state, limit_a) for limit_a in _limits(state, at_s - LATE_S, at_s - EARLY_S)
    )
    peak_a = 0.0 if last is None else max(last[1])
    if last is None or peak_a < DRAWING_A:
        return spread(phases, amps)
    l1, l2, l3 = (amps * each / peak_a for each in last[1])
    return (l1, l2, l3)


def _follows(state: CarTrack, limit_a: float) -> float:
    amps = state.share * limit_a
    return amps if state.itself_a is None else min(amps, state.itself_a)


def _limits(state: CarTrack, first_s: float, last_s: float) -> list[float]:
    """The limits in force from one instant to another."""
    ended = [since_s for since_s, _ in state.told[1:]] + [math.inf]
    in_force = [
        told_a
        for (since_s, told_a), end_s in zip(state.told, ended, strict=True)
        if since_s <= last_s and end_s > first_s
    ]
    return in_force or [state.told[0][1]]


def _trimmed[T](entries: tuple[tuple[float, T], ...], now_s: float) -> tuple[tuple[float, T], ...]:
    """Those of the last seconds, and the one before them."""
    old = sum(1 for at_s, _ in entries if at_s < now_s - _KEPT_S)
    return entries[max(0, old - 1) :]
