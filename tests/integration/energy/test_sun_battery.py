"""The home battery: whose its power is, and when it is held."""

from dataclasses import replace

import pytest

from custom_components.evse_ocpp.energy import battery
from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.battery import HoldState
from custom_components.evse_ocpp.energy.model import (
    Asks,
    BatteryRule,
    BatterySettings,
    Grant,
    GridSample,
    PointNow,
    SiteNow,
    SiteSettings,
)
from tests.integration.energy.sun_world import NOON

CAR, HOME = BatteryRule.CAR_FIRST, BatteryRule.BATTERY_FIRST


def site(rule: BatteryRule = CAR, *, may_discharge: bool = False) -> SiteSettings:
    return SiteSettings(25.0, battery=BatterySettings(rule, 50.0, may_discharge, 80.0))


@pytest.mark.parametrize(
    ("rule", "may", "battery_w", "soc", "spare_w"),
    [
        (CAR, False, None, None, 1000.0),
        # What charges it is surplus for a car that goes first, or when it is full enough.
        (CAR, False, -2000.0, 10.0, 3000.0),
        (CAR, False, -2000.0, None, 3000.0),
        (HOME, False, -2000.0, 49.0, 1000.0),
        (HOME, False, -2000.0, 50.0, 3000.0),
        (HOME, False, -2000.0, None, 1000.0),
        # What it gives is none, unless it may.
        (CAR, False, 2000.0, 99.0, -1000.0),
        (HOME, False, 2000.0, 99.0, -1000.0),
        (CAR, True, 2000.0, 79.0, -1000.0),
        (CAR, True, 2000.0, 80.0, 1000.0),
        (CAR, True, 2000.0, None, -1000.0),
    ],
)
def test_what_is_left_over(rule, may, battery_w, soc, spare_w) -> None:
    now = SiteNow(0.0, NOON, battery_w=battery_w, battery_soc=soc)
    assert battery.spare_w(site(rule, may_discharge=may), now, -1000.0) == spare_w


def held(
    mode: Mode,
    grid_w: float | None,
    battery_w: float | None,
    soc: float | None = 90.0,
    asks: Asks = Asks.CHARGING,
    *,
    may: bool = False,
) -> bool:
    grid = None if grid_w is None else GridSample(0.0, power_w=grid_w)
    point = PointNow(mode, asks)
    now = SiteNow(0.0, NOON, grid, None, battery_w, soc, points={"A/1": point})
    grants = {"A/1": Grant(10.0, Reason.SOLAR)}
    return battery.hold(HoldState(), site(may_discharge=may), now, grants).holds


@pytest.mark.parametrize(
    ("situation", "holds"),
    [
        ((Mode.FAST, 0.0, 2000.0), True),
        ((Mode.FAST, 2000.0, 0.0), True),  # as it is held
        ((Mode.FAST, -500.0, 0.0), False),  # the sun gives it all
        ((Mode.FAST, 100.0, 0.0), False),  # noise
        ((Mode.FAST, 5000.0, None, None), False),  # there is none
        ((Mode.FAST, 5000.0, None, 50.0), True),
        ((Mode.FAST, None, 500.0), True),  # nobody knows
        ((Mode.SOLAR, 900.0, 0.0), True),  # a minimum of which the sun gives a third
        ((Mode.FAST, 0.0, 2000.0, 90.0, Asks.TO_START), False),
    ],
)
def test_it_is_held_while_it_would_empty_into_a_car(situation, holds) -> None:
    assert held(*situation) is holds


def test_it_may_give_to_a_solar_car_where_that_is_wanted() -> None:
    assert not held(Mode.SOLAR, 0.0, 2000.0, may=True)
    assert held(Mode.SOLAR, 0.0, 2000.0, 70.0, may=True)
    assert held(Mode.FAST, 0.0, 2000.0, may=True)


def test_it_is_let_go_after_a_minute_without_need() -> None:
    point = PointNow(Mode.FAST, Asks.CHARGING)
    now = SiteNow(0.0, NOON, None, None, 0.0, 50.0, points={"A/1": point})
    grants = {"A/1": Grant(10.0, Reason.USER_LIMIT)}
    needs = replace(now, grid=GridSample(0.0, current_a=(4.0, 4.0, 4.0)))
    none = replace(now, grid=GridSample(0.0, current_a=(-4.0, -4.0, -4.0)))
    state = battery.hold(HoldState(), site(), needs, grants)
    held_s = 0
    for second in range(200):
        state = battery.hold(state, site(), replace(none, now_s=float(second)), grants)
        held_s += state.holds
    assert held_s == 60
    state = battery.hold(HoldState(holds=True, idle_since_s=0.0), site(), needs, grants)
    assert state == HoldState(holds=True)
    assert not battery.hold(HoldState(), site(), replace(needs, grid=None), {}).holds
    power_less = replace(needs, grid=GridSample(0.0))
    assert battery.hold(HoldState(), site(), power_less, grants).holds
