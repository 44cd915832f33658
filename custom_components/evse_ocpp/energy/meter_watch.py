"""Whether the meter at the grid can be believed, and how long its last word holds. Pure.

Not-a-number, absurd, repeated, future and frozen samples are silence. In silence the cars keep what
they have for a moment, step down, and are told their fallback early enough to have reached it by
the site's `meter_timeout_s`.
"""

import math
from dataclasses import dataclass, field, replace
from enum import IntEnum

from .freezing import Freezing, is_frozen, on_sample
from .model import GridSample, Phases

IMPLAUSIBLE_A = 1000.0
IMPLAUSIBLE_W = 100_000.0
"""More than any house; what a register read at the wrong place or in the wrong unit gives."""

REACH_SHARE = 0.6
"""Of `meter_timeout_s`: then the fallback is told. The rest (4 s of 10) is a turn, the command's
way (1 s each), and the car's own 2 s."""

STEP_SHARE = 0.5
"""Of `meter_timeout_s`: from here on half of what is above the fallback. A meter that is read every
2 s by a network that is 2 s late does not come here."""


class Silence(IntEnum):
    """How silent the meter is."""

    NONE = 0
    """Its last word holds."""
    STEP_DOWN = 1
    """Half-way to the fallback."""
    LOST = 2
    """Nobody knows what the house takes: the fallback."""


@dataclass(frozen=True, slots=True)
class MeterWatch:
    """`sample`: the last that was believed. `seen_s`: the instant of the newest, believed or not.
    `alive_s`: when it last said anything."""

    sample: GridSample | None = None
    seen_s: float = -math.inf
    alive_s: float = -math.inf
    freezing: Freezing = field(default_factory=Freezing)


def take(
    state: MeterWatch,
    sample: GridSample | None,
    cars_a: Phases | None,
    now_s: float,
    phases: int,
    battery_w: float | None = None,
) -> MeterWatch:
    """Take the newest sample, if it is one. `cars_a`: measured at about that time, None: unknown;
    then only how long it repeats itself tells whether the meter is frozen. `battery_w`: what the
    home battery gives, which may hide the cars from the meter."""
    if (
        sample is None
        or not state.seen_s < sample.at_s <= now_s
        or not is_plausible(sample, phases)
    ):
        return state
    shown = (*(sample.current_a or ()), *(() if sample.power_w is None else (sample.power_w,)))
    freezing = on_sample(state.freezing, sample.at_s, shown, cars_a, battery_w)
    state = replace(state, seen_s=sample.at_s, freezing=freezing)
    if is_frozen(freezing, sample.at_s):
        return replace(state, alive_s=freezing.since_s)
    return replace(state, sample=sample, alive_s=sample.at_s)


def is_plausible(sample: GridSample, phases: int) -> bool:
    """Whether it says something that a house can have."""
    if sample.current_a is not None:
        # False for not-a-number.
        return all(abs(amps) <= IMPLAUSIBLE_A for amps in sample.current_a[:phases])
    return sample.power_w is not None and abs(sample.power_w) <= IMPLAUSIBLE_W


def silence(alive_s: float, now_s: float, timeout_s: float) -> Silence:
    """Tell how silent a meter is that said something at `alive_s` for the last time."""
    if is_lost(alive_s, now_s, timeout_s):
        return Silence.LOST
    return Silence.STEP_DOWN if now_s - alive_s >= STEP_SHARE * timeout_s else Silence.NONE


def is_lost(alive_s: float, now_s: float, timeout_s: float) -> bool:
    """Whether nobody knows any more what the house takes."""
    return now_s - alive_s >= REACH_SHARE * timeout_s
