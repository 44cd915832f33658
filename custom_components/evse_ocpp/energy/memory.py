"""What a phase remembers of the room that was left in it: how low it was, and when last. Pure.

The memory is a staircase: of all samples only those are kept after which the room was never as low
again. Its first step within the last `hold_s` is the least room of that time, and its last step as
low as a new fall tells how long ago that happened before: so pulses that repeat (hob, oven) are
recognised by their first repetition, and the room between them is not given away.
"""

import math
from dataclasses import dataclass

NOISE_A = 0.8
"""Samples this near to their mean are noise of house and meter, and only the mean counts; what is
further away is an appliance, and counts at once."""

_FALL_S, _RISE_S = 3.0, 6.0
"""Over how long the mean goes: what is less than before is believed sooner."""

_CONFIRMED_S, _CONFIRMED_A = 2.0, 0.3
"""When all samples of so long are this much below the mean it is no noise: a small appliance."""

SURE_S = 1.9
"""What all samples of so long say is believed without waiting for the mean: two of a meter that is
read once a second, ten of a fast one."""

REPEATED_A = 1.0
"""A fall to within this of an earlier one is the same appliance again."""

_GAP_MARGIN = 1.1
_GAP_MARGIN_S = 2.0
"""A thermostat is no clock: its pulses are waited for so much longer than the gap that was seen."""

_FORGET_AFTER = 1.5
"""Pulses that did not come for so many times the wait have ended."""

_KEPT_S = 400.0
"""Nobody asks for what is older: the longest wait, and a little."""

type Step = tuple[float, float]
"""When the room was last as low as this: (s, A)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """`mean_a`: the room without its noise, at `at_s`. `recent`: the last samples. `steps`: the
    staircase, oldest and lowest first. `hold_s`: how long room must have been there, learned at
    `learned_s`."""

    hold_s: float
    mean_a: float = 0.0
    recent: tuple[tuple[float, float], ...] = ()
    at_s: float | None = None
    learned_s: float = 0.0
    steps: tuple[Step, ...] = ()

    @property
    def most_a(self) -> float:
        """Return the most room of the last `SURE_S`, A: more there surely is not."""
        newest_s = self.recent[-1][0]
        return max(amps for at, amps in self.recent if at > newest_s - SURE_S)

    def settled_a(self, now_s: float) -> float:
        """Return the least room of the last `hold_s`, A."""
        return next(amps for at, amps in self.steps if at >= now_s - self.hold_s)


def remember(
    memory: Memory, room_a: float, at_s: float, settle_s: float, longest_s: float
) -> Memory:
    """Take the room of one sample.

    `settle_s`: how long to wait without pulses; `longest_s`: the longest gap between pulses.
    """
    if memory.at_s is None:
        first = ((at_s, room_a),)
        return Memory(settle_s, room_a, ((at_s, room_a),), at_s, at_s, first)
    recent = _recent(memory.recent, room_a, at_s)
    mean_a = _mean_a(memory, room_a, at_s - memory.at_s)
    most_a = max(amps for _, amps in recent)
    if most_a < memory.mean_a - _CONFIRMED_A:
        mean_a = min(mean_a, most_a)
    hold_s, learned_s = _learn(memory, mean_a, at_s, settle_s, longest_s)
    steps = _climb(memory.steps, mean_a, at_s)
    return Memory(hold_s, mean_a, recent, at_s, learned_s, steps)


def _recent(
    recent: tuple[tuple[float, float], ...], room_a: float, at_s: float
) -> tuple[tuple[float, float], ...]:
    """The samples of the last `_CONFIRMED_S`, with the one that came right before them."""
    before = [entry for entry in recent if entry[0] <= at_s - _CONFIRMED_S][-1:]
    within = [entry for entry in recent if entry[0] > at_s - _CONFIRMED_S]
    return (*before, *within, (at_s, room_a))


def _climb(steps: tuple[Step, ...], room_a: float, at_s: float) -> tuple[Step, ...]:
    """The staircase with one sample more; at most one step a second, however fast the meter."""
    kept = tuple(step for step in steps if step[1] < room_a and step[0] >= at_s - _KEPT_S)
    if kept and math.floor(kept[-1][0]) == math.floor(at_s):
        return (*kept[:-1], (at_s, kept[-1][1]))
    return (*kept, (at_s, room_a))


def _mean_a(memory: Memory, room_a: float, passed_s: float) -> float:
    if abs(room_a - memory.mean_a) > NOISE_A:
        return room_a
    over_s = _FALL_S if room_a < memory.mean_a else _RISE_S
    return memory.mean_a + (room_a - memory.mean_a) * min(1.0, passed_s / over_s)


def _learn(
    memory: Memory, room_a: float, at_s: float, settle_s: float, longest_s: float
) -> tuple[float, float]:
    """How long to wait from now on, and when that was learned."""
    if room_a < memory.mean_a - REPEATED_A:
        before = [at for at, low_a in memory.steps if low_a <= room_a + REPEATED_A]
        gap_s = at_s - before[-1] if before else 0.0
        if settle_s < gap_s <= longest_s:
            wait_s = gap_s * _GAP_MARGIN + _GAP_MARGIN_S
            return max(memory.hold_s, wait_s), at_s
    if at_s - memory.learned_s > _FORGET_AFTER * memory.hold_s:
        return settle_s, at_s
    return memory.hold_s, memory.learned_s
