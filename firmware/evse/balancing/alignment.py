"""Brings the house and the cars of other wallboxes to the same instant. Pure.

What a member reports is as old as its meter's reading and the bus's round. Taken out of a newer
sample of the house, a car that is just rising would look like a load of the house, and the budget
would fall for nothing. So a sample waits until every car is known at its instant, and only a real
overload is answered at once, with what is known.
"""

from dataclasses import dataclass, field, replace

from evse.balancing.house import HouseSample, Phases

LONGEST_WAIT_S = 1.5
"""A sample waits no longer: three rounds of the bus."""

_KEPT_S = 5.0
"""A wallbox that was not heard for so long draws nothing that is known: what it does draw counts as
the house's, and less is left."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """`cars`: the last currents of each wallbox, as (s, A by the house's phases), newest last.
    `waiting`: samples of the house, oldest first; their `car_a` counts for nothing."""

    cars: dict[int, tuple[tuple[float, Phases], ...]] = field(default_factory=dict)
    waiting: tuple[HouseSample, ...] = ()


def car_seen(state: Alignment, unit: int, at_s: float, amps: Phases) -> Alignment:
    """Note what the cars of a wallbox drew at an instant."""
    known = state.cars.get(unit, ())
    if known and at_s <= known[-1][0]:
        return state
    kept = tuple(entry for entry in known if entry[0] >= at_s - _KEPT_S)
    return replace(state, cars={**state.cars, unit: (*kept, (at_s, amps))})


def house_seen(
    state: Alignment, sample: HouseSample, maximum_a: float, now_s: float
) -> tuple[Alignment, tuple[HouseSample, ...]]:
    """Take a sample of the house; return those that can be decided on, oldest first."""
    heard = {unit: seen for unit, seen in state.cars.items() if now_s - seen[-1][0] <= _KEPT_S}
    state, waiting = replace(state, cars=heard), (*state.waiting, sample)
    if max(sample.house_a) > maximum_a:
        urgent = replace(sample, car_a=_cars_at(state, sample.at_s))
        return replace(state, waiting=()), (urgent,)
    known_until_s = min((seen[-1][0] for seen in heard.values()), default=now_s)
    ready = tuple(
        replace(entry, car_a=_cars_at(state, entry.at_s))
        for entry in waiting
        if entry.at_s <= known_until_s or now_s - entry.at_s >= LONGEST_WAIT_S
    )
    return replace(state, waiting=waiting[len(ready) :]), ready


def _cars_at(state: Alignment, at_s: float) -> Phases:
    total = [0.0, 0.0, 0.0]
    for seen in state.cars.values():
        amps = _at(seen, at_s)
        for phase in range(3):
            total[phase] += amps[phase]
    return (total[0], total[1], total[2])


def _at(seen: tuple[tuple[float, Phases], ...], at_s: float) -> Phases:
    """What was drawn at an instant, between two readings in proportion."""
    before = seen[0]
    for after in seen:
        if after[0] >= at_s:
            break
        before = after
    else:
        return before[1]
    span_s = after[0] - before[0]
    share = (at_s - before[0]) / span_s if span_s > 0 else 1.0
    l1, l2, l3 = (
        a + (b - a) * min(1.0, max(0.0, share)) for a, b in zip(before[1], after[1], strict=True)
    )
    return (l1, l2, l3)
