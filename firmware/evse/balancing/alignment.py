"""Brings the house and the cars of other wallboxes to the same instant. Pure.

What a member reports is as old as its meter's reading and the bus's round. Taken out of a newer
sample of the house, a car that is just rising would look like a load of the house, and the budget
would fall for nothing. So a sample waits until what was reported is surely newer, and of the
reports that may be of its instant the largest counts: too much taken out of the house looks like
room for a moment only, and room is given after its settling time. A real overload is answered at
once, with what is known.
"""

from dataclasses import dataclass, field, replace

from evse.balancing.house import HouseSample, Phases

OLD_S = 1.5
"""What a report says is up to so old when it comes, s: a meter that is read each second, and a
round of the bus."""

LONGEST_WAIT_S = 2.5
"""A sample waits no longer, s: the reports' age, and two rounds of the bus."""

_KEPT_S = 5.0
"""A wallbox that was not heard for so long draws nothing that is known: what it does draw counts as
the house's, and less is left."""

Reports = tuple[tuple[float, Phases], ...]
"""When each came, s, and the currents by the house's phases, A; newest last."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """`cars`: the last reports of each other wallbox. `waiting`: samples of the house, oldest
    first, with the own cars only."""

    cars: dict[int, Reports] = field(default_factory=dict)
    waiting: tuple[HouseSample, ...] = ()


def car_seen(state: Alignment, unit: int, at_s: float, amps: Phases) -> Alignment:
    """Take a wallbox's report of what its cars draw, which came at this instant."""
    known = state.cars.get(unit, ())
    if known and at_s <= known[-1][0]:
        return state
    kept = tuple(entry for entry in known if entry[0] >= at_s - _KEPT_S)
    return replace(state, cars={**state.cars, unit: (*kept, (at_s, amps))})


def house_seen(
    state: Alignment, sample: HouseSample, maximum_a: float, now_s: float
) -> tuple[Alignment, tuple[HouseSample, ...]]:
    """Take a sample of the house with the own cars' currents of the same round; return those that
    can be decided on, with all cars', oldest first."""
    heard = {unit: seen for unit, seen in state.cars.items() if now_s - seen[-1][0] <= _KEPT_S}
    state, waiting = replace(state, cars=heard), (*state.waiting, sample)
    if max(sample.house_a) > maximum_a:
        return replace(state, waiting=()), (_with_all_cars(state, sample),)
    known_until_s = min((seen[-1][0] - OLD_S for seen in heard.values()), default=now_s)
    ready = tuple(
        _with_all_cars(state, entry)
        for entry in waiting
        if entry.at_s <= known_until_s or now_s - entry.at_s >= LONGEST_WAIT_S
    )
    return replace(state, waiting=waiting[len(ready) :]), ready


def _with_all_cars(state: Alignment, sample: HouseSample) -> HouseSample:
    total = list(sample.car_a)
    for reports in state.cars.values():
        for phase, amps in enumerate(_at(reports, sample.at_s)):
            total[phase] += amps
    return replace(sample, car_a=(total[0], total[1], total[2]))


def _at(reports: Reports, at_s: float) -> Phases:
    """The most that a wallbox's cars may have drawn at an instant: what the last report before it
    says, and all others up to the first that is surely newer."""
    first = max((i for i, (came_s, _) in enumerate(reports) if came_s <= at_s), default=0)
    most = reports[first][1]
    for came_s, amps in reports[first + 1 :]:
        most = (max(most[0], amps[0]), max(most[1], amps[1]), max(most[2], amps[2]))
        if came_s - OLD_S >= at_s:
            break
    return most
