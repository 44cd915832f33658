"""The demo's house with a roof and a home battery: what flows where, and what it costs. Pure.

A clear day in June with clouds now and then, on a roof of 9 kWp; the house's base load is the
measured one of the wallbox's simulation. Roof and battery feed all three phases alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evse.simulation.house import DATA_START_MINUTE_OF_DAY, House, load_a

Phases = tuple[float, float, float]

VOLTS = 230.0
DAY_S = 86_400
PEAK_W = 9000.0
SUNRISE_S, SUNSET_S = 6 * 3600, 21 * 3600
FEED_IN_PRICE = 0.08
BATTERY_WH = 10_000.0
BATTERY_W = 5000.0
LOWEST_SOC = 10.0
PAST_CHARGE_S = (11 * 3600, 14 * 3600)
QUARTER = timedelta(minutes=15)
_MIDNIGHT_MINUTE = 3 * 1440 - DATA_START_MINUTE_OF_DAY
"""The minute of the three measured days, played in a circle, at which a day begins."""
_HOUSE = House(start_minute=_MIDNIGHT_MINUTE)


def solar_w(second: float, clouds_last: float = 1.0) -> float:
    """What the roof gives at that second of a day, W. Clouds last so many times as long as else."""
    height: float = math.sin(math.pi * (second - SUNRISE_S) / (SUNSET_S - SUNRISE_S))
    if not SUNRISE_S < second < SUNSET_S:
        return 0.0
    # Clouds that come about each hour, unlike each other, and take up to half of the light.
    cloud = second / clouds_last
    thick = math.sin(cloud / 590) + math.sin(cloud / 373) - 0.9
    return PEAK_W * math.pow(height, 1.3) * (1.0 - 0.5 * max(0.0, min(1.0, thick)))


def house_a(second: float) -> Phases:
    """What the house takes from each phase without cars, roof and battery, A."""
    return load_a(_HOUSE, second % DAY_S)


def price(at: datetime) -> float:
    """The price of a kWh at a local time, EUR: dear in the evening, cheap at noon and at night."""
    hour = at.hour + (at.minute // 15) / 4
    evening = math.exp(-(((hour - 19.5) / 2.2) ** 2))
    morning = math.exp(-(((hour - 8.0) / 1.8) ** 2))
    noon = math.exp(-(((hour - 13.5) / 2.4) ** 2))
    night = math.exp(-(((hour - 3.0) / 2.5) ** 2))
    weekday = 0.012 * (at.weekday() - 2)
    value = 0.25 + 0.17 * evening + 0.09 * morning - 0.04 * noon - 0.08 * night + weekday
    return round(value, 4)


def prices(midnight: datetime) -> Iterator[dict[str, object]]:
    """The quarters of the day that begins at `midnight` (aware), as Nord Pool's entity has them."""
    start, day = midnight, midnight.date()
    while start.date() == day:
        # Over a change of clocks too: time goes on in UTC.
        end = (start.astimezone(UTC) + QUARTER).astimezone(midnight.tzinfo)
        yield {"start": start.isoformat(), "end": end.isoformat(), "value": price(start)}
        start = end


@dataclass(frozen=True, slots=True)
class Flows:
    """Power of one instant, W. Positive: grid to house, battery gives; `grid_a` by phase."""

    solar_w: float
    house_w: float
    car_w: float
    battery_w: float
    grid_a: Phases

    @property
    def grid_w(self) -> float:
        """From the grid; negative: into it."""
        return VOLTS * sum(self.grid_a)

    @property
    def sources_w(self) -> tuple[float, float, float]:
        """What the car gets from sun, battery and grid: the house is served first by each."""
        left, got = self.car_w, []
        wanted = self.house_w
        for given in (self.solar_w, max(0.0, self.battery_w)):
            free = max(0.0, given - wanted)
            wanted = max(0.0, wanted - given)
            got.append(min(left, free))
            left -= got[-1]
        return (got[0], got[1], left)


@dataclass(slots=True)
class Battery:
    """A home battery which keeps the grid's power at zero as far as it can."""

    soc: float = 35.0

    def step(self, wanted_w: float, dt_s: float) -> float:
        """Give `wanted_w` for `dt_s` (negative: take) as far as possible; what it gave, W."""
        hours = dt_s / 3600
        most_w = min(BATTERY_W, (self.soc - LOWEST_SOC) / 100 * BATTERY_WH / hours)
        least_w = -min(BATTERY_W, (100.0 - self.soc) / 100 * BATTERY_WH / hours)
        given_w = min(max(0.0, most_w), max(least_w, wanted_w))
        self.soc -= given_w * hours / BATTERY_WH * 100
        return given_w


def flows(
    second: float, car_a: Phases, battery: Battery, dt_s: float, sun_w: float | None = None
) -> Flows:
    """Let `dt_s` of the day pass at `second`, with cars that draw `car_a`; what flowed.

    `sun_w`: what the roof gives; None: that of the clear day.
    """
    house = house_a(second)
    sun_w = solar_w(second) if sun_w is None else sun_w
    house_w, car_w = VOLTS * sum(house), VOLTS * sum(car_a)
    battery_w = battery.step(house_w + car_w - sun_w, dt_s)
    given_a = (sun_w + battery_w) / 3 / VOLTS
    l1, l2, l3 = (one + other - given_a for one, other in zip(house, car_a, strict=True))
    return Flows(sun_w, house_w, car_w, battery_w, (l1, l2, l3))


COUNTERS = ("grid_import", "grid_export", "solar", "battery_out", "battery_in", "car")


def counted_w(now: Flows) -> dict[str, float]:
    """What each energy counter counts at this instant, W."""
    powers = (
        max(0.0, now.grid_w),
        max(0.0, -now.grid_w),
        now.solar_w,
        max(0.0, now.battery_w),
        max(0.0, -now.battery_w),
        now.car_w,
    )
    return dict(zip(COUNTERS, powers, strict=True))


def past_hours(count: int, first_hour: int) -> list[dict[str, float]]:
    """The kWh of each counter in `count` past hours, the first one at `first_hour` of the day.

    At noon a car takes what the sun leaves, on three phases with 6 to 16 A.
    """
    battery, hours = Battery(), []
    for number in range(count):
        kwh = dict.fromkeys(COUNTERS, 0.0)
        for minute in range(60):
            second = ((first_hour + number) * 3600 + minute * 60) % DAY_S
            spare_a = (solar_w(second) - VOLTS * sum(house_a(second))) / 3 / VOLTS
            charges = PAST_CHARGE_S[0] <= second < PAST_CHARGE_S[1] and spare_a >= 6.0
            amps = min(16.0, spare_a) if charges else 0.0
            now = flows(second, (amps, amps, amps), battery, 60.0)
            for name, watts in counted_w(now).items():
                kwh[name] += watts / 60_000
        hours.append(kwh)
    return hours
