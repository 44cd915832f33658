"""One sample of the house meter, and whether it can be believed. Pure."""

from dataclasses import dataclass

Phases = tuple[float, float, float]
"""One value for each of L1, L2, L3."""

IMPLAUSIBLE_A = 1000.0
"""More than any house; what a register read at the wrong place gives."""

NOMINAL_V: Phases = (230.0, 230.0, 230.0)


@dataclass(frozen=True, slots=True)
class HouseSample:
    """One instant of the house: `house_a` at the main fuse, `car_a` the cars' part of it.

    Both in A and signed, negative is export; `car_a` is that of the wallbox, or of the whole group
    that shares this fuse. `voltage_v`: of the house, or nominal where nobody measures it.
    `offered_a`: what the car is told, if something else may limit it too; None: our limit.
    """

    at_s: float
    house_a: Phases
    car_a: Phases
    voltage_v: Phases = NOMINAL_V
    offered_a: float | None = None


def is_plausible(sample: HouseSample, phases_used: tuple[bool, bool, bool]) -> bool:
    """Whether every current of the used phases is a number that a house can have."""
    return all(
        abs(amps) <= IMPLAUSIBLE_A  # false for not-a-number
        for phases in (sample.house_a, sample.car_a)
        for amps, used in zip(phases, phases_used, strict=True)
        if used
    )


def fuse_room_a(sample: HouseSample, maximum_a: float) -> Phases:
    """What the fuse leaves for the cars in each phase, A; negative: overload.

    At most the fuse's rating, even while the roof exports: the wires behind the fuse carry both.
    It also bounds what a reversed current clamp or a late reading of the car can do.
    """
    l1, l2, l3 = (
        maximum_a - max(0.0, house_a - car_a)
        for house_a, car_a in zip(sample.house_a, sample.car_a, strict=True)
    )
    return (l1, l2, l3)
