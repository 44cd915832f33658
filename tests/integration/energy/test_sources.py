"""Where a car's energy comes from: sums are kept, and nothing is greener than it was."""

from datetime import UTC, datetime
from itertools import starmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.evse_ocpp.energy.model import House, SiteNow
from custom_components.evse_ocpp.energy.sources import Cost, SourceShare, parts, split

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
WATTS = st.floats(-20_000, 20_000)
MAYBE = st.none() | WATTS
CAR_A = (10.0, 10.0, 10.0)


def house(grid_w: float, *cars_a: tuple[float, float, float], fresh: bool = True) -> House:
    cars = {f"{number}/1": amps for number, amps in enumerate(cars_a)}
    return House(0.0, (0.0, 0.0, 0.0), cars, grid_w, 0.0, fresh)


def now(solar_w: float | None = None, battery_w: float | None = None) -> SiteNow:
    return SiteNow(0.0, AT, solar_w=solar_w, battery_w=battery_w)


@pytest.mark.parametrize(
    ("grid_w", "solar_w", "battery_w", "share"),
    [
        pytest.param(6900.0, 0.0, None, (0, 0, 600), id="night"),
        pytest.param(-500.0, 8000.0, None, (600, 0, 0), id="exports while it charges"),
        pytest.param(3450.0, 4000.0, None, (300, 0, 300), id="half"),
        pytest.param(9000.0, 1000.0, None, (0, 0, 600), id="the house comes first"),
        pytest.param(0.0, 3450.0, 3450.0, (300, 300, 0), id="battery"),
        pytest.param(0.0, 3450.0, -1000.0, (300, 0, 300), id="no more sun than the roof gives"),
        pytest.param(3450.0, None, None, (300, 0, 300), id="nobody measures the roof"),
        pytest.param(-100.0, None, None, (600, 0, 0), id="nobody measures the roof, export"),
        pytest.param(-9000.0, 0.0, 20000.0, (0, 600, 0), id="the battery alone"),
    ],
)
def test_one_car(
    grid_w: float, solar_w: float | None, battery_w: float | None, share: tuple[float, ...]
) -> None:
    found = split(600.0, 6900.0, house(grid_w, CAR_A), now(solar_w, battery_w))
    assert (found.sun_wh, found.battery_wh, found.grid_wh) == pytest.approx(share)


def test_cars_share_the_sun_by_their_power() -> None:
    """6.9 kW and 2.3 kW with 4.6 kW of sun: half of each."""
    both = house(4600.0, CAR_A, (10.0, 0.0, 0.0))
    first, second = (split(wh, w, both, now(9000.0)) for wh, w in ((690, 6900), (230, 2300)))
    assert (first.sun_wh, second.sun_wh) == pytest.approx((345, 115))
    assert (first + second).grid_wh == pytest.approx(460)


@pytest.mark.parametrize("seen", [None, house(-3000.0, CAR_A, fresh=False)])
def test_without_a_meter_that_speaks_it_is_grid(seen: House | None) -> None:
    assert split(600.0, 6900.0, seen, now(9000.0)) == SourceShare(grid_wh=600.0)


def test_no_power_is_grid() -> None:
    assert split(5.0, 0.0, house(-3000.0), now(9000.0)) == SourceShare(grid_wh=5.0)


@given(st.floats(0, 100_000), st.floats(-100, 30_000), WATTS, MAYBE, MAYBE)
def test_the_sum_is_what_the_car_took(
    wh: float, cars_w: float, grid_w: float, solar_w: float | None, battery_w: float | None
) -> None:
    found = parts(wh, cars_w, grid_w, solar_w, battery_w)
    each = (found.sun_wh, found.battery_wh, found.grid_wh)
    assert all(part >= 0 for part in each)
    assert sum(each) == pytest.approx(wh, rel=1e-12, abs=1e-12)


@given(st.lists(st.floats(0, 11_000), min_size=1, max_size=5), WATTS, MAYBE, MAYBE)
def test_all_cars_together_have_no_more_sun_than_there_is(
    powers: list[float], grid_w: float, solar_w: float | None, battery_w: float | None
) -> None:
    """In an hour, so that Wh are W."""
    cars_w = sum(powers)
    given_out = list(
        starmap(parts, [(power, cars_w, grid_w, solar_w, battery_w) for power in powers])
    )
    if solar_w is not None:
        assert sum(each.sun_wh for each in given_out) <= max(0.0, solar_w) + 1e-6
    assert sum(each.battery_wh for each in given_out) <= max(0.0, battery_w or 0.0) + 1e-6


def test_cost_and_co2() -> None:
    share = SourceShare(2000.0, 1000.0, 4000.0)
    assert share.cost(0.30, 0.08) == Cost(pytest.approx(1.2), pytest.approx(1.44), 0.0)
    assert share.cost(None, 0.08) == Cost(0.0, pytest.approx(0.24), 4000.0)
    assert share.cost(-0.10) == Cost(pytest.approx(-0.4), pytest.approx(-0.4), 0.0)
    assert share.cost(0.3) + share.cost(None) == Cost(1.2, 1.2, 4000.0)
    assert share.co2_g(350.0) == pytest.approx(1400.0)
    assert share.co2_g(None) is None
    assert SourceShare(sun_wh=5.0).co2_g(None) == 0.0
