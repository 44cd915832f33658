"""The show's past weeks: who charged when, from which source and at what cost, hour by hour. Pure.

The house of roof.py with weather that changes from day to day, and two cars with habits. What is
told of a session, of a wallbox and of the house comes from the same steps, so all sums agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from scripts.harness import roof

STEP = timedelta(minutes=5)
STEP_H = STEP / timedelta(hours=1)
HOUR = timedelta(hours=1)
MINIMUM_A, MAXIMUM_A = 6.0, 16.0
SOURCES = ("sun", "battery", "grid")
CHEAP_HOURS = (1, 5)
"""Local hours, from and to, in which a car that waits for cheap prices charges."""
CO2_G_PER_KWH = 90.0
"""Of what comes from the grid; the sun's is 0."""
FIRST_REGISTER_WH = 1_234_000.0
"""What a wallbox's meter showed when the past begins."""


MIDSUMMER = date(2026, 6, 21).toordinal()


class How(Enum):
    """How a car is charged that time."""

    SUN = "sun"
    CHEAP = "cheap"
    AT_ONCE = "at once"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose card is held to the reader. `person`: the name of a person of Home Assistant."""

    id_tag: str
    name: str
    person: str | None = None


ANNA = Owner("04A1B2C3D4", "Anna", "Anna")
BEN = Owner("04B5E6F7A8", "Ben", "Ben")
VISITOR = Owner("0417C9D2E4", "Visitors")
OWNERS = (ANNA, BEN, VISITOR)


@dataclass(frozen=True, slots=True)
class Habit:
    """A car comes on these weekdays (Monday 0), `from_h` to `to_h` local time, and wants `kwh`.

    `to_h` above 24 is on the next day. `each` 3: only in each third week.
    """

    wallbox: int
    owner: Owner
    weekdays: tuple[int, ...]
    from_h: float
    to_h: float
    kwh: float
    phases: int
    how: How
    each: int = 1


HABITS = (
    Habit(0, ANNA, (1,), 17.6, 31.5, 21.0, 3, How.CHEAP),
    Habit(0, ANNA, (3,), 18.2, 31.5, 14.0, 3, How.AT_ONCE),
    Habit(0, ANNA, (5,), 10.3, 16.8, 26.0, 3, How.SUN),
    Habit(0, VISITOR, (6,), 13.1, 15.4, 11.0, 3, How.AT_ONCE, 3),
    Habit(1, BEN, (0, 2, 4), 9.2, 16.4, 12.5, 1, How.SUN),
    Habit(1, BEN, (6,), 18.8, 31.0, 17.0, 1, How.CHEAP),
)


@dataclass(slots=True)
class PastSession:
    """A session of a car. Energy in Wh by source; `cost` is what was bought, in the currency."""

    wallbox: int
    owner: Owner
    started_at: datetime
    ended_at: datetime
    register_wh: float
    """What the meter showed at its start."""
    source_wh: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0.0))
    cost: float = 0.0

    @property
    def energy_wh(self) -> float:
        """All of it."""
        return sum(self.source_wh.values())

    @property
    def co2_g(self) -> float:
        """What the grid's part of it has let out."""
        return self.source_wh["grid"] / 1000 * CO2_G_PER_KWH

    @property
    def lost_feed_in(self) -> float:
        """What sun and battery would have brought if they had been sold."""
        return (self.source_wh["sun"] + self.source_wh["battery"]) / 1000 * roof.FEED_IN_PRICE


@dataclass(frozen=True, slots=True)
class Hour:
    """What flowed in one hour, kWh: `house` by the counters of roof.py, `wallboxes` by source."""

    start: datetime
    house: dict[str, float]
    wallboxes: tuple[dict[str, float], ...]
    cost: list[float]
    """Of each wallbox."""


@dataclass(frozen=True, slots=True)
class Past:
    """All of it, the oldest first."""

    sessions: tuple[PastSession, ...]
    hours: tuple[Hour, ...]
    registers_wh: tuple[float, ...]
    """What the wallboxes' meters show now."""


