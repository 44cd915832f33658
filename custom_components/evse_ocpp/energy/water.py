"""Fair division: all rise together, each until a line of its own is full or it has enough. Pure.

Max-min fairness: nobody could get more without taking it from one that has no more than it. Higher
priorities are filled first; the others keep their minimum meanwhile.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from itertools import groupby

from .lines import Line, Party
from .model import Asks, PointId


def divide(admitted: Sequence[Party], lines: Sequence[Line]) -> dict[PointId, float]:
    """Return A for each of those who may charge, from its minimum up.

    First what their cars can use; what nobody can use is spread, so that a car that changes its
    mind has it.
    """
    amps = {party.id: party.least_a for party in admitted}
    ranked = sorted(admitted, key=_class)
    for wants in (_useful_a, _most_a):
        for _, group in groupby(ranked, key=_class):
            _rise(amps, {party.id: wants(party) for party in group}, lines)
    return amps


def _class(party: Party) -> tuple[bool, int]:
    return (not party.urgent, -party.priority)


def _useful_a(party: Party) -> float:
    if party.asks is Asks.LITTLE:
        return party.least_a
    most_a = party.most_a if party.wants_a is None else min(party.most_a, party.wants_a)
    return max(party.least_a, most_a)


def _most_a(party: Party) -> float:
    return party.most_a


def _rise(
    amps: dict[PointId, float], most_a: Mapping[PointId, float], lines: Sequence[Line]
) -> None:
    """Raise the level of a class until a line stops those who share it; the others rise on."""
    rising = {each for each, most in most_a.items() if most > amps[each]}
    least_a = dict(amps)
    full: set[int] = set()
    while rising:
        level, at = math.inf, -1
        for index, line in enumerate(lines):
            if index in full:
                continue
            its_level = _level_of(line, amps, least_a, most_a, rising)
            if its_level < level:
                level, at = its_level, index
        stopped = rising if at < 0 else {each for each in rising if each in lines[at].weights}
        for each in stopped:
            amps[each] = min(max(level, least_a[each]), most_a[each])
        full.add(at)
        rising = rising - stopped


def _level_of(
    line: Line,
    amps: Mapping[PointId, float],
    least_a: Mapping[PointId, float],
    most_a: Mapping[PointId, float],
    rising: Set[PointId],
) -> float:
    """How far those who rise may rise by this line, with what the others have taken off."""
    bounds = [
        (least_a[each], most_a[each], line.weights[each]) for each in rising if each in line.weights
    ]
    if not bounds:
        return math.inf
    room_a = line.room_a - sum(
        weight * amps[each]
        for each, weight in line.weights.items()
        if each in amps and each not in rising
    )
    return level(bounds, room_a)


def level(bounds: Sequence[tuple[float, float, float]], room_a: float) -> float:
    """The highest level at which the sum of all is at most `room_a`; infinite when all fit.

    `bounds`: each one's least, most, and weight.
    """
    if sum(most * weight for _, most, weight in bounds) <= room_a:
        return math.inf
    corners = sorted({corner for least, most, _ in bounds for corner in (least, most)})

    def total(at: float) -> float:
        return sum(min(max(at, least), most) * weight for least, most, weight in bounds)

    above = bisect_left(corners, room_a, key=total)
    if above == 0:
        return corners[0]
    low = corners[above - 1]
    # Between two corners the sum rises by the weights of those within their bounds there.
    slope = sum(weight for least, most, weight in bounds if least <= low < most)
    return low + max(0.0, room_a - total(low)) / slope
