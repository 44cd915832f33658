"""What the fuses leave to each point. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from .allowance import Reason
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


@dataclass(frozen=True, slots=True)
class FuseState:
    """What is remembered from turn to turn. `budget_a`: what the main fuse leaves to all cars."""

    budget_a: Phases | None = None


def on_turn(
    state: FuseState,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
    house: House | None,
    demands: Mapping[PointId, Demand],
) -> tuple[FuseState, Mapping[PointId, Share]]:
    """Return what each point gets of its demand."""
    if house is None or not house.fresh:
        if site.has_meter:
            lost = {
                each: Share(min(demands[each].most_a, points[each].fallback_a), Reason.METER_LOST)
                for each in points
            }
            return FuseState(), lost
        left_a = site.fuse_a - site.house_reserve_a
        budget_a = (left_a, left_a, left_a)
    else:
        l1, l2, l3 = (site.fuse_a - max(0.0, amps) for amps in house.house_a)
        budget_a = (l1, l2, l3)
    left = list(budget_a)
    shares: dict[PointId, Share] = {}
    for each, settings in points.items():
        demand = demands[each]
        limit_a = min(demand.most_a, min(left[phase] for phase in settings.wiring))
        if limit_a < demand.least_a or limit_a <= 0:
            limit_a = 0.0
        for phase in settings.wiring:
            left[phase] -= limit_a
        shares[each] = Share(limit_a, None if limit_a >= demand.most_a else Reason.FUSE)
    return FuseState(budget_a), shares
