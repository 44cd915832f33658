"""In which order limits may change: nobody rises before others have confirmed to have gone down.

Down is granted at once. A rise is granted only within what every line has left of what all may draw
*now*, by anything that they were told and have not confirmed to have given up. So whatever command,
answer or sample is lost or late, the sum of what the cars may draw stays within the room; only the
house can exceed it. Pure.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from .lines import Line, Party
from .model import PointId

WORTH_A = 0.5
"""Smaller rises are not worth a message and a change of the duty cycle."""

STUCK_S = 8.0
"""An order, its answer, and a repetition take less."""

_EXACT_A = 1e-6


def since_s(
    before: Mapping[PointId, float], parties: Sequence[Party], now_s: float
) -> dict[PointId, float]:
    """Since when each has held more than it was granted, of those who do."""
    return {
        party.id: before.get(party.id, now_s)
        for party in parties
        if party.steered and party.held_a > party.granted_a + WORTH_A
    }


def with_the_stuck(
    lines: Sequence[Line],
    parties: Sequence[Party],
    held_since_s: Mapping[PointId, float],
    now_s: float,
) -> tuple[Line, ...]:
    """Take out of each line what those still hold who should have given it up long ago."""
    excess_a = {
        party.id: party.held_a - party.granted_a
        for party in parties
        if now_s - held_since_s.get(party.id, now_s) >= STUCK_S
    }
    if not excess_a:
        return tuple(lines)
    return tuple(
        replace(
            line,
            room_a=line.room_a
            - sum(amps * line.weights.get(each, 0.0) for each, amps in excess_a.items()),
        )
        for line in lines
    )


def granted(
    targets: Mapping[PointId, float],
    on_top: Mapping[PointId, float],
    parties: Sequence[Party],
    lines: Sequence[Line],
    held_back: Set[PointId] = frozenset(),
) -> dict[PointId, float]:
    """Return what each may be told now, on its way to its target, in steps of 0.1 A.

    `on_top`: what may be offered above a target, as the car is known to leave it. `held_back`:
    those whose limit may not rise yet, as each change is kept in flash.
    """
    steered = sorted((party for party in parties if party.steered), key=_order)
    held = {party.id: party.held_a for party in steered}
    free_a = [
        line.room_a - sum(weight * held[each] for each, weight in line.weights.items())
        for line in lines
    ]
    grants, spared_a = {}, 0.0
    for party in steered:
        target_a = targets.get(party.id, 0.0)
        if target_a > party.held_a:  # small rises that were not worth it make one that is
            target_a = min(target_a + spared_a, party.most_a)
        on = [index for index, line in enumerate(lines) if party.id in line.weights]
        left = (free_a[index] / lines[index].weights[party.id] for index in on)
        rise_a = max(0.0, min(target_a - party.held_a, *left))
        new_a = min(party.held_a + rise_a, target_a)
        grants[party.id] = _told(party, new_a, on_top.get(party.id, 0.0), party.id in held_back)
        taken_a = max(0.0, min(new_a, grants[party.id]) - party.held_a)
        spared_a = max(0.0, rise_a - taken_a) if rise_a < WORTH_A + spared_a else 0.0
        for index in on:
            free_a[index] -= taken_a * lines[index].weights[party.id]
    return grants


def _order(party: Party) -> tuple[bool, int, bool, float, str]:
    """Who rises first: those that start, and who has least comes last, to have what was spared."""
    return (not party.urgent, -party.priority, party.granted_a > 0, -party.granted_a, party.id)


def _told(party: Party, amps: float, on_top_a: float, held_back: bool) -> float:
    """What is told of it: nothing below the minimum, and no rise that is not worth it."""
    offered_a = min(amps + on_top_a, party.most_a)
    if offered_a < party.least_a - _EXACT_A or amps <= 0:  # at its minimum a car draws less
        return 0.0
    small = offered_a < party.granted_a + WORTH_A and offered_a < party.most_a - _EXACT_A
    if offered_a > party.granted_a and (small or held_back):
        offered_a = party.granted_a
    steps_a = int(offered_a * 10.0 + _EXACT_A) / 10.0
    return max(steps_a, party.least_a) if offered_a >= party.least_a - _EXACT_A else 0.0
