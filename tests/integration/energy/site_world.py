"""A site on virtual time: a house, chargers behind a lossy network, and the fuse side."""

import math
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from custom_components.evse_ocpp.energy import demand, fuse, house
from custom_components.evse_ocpp.energy.fuse import FuseState
from custom_components.evse_ocpp.energy.house import HouseState
from custom_components.evse_ocpp.energy.model import (
    Asks,
    Demand,
    GridSample,
    Phases,
    PointNow,
    PointSettings,
    Share,
    SiteNow,
    SiteSettings,
)

BEGAN = datetime(2026, 1, 12, 17, tzinfo=UTC)


@dataclass
class Order:
    """A limit on its way; `heard_s`, `answered_s`: infinite where it is lost."""

    amps: float
    heard_s: float
    answered_s: float


@dataclass
class Box:
    """A charger and its car. `limit_a`: what the charger holds in truth; `share` of it is drawn."""

    settings: PointSettings
    asks: Asks = Asks.CHARGING
    limit_a: float = 0.0
    share: float = 1.0
    takes_a: float = 32.0
    connected: bool = True
    obeys: bool | None = None
    phases: int | None = None
    measured_s: float = 1.0
    told_a: float = 0.0
    told_at_s: float = 0.0
    granted_a: float = 0.0
    orders: list[Order] = field(default_factory=list)
    measured: tuple[float, float] | None = None

    @property
    def draws_a(self) -> float:
        """A on each of its phases; a car takes what it may at once: the worst."""
        return min(self.share * self.limit_a, self.takes_a) if self.asks is Asks.CHARGING else 0.0

    @property
    def holds_a(self) -> float:
        """As the steering counts: what was confirmed, and all that was not answered since."""
        return max(self.told_a, *(order.amps for order in self.orders), 0.0)

    @property
    def used(self) -> tuple[int, ...]:
        """The phases of the site that its car uses."""
        return self.settings.wiring[: self.phases or 3]

    def hear(self, now_s: float) -> None:
        """What came by now: orders in their order, answers whenever they come."""
        for index, order in enumerate(self.orders):
            if order.heard_s <= now_s and self.obeys is not False:
                self.limit_a, order.heard_s = order.amps, math.inf
            if order.answered_s <= now_s:
                self.told_a, self.told_at_s = order.amps, now_s
                self.orders = self.orders[index + 1 :]
                return self.hear(now_s)
        return None

    def measure(self, now_s: float) -> None:
        """Tell the currents, when it is time."""
        if self.measured_s and (
            self.measured is None or now_s - self.measured[0] >= self.measured_s
        ):
            self.measured = (now_s, self.draws_a)

    def now(self) -> PointNow:
        """As the site sees it."""
        at_s, amps = self.measured or (None, None)
        shown = tuple(amps if phase < (self.phases or 3) else 0.0 for phase in range(3))
        return PointNow(
            asks=self.asks,
            limit_a=self.settings.maximum_a,
            current_a=(None, None, None) if amps is None else shown,  # type: ignore[arg-type]
            measured_at_s=at_s,
            told_a=self.told_a,
            told_at_s=self.told_at_s,
            holds_a=self.holds_a,
            connected=self.connected,
            obeys=self.obeys,
            phases=self.phases,
            session="1",
        )


