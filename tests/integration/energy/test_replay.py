"""A day that is played again: cars follow the real deciding class, and all of it is counted."""

import math
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy.allowance import Mode
from custom_components.evse_ocpp.energy.goal import Car, Goal, GoalUnit
from custom_components.evse_ocpp.energy.model import PointSettings, SiteSettings
from custom_components.evse_ocpp.energy.prices import Cheap, Prices, Slot
from custom_components.evse_ocpp.energy.replay import (
    DaySample,
    DaySeries,
    PointChoice,
    Result,
    play,
)
from custom_components.evse_ocpp.energy.replay_car import Visit

ZONE = ZoneInfo("Europe/Rome")
DAY = datetime(2026, 6, 1, tzinfo=ZONE)
CAR, OTHER = "a/1", "b/1"
SITE = SiteSettings(25.0)


def hour(hours: float, day: datetime = DAY) -> datetime:
    return day + timedelta(hours=hours)


def sunny(peak_w: float = 8000.0, **more: Any) -> tuple[DaySample, ...]:
    """A clear day in steps of five minutes."""
    return tuple(
        DaySample(
            hour(step / 12),
            400.0,
            solar_w=max(0.0, peak_w * math.sin((step - 72) / 144 * math.pi)),
            **more,
        )
        for step in range(288)
    )


def dark(**more: Any) -> tuple[DaySample, ...]:
    return (DaySample(DAY, 400.0, solar_w=0.0, **more),)


PRICES = Prices.of([Slot(DAY, hour(6), 0.1), Slot(hour(6), hour(24), 0.4)])
VISIT = Visit(CAR, hour(8), hour(22), 20_000.0)


def played(
    samples: Sequence[DaySample],
    *visits: Visit,
    site: SiteSettings = SITE,
    points: Sequence[PointSettings] = (PointSettings(CAR),),
    prices: Prices = PRICES,
    **choice: Any,
) -> Result:
    day = DaySeries(samples, hour(24), visits or (VISIT,), prices)
    return play(day, site, points, {point.id: PointChoice(**choice) for point in points})


def test_a_fast_car_costs_what_the_grid_costs() -> None:
    result = played(dark())
    its = result.points[CAR]
    assert its.kwh == pytest.approx(20.0, abs=0.01)
    assert its.energy.grid_wh == pytest.approx(20_000, abs=1)
    assert its.cost.bought == pytest.approx(20 * 0.4, rel=1e-3)
    assert its.starts == 1
    assert its.finished_at is not None
    assert its.finished_at.tzinfo is ZONE
    assert hour(9.8) < its.finished_at < hour(10.2)  # 10.8 kW from 8:00
    assert result.import_kwh == pytest.approx(20 + 0.4 * 24, rel=1e-3)


def test_solar_takes_the_sun() -> None:
    its = played(sunny(), mode=Mode.SOLAR).points[CAR]
    assert its.kwh == pytest.approx(20.0, abs=0.01)
    assert its.energy.sun_wh > 18_000
    assert its.cost.bought < 1.0
    assert its.cost.with_feed_in == pytest.approx(
        its.cost.bought + its.energy.own_wh / 1000 * SITE.sun.feed_in_price
    )


def test_cheap_hours_are_used() -> None:
    night = Visit(CAR, hour(1), hour(22), 20_000.0)
    its = played(dark(), night, mode=Mode.CHEAP, cheap=Cheap(limit=0.2)).points[CAR]
    assert its.kwh == pytest.approx(20.0, abs=0.01)
    assert its.cost.bought == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize(("kwh", "missed"), [(10.0, []), (90.0, ["g"])])
def test_goals_are_judged(kwh: float, missed: list[str]) -> None:
    goal = Goal("g", kwh, ready_at=hour(12))
    visit = Visit(CAR, hour(8), hour(22), 100_000.0)
    its = played(dark(), visit, mode=Mode.PLAN, goals=(goal,)).points[CAR]
    assert its.missed == missed


def test_a_car_gets_fuller_as_it_charges() -> None:
    """A goal in percent ends where its charge is reached."""
    goal = Goal("g", 60.0, GoalUnit.PERCENT, ready_at=hour(20))
    car = Car(soc_percent=50.0, battery_kwh=50.0, efficiency=1.0)
    visit = Visit(CAR, hour(8), hour(22), 40_000.0)
    its = played(dark(), visit, mode=Mode.PLAN, goals=(goal,), car=car).points[CAR]
    assert its.kwh == pytest.approx(5.0, rel=0.05)
    assert its.missed == []


