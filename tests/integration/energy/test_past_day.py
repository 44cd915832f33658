"""Recorded series become samples of a day, and the day as it was is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.energy import past_day
from custom_components.evse_ocpp.energy.model import PointSettings
from custom_components.evse_ocpp.energy.past_day import Recorded, Series
from custom_components.evse_ocpp.energy.prices import Prices, Slot

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(hours=2)
POINTS = {"a/1": PointSettings("a/1", wiring=(1, 2, 0)), "b/1": PointSettings("b/1", wiring=(2,))}


def minute(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def series(*values: tuple[float, float]) -> Series:
    return [(minute(minutes), value) for minutes, value in values]


@pytest.mark.parametrize(
    ("readings", "mean"),
    [
        (series((0, 10.0)), 10.0),
        (series((0, 10.0), (2.5, 30.0)), 20.0),
        (series((4, 10.0)), 10.0),
        (series((-30, 7.0)), 7.0),
        (series((-121, 7.0)), None),
        (series((5, 7.0)), None),
        ([], None),
    ],
)
def test_mean_over_time(readings: Series, mean: float | None) -> None:
    assert past_day.mean(readings, START, minute(5)) == mean


def test_total_begins_with_the_last_to_begin() -> None:
    first, second = series((0, 1.0), (10, 2.0)), series((5, 10.0))
    assert past_day.total([first, second]) == series((5, 11.0), (10, 12.0))


def test_half_a_day_is_enough() -> None:
    assert past_day.covers(series((60, 1.0)), START, END)
    assert not past_day.covers(series((65, 1.0)), START, END)


def test_the_house_is_what_is_left_without_cars() -> None:
    recorded = Recorded(
        grid_w=series((0, 3000.0), (30, 1000.0)),
        grid_a=tuple(series((0, amps)) for amps in (10.0, 11.0, 12.0)),
        solar_w=series((0, 1500.0)),
        battery_w=series((0, -500.0)),
        battery_soc=series((0, 60.0)),
        cars_w={"a/1": series((0, 2070.0)), "b/1": series((60, 460.0))},
    )
    found = past_day.samples(recorded, POINTS, START, END)
    assert len(found) == 24
    first, last = found[0], found[-1]
    assert first.house_w == pytest.approx(3000 + 1500 - 500 - 2070)
    assert first.house_a == pytest.approx((7.0, 8.0, 9.0))
    assert (first.solar_w, first.battery_w, first.battery_soc) == (1500.0, -500.0, 60.0)
    assert last.house_w == 0.0  # meters that are not read at one time
    assert last.house_a == pytest.approx((7.0, 8.0, 7.0))


def test_a_gap_of_the_meter_keeps_what_was() -> None:
    recorded = Recorded(grid_w=series((0, 700.0)))
    long = past_day.samples(recorded, {}, START, START + timedelta(hours=4))
    assert {sample.house_w for sample in long} == {700.0}
    assert long[0].house_a is None


def test_the_day_as_it_was() -> None:
    cars = {"a/1": series((0, 0.0), (30, 6000.0), (60, 0.0), (90, 6000.0))}
    recorded = Recorded(grid_w=series((0, 400.0), (30, 3400.0), (60, -2600.0), (90, 3400.0)),
                        solar_w=series((0, 0.0), (30, 3000.0)), cars_w=cars)  # fmt: skip
    day = past_day.samples(recorded, POINTS, START, END)
    prices = Prices.of([Slot(START, minute(60), 0.2)])
    result = past_day.as_it_was(day, cars, prices, 0.1, END)
    its = result.points["a/1"]
    assert (its.starts, its.kwh) == (2, pytest.approx(6.0))
    assert its.energy.sun_wh == pytest.approx(2600.0)
    assert its.cost.bought == pytest.approx(1.7 * 0.2)
    assert its.cost.unpriced_wh == pytest.approx(1700.0)
    assert result.export_kwh == pytest.approx(1.3)
    assert result.import_kwh == pytest.approx(0.2 + 1.7 + 1.7)
