"""What each car in a solar mode should have. Pure.

What the house and the cars in other modes leave of the roof's power (and of the battery's, by its
rule: battery.py) goes to the solar cars: by priority, within one priority first the minimum for
each and then alike. Each starts and stops by break-even (sun_car.py), on one phase or three
(phases.py). MINIMUM_SOLAR always has its minimum.

While the price is known to be negative a car in mode SOLAR takes all it can: whoever uses power is
paid then, and what the roof gives would be paid for. Not with `only_surplus`.

Without a meter nobody knows of any sun: after a minute SOLAR pauses, MINIMUM_SOLAR has its minimum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from . import phases, sun_car
from .allowance import Mode, Reason
from .battery import feeds
from .break_even import break_even_share
from .house import is_steered, volts
from .model import (
    Asks,
    Demand,
    House,
    Phases,
    PointId,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from .sun_car import Bounds, SunCar

SILENCE_S = 60.0
"""Without a sample for so long nobody knows of any sun. Longer than the fuse's time-out: nothing
is at risk but a few cents, and a stop for a short gap would cost more."""

FOLLOW_S = 4.0
"""So far a steady rise or fall is continued: the meter is 1 s old, the command 1 s on its way, and
a car follows after 2 s."""

TREND_SAMPLES = 4
"""A trend is what all steps between so many samples share: clouds move, appliances jump."""

TREND_WITHIN_S = 10.0
"""Samples further apart than that together tell no trend."""

MOST_APART_S = 15.0
"""One turn counts for at most so long: after a gap nobody knows what the sun did."""

MODES = (Mode.SOLAR, Mode.MINIMUM_SOLAR)


@dataclass(frozen=True, slots=True)
class SunState:
    """`samples`: what was available at the last samples of the meter, as (s, W). `cars`: those in
    solar modes. `turned_s`: the last turn; `alive_s`: the last sample, or the first turn."""

    samples: tuple[tuple[float, float], ...] = ()
    cars: Mapping[PointId, SunCar] = field(default_factory=dict)
    turned_s: float | None = None
    alive_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one turn is decided by. `share`: of the minimum that must come from the sun."""

    site: SiteSettings
    points: Mapping[PointId, PointSettings]
    now: SiteNow
    available_w: float
    trend_w: float
    apart_s: float
    voltage_v: float

    def bounds(self, each: PointId, car: SunCar) -> Bounds:
        """What the car of a point can take."""
        settings, point = self.points[each], self.now.points[each]
        count = phases.used(car.phases, settings, point)
        return Bounds(
            settings.minimum_a, min(point.limit_a, settings.maximum_a), self.voltage_v * count
        )


def on_turn(
    state: SunState,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
    house: House | None,
) -> tuple[SunState, Mapping[PointId, Demand]]:
    """Return what the sun says for each of `points` in a solar mode whose car asks for something.

    Cars of other modes, and those in `now` which are not in `points`, take of the sun first.
    """
    sunny = [each for each in points if _is_sunny(points[each], now.points[each])]
    alive_s = house.at_s if house is not None else state.alive_s
    alive_s = now.now_s if alive_s is None else alive_s
    begins = state.turned_s is None
    cars = {each: _car(state.cars.get(each), now.points[each], begins) for each in sunny}
    if now.now_s - alive_s >= SILENCE_S:
        cars = {each: _silenced(car, now.now_s) for each, car in cars.items()}
        state = SunState((), cars, now.now_s, alive_s)
        return state, {each: _blind(points[each], now.points[each]) for each in sunny}
    if house is None:
        state = replace(state, cars=cars, turned_s=now.now_s, alive_s=alive_s)
        return state, {each: _held(car, points[each]) for each, car in cars.items()}
    available_w = _available_w(site, sunny, now, house)
    samples = _sampled(state.samples, house, available_w, _unsure_w(sunny, now, house))
    available_w = samples[-1][1]
    apart_s = 0.0 if state.turned_s is None else now.now_s - state.turned_s
    voltage_v = sum(volts(now.grid)) / 3
    turn = _Turn(
        *(site, points, now, available_w),
        trend_w=_slope_w_s(samples) * FOLLOW_S,
        apart_s=max(0.0, min(MOST_APART_S, apart_s)),
        voltage_v=voltage_v,
    )
    cars = _decided(turn, cars)
    state = SunState(samples, cars, now.now_s, alive_s)
    return state, {each: _demand(turn, each, car) for each, car in cars.items()}


