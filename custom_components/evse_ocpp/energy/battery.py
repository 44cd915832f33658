"""What a home battery means for the sun: whose its power is, and when it must not discharge. Pure.

A battery follows the grid's meter by itself within seconds: what a car takes it gives, unless it is
held. So its charge may be counted as surplus (it yields to the car), and its discharge never may,
or the car would empty it. A state of charge that nobody knows counts as too low for everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .allowance import Mode
from .model import (
    NOMINAL_V,
    Asks,
    BatteryRule,
    BatterySettings,
    Grant,
    PointId,
    SiteNow,
    SiteSettings,
)

HOLD_W = 150.0
"""So much beyond the surplus is charged from elsewhere: more than a meter's noise and a battery's
own error of control."""

RELEASE_S = 60.0
"""Held at once, released after so long without need: a lock of a battery is no fast switch."""

START_PERCENT = 2.0
"""A car starts by the battery from so much above `buffer_soc`: the charge falls while it does."""

_SUNNY = (Mode.SOLAR, Mode.MINIMUM_SOLAR)


def spare_w(site: SiteSettings, now: SiteNow, house_grid_w: float) -> float:
    """What is left over for cars, W, where the house without cars takes `house_grid_w` (signed).

    Negative while the house needs more than the roof gives. What charges the battery is surplus
    by CAR_FIRST, and by BATTERY_FIRST from `priority_soc` on. What it gives is none, but above
    `buffer_soc` where it may discharge.
    """
    battery_w, rules, soc = now.battery_w, site.battery, now.battery_soc
    if battery_w is None:
        return -house_grid_w
    if battery_w > 0:
        return -house_grid_w - (0.0 if _may_feed(rules, soc) else battery_w)
    full_enough = soc is not None and soc >= rules.priority_soc
    yields = rules.rule is BatteryRule.CAR_FIRST or full_enough
    return -house_grid_w - (battery_w if yields else 0.0)


def feeds(rules: BatterySettings, soc: float | None, *, charging: bool) -> bool:
    """Whether the battery may give a car in a solar mode its minimum, without any sun."""
    return _may_feed(rules, None if soc is None else soc - (0.0 if charging else START_PERCENT))


def _may_feed(rules: BatterySettings, soc: float | None) -> bool:
    return rules.may_discharge and soc is not None and soc >= rules.buffer_soc


@dataclass(frozen=True, slots=True)
class HoldState:
    """Whether the battery is held, and since when (s) it has not been needed."""

    holds: bool = False
    idle_since_s: float | None = None


def hold(
    state: HoldState, site: SiteSettings, now: SiteNow, grants: Mapping[PointId, Grant]
) -> HoldState:
    """Hold the battery at once when a car would empty it; let go when that is over for a minute."""
    if would_empty(site, now, grants):
        return HoldState(holds=True)
    if not state.holds:
        return HoldState()
    since_s = now.now_s if state.idle_since_s is None else state.idle_since_s
    if now.now_s - since_s >= RELEASE_S:
        return HoldState()
    return replace(state, idle_since_s=since_s)


def would_empty(site: SiteSettings, now: SiteNow, grants: Mapping[PointId, Grant]) -> bool:
    """Whether a car charges by more than the surplus, so that the battery gives or would give it.

    The same while it is held: then the grid gives what it would. No battery, nothing to hold.
    """
    if now.battery_w is None and now.battery_soc is None:
        return False
    charging = [
        each
        for each, grant in grants.items()
        if grant.limit_a > 0 and now.points[each].asks is Asks.CHARGING
    ]
    if not charging:
        return False
    sunny = all(now.points[each].mode in _SUNNY for each in charging)
    if sunny and _may_feed(site.battery, now.battery_soc):
        return False
    grid_w = _grid_w(now)
    if grid_w is None:
        return True
    return grid_w + max(0.0, now.battery_w or 0.0) > HOLD_W


def _grid_w(now: SiteNow) -> float | None:
    grid = now.grid
    if grid is None or grid.power_w is not None:
        return None if grid is None else grid.power_w
    if grid.current_a is None:
        return None
    return sum(amps * NOMINAL_V for amps in grid.current_a)
