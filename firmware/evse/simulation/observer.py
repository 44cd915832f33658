"""What really happened at the house's connection, seen by one who knows everything. Pure.

The wallbox never reads this: it is the truth against which its meters and decisions are judged. An
overload is a phase above the limit while the cars draw current from it. What the house alone draws
above the limit, with the cars off that phase, no wallbox can avoid, and is not counted.
"""

from dataclasses import dataclass, replace

from evse.meters.reading import Phases

DRAWING_A = 0.5
"""Above it a car takes current, A; below are a charger's own consumption and noise."""

OVER_SHARE = 0.01
"""So much above the limit is an overload: the accuracy of the house's meter (class 1)."""

REACTION_S = 5.0
"""A car may take so long to follow the pilot (IEC 61851-1 table A.6, sequence 6); an overload up to
then is nobody's fault."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The sums since the start. Times in seconds of the simulation."""

    observed_s: float = 0.0
    energy_wh: float = 0.0
    charging_s: float = 0.0
    maximum_a: float = 0.0
    """The greatest current of a phase at the house's connection while a car was drawing from it."""
    over_limit_s: float = 0.0
    beyond_reaction_s: float = 0.0
    """Overload after the first 5 s of each stretch."""
    longest_over_s: float = 0.0
    stretch_s: float = 0.0
    """The overload that is going on."""
    offer_changes: int = 0
    offered_a: tuple[float, ...] = ()


def observe(
    seen: Observation,
    dt_s: float,
    house_a: Phases,
    car_a: Phases,
    offered_a: tuple[float, ...],
    energy_wh: float,
    limit_a: float,
) -> Observation:
    """The sums after one more step of `dt_s`.

    `house_a`: all that flows through the connection, cars included; `car_a`: all cars together;
    `offered_a`: the pilot's current at each connector; `energy_wh`: taken by the cars in this step;
    `limit_a`: DLB maximum current.
    """
    shared = [total for total, car in zip(house_a, car_a, strict=True) if car > DRAWING_A]
    highest_a = max(shared, default=0.0)
    over = highest_a > limit_a * (1 + OVER_SHARE)
    stretch_s = seen.stretch_s + dt_s if over else 0.0
    changed = bool(seen.offered_a) and seen.offered_a != offered_a
    return replace(
        seen,
        observed_s=seen.observed_s + dt_s,
        energy_wh=seen.energy_wh + energy_wh,
        charging_s=seen.charging_s + (dt_s if shared else 0.0),
        maximum_a=max(seen.maximum_a, highest_a),
        over_limit_s=seen.over_limit_s + (dt_s if over else 0.0),
        beyond_reaction_s=seen.beyond_reaction_s + min(dt_s, max(0.0, stretch_s - REACTION_S)),
        longest_over_s=max(seen.longest_over_s, stretch_s),
        stretch_s=stretch_s,
        offer_changes=seen.offer_changes + changed,
        offered_a=offered_a,
    )