# ------------------------------------------------------------------ what there is


def _is_sunny(settings: PointSettings, point: PointNow) -> bool:
    wants = point.mode in MODES and point.asks is not Asks.NOTHING
    return wants and min(point.limit_a, settings.maximum_a) >= settings.minimum_a


def _available_w(site: SiteSettings, sunny: Sequence[PointId], now: SiteNow, house: House) -> float:
    """What the house, its reserve and the other cars leave, W. Those that are not steered count as
    part of the house already."""
    voltage_v = volts(now.grid)
    others_w = sum(
        _watts(amps, voltage_v)
        for each, amps in house.cars_a.items()
        if each not in sunny and each in now.points and is_steered(now.points[each])
    )
    return house.spare_w - site.sun.residual_w - others_w


def _watts(amps: Phases, voltage_v: Phases) -> float:
    return sum(each * v for each, v in zip(amps, voltage_v, strict=True))


def _unsure_w(sunny: Sequence[PointId], now: SiteNow, house: House) -> float:
    """By how much less there may be, W, as cars may not have followed their limits yet."""
    voltage_v = volts(now.grid)
    return sum(
        _watts(house.cars_a[each], voltage_v) - _watts(house.least_a[each], voltage_v)
        for each in sunny
        if each in house.least_a and is_steered(now.points[each])
    )


def _sampled(
    samples: tuple[tuple[float, float], ...], house: House, most_w: float, unsure_w: float
) -> tuple[tuple[float, float], ...]:
    """Keep the newest samples; a sample that was seen before is none.

    While a car follows a new limit, the meter leaves open what is the car's and what the sun's.
    Then the sun is assumed to have stayed as it was, as far as the meter allows.
    """
    if samples and house.at_s <= samples[-1][0]:
        return samples
    before_w = samples[-1][1] if samples else most_w - unsure_w
    available_w = min(most_w, max(most_w - unsure_w, before_w))
    return (*samples, (house.at_s, available_w))[-TREND_SAMPLES:]


def _slope_w_s(samples: tuple[tuple[float, float], ...]) -> float:
    """What all the last steps of the surplus have in common, W/s; 0 when they disagree."""
    if len(samples) < TREND_SAMPLES or samples[-1][0] - samples[0][0] > TREND_WITHIN_S:
        return 0.0
    pairs = pairwise(samples)
    slopes = [(after - before) / (to_s - from_s) for (from_s, before), (to_s, after) in pairs]
    return max(0.0, min(slopes)) + min(0.0, max(slopes))


def _paid(site: SiteSettings, now: SiteNow) -> datetime | None:
    """Until when whoever takes power is paid for it; None: not now."""
    if site.sun.only_surplus:
        return None
    return next(
        (
            slot.end
            for slot in now.prices.slots
            if slot.start <= now.at < slot.end and slot.value < 0
        ),
        None,
    )


# ------------------------------------------------------------------ who gets it


def _car(car: SunCar | None, point: PointNow, begins: bool) -> SunCar:
    """The car's memory; another session has none. One that charges as the site `begins` goes on: by
    what was decided before a restart, a cloud over it does not stop it at once."""
    if car is not None and car.session == point.session:
        return car
    car = sun_car.begin(point)
    return replace(car, at_once=not (begins and car.charging and point.asks is Asks.CHARGING))


