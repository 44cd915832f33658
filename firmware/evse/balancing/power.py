"""What the amperes of a sample are in watts, for the bounds that are agreed in kilowatts.

A phase that cannot be read is told apart by whether the cars use it: on theirs nothing can be
promised, another one counts as not measured (a single-phase meter).
"""

import math

from evse.balancing.house import IMPLAUSIBLE_A, NOMINAL_V, HouseSample, Phases

Used = tuple[bool, bool, bool]
"""Which of L1, L2, L3 the cars draw from."""

UNBOUND_A: Phases = (math.inf, math.inf, math.inf)
"""The room that a bound leaves which is switched off."""

_POSSIBLE_V = (100.0, 300.0)
"""Between phase and neutral. Beyond it a register is misread, or the meter lacks the phase (0)."""

CHARGING_A = 1.0
"""Less than this on a phase is the car's electronics or the meter's noise, not charging."""


def volts(sample: HouseSample) -> Phases:
    """The voltages of the sample, V; the nominal one where it cannot be."""
    low_v, high_v = _POSSIBLE_V
    l1, l2, l3 = (
        voltage_v if low_v <= voltage_v <= high_v else nominal_v
        for voltage_v, nominal_v in zip(sample.voltage_v, NOMINAL_V, strict=True)
    )
    return (l1, l2, l3)


def loads_a(sample: HouseSample, used: Used) -> Phases:
    """What the house draws without the cars, A per phase, signed (negative: the roof exports).

    Infinite on an unreadable phase which the cars use, 0 on another unreadable one.
    """
    l1, l2, l3 = (
        house_a - car_a if _readable(house_a, car_a) else (math.inf if uses else 0.0)
        for house_a, car_a, uses in zip(sample.house_a, sample.car_a, used, strict=True)
    )
    return (l1, l2, l3)


def loads_w(sample: HouseSample, used: Used) -> float:
    """What the house draws without the cars, W over all phases, signed; infinite: unreadable."""
    return sum(
        load_a * voltage_v
        for load_a, voltage_v in zip(loads_a(sample, used), volts(sample), strict=True)
    )


def import_w(sample: HouseSample) -> float:
    """What comes from the grid, W over all phases as a meter counts it: 0 while it exports.

    Unreadable phases count as nothing: whoever adds this up must know of them by `loads_w`.
    """
    return max(
        0.0,
        sum(
            house_a * voltage_v
            for house_a, voltage_v in zip(sample.house_a, volts(sample), strict=True)
            if _readable(house_a)
        ),
    )


def room_of_power_a(power_w: float, sample: HouseSample, used: Used) -> Phases:
    """`power_w` for the cars as A on each phase that they use alike; infinite on the others.

    Negative power gives negative room, power which is not known (not finite) gives none.
    """
    voltage_v = sum(v for v, uses in zip(volts(sample), used, strict=True) if uses)
    each_a = power_w / voltage_v if math.isfinite(power_w) and voltage_v else 0.0
    l1, l2, l3 = (each_a if uses else math.inf for uses in used)
    return (l1, l2, l3)


def drawn_from(car_a: Phases, connected: Used) -> Used:
    """The phases from which the cars draw now; those that are connected while none draws."""
    l1, l2, l3 = (
        uses and _readable(amps) and amps >= CHARGING_A
        for amps, uses in zip(car_a, connected, strict=True)
    )
    return (l1, l2, l3) if l1 or l2 or l3 else connected


def _readable(*amps: float) -> bool:
    return all(abs(one_a) <= IMPLAUSIBLE_A for one_a in amps)  # false for not-a-number
