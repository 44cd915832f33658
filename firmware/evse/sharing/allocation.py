"""Divides one supply among cars: who charges now, and how much each of them gets. Pure.

First the queue: whoever asks is admitted in its order as long as his minimum fits, and a paused
car takes no part of the rest. Then the water: all who are admitted rise together from their
minimum, each until its own phases are full or it has all it can use. What a car leaves unused is
learned and given to the others; it gets it back as soon as it draws what it was granted.

ETEK manual 4 (one car 32 A, two 16 A, three 10 A) follows from this.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from evse.core import timing

Phases = tuple[float, float, float]
"""Amperes in L1, L2, L3 of the supply."""

Uses = tuple[bool, bool, bool]
"""Which of three phases are used."""

Key = tuple[int, int]
"""A party's unit and connector."""

ALL_PHASES: Uses = (True, True, True)

ROTATION_S = 15 * 60.0
"""Where not all can charge at once, the longest-charging car makes room after this time (WARP:
15 min). Shorter wears contactors and some cars give up after a few pauses."""

RESTART_WAIT_S = timing.DLB_RESTART_WAIT_S
"""A car that was paused for lack of current starts again when there has been room for so long."""

LEARN_S = 15.0
"""A car must have left current unused for so long: it may take 10 s to begin and 5 s to follow."""

WANT_MARGIN = 1.03
WANT_MARGIN_A = 1.0
"""What a car gets of and above its draw, so that it can show that it wants more. A car that draws
94 % of what it is offered still rises to 32 A."""

REACHED_A = 0.75
"""So near to its grant a car has reached it, and may have more at once; cars draw about 98 %."""

RESTART_MARGIN_A = 1.0
"""A restart for room needs this much above the minimum, or the start itself would end it."""

STEP_UP_A = 0.5
"""Smaller rises are not worth a change of the duty cycle."""

_EXACT_A = 1e-9


class Asks(IntEnum):
    """What a connector asks for; the numbers are those of the messages."""

    NOTHING = 0
    """No car, no permission, or out of order."""
    TO_START = 1
    """A car that may charge waits for current."""
    CHARGING = 2
    """A car takes current."""
    LITTLE = 3
    """A car that is offered current takes none: full, or it waits for something of its own. It gets
    its minimum when nobody else needs it."""


class Policy(StrEnum):
    """Who charges when there is not enough for the minimum of all."""

    EVEN = "even"
    """All in turns of the rotation time."""
    PRIORITY = "priority"
    """The higher priority first; equals in turns."""
    FIRST_COME = "first_come"
    """Who came first, until its car is full or gone."""


@dataclass(frozen=True, slots=True)
class Party:
    """A connector that shares.

    `phases`: the supply's phases which its car uses, `wired`: those it is connected to.
    `maximum_a`, `minimum_a`: per phase; a grant is nothing or between them. `drawn_a`: measured in
    its most loaded phase, None without a meter. `granted_a`: what it was granted last.
    `guaranteed_a`: reserved for it on all `wired` phases, whatever it asks.
    """

    key: Key
    asks: Asks
    maximum_a: float
    phases: Uses = ALL_PHASES
    wired: Uses = ALL_PHASES
    minimum_a: float = 6.0
    drawn_a: float | None = None
    granted_a: float = 0.0
    guaranteed_a: float = 0.0
    priority: int = 0

    @property
    def least_a(self) -> float:
        """The least that it is admitted with, A."""
        return max(self.minimum_a, min(self.guaranteed_a, self.maximum_a))

    @property
    def candidate(self) -> bool:
        """Whether it can be granted anything."""
        asks = self.asks is not Asks.NOTHING
        return asks and self.maximum_a >= self.minimum_a > 0 and any(self.phases)


@dataclass(frozen=True, slots=True)
class AllocationSettings:
    """ValueError for a rotation shorter than a minute."""

    policy: Policy = Policy.EVEN
    rotation_s: float = ROTATION_S
    restart_wait_s: float = RESTART_WAIT_S
    learn_s: float = LEARN_S

    def __post_init__(self) -> None:
        if not 60.0 <= self.rotation_s < math.inf:
            raise ValueError(f"rotation_s: came {self.rotation_s!r}, allowed: 60 s or more")


@dataclass(frozen=True, slots=True)
class Place:
    """What is remembered of a party that asks.

    `since_s`: since when it is admitted, or waits. `had_turn`: it was admitted before.
    `charged_s`: for how long in all. `room_since_s`: since when it would fit. `want_a`: the most
    its car was seen to use, with a margin; None: as much as it gets. `seen_since_s`, `peak_a`,
    `told_a`: since when it is watched for that, its highest draw since, and its grant then.
    """

    arrived_s: float
    since_s: float
    admitted: bool = False
    had_turn: bool = False
    charged_s: float = 0.0
    room_since_s: float | None = None
    want_a: float | None = None
    seen_since_s: float | None = None
    peak_a: float = 0.0
    told_a: float = 0.0