def _decided(turn: _Turn, cars: Mapping[PointId, SunCar]) -> dict[PointId, SunCar]:
    """Share out what is available: by priority, then by turns, then alike."""
    points, left_w = turn.points, turn.available_w
    decided: dict[PointId, SunCar] = {}
    ordered = sorted(cars, key=lambda each: -points[each].priority)
    for _, group in groupby(ordered, key=lambda each: points[each].priority):
        queue = sorted(group, key=lambda each: _rank(turn, each, cars[each]))
        for each in queue:
            decided[each] = _judged(turn, each, cars[each], left_w)
            left_w -= _minimum_w(turn, each, decided[each])
        left_w = _shared(turn, decided, [each for each in queue if decided[each].charging], left_w)
    return decided


def _rank(turn: _Turn, each: PointId, car: SunCar) -> tuple[int, float, str]:
    """Who is looked at first: who charges, until its turn is over; then who waits longest."""
    ran_s = turn.now.now_s - car.turned_s
    if not car.charging:
        return (1, car.turned_s, each)
    return (0 if ran_s < turn.site.rotation_s else 2, car.turned_s, each)


def _judged(turn: _Turn, each: PointId, car: SunCar, left_w: float) -> SunCar:
    """Choose phases, start and stop, with what those before it have left."""
    settings, point, site = turn.points[each], turn.now.points[each], turn.site
    now_s = turn.now.now_s
    car = sun_car.learn(replace(car, phases=phases.learn(car.phases, settings, point)), point)
    bounds = turn.bounds(each, car)
    paid = _paid(site, turn.now) is not None
    now_on = phases.connected(settings, point)
    if car.phases.wanted == now_on:  # it has switched
        car = replace(car, phases=replace(car.phases, wanted=0), at_once=True, favour_s=0.0)
    chosen = phases.choose(
        car.phases,
        settings,
        point,
        site.sun,
        surplus_w=turn.voltage_v * 3 * bounds.most_a if paid else left_w,
        range_a_v=(bounds.least_a, bounds.most_a, turn.voltage_v),
        now_s=now_s,
        apart_s=turn.apart_s,
        at_once=car.at_once and not car.charging and not car.phases.switches,
    )
    car = replace(car, phases=chosen)
    if chosen.switching(now_on):
        return sun_car.turned(car, now_s, charging=False) if car.charging else car
    if point.mode is Mode.MINIMUM_SOLAR or paid:
        return car if car.charging else sun_car.turned(car, now_s, charging=True)
    if feeds(site.battery, turn.now.battery_soc, charging=car.charging):
        left_w = max(left_w, bounds.least_w)
    return sun_car.judged(car, left_w, bounds.least_w, site.sun, now_s, turn.apart_s)


def _minimum_w(turn: _Turn, each: PointId, car: SunCar) -> float:
    """What a car has of the sun in any case, W; nothing while it takes nothing."""
    bounds = turn.bounds(each, car)
    seen_w = sun_car.takes_w(car, turn.now.points[each], bounds)
    return min(bounds.least_w, seen_w) if car.charging else 0.0


def _shared(
    turn: _Turn, cars: dict[PointId, SunCar], charging: Sequence[PointId], left_w: float
) -> float:
    """Offer the cars what is left above their minimum, alike; return what is left then, W."""
    paid = _paid(turn.site, turn.now) is not None
    bounds = {each: turn.bounds(each, cars[each]) for each in charging}
    minimum_w = {each: _minimum_w(turn, each, cars[each]) for each in charging}
    room_w = {
        each: max(
            0.0,
            sun_car.takes_w(cars[each], turn.now.points[each], bounds[each]) - minimum_w[each],
        )
        for each in charging
    }
    extra_w = _alike_w(left_w, room_w)
    trend_w = turn.trend_w / max(1, len(charging))
    for each in charging:
        power_w = minimum_w[each] + extra_w[each]
        if extra_w[each] >= room_w[each]:  # it may find that it can take more
            kept_w = cars[each].offer_a * bounds[each].all_v if cars[each].itself_a else 0.0
            power_w = max(power_w + max(0.0, left_w - sum(extra_w.values())), kept_w)
        if left_w < 0:
            power_w = bounds[each].least_w
        power_w = bounds[each].most_w if paid else power_w + trend_w
        cars[each] = sun_car.followed(
            cars[each], power_w, bounds[each], turn.site.sun, turn.now.now_s
        )
    return left_w - sum(extra_w.values())


