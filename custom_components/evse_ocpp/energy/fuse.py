"""What the fuses leave to each point: the budgets of the meter, divided, in a safe order. Pure.

One way through a turn: the meter's new sample moves the budgets (`budgets`); they, the circuits and
the grid operator's signal are the lines that all share (`lines`); who may charge (`admission`) and
how much (`water`) follows from them; and a rise waits until others have confirmed to have gone down
(`sequence`). While the meter is silent everybody goes to the fallback.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import admission, budgets, lines, sequence, shares, water
from .admission import Admission
from .budgets import Budgets
from .house import volts
from .lines import Party
from .meter_watch import Silence, silence
from .model import (
    Demand,
    House,
    Phases,
    PointId,
    PointSettings,
    Share,
    SiteNow,
    SiteSettings,
)
from .parties import learned, party
from .wants import Wants


@dataclass(frozen=True, slots=True)
class FuseState:
    """What is remembered from turn to turn. `budget_a`: what the main fuse leaves to all cars, None
    while nobody knows. `granted_a`: the last grants; `rose_s`: when each rose; `held_s`: since when
    some hold more than that."""

    budget_a: Phases | None = None
    budgets: Budgets = field(default_factory=Budgets)
    admission: Admission = field(default_factory=Admission)
    wants: Mapping[PointId, Wants] = field(default_factory=dict)
    granted_a: Mapping[PointId, float] = field(default_factory=dict)
    rose_s: Mapping[PointId, float] = field(default_factory=dict)
    held_s: Mapping[PointId, float] = field(default_factory=dict)


def on_turn(
    state: FuseState,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
    house: House | None,
    demands: Mapping[PointId, Demand],
) -> tuple[FuseState, Mapping[PointId, Share]]:
    """Return what each point gets of its demand: 0, or its minimum to the demand's `most_a`.

    Points that are not connected or ignore limits are not steered: for them stands the fallback,
    and the others share what is left when they take all that they may.
    """
    quiet = _silence(site, now, house)
    wants = learned(state.wants, site, points, now)
    parties = [
        party(
            *(site, settings, now.points[each], demands[each], wants[each]),
            *(state.granted_a.get(each, 0.0), house, quiet),
        )
        for each, settings in points.items()
    ]
    known = _budgets(state.budgets, site, now, house, parties)
    sure = known if site.has_meter and quiet is not Silence.LOST else None
    limits = lines.of(site, parties, sure, now.dimmed_w)
    held_s = sequence.since_s(state.held_s, parties, now.now_s)
    rooms = sequence.with_the_stuck(limits, parties, held_s, now.now_s)
    queue, admitted = admission.admit(
        *(state.admission, parties, rooms, site.rotation_s, now.now_s),
        patient=quiet is Silence.LOST,
    )
    targets = water.divide(admitted, rooms)
    on_top = {each: wants[each].on_top_a(amps) for each, amps in targets.items()}
    late = {each for each in points if now.now_s - _rose_s(state, each) < points[each].coarse_s}
    grants = sequence.granted(targets, on_top, parties, limits, late)
    grants |= {each.id: _unsteered_a(points[each.id], each) for each in parties if not each.steered}
    told = shares.shares(parties, demands, grants, limits, queue, known, site.rotation_s, quiet)
    rose = {
        each: now.now_s if amps > state.granted_a.get(each, 0.0) else _rose_s(state, each)
        for each, amps in grants.items()
    }
    return FuseState(_main_a(site, sure), known, queue, wants, grants, rose, held_s), told


def _silence(site: SiteSettings, now: SiteNow, house: House | None) -> Silence:
    if not site.has_meter:
        return Silence.NONE
    if house is None:
        return Silence.LOST
    return silence(house.at_s, now.now_s, site.meter_timeout_s)


def _budgets(
    state: Budgets, site: SiteSettings, now: SiteNow, house: House | None, parties: Sequence[Party]
) -> Budgets:
    """Move the budgets, if the meter has something new."""
    if house is None or not house.fresh or (state.at_s is not None and house.at_s <= state.at_s):
        return state
    voltage_v = volts(now.grid)
    steered = {each.id for each in parties if each.steered}
    cars_w = sum(
        amps * v
        for each, cars_a in house.cars_a.items()
        if each in steered
        for amps, v in zip(cars_a, voltage_v, strict=True)
    )

    def held_a(key: str) -> float:
        weights = lines.weights_of(key, parties, site.phases)
        return sum(weights[each.id] * each.held_a for each in parties if each.id in weights)

    return budgets.on_sample(
        state,
        site,
        house,
        house_w=house.grid_w - cars_w,
        power_a=sum(voltage_v[: site.phases]),
        utc_s=now.at.timestamp() - (now.now_s - house.at_s),
        held_a=held_a,
        apart_a=lambda key: lines.reserved_a(key, parties, site.phases),
    )


def _main_a(site: SiteSettings, known: Budgets | None) -> Phases | None:
    """What the main fuse leaves to all cars."""
    if not site.has_meter:
        left_a = site.fuse_a - site.house_reserve_a
        l1, l2, l3 = (left_a if phase < site.phases else 0.0 for phase in range(3))
    elif known is None:
        return None
    else:
        l1, l2, l3 = (known.of[key].amps if key in known.of else 0.0 for key in ("L1", "L2", "L3"))
    return (l1, l2, l3)


def _unsteered_a(settings: PointSettings, party: Party) -> float:
    """What stands for one that cannot be told anything now, should it hear it later."""
    amps = min(party.most_a, max(settings.fallback_a, party.least_a))
    return amps if amps >= party.least_a else 0.0


def _rose_s(state: FuseState, point: PointId) -> float:
    return state.rose_s.get(point, -math.inf)