def test_the_fuse_is_kept_with_two_cars() -> None:
    """The house takes 10 A of 25 A on each phase."""
    points = (PointSettings(CAR), PointSettings(OTHER))
    visits = (VISIT, Visit(OTHER, hour(8.5), hour(22), 20_000.0, phases=1))
    samples = (DaySample(DAY, 6900.0, house_a=(10.0, 10.0, 10.0)),)
    result = played(samples, *visits, points=points)
    assert result.highest_a[0] <= 25.0
    assert result.over_fuse_s <= 60
    assert all(each.kwh == pytest.approx(20.0, abs=0.01) for each in result.points.values())


def test_an_overload_is_counted() -> None:
    samples = (DaySample(DAY, 20_700.0, house_a=(30.0, 10.0, 10.0)),)
    assert played(samples).over_fuse_s == 24 * 3600


def test_phases_are_switched_where_that_is_allowed() -> None:
    """1.8 kW of sun is enough for one phase only."""
    points = (PointSettings(CAR, switches_phases=True),)
    samples = tuple(DaySample(hour(each), 200.0, solar_w=2200.0) for each in range(24))
    its = played(samples, mode=Mode.SOLAR, points=points).points[CAR]
    assert its.energy.sun_wh > 0.9 * 1000 * its.kwh > 5000


@pytest.mark.parametrize(("lock", "battery_kwh"), [(True, 0.0), (False, 3.0)])
def test_a_battery_gives_to_a_car_only_where_nobody_can_hold_it(
    lock: bool, battery_kwh: float
) -> None:
    """2 kW for the 1.9 hours of a fast car, of which the house takes 0.4 kW first."""
    day = DaySeries(dark(battery_w=2000.0, battery_soc=60.0), hour(24), (VISIT,), PRICES)
    its = play(day, SITE, [PointSettings(CAR)], battery_lock=lock).points[CAR]
    assert its.energy.battery_wh / 1000 == pytest.approx(battery_kwh, abs=0.8)


def test_a_battery_that_charges_yields_to_the_car() -> None:
    """The sun gives 5.4 kW: 0.4 for the house, and 5 that would charge the battery."""
    samples = (DaySample(DAY, 400.0, solar_w=5400.0, battery_w=-5000.0, battery_soc=60.0),)
    its = played(samples, mode=Mode.SOLAR).points[CAR]
    assert its.energy.sun_wh > 0.95 * 1000 * its.kwh > 18_000


def test_a_car_that_leaves_early_has_what_it_got() -> None:
    its = played(dark(), Visit(CAR, hour(8), hour(9), 50_000.0)).points[CAR]
    assert its.kwh == pytest.approx(10.8, rel=0.02)
    assert its.finished_at is None


def test_the_next_car_at_the_same_point_starts_anew() -> None:
    visits = (Visit(CAR, hour(8), hour(9), 5000.0), Visit(CAR, hour(9), hour(10), 5000.0))
    its = played(dark(), *visits).points[CAR]
    assert (its.starts, round(its.kwh)) == (2, 10)


@pytest.mark.parametrize("date", [(2026, 3, 29), (2026, 10, 25)])
def test_the_days_of_a_clock_change_have_23_and_25_hours(date: tuple[int, int, int]) -> None:
    day = datetime(*date, tzinfo=ZONE)
    end = day + timedelta(days=1)
    real_h = (end.timestamp() - day.timestamp()) / 3600
    series = DaySeries((DaySample(day, 1000.0),), end)
    assert play(series, SITE, [PointSettings(CAR)]).import_kwh == pytest.approx(real_h)


def test_unpriced_energy_is_told() -> None:
    its = played(dark(), prices=Prices()).points[CAR]
    assert its.cost.unpriced_wh == pytest.approx(20_000, abs=1)
    assert its.cost.bought == 0


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: DaySeries((), hour(24)), "samples: none"),
        (lambda: DaySeries((DaySample(datetime(2026, 6, 1), 0.0),), hour(24)), "no time zone"),  # noqa: DTZ001
        (lambda: DaySeries(dark(), DAY), "is not after"),
        (lambda: Visit(CAR, hour(2), hour(1), 1.0), "unplugged_at"),
        (lambda: Visit(CAR, hour(1), hour(2), -1.0), "wanted_wh"),
        (lambda: Visit(CAR, hour(1), hour(2), 1.0, phases=4), "phases"),
        (lambda: played(dark(), Visit("x/1", hour(1), hour(2), 1.0)), "x/1 is no point"),
    ],
)
def test_what_cannot_be_played_is_told(make: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make()


def test_a_day_takes_seconds() -> None:
    """One car that waits all day, the worst case: 3 s of a processor at most."""
    before_s = time.process_time()
    result = played(sunny(500.0), Visit(CAR, DAY, hour(24), 20_000.0), mode=Mode.SOLAR)
    assert result.turns == 8640
    assert time.process_time() - before_s < 6  # twice, for a machine that is busy