def make(now: datetime, weeks: int, wallboxes: int = 2) -> Past:
    """Return what lies before `now` (aware, in the house's zone), up to the last full hour.

    It begins with the month that began `weeks` ago or before, so that each month is whole.
    """
    zone = now.tzinfo
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first_day = now - timedelta(weeks=weeks)
    at = datetime(first_day.year, first_day.month, 1, tzinfo=zone).astimezone(UTC)
    registers = [FIRST_REGISTER_WH + 345_678.0 * number for number in range(wallboxes)]
    visits = [each for each in _visits(at, end, now) if each[0].wallbox < wallboxes]
    visits.sort(key=lambda each: each[1].started_at)
    battery, hours = roof.Battery(), []
    while at < end:
        hour = Hour(
            at,
            dict.fromkeys(roof.COUNTERS, 0.0),
            tuple(dict.fromkeys(SOURCES, 0.0) for _ in registers),
            [0.0 for _ in registers],
        )
        hours.append(hour)
        near = [each for each in visits if _touches(each[1], at)]
        while at < hour.start + HOUR:
            here = [each for each in near if each[1].started_at <= at < each[1].ended_at]
            _step(at.astimezone(zone), here, battery, hour, registers)
            at += STEP
    sessions = [each for _, each in visits if each.energy_wh > 0]
    return Past(tuple(sessions), tuple(hours), tuple(registers))


def _visits(start: datetime, end: datetime, now: datetime) -> Iterator[tuple[Habit, PastSession]]:
    """Every time that a car was there from begin to end."""
    zone, day = now.tzinfo, start.astimezone(now.tzinfo).date()
    while day <= end.astimezone(zone).date():
        week = day.toordinal() // 7
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        for habit in HABITS:
            if day.weekday() not in habit.weekdays or week % habit.each:
                continue
            # Nobody comes to the minute.
            late = timedelta(minutes=(day.toordinal() * 37 + round(habit.from_h * 60)) % 29)
            came = (midnight + timedelta(hours=habit.from_h) + late).astimezone(UTC)
            went = (midnight + timedelta(hours=habit.to_h) + late).astimezone(UTC)
            if start <= came and went <= end:
                yield habit, PastSession(habit.wallbox, habit.owner, came, went, 0.0)
        day += timedelta(days=1)


def _touches(session: PastSession, hour: datetime) -> bool:
    return session.started_at < hour + HOUR and hour < session.ended_at


def sunshine(day: date) -> float:
    """How much of a clear day's sun in June there is on a day, 0.1 to 1: season and weather."""
    number = day.toordinal()
    season = 0.7 + 0.3 * math.cos(2 * math.pi * (number - MIDSUMMER) / 365.25)
    return season * (0.62 + 0.38 * math.sin(number * 1.7) * math.cos(number * 0.31))


def _wanted_kwh(habit: Habit, session: PastSession) -> float:
    """What the car takes that time: not each time the same."""
    return habit.kwh * (0.8 + 0.4 * ((session.started_at.toordinal() * 13) % 17) / 16)


def _step(
    local: datetime,
    here: list[tuple[Habit, PastSession]],
    battery: roof.Battery,
    hour: Hour,
    registers: list[float],
) -> None:
    """Let five minutes pass."""
    second = local.hour * 3600.0 + local.minute * 60.0 + local.second
    sun_w = roof.solar_w(second) * sunshine(local.date())
    spare_w = sun_w - roof.VOLTS * sum(roof.house_a(second))
    drawn: list[tuple[PastSession, float]] = []
    for habit, session in here:
        left_wh = _wanted_kwh(habit, session) * 1000 - session.energy_wh
        watts = min(_amps(habit, local, spare_w) * habit.phases * roof.VOLTS, left_wh / STEP_H)
        if watts > 1.0:
            spare_w -= watts
            drawn.append((session, watts))
    car_a = sum(watts for _, watts in drawn) / 3 / roof.VOLTS
    now = roof.flows(second, (car_a, car_a, car_a), battery, STEP.total_seconds(), sun_w)
    for name, watts in roof.counted_w(now).items():
        hour.house[name] += watts * STEP_H / 1000
    price = roof.price(local)
    for session, watts in drawn:
        if not session.energy_wh:
            session.register_wh = registers[session.wallbox]
        share = watts / now.car_w
        for source, source_w in zip(SOURCES, now.sources_w, strict=True):
            energy_wh = source_w * share * STEP_H
            session.source_wh[source] += energy_wh
            hour.wallboxes[session.wallbox][source] += energy_wh / 1000
            registers[session.wallbox] += energy_wh
        cost = now.sources_w[2] * share * STEP_H / 1000 * price
        session.cost += cost
        hour.cost[session.wallbox] += cost


def _amps(habit: Habit, local: datetime, spare_w: float) -> float:
    """The current per phase that the car gets."""
    if habit.how is How.AT_ONCE:
        return MAXIMUM_A
    if habit.how is How.CHEAP:
        return MAXIMUM_A if CHEAP_HOURS[0] <= local.hour < CHEAP_HOURS[1] else 0.0
    amps = spare_w / habit.phases / roof.VOLTS
    return min(MAXIMUM_A, amps) if amps >= MINIMUM_A else 0.0
