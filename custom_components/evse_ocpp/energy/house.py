"""The house without its cars, at the instant of the meter's sample. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from .model import NOTHING, House, Phases, PointId, PointNow, PointSettings, SiteNow, SiteSettings


@dataclass(frozen=True, slots=True)
class HouseState:
    """What is remembered from turn to turn."""


def look(
    state: HouseState, site: SiteSettings, points: Mapping[PointId, PointSettings], now: SiteNow
) -> tuple[HouseState, House | None]:
    """Return the house as the newest sample shows it; None before the first, or without a meter."""
    grid = now.grid
    if not site.has_meter or grid is None:
        return state, None
    cars = {each: _on_site(points[each], now.points[each]) for each in points}
    l1, l2, l3 = (sum(car[phase] for car in cars.values()) for phase in range(3))
    cars_w = sum(a * v for a, v in zip((l1, l2, l3), grid.voltage_v, strict=True))
    amps = grid.current_a
    grid_w = grid.power_w
    if grid_w is None:
        grid_w = sum(a * v for a, v in zip(amps or NOTHING, grid.voltage_v, strict=True))
    if amps is None:
        each_a = grid_w / sum(grid.voltage_v[: site.phases])
        amps = (each_a, each_a, each_a)
    house_a = (amps[0] - l1, amps[1] - l2, amps[2] - l3)
    fresh = now.now_s - grid.at_s < site.meter_timeout_s
    return state, House(grid.at_s, house_a, cars, grid_w, cars_w - grid_w, fresh)


def _on_site(settings: PointSettings, point: PointNow) -> Phases:
    amps = [0.0, 0.0, 0.0]
    for phase, current_a in zip(settings.wiring, point.current_a, strict=False):
        amps[phase] += current_a or 0.0
    return (amps[0], amps[1], amps[2])
