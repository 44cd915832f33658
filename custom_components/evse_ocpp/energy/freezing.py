"""Notices a meter that repeats itself: the last thing it saw, for ever. Pure.

How long the same sample may come again is learned from the meter: one that shows hundredths of an
ampere never repeats itself while a car charges, one that shows whole amperes may do so for
minutes. A change of the cars which the meter does not show is a proof soon.

It is one between two measurements of the cars in the same repetition only: before it the meter has
moved, perhaps by just that change. And a home battery that keeps the grid at zero hides the cars
from the meter: while it moves too, nothing is proved.
"""

from dataclasses import dataclass, replace

from .model import NOMINAL_V, NOTHING, Phases

DRAWING_A = 1.0
"""Nothing can be told without a car: a house may be still for hours."""

PROOF_A = 2.0
PROOF_S = 5.0
"""The cars have changed by so much while the meter has shown the same for so long: the two are
measured by two meters, which need not be read at the same instant."""

CONFIRMED_S = 2.0
"""A meter at the grid is read up to so much later than a car that begins to move."""

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
    """`shown`: the last sample, the same from `since_s` to `until_s`; `cars_a`: what the cars were
    measured to draw last.

    `first_a`, `first_battery_w`: what the cars and the battery did when they were first measured
    since then; None: not yet, or not at all. `moved_s`: since when the cars have changed.
    `longest_s`: the longest repetition which ended by itself, in `changes` beside a car.
    """

    shown: Shown | None = None
    since_s: float = 0.0
    until_s: float = 0.0
    cars_a: Phases = NOTHING
    first_a: Phases | None = None
    first_battery_w: float | None = None
    moved_s: float | None = None
    longest_s: float = 0.0
    changes: int = 0


def on_sample(
    state: Freezing,
    at_s: float,
    shown: Shown,
    cars_a: Phases | None,
    battery_w: float | None = None,
) -> Freezing:
    """Take a plausible sample. `cars_a`: what the cars are measured to draw at that instant, per
    phase; None: not measured then. `battery_w`: what the home battery gives, None: unknown."""
    last_a = state.cars_a if cars_a is None else cars_a
    if max(last_a) < DRAWING_A:
        return replace(state, shown=None, cars_a=last_a, first_a=None, moved_s=None)
    if shown == state.shown:
        return _repeated(replace(state, cars_a=last_a, until_s=at_s), at_s, cars_a, battery_w)
    # A meter that was silent has not shown that it repeats itself.
    ended_s = 0.0 if state.shown is None else state.until_s - state.since_s
    return Freezing(
        shown=shown,
        since_s=at_s,
        until_s=at_s,
        cars_a=last_a,
        longest_s=max(state.longest_s, min(ended_s, LONGEST_S)),
        changes=min(state.changes + 1, LEARNED_AFTER),
    )


def is_frozen(state: Freezing, at_s: float) -> bool:
    """Whether the sample of `at_s`, which `state` has taken, says nothing about now."""
    same_s = at_s - state.since_s
    if state.shown is None or same_s <= 0:
        return False
    moved = state.moved_s is not None and at_s - state.moved_s >= CONFIRMED_S
    if moved and same_s >= PROOF_S:
        return True
    return same_s > patience_s(state)


def _repeated(
    state: Freezing, at_s: float, cars_a: Phases | None, battery_w: float | None
) -> Freezing:
    """The same again: have the cars moved meanwhile, and the battery not?"""
    # What the cars drew then may be known only now: they are measured by meters of their own.
    # But what is measured right at its begin may be from before it.
    same_s = at_s - state.since_s
    first = state.first_a is None or same_s <= PROOF_S
    if cars_a is not None and first and same_s >= CONFIRMED_S:
        return replace(state, first_a=cars_a, first_battery_w=battery_w, moved_s=None)
    if not _moved(state, battery_w):
        return replace(state, moved_s=None)
    return state if state.moved_s is not None else replace(state, moved_s=at_s)


def _moved(state: Freezing, battery_w: float | None) -> bool:
    if state.first_a is None:
        return False
    then_w = state.first_battery_w
    taken_w = 0.0 if battery_w is None or then_w is None else abs(battery_w - then_w)
    if taken_w >= PROOF_A * NOMINAL_V:
        return False
    pairs = zip(state.cars_a, state.first_a, strict=True)
    return max(abs(now - then) for now, then in pairs) >= PROOF_A


def patience_s(state: Freezing) -> float:
    """How long this meter may show the same, s."""
    if state.changes < LEARNED_AFTER:
        return PATIENCE_S
    return min(LONGEST_S, max(SHORTEST_S, 2.0 * state.longest_s + 2.0))
