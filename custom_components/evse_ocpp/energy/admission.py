"""Who charges where not all can: the minimum for all before more for one, then turns. Pure.

Whoever asks is admitted in the order of the queue, as long as the minimum fits under every line. A
car that was paused for lack of current comes back when there was room for a while, or when it is
its turn: the one that has charged longest then makes room.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .lines import Line, Party
from .model import Asks, PointId

RESTART_ROOM_S = 40.0
"""Room that is given was free for 20 s already (budgets.SETTLE_S): together 60 s, or it flaps."""

PAUSE_S = 60.0
"""The shortest pause. Some cars give up after a few short ones."""

RESTART_MARGIN_A = 1.0
"""A restart needs this much above the minimum, or the start itself would end it."""

EXACT_A = 1e-6


@dataclass(frozen=True, slots=True)
class Place:
    """What is remembered of a party that asks.

    `since_s`: since when it is admitted, or waits. `had_turn`: it was paused for lack of current,
    or has charged. `charged_s`: for how long, before. `room_since_s`: since when it would fit.
    """

    since_s: float
    admitted: bool = False
    had_turn: bool = False
    charged_s: float = 0.0
    room_since_s: float | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """`places` of those who ask. `waiting`: who gets nothing now, the next one first."""

    places: Mapping[PointId, Place] = field(default_factory=dict)
    waiting: tuple[PointId, ...] = ()


def admit(
    state: Admission,
    parties: Sequence[Party],
    lines: Sequence[Line],
    rotation_s: float,
    now_s: float,
    *,
    patient: bool = False,
) -> tuple[Admission, tuple[Party, ...]]:
    """Return who may charge. `patient`: nobody starts at once, as the meter is silent."""
    asking = [party for party in parties if party.steered and party.asks is not Asks.NOTHING]
    places = {party.id: _place(state.places.get(party.id), party, now_s) for party in asking}
    order = sorted(
        (party for party in asking if party.most_a >= party.least_a > 0),
        key=_rank(places, rotation_s, now_s),
    )
    left_a = [line.room_a for line in lines]
    admitted: list[Party] = []
    waiting: list[PointId] = []
    for party in order:
        on = [index for index, line in enumerate(lines) if party.id in line.weights]
        place = places[party.id]
        at_once = place.admitted or (_due(place, rotation_s, now_s) and not patient)
        place, room = _fits(place, party, lines, left_a, on, at_once, now_s)
        if room:
            admitted.append(party)
            for index in on:
                left_a[index] -= party.least_a * lines[index].weights[party.id]
        else:
            waiting.append(party.id)
        places[party.id] = place if room == place.admitted else _moved(place, now_s)
    return Admission(places, tuple(waiting)), tuple(admitted)


def changes_at_s(state: Admission, point: PointId, rotation_s: float) -> float | None:
    """Return when one that waits may charge, as far as is known."""
    place = state.places[point]
    times = []
    if place.room_since_s is not None:
        times.append(max(place.room_since_s + RESTART_ROOM_S, place.since_s + PAUSE_S))
    if state.waiting[:1] == (point,):
        charging = [each.since_s for each in state.places.values() if each.admitted]
        if charging:
            times.append(max(min(charging), place.since_s) + rotation_s)
    return min(times, default=None)


def _place(place: Place | None, party: Party, now_s: float) -> Place:
    if place is None:
        # One that charges already was admitted before us.
        runs = party.held_a >= party.least_a > 0 and party.asks is Asks.CHARGING
        return Place(now_s, admitted=runs, had_turn=runs)
    if party.most_a >= party.least_a > 0 or not place.admitted:
        return place
    return Place(now_s)  # paused by its own mode: it comes back without a wait


def _rank(
    places: Mapping[PointId, Place], rotation_s: float, now_s: float
) -> Callable[[Party], tuple[float | str, ...]]:
    """Cars that take nothing last; the urgent before others, then by priority, then in turns.

    In turns: who charges stays; then those who are due; then who charges longer than the rotation
    time, the longest last; then those who were paused and are not due yet.
    """

    def rank(party: Party) -> tuple[float | str, ...]:
        place = places[party.id]
        if place.admitted:
            had_enough = now_s - place.since_s >= rotation_s
            turn = (2.0, -place.since_s) if had_enough else (0.0, place.since_s)
        else:
            turn = (1.0 if _due(place, rotation_s, now_s) else 3.0, place.since_s)
        head = (party.asks is Asks.LITTLE, not party.urgent, -party.priority)
        return (*head, *turn, place.charged_s, party.id)

    return rank


def _due(place: Place, rotation_s: float, now_s: float) -> bool:
    """Whether one who waits may take the place of one who has charged for the rotation time."""
    return not place.had_turn or now_s - place.since_s >= rotation_s


def _fits(
    place: Place,
    party: Party,
    lines: Sequence[Line],
    left_a: Sequence[float],
    on: Sequence[int],
    at_once: bool,
    now_s: float,
) -> tuple[Place, bool]:
    """Whether the minimum fits, and did so for long enough."""
    need_a = party.least_a + (0.0 if at_once else RESTART_MARGIN_A)
    room = all(left_a[index] >= need_a * lines[index].weights[party.id] - EXACT_A for index in on)
    if not room:
        return replace(place, room_since_s=None), False
    if at_once:
        return place, True
    since_s = now_s if place.room_since_s is None else place.room_since_s
    waited = now_s - since_s >= RESTART_ROOM_S and now_s - place.since_s >= PAUSE_S
    return replace(place, room_since_s=since_s), waited


def _moved(place: Place, now_s: float) -> Place:
    """From the queue to the cars that charge, or back."""
    charged_s = place.charged_s + (now_s - place.since_s if place.admitted else 0.0)
    return Place(now_s, not place.admitted, had_turn=True, charged_s=charged_s)
