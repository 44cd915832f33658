"""What the house takes at each hour of the week, learned from what it took. Pure.

A plan needs to know what the fuse will leave: with the wallbox's rating alone kilowatt-hours are
missing in the morning. Each hour of the week keeps a mean that forgets, per phase, and how much it
varies; an hour that was never seen is taken from the same hour of other days.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import NamedTuple

from .model import House, Phases, SiteNow

HOURS = 168
LEARNING_SHARE = 0.3
"""How much a new week counts against the mean: half is forgotten in two weeks."""

SPREAD = 0.5
"""So many standard deviations above its mean the house is expected: a plan that is a little too
careful costs less than one that fails."""

UNSEEN_A = 2.0
UNSEEN_W = 500.0
"""A house of which nothing was seen yet: 4 MWh a year are 460 W."""

LEAST_SAMPLES = 30
"""An hour of which less was seen is not learned: a restart would count as much as a week."""


class Hour(NamedTuple):
    """Means of an hour: the house's net current and its square, per phase; its load without roof
    and battery, W.
    """

    current_a: Phases
    squared: Phases
    load_w: float


class Expected(NamedTuple):
    """What is expected of an hour: the current to reckon with per phase, A, and the load, W."""

    current_a: Phases
    load_w: float


@dataclass(frozen=True, slots=True)
class HouseProfile:
    """What was learned, and the sums of the hour that goes on (`hour`: of the week)."""

    hours: tuple[Hour | None, ...] = (None,) * HOURS
    hour: int = -1
    samples: int = 0
    sum_a: Phases = (0.0, 0.0, 0.0)
    sum_squared: Phases = (0.0, 0.0, 0.0)
    sum_w: float = 0.0
    last_s: float = -math.inf


def learn(profile: HouseProfile, house: House | None, now: SiteNow) -> HouseProfile:
    """Take in one sample of the house; one that was seen before, or is not fresh, is left out."""
    if house is None or not house.fresh or house.at_s == profile.last_s:
        return profile
    hour = now.at.weekday() * 24 + now.at.hour
    if hour != profile.hour:
        profile = replace(_close(profile), hour=hour)
    amps = house.house_a
    load_w = house.grid_w + (now.solar_w or 0.0) + (now.battery_w or 0.0)
    return HouseProfile(
        profile.hours,
        hour,
        profile.samples + 1,
        _each(profile.sum_a, amps),
        _each(profile.sum_squared, (amps[0] ** 2, amps[1] ** 2, amps[2] ** 2)),
        profile.sum_w + max(0.0, load_w - _cars_w(house, now)),
        house.at_s,
    )


def expected(profile: HouseProfile) -> tuple[Expected, ...]:
    """Return what to reckon with in each hour of the week."""
    everything = [each for each in profile.hours if each is not None]
    general = _mean(everything)
    by_hour = []
    for hour in range(24):
        same = [each for each in profile.hours[hour::24] if each is not None]
        by_hour.append(_mean(same) or general)
    return tuple(_expect(each or by_hour[index % 24]) for index, each in enumerate(profile.hours))


def to_dict(profile: HouseProfile) -> dict[str, list[float]]:
    """Return what was learned, as JSON has it: hour of the week → seven numbers."""
    return {
        str(index): [round(number, 2) for number in (*each.current_a, *each.squared, each.load_w)]
        for index, each in enumerate(profile.hours)
        if each is not None
    }


def from_dict(stored: Mapping[str, Sequence[float]]) -> HouseProfile:
    """Read `to_dict` back. Raises ValueError for hours or numbers that are none."""
    hours: list[Hour | None] = [None] * HOURS
    for key, numbers in stored.items():
        values = [float(number) for number in numbers]
        if not key.isdigit() or int(key) >= HOURS or len(values) != 7:
            raise ValueError(
                f"house profile: {key}: {numbers}; allowed are hours 0 to 167 with seven numbers."
            )
        if not all(math.isfinite(value) for value in values):
            raise ValueError(f"house profile: {key}: {numbers}; allowed are finite numbers.")
        a1, a2, a3, s1, s2, s3, load_w = values
        hours[int(key)] = Hour((a1, a2, a3), (s1, s2, s3), load_w)
    return HouseProfile(tuple(hours))


def _close(profile: HouseProfile) -> HouseProfile:
    """Take the hour that is over into the means."""
    if profile.samples < LEAST_SAMPLES:
        return HouseProfile(profile.hours, last_s=profile.last_s)
    share = 1.0 / profile.samples
    seen = Hour(
        _scaled(profile.sum_a, share), _scaled(profile.sum_squared, share), profile.sum_w * share
    )
    before = profile.hours[profile.hour]
    if before is not None:
        seen = Hour(
            _blend(before.current_a, seen.current_a),
            _blend(before.squared, seen.squared),
            before.load_w + LEARNING_SHARE * (seen.load_w - before.load_w),
        )
    hours = (*profile.hours[: profile.hour], seen, *profile.hours[profile.hour + 1 :])
    return HouseProfile(hours, last_s=profile.last_s)


def _cars_w(house: House, now: SiteNow) -> float:
    """What the cars draw, if the grid's power includes it: `grid_w` is the meter's."""
    volts = now.grid.voltage_v if now.grid is not None else (230.0, 230.0, 230.0)
    return sum(
        amps * each for car in house.cars_a.values() for amps, each in zip(car, volts, strict=True)
    )


def _expect(hour: Hour | None) -> Expected:
    if hour is None:
        return Expected((UNSEEN_A, UNSEEN_A, UNSEEN_A), UNSEEN_W)
    first, second, third = (
        mean + SPREAD * math.sqrt(max(0.0, squared - mean * mean))
        for mean, squared in zip(hour.current_a, hour.squared, strict=True)
    )
    return Expected((first, second, third), hour.load_w)


def _mean(hours: Sequence[Hour]) -> Hour | None:
    if not hours:
        return None
    columns = [fmean(column) for column in zip(*(each.current_a for each in hours), strict=True)]
    squares = [fmean(column) for column in zip(*(each.squared for each in hours), strict=True)]
    return Hour(
        (columns[0], columns[1], columns[2]),
        (squares[0], squares[1], squares[2]),
        fmean(each.load_w for each in hours),
    )


def _each(one: Phases, other: Phases) -> Phases:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])


def _scaled(one: Phases, by: float) -> Phases:
    return (one[0] * by, one[1] * by, one[2] * by)


def _blend(before: Phases, seen: Phases) -> Phases:
    first, second, third = (
        old + LEARNING_SHARE * (new - old) for old, new in zip(before, seen, strict=True)
    )
    return (first, second, third)
