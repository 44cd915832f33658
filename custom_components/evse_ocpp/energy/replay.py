"""Plays a past day again, with any settings, through the class that decides. Pure; it never sleeps.

The house, the roof and the battery do what they did; the cars follow what they are told. A battery
that was charged from the sun gets what the cars leave, and one that must not empty into them does
not; that it is then fuller or emptier later in the day is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from .allowance import Mode
from .controller import SiteController
from .goal import Car, Goal, due, need_wh
from .model import (
    NOMINAL_V,
    NOTHING,
    GridSample,
    Phases,
    PointId,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from .prices import Cheap, Prices, SunForecast
from .replay_car import PlayedCar, Visit
from .sources import Cost, SourceShare, parts

STEP_S = 10.0
"""While a car is plugged in: as long as a car takes to follow."""
METER_TIMEOUT_S = 4 * STEP_S
"""The meter of a past day speaks once a step, and is not silent between two of them."""
RIPPLE_W = 2.0
"""The house is never quite still, so a mean that stands for minutes is no frozen meter."""


@dataclass(frozen=True, slots=True)
class DaySample:
    """From `at` (aware) on: what the house took without its cars (`house_w`, the roof not counted).

    `house_a`: what the meter at the grid showed of it per phase, signed; None: it measures no
    phases. `solar_w`, `battery_w`: what they gave; None: there are none, or nobody knows.
    """

    at: datetime
    house_w: float
    house_a: Phases | None = None
    solar_w: float | None = None
    battery_w: float | None = None
    battery_soc: float | None = None


@dataclass(frozen=True, slots=True)
class DaySeries:
    """A past day: samples in order (each holds until the next, the last until `end`), what a
    kilowatt-hour cost, and the cars that were plugged in.
    """

    samples: Sequence[DaySample]
    end: datetime
    visits: Sequence[Visit] = ()
    prices: Prices = field(default_factory=Prices)
    sun: SunForecast = field(default_factory=SunForecast)

    def __post_init__(self) -> None:
        if not self.samples:
            raise ValueError("DaySeries.samples: none; at least one is needed.")
        instants = [*(sample.at for sample in self.samples), self.end]
        if any(at.tzinfo is None for at in instants):
            raise ValueError("DaySeries: an instant has no time zone; each needs one.")
        late = [b for a, b in pairwise(instants) if b <= a]
        if late:
            raise ValueError(
                f"DaySeries.samples: {late[0].isoformat()} is not after the one before it; "
                "they must be in order, and end before `end`."
            )


@dataclass(frozen=True, slots=True)
class PointChoice:
    """What is chosen at a point for the day; `limit_a` None: its maximum."""

    mode: Mode = Mode.FAST
    limit_a: float | None = None
    goals: tuple[Goal, ...] = ()
    cheap: Cheap = field(default_factory=Cheap)
    car: Car = field(default_factory=Car)


@dataclass(slots=True)
class PointResult:
    """What came of a day at one point; energy in Wh by source."""

    energy: SourceShare = field(default_factory=SourceShare)
    cost: Cost = field(default_factory=Cost)
    starts: int = 0
    finished_at: datetime | None = None
    missed: list[str] = field(default_factory=list)

    @property
    def kwh(self) -> float:
        """All that it took."""
        share = self.energy
        return (share.sun_wh + share.battery_wh + share.grid_wh) / 1000


@dataclass(slots=True)
class Result:
    """What came of a day. `highest_a`: the highest current of each phase of the site, as far as
    the house is known per phase. `over_fuse_s`: how long any was more than a fiftieth above it.
    """

    points: dict[PointId, PointResult] = field(default_factory=dict)
    highest_a: Phases = NOTHING
    over_fuse_s: float = 0.0
    import_kwh: float = 0.0
    export_kwh: float = 0.0
    turns: int = 0


def play(
    day: DaySeries,
    site: SiteSettings,
    points: Iterable[PointSettings],
    choices: Mapping[PointId, PointChoice] | None = None,
    *,
    battery_lock: bool = True,
) -> Result:
    """Play the day; a point without a choice charges fast. Costs are in the prices' currency.

    `battery_lock`: the battery can be held from emptying into cars.
    """
    known = {point.id: point for point in points}
    strangers = sorted({visit.point for visit in day.visits} - known.keys())
    if strangers:
        raise ValueError(f"DaySeries.visits: {strangers[0]} is no point; there are {sorted(known)}")
    return _Play(day, site, known, choices or {}, battery_lock=battery_lock).run()


class _Play:
    """One run: where the day is, and what came of it so far."""

    def __init__(
        self,
        day: DaySeries,
        site: SiteSettings,
        points: Mapping[PointId, PointSettings],
        choices: Mapping[PointId, PointChoice],
        *,
        battery_lock: bool,
    ) -> None:
        self.battery_lock = battery_lock
        patience_s = max(site.meter_timeout_s, METER_TIMEOUT_S)
        self.day, self.points = day, points
        self.site = replace(site, meter_timeout_s=patience_s)
        self.choices = {each: choices.get(each, PointChoice()) for each in points}
        self.controller = SiteController(self.site, points.values())
        self.cars: dict[PointId, PlayedCar] = {}
        self.result = Result({each: PointResult() for each in points})
        self.start = day.samples[0].at
        self.zone = self.start.tzinfo
        self.visits = sorted(day.visits, key=lambda visit: visit.plugged_at)

    def run(self) -> Result:
        """Go through the day, turn by turn."""
        ends = [*(sample.at for sample in self.day.samples[1:]), self.day.end]
        for sample, later in zip(self.day.samples, ends, strict=True):
            at, end = sample.at.astimezone(UTC), later.astimezone(UTC)
            while at < end:
                self._plug(at)
                step_s = min(self._step_s(at), (end - at).total_seconds())
                self._turn(sample, at, step_s)
                at += timedelta(seconds=step_s)
        for each in tuple(self.cars):
            self._leave(each)
        return self.result

    def _plug(self, at: datetime) -> None:
        for each, car in tuple(self.cars.items()):
            if car.visit.unplugged_at <= at:
                self._leave(each)
        while self.visits and self.visits[0].plugged_at <= at:
            visit = self.visits.pop(0)
            if visit.unplugged_at > at:
                self._leave(visit.point)
                self.cars[visit.point] = PlayedCar(visit, self.choices[visit.point].car)

    def _leave(self, each: PointId) -> None:
        car = self.cars.pop(each, None)
        if car is not None:
            self.result.points[each].starts += car.starts

    def _step_s(self, at: datetime) -> float:
        """Return how long nothing happens: to the next car, or a turn where one is not full."""
        if any(not car.is_full for car in self.cars.values()):
            return STEP_S
        edges = [visit.plugged_at for visit in self.visits[:1]]
        edges += [car.visit.unplugged_at for car in self.cars.values()]
        later_s = [(edge - at).total_seconds() for edge in edges if edge > at]
        return min(later_s, default=float("inf"))

    def _turn(self, sample: DaySample, at: datetime, step_s: float) -> None:
        """Decide, let the cars follow, and count what flows until the next turn."""
        now_s = (at - self.start).total_seconds()
        held = False
        if any(not car.is_full for car in self.cars.values()):
            self.result.turns += 1
            decision = self.controller.decide(self._now(sample, at, now_s))
            held = decision.hold_battery and self.battery_lock
            for each, car in self.cars.items():
                grant = decision.grants[each]
                car.told(grant.limit_a, grant.phases, now_s)
        for car in self.cars.values():
            car.follow(now_s)
        self._count(sample, at, step_s, held)

    def _now(self, sample: DaySample, at: datetime, now_s: float) -> SiteNow:
        cars_w, cars_a = self._cars()
        battery_w = _battery_w(sample, cars_w, held=False)
        ripple_w = RIPPLE_W if int(now_s / STEP_S) % 2 else 0.0
        grid_a = None
        if sample.house_a is not None:
            grid_a = _plus(sample.house_a, cars_a, ripple_w / NOMINAL_V)
        return SiteNow(
            now_s=now_s,
            at=at.astimezone(self.zone),
            grid=GridSample(now_s, grid_a, _grid_w(sample, cars_w, battery_w) + ripple_w),
            solar_w=sample.solar_w,
            battery_w=battery_w,
            battery_soc=sample.battery_soc,
            prices=self.day.prices,
            sun=self.day.sun,
            points={each: self._point(each, now_s) for each in self.points},
        )

    def _point(self, each: PointId, now_s: float) -> PointNow:
        settings, choice = self.points[each], self.choices[each]
        limit_a = min(choice.limit_a or settings.maximum_a, settings.maximum_a)
        now = PointNow(
            mode=choice.mode,
            limit_a=limit_a,
            current_a=NOTHING,
            power_w=0.0,
            measured_at_s=now_s,
            goals=choice.goals,
            cheap=choice.cheap,
            car=choice.car,
        )
        car = self.cars.get(each)
        return now if car is None else car.seen(now)

    def _cars(self) -> tuple[float, Phases]:
        """Return what all cars draw: W, and A per phase of the site."""
        amps = [0.0, 0.0, 0.0]
        for each, car in self.cars.items():
            wiring = self.points[each].wiring
            for own, phase in enumerate(wiring[: car.phases]):
                amps[phase] += car.current_a[own]
        return sum(amps) * NOMINAL_V, (amps[0], amps[1], amps[2])

    def _count(self, sample: DaySample, at: datetime, step_s: float, held: bool) -> None:
        cars_w, cars_a = self._cars()
        battery_w = _battery_w(sample, cars_w, held=held)
        grid_w = _grid_w(sample, cars_w, battery_w)
        result, hours = self.result, step_s / 3600
        result.import_kwh += max(0.0, grid_w) * hours / 1000
        result.export_kwh += max(0.0, -grid_w) * hours / 1000
        if sample.house_a is not None:
            amps = _plus(sample.house_a, cars_a)
            l1, l2, l3 = (max(pair) for pair in zip(amps, result.highest_a, strict=True))
            result.highest_a = (l1, l2, l3)
            if max(amps) > 1.02 * self.site.fuse_a:
                result.over_fuse_s += step_s
        slot = self.day.prices.at(at)
        price = None if slot is None else slot.value
        for each, car in self.cars.items():
            wh = car.take(step_s)
            its = result.points[each]
            if wh > 0:
                share = parts(wh, cars_w, grid_w, sample.solar_w, battery_w)
                its.energy += share
                its.cost += share.cost(price, self.site.sun.feed_in_price)
            if car.is_full and its.finished_at is None:
                its.finished_at = (at + timedelta(seconds=step_s)).astimezone(self.zone)
            self._judge(each, car, at, step_s)

    def _judge(self, each: PointId, car: PlayedCar, at: datetime, step_s: float) -> None:
        """Note the goals whose time comes before the next turn, and which are not reached."""
        choice, until = self.choices[each], at + timedelta(seconds=step_s)
        for goal in choice.goals:
            ready_at = due(goal, at.astimezone(self.zone)) if goal.enabled else None
            if ready_at is None or ready_at > until:
                continue
            wanted_wh = min(need_wh(goal, choice.car), car.visit.wanted_wh)
            if car.taken_wh < 0.99 * wanted_wh:
                self.result.points[each].missed.append(goal.id)


def _battery_w(sample: DaySample, cars_w: float, *, held: bool) -> float | None:
    """What the battery gives: charged from the sun it yields to cars; `held`, it gives nothing."""
    battery_w = sample.battery_w
    if battery_w is None:
        return None
    if battery_w > 0:
        return 0.0 if held and cars_w > 0 else battery_w
    missing_w = max(0.0, sample.house_w - (sample.solar_w or 0.0) + cars_w - battery_w)
    return min(0.0, battery_w + min(missing_w, cars_w))


def _grid_w(sample: DaySample, cars_w: float, battery_w: float | None) -> float:
    return sample.house_w + cars_w - (sample.solar_w or 0.0) - (battery_w or 0.0)


def _plus(amps: Phases, others: Phases, more_a: float = 0.0) -> Phases:
    l1, l2, l3 = (a + b + more_a for a, b in zip(amps, others, strict=True))
    return (l1, l2, l3)
