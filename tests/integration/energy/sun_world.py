"""Turns of the sun's rule on virtual time: a roof, a house, and cars that do as they are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from custom_components.evse_ocpp.energy import sun
from custom_components.evse_ocpp.energy.allowance import Mode
from custom_components.evse_ocpp.energy.model import (
    NOTHING,
    Asks,
    Demand,
    House,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from custom_components.evse_ocpp.energy.sun import SunState

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
ONE = PointSettings("A/1", wiring=(0,), maximum_a=32.0)
THREE = PointSettings("A/1", maximum_a=16.0)
SWITCHING = replace(THREE, switches_phases=True)
WAITS = PointNow(Mode.SOLAR, Asks.TO_START, limit_a=32.0, session="s1")


@dataclass
class World:
    """Points of a site; a car draws what its point is told, and it is told what it demands."""

    points: Mapping[str, PointSettings]
    now: dict[str, PointNow]
    site: SiteSettings = field(default_factory=lambda: SiteSettings(63.0))
    facts: dict[str, object] = field(default_factory=dict)
    state: SunState = field(default_factory=SunState)
    now_s: float = 1000.0
    demands: Mapping[str, Demand] = field(default_factory=dict)
    obedient: bool = True

    def turn(self, spare_w: float | None, step_s: float = 1.0) -> Mapping[str, Demand]:
        """One turn `step_s` later; None: the meter is silent."""
        self.now_s += step_s
        at = NOON + timedelta(seconds=self.now_s - 1000.0)
        now = SiteNow(self.now_s, at, points=dict(self.now), **self.facts)
        house = None
        if spare_w is not None:
            cars = {each: (point.told_a, 0.0, 0.0) for each, point in self.now.items()}
            house = House(self.now_s, NOTHING, cars, 0.0, spare_w)
        self.state, self.demands = sun.on_turn(self.state, self.site, self.points, now, house)
        if self.obedient:
            for each, demand in self.demands.items():
                self.tell(each, demand.most_a)
        return self.demands

    def tell(self, each: str, limit_a: float) -> None:
        """The charger confirms a limit; its car follows at once."""
        point = self.now[each]
        if point.told_a != limit_a:
            asks = Asks.CHARGING if limit_a else Asks.TO_START
            if limit_a and point.asks is Asks.LITTLE:
                asks = Asks.LITTLE
            self.now[each] = replace(point, told_a=limit_a, told_at_s=self.now_s, asks=asks)

    def run(self, spare_w: float | None, seconds: int) -> Mapping[str, Demand]:
        """The same surplus for so long."""
        for _ in range(seconds):
            self.turn(spare_w)
        return self.demands

    def until(self, spare_w: float | None, *, charging: bool, point: str = "A/1") -> int:
        """After how many seconds of this surplus it charges or pauses; 9999: not within an hour."""
        for second in range(1, 3600):
            if (self.turn(spare_w)[point].most_a > 0) is charging:
                return second
        return 9999


def world(*settings: PointSettings, point: PointNow = WAITS, **kept) -> World:
    """A world with these points, in the same state."""
    return World(
        {each.id: each for each in settings}, {each.id: point for each in settings}, **kept
    )
