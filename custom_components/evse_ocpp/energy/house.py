"""The house without its cars, at the instant of the meter's sample. Pure.

A meter that tells only the sum of its phases leaves open where the house draws. Then each phase is
assumed to bear the worst: a third of it all and a whole final circuit of 16 A that the others do
not have, but never more than all of it. The sun and the battery hide loads from such a meter, so
what they give is added to what the house draws.

While cars follow new limits, what they draw together is known only between a least and a most. The
meter is the better witness of the sum then: as long as it can be explained by the cars, the house
is believed to be as it was. Or each car that is slower than thought would look like an appliance
that begins, and pause another; and one that is faster, like a room that comes and goes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .battery import spare_w
from .car_track import CarTrack, drawn_at, follow, least_at, measured_near
from .meter_watch import MeterWatch, Silence, silence, take
from .model import (
    NOMINAL_V,
    NOTHING,
    GridSample,
    House,
    Phases,
    PointId,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from .wires import on_site, used

FINAL_CIRCUIT_A = 16.0
"""What one phase of a house may bear more than the others: a final circuit's fuse."""

_POSSIBLE_V = (100.0, 300.0)
"""Between phase and neutral. Beyond it a register is misread, or the meter lacks the phase."""


@dataclass(frozen=True, slots=True)
class HouseState:
    """What is remembered: the meter, the last seconds of each car, and the house by the last sample
    of a meter that measures phases."""

    watch: MeterWatch = field(default_factory=MeterWatch)
    cars: Mapping[PointId, CarTrack] = field(default_factory=dict)
    house_a: Phases | None = None


def look(
    state: HouseState, site: SiteSettings, points: Mapping[PointId, PointSettings], now: SiteNow
) -> tuple[HouseState, House | None]:
    """Return the house as the newest sample shows it; None before the first, or without a meter.

    The car of a point that is not connected, or ignores limits, stays in it: nobody can lower it.
    """
    phases = {each: used(points[each], now.points[each], None, site.phases) for each in points}
    tracks = {
        each: follow(
            state.cars.get(each, CarTrack()),
            now.points[each],
            on_site(points[each], now.points[each], phases[each]),
            now.now_s,
        )
        for each in points
    }
    measured = _measured(tracks, now, phases)
    watch = take(state.watch, now.grid, measured, now.now_s, site.phases, now.battery_w)
    before_a = _remembered(state, watch, site)
    state = HouseState(watch, tracks)
    if not site.has_meter or watch.sample is None:
        return state, None
    cars = {
        each: drawn_at(tracks[each], now.points[each], phases[each], watch.sample.at_s)
        for each in points
    }
    least = {
        each: least_at(tracks[each], now.points[each], phases[each], watch.sample.at_s)
        for each in points
    }
    house = replace(_house(site, now, watch, cars), least_a=least)
    if watch.sample.current_a is None:
        return state, house
    house_a = house.house_a if before_a is None else _as_before(before_a, house, now)
    return replace(state, house_a=house_a), replace(house, house_a=house_a)


def is_steered(point: PointNow) -> bool:
    """Whether a point does what it is told."""
    return point.connected and point.obeys is not False


def volts(grid: GridSample | None) -> Phases:
    """The voltages of a sample, V; the nominal one where it cannot be."""
    low_v, high_v = _POSSIBLE_V
    told = (NOMINAL_V,) * 3 if grid is None else grid.voltage_v
    l1, l2, l3 = (each if low_v <= each <= high_v else NOMINAL_V for each in told)
    return (l1, l2, l3)


def _remembered(state: HouseState, watch: MeterWatch, site: SiteSettings) -> Phases | None:
    """The house before this sample; None after a silence, in which anything may have begun."""
    lost = silence(state.watch.alive_s, watch.alive_s, site.meter_timeout_s) is Silence.LOST
    return None if lost else state.house_a


def _as_before(before_a: Phases, house: House, now: SiteNow) -> Phases:
    """The house as near to what it was as the cars' least and most allow."""
    open_a = NOTHING
    for each, most_a in house.cars_a.items():
        if is_steered(now.points[each]):
            known = zip(most_a, house.least_a[each], strict=True)
            l1, l2, l3 = (most - least for most, least in known)
            open_a = _plus(open_a, (l1, l2, l3))
    l1, l2, l3 = (
        min(max(was, lowest), lowest + unknown)
        for was, lowest, unknown in zip(before_a, house.house_a, open_a, strict=True)
    )
    return (l1, l2, l3)


def _measured(
    tracks: Mapping[PointId, CarTrack], now: SiteNow, phases: Mapping[PointId, tuple[int, ...]]
) -> Phases | None:
    """What all cars are measured to draw at the meter's instant; None where one is not measured."""
    if now.grid is None:
        return None
    at_s, total = now.grid.at_s, NOTHING
    for each, track in tracks.items():
        point = now.points[each]
        if point.asks and not measured_near(track, at_s):
            return None
        total = _plus(total, drawn_at(track, point, phases[each], at_s))
    return total


def _house(
    site: SiteSettings, now: SiteNow, watch: MeterWatch, cars: Mapping[PointId, Phases]
) -> House:
    grid = watch.sample
    assert grid is not None
    voltage_v = volts(grid)
    cars_a = NOTHING
    for each, amps in cars.items():
        if is_steered(now.points[each]):
            cars_a = _plus(cars_a, amps)
    cars_w = sum(amps * v for amps, v in zip(cars_a, voltage_v, strict=True))
    grid_w = _power_w(grid, site.phases, voltage_v)
    if grid.current_a is None:
        house_a = _assumed_a(site, now, grid_w - cars_w, voltage_v)
    else:
        l1, l2, l3 = (
            amps - car_a if phase < site.phases else 0.0
            for phase, (amps, car_a) in enumerate(zip(grid.current_a, cars_a, strict=True))
        )
        house_a = (l1, l2, l3)
    return House(
        at_s=watch.alive_s,
        house_a=house_a,
        cars_a=cars,
        grid_w=grid_w,
        spare_w=spare_w(site, now, grid_w - cars_w),
        fresh=silence(watch.alive_s, now.now_s, site.meter_timeout_s) is not Silence.LOST,
    )


def _power_w(grid: GridSample, phases: int, voltage_v: Phases) -> float:
    """What comes from the grid, by the meter, or by its currents."""
    if grid.power_w is not None and math.isfinite(grid.power_w):
        return grid.power_w
    amps = (grid.current_a or NOTHING)[:phases]
    return sum(each * v for each, v in zip(amps, voltage_v, strict=False))


def _assumed_a(site: SiteSettings, now: SiteNow, house_w: float, voltage_v: Phases) -> Phases:
    """The worst that each phase may bear of the sum of all."""
    hidden_w = max(0.0, now.solar_w or 0.0) + max(0.0, now.battery_w or 0.0)
    total_a = max(0.0, house_w + hidden_w) / NOMINAL_V
    if site.phases == 1:
        return (house_w / voltage_v[0], 0.0, 0.0)
    uneven_a = FINAL_CIRCUIT_A * (1 - 1 / site.phases)
    worst_a = min(total_a, total_a / site.phases + uneven_a)
    return (worst_a, worst_a, worst_a)


def _plus(one: Phases, other: Phases) -> Phases:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])
