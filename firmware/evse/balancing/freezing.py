"""Notices a meter that repeats itself: the last thing it saw, for ever. Pure.

How long the same sample may come again is learned from the meter: one that shows hundredths of an
ampere never repeats itself while a car charges, one that shows whole amperes may do so for
minutes. A change of the car which the house does not show is a proof at once.
"""

from dataclasses import dataclass, replace

from evse.balancing.house import HouseSample, Phases

DRAWING_A = 1.0
"""Nothing can be told without a car: a house may be still for hours."""

PROOF_A = 2.0
PROOF_S = 5.0
"""The car has changed by so much while the house has shown the same for so long: the car's current
and the house's come from two meters, which need not be read at the same instant."""

PATIENCE_S = 300.0
"""The patience with a meter of which nothing is known yet: it may show whole amperes, or means."""

SHORTEST_S = 6.0
LONGEST_S = 600.0
"""What is learned stays between these: with 6 s the safe current is reached within 10 s."""

LEARNED_AFTER = 60
"""After so many changes beside a car the longest repetition so far is trusted."""


@dataclass(frozen=True, slots=True)
class Freezing:
    """`shown`: the last currents, in samples from `since_s` to `until_s`; `car_a`: the car at the
    first. `proven`: the car has moved since. `longest_s`: the longest repetition which ended by
    itself, in `changes` beside a car."""

    shown: Phases | None = None
    since_s: float = 0.0
    until_s: float = 0.0
    car_a: Phases = (0.0, 0.0, 0.0)
    proven: bool = False
    longest_s: float = 0.0
    changes: int = 0


def on_sample(state: Freezing, sample: HouseSample) -> Freezing:
    """Take a plausible sample."""
    if max(sample.car_a) < DRAWING_A:
        return replace(state, shown=None)
    if sample.house_a == state.shown:
        proven = state.proven or _is_proof(state, sample)
        return replace(state, until_s=sample.at_s, proven=proven)
    # A meter that was silent, or surely frozen, has not shown that it repeats itself.
    learns = state.shown is not None and not state.proven
    ended_s = state.until_s - state.since_s if learns else 0.0
    return Freezing(
        shown=sample.house_a,
        since_s=sample.at_s,
        until_s=sample.at_s,
        car_a=sample.car_a,
        longest_s=max(state.longest_s, min(ended_s, LONGEST_S)),
        changes=min(state.changes + 1, LEARNED_AFTER),
    )


def is_frozen(state: Freezing, sample: HouseSample) -> bool:
    """Whether this sample, which `state` has taken, says nothing about now."""
    same_s = sample.at_s - state.since_s
    if state.shown is None or same_s <= 0:
        return False
    return _is_proof(state, sample) or same_s > patience_s(state)


def _is_proof(state: Freezing, sample: HouseSample) -> bool:
    """Whether the car has moved and the house has not."""
    moved_a = max(abs(now - then) for now, then in zip(sample.car_a, state.car_a, strict=True))
    return moved_a >= PROOF_A and sample.at_s - state.since_s >= PROOF_S


def patience_s(state: Freezing) -> float:
    """How long this meter may show the same, s."""
    if state.changes < LEARNED_AFTER:
        return PATIENCE_S
    return min(LONGEST_S, max(SHORTEST_S, 2.0 * state.longest_s + 2.0))
