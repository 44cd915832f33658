"""A past day out of what was recorded: series of readings become samples to replay. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .model import NOMINAL_V, Phases, PointId, PointSettings
from .prices import Prices
from .replay import DaySample, PointResult, Result
from .sources import parts

STEP = timedelta(minutes=5)
"""Home Assistant's finest statistics."""
CHARGES_FROM_W = 500.0
"""A car that charges takes 1.4 kW at least, so the mean of five minutes shows its start."""
LONGEST_GAP = timedelta(hours=2)
"""A reading holds no longer; hourly statistics have one missing at most."""

type Series = Sequence[tuple[datetime, float]]
"""Readings in order; each holds until the next."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of a day (W; A per phase; percent), import and giving positive.

    `grid_a`: L1 to L3, empty without phases. `cars_w`: by point. None: there is no such meter.
    """

    grid_w: Series | None = None
    grid_a: Sequence[Series] = ()
    solar_w: Series | None = None
    battery_w: Series | None = None
    battery_soc: Series | None = None
    cars_w: Mapping[PointId, Series] = field(default_factory=dict)


def samples(
    recorded: Recorded, points: Mapping[PointId, PointSettings], start: datetime, end: datetime
) -> tuple[DaySample, ...]:
    """Return the day without its cars, in steps of five minutes; gaps keep what was before."""
    found: list[DaySample] = []
    grid_w = 0.0
    for at, until in _steps(start, end):
        cars_w = {each: mean(series, at, until) or 0.0 for each, series in recorded.cars_w.items()}
        grid_w = grid_w if (told := _mean(recorded.grid_w, at, until)) is None else told
        solar_w = _mean(recorded.solar_w, at, until)
        battery_w = _mean(recorded.battery_w, at, until)
        gross_w = grid_w + (solar_w or 0.0) + (battery_w or 0.0) - sum(cars_w.values())
        found.append(
            DaySample(
                at,
                max(0.0, gross_w),
                _phases(recorded, points, cars_w, at, until),
                solar_w,
                battery_w,
                _mean(recorded.battery_soc, at, until),
            )
        )
    return tuple(found)


def as_it_was(
    day: Sequence[DaySample],
    cars_w: Mapping[PointId, Series],
    prices: Prices,
    feed_in_price: float,
    end: datetime,
) -> Result:
    """Return what came of the day as it was, counted as `replay.play` counts."""
    result = Result({each: PointResult() for each in cars_w})
    charging: dict[PointId, bool] = {}
    for index, sample in enumerate(day):
        until = day[index + 1].at if index + 1 < len(day) else end
        hours = (until - sample.at).total_seconds() / 3600
        powers = {each: mean(series, sample.at, until) or 0.0 for each, series in cars_w.items()}
        all_w = sum(powers.values())
        grid_w = sample.house_w + all_w - (sample.solar_w or 0.0) - (sample.battery_w or 0.0)
        result.import_kwh += max(0.0, grid_w) * hours / 1000
        result.export_kwh += max(0.0, -grid_w) * hours / 1000
        slot = prices.at(sample.at)
        for each, power_w in powers.items():
            its = result.points[each]
            begins = power_w >= CHARGES_FROM_W and not charging.get(each, False)
            its.starts += begins
            charging[each] = power_w >= CHARGES_FROM_W
            if power_w > 0:
                share = parts(power_w * hours, all_w, grid_w, sample.solar_w, sample.battery_w)
                its.energy += share
                its.cost += share.cost(None if slot is None else slot.value, feed_in_price)
    return result


def total(series: Sequence[Series]) -> Series:
    """Return the sum of several series, each as it held; from where all have begun."""
    instants = sorted({at for each in series for at, _ in each})
    found: list[tuple[datetime, float]] = []
    for at in instants:
        values = [_held(each, at) for each in series]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            found.append((at, sum(known)))
    return found


def mean(series: Series, start: datetime, end: datetime) -> float | None:
    """Return the mean over time of a series; None where it says nothing."""
    weighted = seconds = 0.0
    for index, (at, value) in enumerate(series):
        later = series[index + 1][0] if index + 1 < len(series) else at + LONGEST_GAP
        since, until = max(at, start), min(later, at + LONGEST_GAP, end)
        if since < until:
            length_s = (until - since).total_seconds()
            weighted += value * length_s
            seconds += length_s
        if at >= end:
            break
    return weighted / seconds if seconds else None


def covers(series: Series, start: datetime, end: datetime) -> bool:
    """Tell whether a series says something in at least half of a time."""
    steps = list(_steps(start, end))
    told = sum(mean(series, at, until) is not None for at, until in steps)
    return 2 * told >= len(steps)


def _steps(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    at = start
    while at < end:
        until = min(at + STEP, end)
        yield at, until
        at = until


def _mean(series: Series | None, start: datetime, end: datetime) -> float | None:
    return None if series is None else mean(series, start, end)


def _held(series: Series, at: datetime) -> float | None:
    return next((value for since, value in reversed(series) if since <= at), None)


def _phases(
    recorded: Recorded,
    points: Mapping[PointId, PointSettings],
    cars_w: Mapping[PointId, float],
    start: datetime,
    end: datetime,
) -> Phases | None:
    """Return what the meter showed per phase without the cars, each even on its phases."""
    told = [mean(series, start, end) for series in recorded.grid_a]
    if not told or any(amps is None for amps in told):
        return None
    amps = [value or 0.0 for value in told] + [0.0] * (3 - len(told))
    for each, power_w in cars_w.items():
        wiring = points[each].wiring
        for phase in wiring:
            amps[phase] -= power_w / NOMINAL_V / len(wiring)
    return amps[0], amps[1], amps[2]
