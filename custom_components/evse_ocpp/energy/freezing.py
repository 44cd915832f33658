"""Notices a meter that repeats itself: the last thing it saw, for ever. Pure.

How long the same sample may come again is learned from the meter: one that shows hundredths of an
ampere never repeats itself while a car charges, one that shows whole amperes may do so for
minutes. A change of the cars which the meter does not show is a proof at once.
"""

from dataclasses import dataclass, replace

from .model import NOTHING, Phases

DRAWING_A = 1.0
"""Nothing can be told without a car: a house may be still for hours."""

PROOF_A = 2.0
PROOF_S = 5.0
"""The cars have changed by so much while the meter has shown the same for so long: the two are
measured by two meters, which need not be read at the same instant."""

PATIENCE_S = 600.0
"""The patience with a meter of which nothing is known yet: it may show tenths of a kilowatt. The
fallback that follows moves the cars, so a meter that only was steady shows that it lives."""

SHORTEST_S = 60.0
LONGEST_S = 1800.0
"""What is learned stays between these: a busy evening tells nothing of a quiet night."""

LEARNED_AFTER = 60
"""After so many changes beside a car the longest repetition so far is trusted."""

type Shown = tuple[float, ...]
"""All that a sample says of the grid."""


@dataclass(frozen=True, slots=True)
class Freezing:
    """`shown`: the last sample, the same since `since_s`; `cars_a`: what the cars drew then.

    `longest_s`: the longest repetition which ended by itself, in `changes` beside a car.
    """

    shown: Shown | None = None
    since_s: float = 0.0
    cars_a: Phases = NOTHING
    longest_s: float = 0.0
    changes: int = 0


def on_sample(state: Freezing, at_s: float, shown: Shown, cars_a: Phases) -> Freezing:
    """Take a plausible sample. `cars_a`: what the cars are measured to draw, per phase."""
    if max(cars_a) < DRAWING_A:
        return replace(state, shown=None)
    if shown == state.shown:
        # What the cars drew then may be known only now: they are measured by meters of their own.
        return replace(state, cars_a=cars_a) if at_s - state.since_s <= PROOF_S else state
    ended_s = 0.0 if state.shown is None else at_s - state.since_s
    return Freezing(
        shown=shown,
        since_s=at_s,
        cars_a=cars_a,
        longest_s=max(state.longest_s, min(ended_s, LONGEST_S)),
        changes=min(state.changes + 1, LEARNED_AFTER),
    )


def is_frozen(state: Freezing, at_s: float, cars_a: Phases) -> bool:
    """Whether the sample of `at_s`, which `state` has taken, says nothing about now."""
    same_s = at_s - state.since_s
    if state.shown is None or same_s <= 0:
        return False
    moved_a = max(abs(now - then) for now, then in zip(cars_a, state.cars_a, strict=True))
    if moved_a >= PROOF_A and same_s >= PROOF_S:
        return True
    return same_s > patience_s(state)


def patience_s(state: Freezing) -> float:
    """How long this meter may show the same, s."""
    if state.changes < LEARNED_AFTER:
        return PATIENCE_S
    return min(LONGEST_S, max(SHORTEST_S, 2.0 * state.longest_s + 2.0))
