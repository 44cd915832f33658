"""Whether the house meter's transformers sit where they should: a check with a car that charges.

The car's current is raised and lowered; what the house meter shows has to follow, phase by phase,
by as much and in the same direction. Everything else in the house goes on meanwhile, so the pattern
is repeated until enough of its steps agree, or given up. A pure state machine: `advance` takes one
sample after the other, `wanted_a` is what the car is to be told.

What cannot be seen this way: which phase is which, if a car draws from several at once; they all
move alike. A car on one phase shows it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import Any

from evse.meters.reading import Phases

LEVELS_S = (
    *(13.0, 9.5, 17.0, 8.5, 11.0, 15.5, 8.0, 19.0),
    *(10.0, 14.0, 9.0, 12.5, 18.0, 8.2, 16.0, 10.5),
)
"""How long each level lasts, s, over and over. Cars follow within 5 s (IEC 61851-1). Of unlike
lengths, also two by two, so that no hob or heat pump keeps the same time."""

WINDOW_S = 3.5
"""Medians are taken of so long, s, right before the car moves and right after it has arrived: the
less time between them, the less of the house comes in."""

LEAST_SAMPLES = 3
"""So many samples make a median; a level is prolonged for them."""

LONGEST_LEVEL_S = 40.0
"""After this, s, a level without them ends the check: the meters are silent."""

LEAST_STEPS = 4
STEPS_OF_A_FAULT = 6
STEPS_OF_A_SCALE = 10
MOST_STEPS = 16
"""Steps from level to level until a decision: that all is right, that something is not, that the
scale is not (which a hob may look like); and after which it is given up, about 3 minutes."""

LEAST_STEP_A = 2.0
"""A step of the car below this says nothing, A; `MOST_IDLE` in a row end the check."""

MOST_IDLE = 3

_FOLLOWS = 0.5
_STAYS = 0.15
"""The part of the car's step by which a phase that follows moves at least, and one that does not at
most; between them something else has its hand in it."""

_ARRIVED = 0.1
"""So near to a level the car is there, of its step: it regulates about it."""

_AGREES = 0.2
"""So far from the median a step may be that agrees with it, of the car's step."""

_AGREEING = 0.6
_AGREEING_SCALE = 0.9
"""The part of the steps that has to agree; for a wrong scale nearly all."""

_SCALE = (0.8, 1.25)
"""The gain of a meter that is right, with what the house did meanwhile."""

_ALIKE = 0.15
"""So far the gains of a wrong scale may lie from each other: it is that of the whole meter."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One instant, A: what the house meter shows, and the car's current by the wallbox's meter."""

    at_s: float
    house_a: Phases
    car_a: Phases


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """`low_a`, `high_a`: the two levels. `signed`: whether the house meter tells the direction of
    a current; one that does not can have no transformer the wrong way round.

    Raises ValueError for levels that are too close to each other.
    """

    low_a: float = 6.0
    high_a: float = 12.0
    signed: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.low_a <= self.high_a - LEAST_STEP_A:
            raise ValueError(
                f"high_a: came {self.high_a:g}, allowed {LEAST_STEP_A:g} A above low_a, "
                f"which is {self.low_a:g}"
            )