@dataclass(frozen=True, slots=True)
class AllocationState:
    """`places` of those who ask, by key. `waiting`: who gets nothing now, the next one first."""

    places: Mapping[Key, Place] = field(default_factory=dict)
    waiting: tuple[Key, ...] = ()


def allocate(
    parties: Sequence[Party],
    budget_a: Phases,
    settings: AllocationSettings,
    state: AllocationState,
    now_s: float,
) -> tuple[dict[Key, float], AllocationState]:
    """Divide `budget_a` (A per phase of the supply); return A per used phase for every party.

    Per phase the grants, and what is guaranteed to those who don't use it, are within the budget;
    only guaranteed shares that exceed it by themselves are not.
    """
    asking = [party for party in parties if party.candidate]
    places = {
        party.key: _learned(party, state.places.get(party.key), settings, now_s) for party in asking
    }
    order = sorted(asking, key=_rank(places, settings, now_s))
    admitted, waiting = _admit(order, places, _unguaranteed(parties, budget_a), settings, now_s)
    room_a = list(budget_a)
    for party in parties:
        if party not in admitted:
            _take(room_a, party.wired, party.guaranteed_a)
        elif party.guaranteed_a > 0:  # what it does not use of its share
            _take(room_a, _unused(party), party.guaranteed_a)
            _take(room_a, party.phases, max(0.0, party.guaranteed_a - party.maximum_a))
    grants = {party.key: 0.0 for party in parties} | _water(admitted, places, room_a)
    return grants, AllocationState(places, tuple(party.key for party in waiting))


# ------------------------------------------------------------------- what a car can use


def _learned(
    party: Party, place: Place | None, settings: AllocationSettings, now_s: float
) -> Place:
    """Watch what the car makes of its grant: what it left unused for `learn_s` is not kept for it,
    and it is at once when it has reached its grant."""
    if place is None:
        # One that charges already was admitted by an allocator before this one.
        runs = party.granted_a > 0
        return Place(now_s, now_s, admitted=runs, had_turn=runs)
    drawn_a, granted_a = party.drawn_a, party.granted_a
    if party.asks is not Asks.CHARGING or drawn_a is None or granted_a <= 0:
        if place.want_a is None and place.seen_since_s is None:
            return place
        return replace(place, want_a=None, seen_since_s=None)
    if drawn_a >= granted_a - REACHED_A:
        return replace(place, want_a=None, seen_since_s=None)
    if place.seen_since_s is None or granted_a > place.told_a + _EXACT_A:
        return replace(place, seen_since_s=now_s, peak_a=drawn_a, told_a=granted_a)
    peak_a = max(place.peak_a, drawn_a)
    if now_s - place.seen_since_s >= settings.learn_s:
        want_a = peak_a * WANT_MARGIN + WANT_MARGIN_A
        return replace(place, want_a=want_a, seen_since_s=now_s, peak_a=drawn_a, told_a=granted_a)
    return replace(place, peak_a=peak_a, told_a=granted_a)


# ------------------------------------------------------------------- the queue


def _rank(
    places: Mapping[Key, Place], settings: AllocationSettings, now_s: float
) -> Callable[[Party], tuple[float, ...]]:
    """The order of admission: a guaranteed share before all others, cars that take nothing last.

    In turns: who charges stays; then those who are due; then who charges longer than the rotation
    time, the longest last; then those who were paused and are not due yet.
    """

    def rank(party: Party) -> tuple[float, ...]:
        place = places[party.key]
        head = (party.guaranteed_a <= 0, party.asks is Asks.LITTLE)
        if settings.policy is Policy.FIRST_COME:
            return (*head, place.arrived_s, *party.key)
        urgency = -party.priority if settings.policy is Policy.PRIORITY else 0
        if place.admitted:
            had_enough = now_s - place.since_s >= settings.rotation_s
            turn = (2, -place.since_s) if had_enough else (0, place.since_s)
        else:
            turn = (1 if _due(place, settings, now_s) else 3, place.since_s)
        return (*head, urgency, *turn, place.charged_s, *party.key)

    return rank


def _due(place: Place, settings: AllocationSettings, now_s: float) -> bool:
    """Whether one who waits may take the place of one who has charged for the rotation time."""
    return not place.had_turn or now_s - place.since_s >= settings.rotation_s


def _unguaranteed(parties: Iterable[Party], budget_a: Phases) -> list[float]:
    left_a = list(budget_a)
    for party in parties:
        _take(left_a, party.wired, party.guaranteed_a)
    return left_a


