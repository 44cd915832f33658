"""The house without its cars, aligned in time with what is known of them (load-control.md, 3)."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.energy.house import HouseState, look, volts
from custom_components.evse_ocpp.energy.model import (
    Asks,
    BatteryRule,
    BatterySettings,
    GridSample,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)

BOX = PointSettings("box/1")
SITE = SiteSettings(25.0)
AT = datetime(2026, 1, 12, 17, tzinfo=UTC)


def at(now_s, grid=None, point=None, **more):
    points = {} if point is None else {"box/1": point}
    return SiteNow(now_s, AT, grid, points=points, **more)


def seen(steps, site=SITE, box=BOX, **more):
    """The house after these `(now s, grid A or sample, point)`."""
    state, house = HouseState(), None
    for now_s, amps, point in steps:
        grid = amps if isinstance(amps, GridSample) else GridSample(now_s - 1.0, (amps,) * 3)
        points = {} if point is None else {"box/1": box}
        state, house = look(state, site, points, at(now_s, grid, point, **more))
    return house


def point(told_a=16.0, told_at_s=0.0, amps=None, measured_at_s=None, **more):
    known = (amps, amps, amps) if amps is not None else (None, None, None)
    more = {"asks": Asks.CHARGING, "holds_a": told_a} | more
    return PointNow(
        told_a=told_a, told_at_s=told_at_s, current_a=known, measured_at_s=measured_at_s, **more
    )


def test_nothing_is_known_before_the_first_sample_or_without_a_meter():
    assert look(HouseState(), SITE, {}, at(1.0))[1] is None
    without = SiteSettings(25.0, has_meter=False)
    assert look(HouseState(), without, {}, at(1.0, GridSample(0.5, (1.0, 1.0, 1.0))))[1] is None


def test_a_car_that_is_measured_is_taken_out():
    house = seen([(100.0, 18.0, point(amps=15.0, measured_at_s=99.0))])
    assert house.house_a == (3.0, 3.0, 3.0)
    assert house.cars_a == {"box/1": (15.0, 15.0, 15.0)}
    assert house.grid_w == pytest.approx(3 * 18 * 230)
    assert house.spare_w == pytest.approx(-3 * 3 * 230)
    assert house.at_s == 99.0


def test_a_car_that_is_never_measured_follows_its_limit():
    assert seen([(100.0, 18.0, point())]).house_a[0] == pytest.approx(18 - 0.98 * 16)
    assert seen([(100.0, 18.0, point(asks=Asks.LITTLE))]).house_a[0] == 18.0


def test_a_charger_that_tells_only_its_power():
    house = seen([(100.0, 12.0, point(power_w=6900.0, measured_at_s=99.0))])
    assert house.house_a[0] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("after_s", "house_a"),
    [
        (1.0, 18 - 15.0),  # nobody has followed yet
        (4.0, 18 - 15.0),  # one that is slow has not
        (7.0, 18 - 8 * 15 / 16),  # now it has, in its proportion
    ],
)
def test_after_a_lower_limit_the_larger_draw_counts_as_long_as_it_may_still_follow(
    after_s, house_a
):
    steady = [
        (float(now_s), 18.0, point(amps=15.0, measured_at_s=now_s - 1.0)) for now_s in (50, 95)
    ]
    told = point(8.0, 100.0, amps=15.0, measured_at_s=94.0)
    house = seen([*steady, (101.0 + after_s, GridSample(100.0 + after_s, (18.0,) * 3), told)])
    assert house.house_a[0] == pytest.approx(house_a)


@pytest.mark.parametrize(("after_s", "house_a"), [(3.0, 18 - 15.0), (7.0, 3.0)])
def test_a_car_that_was_just_paused_still_draws(after_s, house_a):
    """Its charger says at once that it waits. Else a pause of one car would pause the next."""
    steady = [(float(now), 18.0, point(amps=15.0, measured_at_s=now - 1.0)) for now in (50, 95)]
    paused = point(0.0, 100.0, amps=15.0, measured_at_s=94.0, asks=Asks.TO_START)
    shown = 18.0 if after_s < 5.0 else 3.0
    at_s = 100.0 + after_s
    assert seen([*steady, (at_s + 1, GridSample(at_s, (shown,) * 3), paused)]).house_a[0] == house_a


def test_a_car_that_takes_less_by_itself_is_not_thought_to_rise_with_its_limit():
    own = [(float(now_s), 12.0, point(amps=9.0, measured_at_s=now_s - 1.0)) for now_s in (50, 95)]
    told = point(20.0, 100.0, amps=9.0, measured_at_s=94.0, limit_a=32.0)
    assert seen([*own, (110.0, 12.0, told)]).house_a[0] == pytest.approx(3.0)


def test_what_a_car_draws_above_its_limit_is_the_houses():
    """Its charger does not obey: no estimate hides the overload."""
    stubborn = point(8.0, 50.0, amps=16.0, measured_at_s=99.0)
    assert seen([(100.0, 30.0, stubborn)]).house_a[0] == pytest.approx(30 - 8.5)


def steady(first_s, amps, told):
    """A minute with a sample each second, and a measurement of the car every 10 s."""
    return [
        (float(now), amps, replace(told, measured_at_s=now - 1.0 - now % 10.0))
        for now in range(first_s, 100)
    ]


@pytest.mark.parametrize(
    ("shown", "house_a"),
    [
        (14.0, 6.0),  # it has not begun to rise
        (19.0, 6.0),
        (22.0, 6.0),  # it has
        (13.0, 5.0),  # less than the car that has not risen explains
        (26.0, 10.0),  # more than the one that has
    ],
)
def test_while_a_car_may_still_be_rising_the_house_is_as_near_to_what_it_was_as_can_be(
    shown, house_a
):
    """A car that is slower than thought is no appliance that begins."""
    before = steady(60, 14.0, point(8.0, 0.0, amps=8.0))
    risen = point(16.0, 100.0, amps=8.0, measured_at_s=99.0)
    rising = [(100.0 + s, 14.0, risen) for s in (1, 2, 3)]
    assert seen([*before, *rising, (104.0, shown, risen)]).house_a[0] == pytest.approx(house_a)


@pytest.mark.parametrize(("shown", "house_a"), [(22.0, 6.0), (14.0, 6.0), (25.0, 9.0)])
def test_while_a_car_falls_too(shown, house_a):
    """One that is faster is no room that comes for seconds, and no pulse when it goes."""
    before = steady(60, 22.0, point(16.0, 0.0, amps=16.0))
    told = point(8.0, 100.0, amps=16.0, measured_at_s=99.0)
    falling = [(100.0 + s, 22.0, told) for s in (1, 2)]
    assert seen([*before, *falling, (103.0, shown, told)]).house_a[0] == pytest.approx(house_a)


def test_after_a_silence_nothing_of_the_house_before_it_is_believed():
    before = steady(60, 14.0, point(8.0, 0.0, amps=8.0))
    risen = point(16.0, 110.0, amps=8.0, measured_at_s=99.0)
    assert seen([*before, (114.0, 19.0, risen)]).house_a[0] == pytest.approx(19 - 16)


def test_with_a_car_that_cannot_be_steered_nothing_is_left_open():
    before = steady(60, 14.0, point(8.0, 0.0, amps=8.0))
    lost = point(16.0, 100.0, amps=8.0, measured_at_s=99.0, obeys=False)
    assert seen([*before, (103.0, 20.0, lost)]).house_a[0] == 20.0


@pytest.mark.parametrize("more", [{"connected": False}, {"obeys": False}])
def test_a_car_that_cannot_be_lowered_stays_in_the_house(more):
    house = seen([(100.0, 18.0, point(amps=15.0, measured_at_s=99.0, **more))])
    assert house.house_a[0] == 18.0
    assert house.cars_a["box/1"][0] == 15.0


def test_before_the_first_confirmation_a_car_may_do_what_it_was_allowed_before():
    house = seen(
        [(100.0, 18.0, point(0.0, -math.inf, amps=15.0, measured_at_s=99.0, holds_a=16.0))]
    )
    assert house.house_a[0] == 3.0


@pytest.mark.parametrize(
    ("wiring", "phases", "expected"),
    [
        ((1, 2, 0), None, (14.0, 18.0, 18.0)),
        ((1,), None, (18.0, 14.0, 18.0)),
    ],
)
def test_each_charger_is_wired_in_its_own_way(wiring, phases, expected):
    known = PointNow(
        asks=Asks.CHARGING,
        current_a=(0.0, 0.0, 4.0),
        measured_at_s=99.0,
        told_a=16.0,
        told_at_s=0.0,
        phases=phases,
    )
    box = replace(BOX, wiring=wiring)
    assert seen([(100.0, 18.0, known)], box=box).house_a == expected


def test_a_total_is_assumed_to_be_where_it_is_worst():
    sample = GridSample(99.0, power_w=30 * 230.0)
    assert seen([(100.0, sample, None)]).house_a == pytest.approx((20 + 2 / 3,) * 3)
    small = GridSample(99.0, power_w=9 * 230.0)
    assert seen([(100.0, small, None)]).house_a == pytest.approx((9.0,) * 3)
    hidden = seen([(100.0, GridSample(99.0, power_w=-2300.0), None)], solar_w=4600.0)
    assert hidden.house_a == pytest.approx((10.0,) * 3)
    one = seen([(100.0, small, None)], site=SiteSettings(25.0, phases=1))
    assert one.house_a == pytest.approx((9.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("battery", "battery_w", "soc", "spare_w"),
    [
        (BatterySettings(), None, None, 1000.0),
        (BatterySettings(), -500.0, 20.0, 1500.0),  # what charges it is surplus too
        (BatterySettings(), 500.0, 90.0, 500.0),  # what it gives is not
        (BatterySettings(may_discharge=True), 500.0, 90.0, 1000.0),
        (BatterySettings(may_discharge=True), 500.0, 70.0, 500.0),
        (BatterySettings(BatteryRule.BATTERY_FIRST), -500.0, 20.0, 1000.0),
        (BatterySettings(BatteryRule.BATTERY_FIRST), -500.0, 60.0, 1500.0),
    ],
)
def test_what_is_spare_by_the_batterys_rule(battery, battery_w, soc, spare_w):
    sample = GridSample(99.0, (-1.0, 0.0, 0.0), power_w=-1000.0)
    site = replace(SITE, battery=battery)
    house = seen([(100.0, sample, None)], site=site, battery_w=battery_w, battery_soc=soc)
    assert house.spare_w == pytest.approx(spare_w)


def test_an_impossible_voltage_is_the_nominal_one():
    assert volts(GridSample(0.0, voltage_v=(0.0, 241.0, math.nan))) == (230.0, 241.0, 230.0)
    assert volts(None) == (230.0, 230.0, 230.0)


def test_a_silent_meter_is_not_fresh():
    sample = GridSample(99.0, (5.0, 5.0, 5.0))
    assert not seen([(100.0, sample, None), (105.5, sample, None)]).fresh
    assert seen([(100.0, sample, None), (104.5, sample, None)]).fresh


def test_a_meter_that_shows_only_power_and_an_overload():
    sample = GridSample(99.0, power_w=80 * 230.0)
    assert seen([(100.0, sample, point(amps=15.0, measured_at_s=99.0))]).house_a[
        0
    ] == pytest.approx(35 / 3 + 16 * 2 / 3)