class Finding(StrEnum):
    """What was found."""

    GOOD = "good"
    SWAPPED = "phases_swapped"
    REVERSED = "transformer_reversed"
    MISSING = "transformer_missing"
    SCALE = "wrong_scale"
    FROZEN = "meter_frozen"
    EXPORTING = "exporting"
    CAR_IDLE = "car_does_not_follow"
    METER_SILENT = "meter_silent"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome. Phases count from 1.

    `car_phases`: the wallbox's phases from which the car draws. `following`: the meter's phases
    that follow it; `reversed` and `missing` those that go the wrong way, and that should follow but
    do not. `carries`: the wallbox's phase and the meter's that shows it, as far as it is known.
    `gains`: what each phase of the meter shows of 1 A of the car. `confidence`: the part of the
    steps that agrees, of the phase with the fewest.
    """

    findings: frozenset[Finding]
    car_phases: tuple[int, ...] = ()
    following: tuple[int, ...] = ()
    reversed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    carries: tuple[tuple[int, int], ...] = ()
    gains: Phases = (0.0, 0.0, 0.0)
    confidence: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing has to be changed."""
        return self.findings == {Finding.GOOD}

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values; `carries` by the wallbox's phase."""
        return {
            "good": self.is_good,
            "findings": sorted(self.findings),
            "car_phases": list(self.car_phases),
            "following": list(self.following),
            "reversed": list(self.reversed),
            "missing": list(self.missing),
            "carries": {str(ours): theirs for ours, theirs in self.carries},
            "gains": list(self.gains),
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """From one level to the next: by how much the car and the house meter moved, A."""

    car_a: Phases
    house_a: Phases


@dataclass(frozen=True, slots=True)
class CheckState:
    """Where the check is. `samples`: of the level that lasts, and the end of that before it."""

    settings: CheckSettings
    level: int = 0
    since_s: float | None = None
    samples: tuple[Sample, ...] = ()
    steps: tuple[Step, ...] = ()
    idle: int = 0
    result: Result | None = None

    @property
    def wanted_a(self) -> float:
        """What the car is to be told now, A; the low level once it is decided."""
        high = self.level % 2 and self.result is None
        return self.settings.high_a if high else self.settings.low_a


def started(settings: CheckSettings | None = None) -> CheckState:
    """The state before the first sample. Start it when the car charges."""
    return CheckState(settings or CheckSettings())


def advance(state: CheckState, sample: Sample | None, now_s: float) -> CheckState:
    """Take a sample (None: there is no new one) and the time; the state after it."""
    if state.result is not None:
        return state
    if state.since_s is None:
        state = replace(state, since_s=now_s)
    if sample is not None:
        oldest_s = sample.at_s - LONGEST_LEVEL_S - WINDOW_S
        recent = [each for each in state.samples if each.at_s > oldest_s]
        state = replace(state, samples=(*recent, sample))
    since_s = now_s if state.since_s is None else state.since_s
    lasted_s = now_s - since_s
    if lasted_s < LEVELS_S[state.level % len(LEVELS_S)]:
        return state
    ended = _ended(state, since_s, now_s)
    if ended is None:
        silent = Result(frozenset({Finding.METER_SILENT}))
        return state if lasted_s < LONGEST_LEVEL_S else replace(state, result=silent)
    return _decided(ended)


def _ended(state: CheckState, since_s: float, now_s: float) -> CheckState | None:
    """The state after a level, with the step to it; None while samples are missing."""
    tail = tuple(each for each in state.samples if each.at_s > now_s - WINDOW_S)
    if len(tail) < LEAST_SAMPLES:
        return None
    following = replace(state, level=state.level + 1, since_s=now_s, samples=tail)
    if state.level == 0:
        return following
    before = [each for each in state.samples if each.at_s <= since_s]
    if abs(_car_a(tail) - _car_a(before)) < LEAST_STEP_A:
        return replace(following, idle=state.idle + 1)
    windows = _windows(state.samples, _car_a(before), _car_a(tail))
    if min(map(len, windows)) < LEAST_SAMPLES:
        return None
    return replace(following, idle=0, steps=(*state.steps, _step(*windows)))


def _windows(
    samples: Sequence[Sample], from_a: float, to_a: float
) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The samples right before the car leaves `from_a`, and those right after it reaches `to_a`."""
    near_a = _ARRIVED * abs(to_a - from_a)
    leaves = next(n for n, each in enumerate(samples) if abs(_car_a([each]) - from_a) > near_a)
    away = [n for n, each in enumerate(samples) if abs(_car_a([each]) - to_a) > near_a]
    arrives = away[-1] + 1
    before = [each for each in samples[:leaves] if each.at_s > samples[leaves].at_s - WINDOW_S]
    after = samples[arrives:]
    return before, [each for each in after if each.at_s < after[0].at_s + WINDOW_S]


def _car_a(samples: Sequence[Sample]) -> float:
    """The car's current in its strongest phase."""
    return max(_median(samples, lambda each: each.car_a))


def _step(before: Sequence[Sample], after: Sequence[Sample]) -> Step:
    return Step(
        _moved(before, after, lambda each: each.car_a),
        _moved(before, after, lambda each: each.house_a),
    )


def _moved(
    before: Sequence[Sample], after: Sequence[Sample], of: Callable[[Sample], Phases]
) -> Phases:
    l1, l2, l3 = (b - a for a, b in zip(_median(before, of), _median(after, of), strict=True))
    return (l1, l2, l3)


def _median(samples: Sequence[Sample], of: Callable[[Sample], Phases]) -> Phases:
    l1, l2, l3 = (median(of(sample)[phase] for sample in samples) for phase in range(3))
    return (l1, l2, l3)


def _decided(state: CheckState) -> CheckState:
    """The state with a result, once there is one."""
    steps = state.steps
    if state.idle >= MOST_IDLE:
        return replace(state, result=Result(frozenset({Finding.CAR_IDLE})))
    if len(steps) < LEAST_STEPS:
        return state
    if not any(any(step.house_a) for step in steps[-LEAST_STEPS:]):
        return replace(state, result=Result(frozenset({Finding.FROZEN}), _car_phases(steps)))
    car_phases = _car_phases(steps)
    opinions = [_opinion(steps, phase) for phase in range(3)]
    result = _judged(car_phases, opinions, signed=state.settings.signed)
    if result is not None and len(steps) < _steps_needed(result):
        result = None
    if result is None and len(steps) >= MOST_STEPS:
        result = Result(frozenset({Finding.NOT_SURE}), car_phases, gains=_gains(opinions))
    return replace(state, result=result)


def _steps_needed(result: Result) -> int:
    if Finding.SCALE in result.findings:
        return STEPS_OF_A_SCALE
    return LEAST_STEPS if result.is_good else STEPS_OF_A_FAULT


def _car_phases(steps: Sequence[Step]) -> tuple[int, ...]:
    """The wallbox's phases from which the car draws."""
    moves = [median(abs(step.car_a[phase]) for step in steps) for phase in range(3)]
    return tuple(phase + 1 for phase in range(3) if moves[phase] >= max(moves) / 2)


@dataclass(frozen=True, slots=True)
class _Opinion:
    """Of one phase of the house meter: its gain, the part of the steps that agree, and whether that
    is enough to say whether it follows."""

    gain: float
    agreeing: float
    sure: bool


def _opinion(steps: Sequence[Step], phase: int) -> _Opinion:
    ratios = [step.house_a[phase] / _main(step.car_a) for step in steps]
    gain = median(ratios)
    agree = sum(abs(ratio - gain) <= _AGREES for ratio in ratios)
    clear = abs(gain) > _FOLLOWS or abs(gain) < _STAYS
    sure = clear and agree >= max(LEAST_STEPS, math.ceil(_AGREEING * len(ratios)))
    return _Opinion(gain, agree / len(ratios), sure)


def _main(phases: Phases) -> float:
    """The greatest of three changes, with its sign: all phases of a car move alike."""
    return max(phases, key=abs)


def _gains(opinions: Sequence[_Opinion]) -> Phases:
    l1, l2, l3 = (round(opinion.gain, 2) for opinion in opinions)
    return (l1, l2, l3)


def _judged(
    car_phases: tuple[int, ...], opinions: Sequence[_Opinion], *, signed: bool
) -> Result | None:
    """The result; None while it is not sure."""
    if not all(opinion.sure for opinion in opinions):
        return None
    following = tuple(n for n, each in enumerate(opinions, 1) if abs(each.gain) > _FOLLOWS)
    turned = tuple(n for n in following if opinions[n - 1].gain < 0)
    if len(following) > len(car_phases):
        return None  # something else moves as the car does
    gains = [abs(opinions[n - 1].gain) for n in following]
    scaled = any(not _SCALE[0] <= gain <= _SCALE[1] for gain in gains)
    agreeing = min(opinion.agreeing for opinion in opinions)
    uneven = scaled and max(gains) - min(gains) > _ALIKE * max(gains)
    if uneven or (scaled and agreeing < _AGREEING_SCALE):
        return None
    findings = set()
    if turned:
        findings.add(Finding.REVERSED if signed else Finding.EXPORTING)
    if scaled:
        findings.add(Finding.SCALE)
    absent = len(car_phases) - len(following)
    if absent:
        findings.add(Finding.MISSING)
    carries = ((car_phases[0], following[0]),) if len(car_phases) == 1 and following else ()
    if any(ours != theirs for ours, theirs in carries) or (
        len(car_phases) == 2 and not absent and following != car_phases
    ):
        findings.add(Finding.SWAPPED)
    return Result(
        frozenset(findings or {Finding.GOOD}),
        car_phases,
        following,
        turned if signed else (),
        _missing(car_phases, following),
        carries,
        _gains(opinions),
        round(agreeing, 2),
    )


def _missing(car_phases: tuple[int, ...], following: tuple[int, ...]) -> tuple[int, ...]:
    """The meter's phases that should follow; of a car on one phase it is any that is free."""
    if len(following) == len(car_phases):
        return ()
    return tuple(n for n in (1, 2, 3) if n not in following) if len(car_phases) == 3 else ()


def to_set(result: Result, phase_order: str = "123", inverted: str = "000") -> tuple[str, str]:
    """What to set, as (`phase_order`, `inverted`), after a check of a meter that was read with
    these two before.

    Of phases that a car could not show, the order is kept if it can be, else turned with those that
    it did show: an electrician turns all three.
    """
    order = phase_order
    known = {ours: int(phase_order[theirs - 1]) for ours, theirs in result.carries}
    for ours, theirs in known.items():
        if int(order[ours - 1]) != theirs:
            shift = order.index(str(theirs)) - (ours - 1)
            order = "".join(order[(place + shift) % 3] for place in range(3))
    turned = {int(phase_order[phase - 1]) for phase in result.reversed}
    digits = [
        str(int((digit == "1") != (n in turned))) for n, digit in enumerate(inverted, start=1)
    ]
    return order, "".join(digits)
