"""The most by which the phases may differ (in Germany 4.6 kVA, 20 A: VDE-AR-N 4100).

Only a car that leaves a phase out can unbalance a house, and only what it adds is its to give up:
with all phases used alike, any current keeps the differences as they are. Which phases the cars
use, and in what proportion, is seen from what they draw; until they draw, they count as balanced on
the phases that are connected. So a three-phase car may start in a house that is uneven by itself,
and a single-phase one is found out in the first sample in which it draws.
"""

import math
from dataclasses import dataclass

from evse.balancing.house import HouseSample, Phases
from evse.balancing.power import UNBOUND_A, Used, drawn_from, loads_a
from evse.balancing.setting_checks import check_amount, check_used

_ALIKE = 0.9
"""Phases whose currents differ by less than a tenth are drawn from alike; the meters' error."""


@dataclass(frozen=True, slots=True)
class UnbalanceSettings:
    """`unbalance_a`: the most between two phases, 0 for none. `phases_used`: connected ones.

    `phases_metered`: the phases of the house; a single-phase house has no balance. ValueError when
    no phase is used or the current is negative or not finite.
    """

    unbalance_a: float = 0.0
    phases_used: Used = (True, True, True)
    phases_metered: Used = (True, True, True)

    def __post_init__(self) -> None:
        check_amount("unbalance_a", self.unbalance_a)
        check_used("phases_used", self.phases_used)
        check_used("phases_metered", self.phases_metered)


def room_a(sample: HouseSample, settings: UnbalanceSettings) -> Phases:
    """A per phase up to which the cars put no phase more than `unbalance_a` above another.

    Negative on a phase that the house alone has put there; infinite where a car makes no
    difference.
    """
    if settings.unbalance_a <= 0:
        return UNBOUND_A
    used = settings.phases_used
    loads = loads_a(sample, used)
    draws = _proportions(sample, used)
    l1, l2, l3 = (
        min(
            (
                _room_against_a(loads[phase], loads[other], draws[phase], draws[other], settings)
                for other in range(3)
                if other != phase and settings.phases_metered[other]
            ),
            default=math.inf,
        )
        if draws[phase] > 0
        else math.inf
        for phase in range(3)
    )
    return (l1, l2, l3)


def _room_against_a(
    load_a: float, other_a: float, draws: float, other_draws: float, settings: UnbalanceSettings
) -> float:
    """The room on a phase against another one, on which the cars draw in their proportion."""
    if not (math.isfinite(load_a) and math.isfinite(other_a)):
        return 0.0
    share = other_draws / draws
    if share >= _ALIKE:
        return math.inf
    return (settings.unbalance_a + other_a - load_a) / (1.0 - share)


def _proportions(sample: HouseSample, connected: Used) -> Phases:
    """What the cars draw on each phase; while none draws the same on each connected one."""
    drawn = drawn_from(sample.car_a, connected)
    drawing = any(amps > 0 for amps, uses in zip(sample.car_a, drawn, strict=True) if uses)
    l1, l2, l3 = (
        (amps if drawing else 1.0) if uses else 0.0
        for amps, uses in zip(sample.car_a, drawn, strict=True)
    )
    return (l1, l2, l3)