@dataclass
class World:
    """Turns of a second. `chance` decides what is lost: orders, answers, and samples."""

    site: SiteSettings
    boxes: dict[str, Box]
    house_a: Phases = (2.0, 2.0, 2.0)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    lost: float = 0.0
    meter: bool = True
    total_only: bool = False
    dimmed_w: float | None = None
    urgent: frozenset[str] = frozenset()
    solar_w: float | None = None
    now_s: float = 1000.0
    state: FuseState = field(default_factory=FuseState)
    seen: HouseState = field(default_factory=HouseState)
    shares: dict[str, Share] = field(default_factory=dict)
    grid: GridSample | None = None

    @property
    def points(self) -> dict[str, PointSettings]:
        """The settings of all."""
        return {each: box.settings for each, box in self.boxes.items()}

    def cars_a(self) -> Phases:
        """What the cars draw in truth."""
        amps = [0.0, 0.0, 0.0]
        for box in self.boxes.values():
            for phase in box.used:
                amps[phase] += box.draws_a
        return (amps[0], amps[1], amps[2])

    def held_a(self, phase: int, circuit: str | None = None) -> float:
        """What all cars below a fuse may draw from a phase, by anything that they were told."""
        parents = {each.id: each.parent for each in self.site.circuits}
        total_a = 0.0
        for box in self.boxes.values():
            above = box.settings.circuit
            while above not in (None, circuit):
                above = parents[above]
            if above == circuit and phase in box.used:
                total_a += max(box.holds_a, box.limit_a)
        return total_a

    def totals_a(self) -> Phases:
        """What the main fuse bears in truth."""
        l1, l2, l3 = (a + b for a, b in zip(self.house_a, self.cars_a(), strict=True))
        return (l1, l2, l3)

    def sample(self) -> None:
        """The meter is read."""
        totals = self.totals_a()
        if self.meter and self.chance.random() >= min(0.2, self.lost):
            if self.total_only:
                self.grid = GridSample(self.now_s, power_w=230.0 * sum(totals))
            else:
                self.grid = GridSample(self.now_s, totals)

    def turn(self) -> "World":
        """One second: what came, what was measured, and what is decided."""
        self.now_s += 1.0
        for box in self.boxes.values():
            box.hear(self.now_s)
            box.measure(self.now_s)
        self.sample()
        self.decide()
        return self

    def site_now(self) -> SiteNow:
        """What is known now."""
        return SiteNow(
            self.now_s,
            BEGAN + timedelta(seconds=self.now_s),
            self.grid,
            solar_w=self.solar_w,
            dimmed_w=self.dimmed_w,
            points={each: box.now() for each, box in self.boxes.items()},
        )

    def demands(self, now: SiteNow) -> dict[str, Demand]:
        """Everybody is in mode fast."""
        wanted = {
            each: demand.of(box.settings, now.points[each], None, None)
            for each, box in self.boxes.items()
        }
        return {
            each: replace(one, urgent=each in self.urgent) if one.most_a else one
            for each, one in wanted.items()
        }

    def decide(self) -> None:
        """Decide, and send what has changed."""
        now = self.site_now()
        self.seen, seen = house.look(self.seen, self.site, self.points, now)
        demands = self.demands(now)
        self.state, shares = fuse.on_turn(self.state, self.site, self.points, now, seen, demands)
        self.shares = dict(shares)
        for each, box in self.boxes.items():
            self.tell(box, shares[each].limit_a)

    def tell(self, box: Box, amps: float) -> None:
        """Send a limit that is new, or that was not answered: it may be lost, or its answer."""
        unanswered = box.orders and self.now_s - box.orders[-1].answered_s > 0
        waits = bool(box.orders) and math.isinf(box.orders[-1].answered_s)
        if box.connected and (amps != box.granted_a or waits or unanswered):
            heard = self.chance.random() >= self.lost
            answered = heard and self.chance.random() >= self.lost
            late_s = self.chance.uniform(0.5, 3.0) if self.lost else 1.0
            box.orders.append(
                Order(
                    amps,
                    self.now_s + late_s / 2 if heard else math.inf,
                    self.now_s + late_s if answered else math.inf,
                )
            )
        box.granted_a = amps

    def run(self, turns: int) -> "World":
        """Many seconds."""
        for _ in range(turns):
            self.turn()
        return self


def world(
    count: int = 1,
    fuse_a: float = 25.0,
    site: SiteSettings | None = None,
    points: dict[str, dict[str, object]] | None = None,
    **more: object,
) -> World:
    """A site with so many chargers of 16 A, `points`: what is different of each."""
    boxes = {}
    for index in range(count):
        each = f"box{index}/1"
        settings = PointSettings(each, maximum_a=16.0)
        settings = replace(settings, **(points or {}).get(each, {}))  # type: ignore[arg-type]
        boxes[each] = Box(settings)
    return World(site or SiteSettings(fuse_a), boxes, **more)  # type: ignore[arg-type]
