"""The deciding class: how much each charging point of a site gets, turn by turn. Pure.

One way through a turn: what the house takes without its cars (`house`), what plans and prices want
now (`planning`), what the sun gives to the others (`sun`), what that makes each point ask for
(`demand`), and what the fuses leave of it (`fuse`). Each part keeps a state of its own; nothing
here has a clock.

Anybody can run it on own data: make one, and call `decide` with what was known at each instant.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from . import battery, demand, fuse, house, planning, sun
from .model import (
    Asks,
    Decision,
    Demand,
    Grant,
    PointId,
    PointNow,
    PointSettings,
    Share,
    SiteNow,
    SiteSettings,
)


class SiteController:
    """One site. Settings may change between turns; what was learned stays."""

    def __init__(self, site: SiteSettings, points: Iterable[PointSettings]) -> None:
        self.site = site
        self.points: Mapping[PointId, PointSettings] = {point.id: point for point in points}
        self._house = house.HouseState()
        self._sun = sun.SunState()
        self.planning = planning.PlanningState()
        self._fuse = fuse.FuseState()
        self._battery = battery.HoldState()

    def set_settings(self, site: SiteSettings, points: Iterable[PointSettings]) -> None:
        """Go by other settings from the next turn on."""
        self.site = site
        self.points = {point.id: point for point in points}

    def decide(self, now: SiteNow) -> Decision:
        """Make one turn; it answers for every point of the settings that is in `now.points`."""
        site, points = self.site, self.points
        present = {each: points[each] for each in now.points if each in points}
        self._house, seen = house.look(self._house, site, present, now)
        self.planning, planned = planning.on_turn(self.planning, site, present, now, seen)
        by_the_sun = {each: present[each] for each in present if not _driven(planned.get(each))}
        self._sun, sunny = sun.on_turn(self._sun, site, by_the_sun, now, seen)
        demands = {
            each: demand.of(present[each], now.points[each], sunny.get(each), planned.get(each))
            for each in present
        }
        self._fuse, shares = fuse.on_turn(self._fuse, site, present, now, seen, demands)
        grants = {
            each: _grant(now, now.points[each], demands[each], shares[each]) for each in present
        }
        self._battery = battery.hold(self._battery, site, now, grants)
        return Decision(
            at=now.at,
            grants=grants,
            demands=demands,
            house=seen,
            budget_a=self._fuse.budget_a,
            meter_lost=site.has_meter and (seen is None or not seen.fresh),
            hold_battery=self._battery.holds,
        )


def _driven(planned: Demand | None) -> bool:
    """Whether a plan charges a car now, so that the sun does not decide about it."""
    return planned is not None and planned.most_a > 0


def _grant(now: SiteNow, point: PointNow, wanted: Demand, share: Share) -> Grant:
    """Put together what a point wants and what the fuses leave of it."""
    cut = share.reason is not None
    changes_at = _instant(now, share.changes_at_s) if cut else wanted.changes_at
    values = dict(wanted.values)
    if share.circuit is not None:
        values["circuit"] = share.circuit
    return Grant(
        limit_a=share.limit_a,
        reason=share.reason or wanted.reason,
        phases=wanted.phases,
        start=share.limit_a > 0 and point.asks is Asks.TO_START,
        changes_at=changes_at,
        values=values,
    )


def _instant(now: SiteNow, at_s: float | None) -> datetime | None:
    return None if at_s is None else now.at + timedelta(seconds=max(0.0, at_s - now.now_s))
