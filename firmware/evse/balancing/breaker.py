"""A thermal image of the main breaker: overloads that are too short to trip it add up in it.

A breaker (IEC 60898-1) never trips at 1.13 times its rating, within an hour at 1.45 times, within
60 s at 2.55 times (up to 32 A). Its bimetal warms with the square of the current and cools slowly,
so that a breaker which a hob and a car have overloaded again and again for a few seconds trips in
an overload that it would have stood when cold. The image is of the first order, for each phase:
0 is cold, 1 what the rated current leads to after a long time. With at most the rated current it
never exceeds 1.
"""

import math
from dataclasses import dataclass

from evse.balancing.house import IMPLAUSIBLE_A, HouseSample, Phases
from evse.balancing.power import UNBOUND_A, Used, loads_a
from evse.balancing.setting_checks import check_amount, check_used

TIME_CONSTANT_S = 120.0
"""At 2.55 times the rating a cold image is at 1.13² (the least that may trip) after 26 s, amid the
1 to 60 s in which a breaker must trip then. 275 s would need the whole 60 s and be too slow for
most breakers, 60 s would forget a pulse before the hob's next."""

WARM = 1.10
"""Above this the room is reduced. No breaker trips below 1.13² = 1.28; the difference is for meters
that show 5 % too little, and for the next overload."""

COOLED = 1.0
"""Below this the rating is free again."""

WARM_SHARE = 0.9
"""Of the rating while it is warm: 0.9² = 0.81 leads from WARM to COOLED in 51 s."""

GAP_S = 10.0
"""Samples further apart say nothing about the time between them (core/timing.py, DLB_SILENCE_S):
it counts as the rated current, which leads a warm or a cold image to 1."""


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """`rating_a`: the main breaker's. `image`: whether it is looked at. `phases_used`: by the cars.

    ValueError when no phase is used or the rating is not above 0 and finite.
    """

    rating_a: float
    image: bool = True
    phases_used: Used = (True, True, True)

    def __post_init__(self) -> None:
        check_amount("rating_a", self.rating_a)
        if self.rating_a == 0:
            raise ValueError("rating_a: 0, allowed: more than 0")
        check_used("phases_used", self.phases_used)


@dataclass(frozen=True, slots=True)
class BreakerState:
    """`heat` of each phase, 1 at the rated current, and which are `warm` since it exceeded WARM.

    It begins at 1: nobody knows what was before, and it may have been the rated current.
    """

    at_s: float | None = None
    heat: Phases = (1.0, 1.0, 1.0)
    warm: tuple[bool, bool, bool] = (False, False, False)

    @classmethod
    def initial(cls) -> "BreakerState":
        """Return the state before the first sample."""
        return cls()


def on_sample(state: BreakerState, sample: HouseSample, settings: BreakerSettings) -> BreakerState:
    """Warm or cool the image by the time since the last sample. An unreadable phase counts as the
    rated current; the direction doesn't matter, so neither does a reversed current clamp."""
    apart_s = 0.0 if state.at_s is None else sample.at_s - state.at_s
    if apart_s < 0:
        return state
    h1, h2, h3 = (
        _after(heat, amps if apart_s <= GAP_S else settings.rating_a, apart_s, settings)
        for heat, amps in zip(state.heat, sample.house_a, strict=True)
    )
    w1, w2, w3 = (
        heat > (COOLED if warm else WARM)
        for heat, warm in zip((h1, h2, h3), state.warm, strict=True)
    )
    return BreakerState(sample.at_s, (h1, h2, h3), (w1, w2, w3))


def room_a(sample: HouseSample, settings: BreakerSettings, state: BreakerState) -> Phases:
    """A per phase for the cars after `on_sample`: what nine tenths of the rating leave where the
    breaker is warm; infinite where it isn't, for the rating is load balancing's own."""
    if not settings.image:
        return UNBOUND_A
    l1, l2, l3 = (
        _room_of_phase_a(load_a, settings) if warm and uses else math.inf
        for load_a, warm, uses in zip(
            loads_a(sample, settings.phases_used), state.warm, settings.phases_used, strict=True
        )
    )
    return (l1, l2, l3)


def cooled_at_s(state: BreakerState, settings: BreakerSettings) -> float | None:
    """When the rating is free again if the breaker then carries the reduced current all the time;
    None while it is not warm."""
    hottest = max(
        (
            heat
            for heat, warm, uses in zip(state.heat, state.warm, settings.phases_used, strict=True)
            if warm and uses
        ),
        default=None,
    )
    if hottest is None or state.at_s is None:
        return None
    reduced = WARM_SHARE**2
    return state.at_s + TIME_CONSTANT_S * math.log((hottest - reduced) / (COOLED - reduced))


def _after(heat: float, amps: float, apart_s: float, settings: BreakerSettings) -> float:
    readable = abs(amps) <= IMPLAUSIBLE_A  # false for not-a-number
    aim = (amps / settings.rating_a) ** 2 if readable else 1.0
    return aim + (heat - aim) * math.exp(-apart_s / TIME_CONSTANT_S)


def _room_of_phase_a(load_a: float, settings: BreakerSettings) -> float:
    if not math.isfinite(load_a):
        return 0.0
    return WARM_SHARE * settings.rating_a - max(0.0, load_a)