def _admit(
    order: Sequence[Party],
    places: dict[Key, Place],
    left_a: list[float],
    settings: AllocationSettings,
    now_s: float,
) -> tuple[list[Party], list[Party]]:
    """Admit in this order whoever fits with his minimum; enter it in `places`."""
    admitted: list[Party] = []
    waiting: list[Party] = []
    for party in order:
        place = places[party.key]
        due = settings.policy is not Policy.FIRST_COME and _due(place, settings, now_s)
        at_once = place.admitted or not place.had_turn or due
        need_a = max(0.0, party.least_a - party.guaranteed_a)
        margin_a = 0.0 if at_once else RESTART_MARGIN_A
        least_left_a = min(amps for amps, used in zip(left_a, party.phases, strict=True) if used)
        room = least_left_a >= need_a + margin_a - _EXACT_A
        if room and not at_once:
            since_s = now_s if place.room_since_s is None else place.room_since_s
            place = places[party.key] = replace(place, room_since_s=since_s)
            room = now_s - since_s >= settings.restart_wait_s
        elif not room and place.room_since_s is not None:
            place = places[party.key] = replace(place, room_since_s=None)
        if room:
            admitted.append(party)
            _take(left_a, party.phases, need_a)
        else:
            waiting.append(party)
        if room != place.admitted:
            places[party.key] = _moved(place, now_s)
    return admitted, waiting


def _moved(place: Place, now_s: float) -> Place:
    """From the queue to the cars that charge, or back; what it was seen to use is forgotten."""
    return Place(
        place.arrived_s,
        since_s=now_s,
        admitted=not place.admitted,
        had_turn=True,
        charged_s=place.charged_s + (now_s - place.since_s if place.admitted else 0.0),
    )


# ------------------------------------------------------------------- the water


def _water(
    admitted: Sequence[Party], places: Mapping[Key, Place], room_a: list[float]
) -> dict[Key, float]:
    """Raise all together to what they want, then, if there is room left, to their maximum."""
    least_a = [party.least_a for party in admitted]
    most_a = [max(party.least_a, party.maximum_a) for party in admitted]
    wanted_a = [_wanted_a(party, places[party.key]) for party in admitted]
    phases = [party.phases for party in admitted]
    amps = _fill(phases, least_a, wanted_a, room_a)
    if most_a != wanted_a:
        amps = _fill(phases, amps, most_a, room_a)
    return {
        party.key: _calm(party, party.least_a, new_a)
        for party, new_a in zip(admitted, amps, strict=True)
    }


def _wanted_a(party: Party, place: Place) -> float:
    if party.asks is Asks.LITTLE:
        return party.least_a
    most_a = party.maximum_a if place.want_a is None else min(party.maximum_a, place.want_a)
    return max(party.least_a, most_a)


def _calm(party: Party, least_a: float, new_a: float) -> float:
    """Leave a rise that is not worth it."""
    small = least_a <= party.granted_a < new_a < party.granted_a + STEP_UP_A
    return party.granted_a if small and new_a < party.maximum_a else new_a


def _fill(
    phases: Sequence[Uses],
    least_a: Sequence[float],
    most_a: Sequence[float],
    room_a: Sequence[float],
) -> list[float]:
    """Max-min fairness: the level of all rises from `least_a` until a phase is full, which stops
    those who use it; the others rise on, each to `most_a`."""
    amps = list(least_a)
    rising = set(range(len(amps)))
    left_a = list(room_a)
    while rising:
        levels = [
            _level([(least_a[i], most_a[i]) for i in rising if phases[i][phase]], left_a[phase])
            for phase in range(3)
        ]
        level = min(levels)
        full = levels.index(level)
        stopped = {i for i in rising if level == math.inf or phases[i][full]}
        for i in stopped:
            amps[i] = min(max(level, least_a[i]), most_a[i])
            _take(left_a, phases[i], amps[i])
        rising -= stopped
    return amps


def _level(bounds: Sequence[tuple[float, float]], room_a: float) -> float:
    """The highest level at which the sum of all, each within its bounds, is at most `room_a`.

    Infinite when there is room for the upper bounds of all.
    """
    if not bounds or sum(most for _, most in bounds) <= room_a:
        return math.inf
    corners = sorted({corner for bound in bounds for corner in bound})

    def total(level: float) -> float:
        return sum(min(max(level, least), most) for least, most in bounds)

    above = bisect_left(corners, room_a, key=total)
    if above == 0:
        return corners[0]
    low = corners[above - 1]
    # Between two corners the sum rises by as many as are within their bounds there.
    within = sum(1 for least, most in bounds if least <= low < most)
    return low + max(0.0, room_a - total(low)) / within


# ------------------------------------------------------------------- phases


def _take(left_a: list[float], phases: Uses, amps: float) -> None:
    for phase in range(3):
        if phases[phase]:
            left_a[phase] -= amps


def _unused(party: Party) -> Uses:
    l1, l2, l3 = (w and not u for w, u in zip(party.wired, party.phases, strict=True))
    return (l1, l2, l3)