def _alike_w(left_w: float, room_w: Mapping[PointId, float]) -> dict[PointId, float]:
    """Fill up all alike, those with little room first."""
    extra_w: dict[PointId, float] = {}
    for done, each in enumerate(sorted(room_w, key=lambda each: room_w[each])):
        share_w = max(0.0, left_w) / (len(room_w) - done)
        extra_w[each] = min(room_w[each], share_w)
        left_w -= extra_w[each]
    return extra_w


# ------------------------------------------------------------------ what is said


def _demand(turn: _Turn, each: PointId, car: SunCar) -> Demand:
    settings, point, now = turn.points[each], turn.now.points[each], turn.now
    bounds = turn.bounds(each, car)
    now_on = phases.connected(settings, point)
    wanted = (car.phases.wanted or now_on) if settings.switches_phases else None
    values: dict[str, float | str] = {
        "surplus_w": round(turn.available_w),
        "needed_w": round(break_even_share(turn.site.sun) * bounds.least_w),
    }
    if car.phases.switching(now_on):
        return Demand(reason=Reason.PHASE_SWITCH, phases=wanted, values=values)
    paid_until = _paid(turn.site, now)
    if paid_until is not None:
        return Demand(
            *(bounds.least_a, bounds.most_a, Reason.PRICE, wanted),
            changes_at=paid_until,
            values=values,
        )
    changes_at = None
    if point.mode is Mode.SOLAR:
        changes_at = sun_car.changes_at(car, turn.site.sun, now)
        if changes_at is None and not car.charging:
            changes_at = _foreseen(turn, float(values["needed_w"]))
    if not car.charging:
        return Demand(reason=Reason.SOLAR, phases=wanted, changes_at=changes_at, values=values)
    full = car.offer_a >= bounds.most_a
    reason = Reason.USER_LIMIT if full else Reason.SOLAR
    offer_a = _stepped(car.offer_a, bounds, exceeds=not turn.site.sun.only_surplus)
    return Demand(bounds.least_a, offer_a, reason, wanted, changes_at=changes_at, values=values)


def _foreseen(turn: _Turn, needed_w: float) -> datetime | None:
    """When the forecast of the sun says that it will start, with the house as it is now."""
    now = turn.now
    if now.solar_w is None:
        return None
    from_roof_w = now.solar_w - turn.available_w + needed_w
    return next(
        (
            max(slot.start, now.at + timedelta(seconds=turn.site.sun.enable_s))
            for slot in now.sun.slots
            if slot.start > now.at and slot.value >= from_roof_w
        ),
        None,
    )


def _stepped(offer_a: float, bounds: Bounds, *, exceeds: bool) -> float:
    """Steps of 0.1 A, as chargers are told: the nearest where it may exceed what the sun gives."""
    tenths = int(offer_a * 10 + (0.5 if exceeds else 1e-6))
    return max(bounds.least_a, min(bounds.most_a, tenths / 10))


def _silenced(car: SunCar, now_s: float) -> SunCar:
    """Nobody knows what the sun does: it pauses, and starts anew when somebody does."""
    car = sun_car.turned(car, now_s, charging=False) if car.charging else car
    return replace(car, favour=0.0, favour_s=0.0)


def _blind(settings: PointSettings, point: PointNow) -> Demand:
    if point.mode is Mode.MINIMUM_SOLAR:
        return Demand(settings.minimum_a, settings.minimum_a, Reason.METER_LOST)
    return Demand(reason=Reason.METER_LOST)


def _held(car: SunCar, settings: PointSettings) -> Demand:
    """Go on as it is: the first sample is to come."""
    if not car.charging:
        return Demand(reason=Reason.METER_LOST)
    return Demand(settings.minimum_a, max(settings.minimum_a, car.offer_a), Reason.METER_LOST)
