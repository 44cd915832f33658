"""Charging from the sun: load-control.md item 8, charger-quirks.md rows 41 to 45."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.model import (
    Asks,
    BatterySettings,
    PointNow,
    SiteSettings,
    SunSettings,
)
from custom_components.evse_ocpp.energy.prices import Prices, Slot, SunForecast
from tests.integration.energy.sun_world import NOON, ONE, THREE, WAITS, World, world

ONE_W, THREE_W = 6 * 230.0, 18 * 230.0
SHARE = 0.07 / 0.22
"""The break-even of the default prices."""


def site(**sun: object) -> SiteSettings:
    return SiteSettings(63.0, sun=SunSettings(**sun))


@pytest.mark.parametrize(
    ("settings", "sun", "surplus_w", "starts"),
    [
        (ONE, {}, ONE_W * SHARE * 1.01, True),
        (ONE, {}, ONE_W * SHARE * 0.99, False),
        (THREE, {}, THREE_W * SHARE * 1.01, True),
        (THREE, {}, THREE_W * SHARE * 0.99, False),
        (THREE, {"only_surplus": True}, THREE_W * 0.99, False),
        (THREE, {"only_surplus": True}, THREE_W * 1.01, True),
        # Feed-in that earns more than the night costs: only a roof that gives all of it.
        (THREE, {"feed_in_price": 0.30}, THREE_W * 0.99, False),
        # A reserve for the grid is no surplus.
        (ONE, {"residual_w": 300.0}, ONE_W * SHARE + 290.0, False),
        (ONE, {"residual_w": 300.0}, ONE_W * SHARE + 310.0, True),
        # The same price by day and by night: still a tenth must come from the sun.
        (ONE, {"night_price": 0.30}, ONE_W * 0.09, False),
        (ONE, {"night_price": 0.30}, ONE_W * 0.11, True),
    ],
)
def test_it_starts_from_the_break_even_on(settings, sun, surplus_w, starts) -> None:
    cars = world(settings, site=site(**sun))
    demand = cars.run(surplus_w, 120)["A/1"]
    assert (demand.most_a >= 6.0) is starts
    assert demand.values["surplus_w"] == pytest.approx(
        surplus_w - sun.get("residual_w", 0.0), abs=1
    )


@pytest.mark.parametrize(
    ("surplus_w", "offer_a"),
    [(600.0, 6.0), (1500.0, 6.7), (2300.0, 10.2), (20_000.0, 32.0)],
)
def test_the_offer_follows_what_is_over(surplus_w, offer_a) -> None:
    demand = world(ONE).run(surplus_w, 30)["A/1"]
    assert demand.most_a == pytest.approx(offer_a, abs=0.1)
    assert demand.least_a == 6.0
    assert demand.reason is (Reason.USER_LIMIT if offer_a == 32.0 else Reason.SOLAR)


def test_a_new_session_starts_at_once_and_later_ones_wait_their_time() -> None:
    cars = world(ONE)
    assert cars.until(3000.0, charging=True) == 1
    assert cars.until(0.0, charging=False) == 60  # the shortest run
    assert cars.until(3000.0, charging=True) == 30  # the shortest pause
    cars.run(3000.0, 100)
    cars.run(0.0, 120)
    assert cars.until(3000.0, charging=True) == 5


def test_a_short_cloud_does_not_stop_it_and_a_long_one_does() -> None:
    cars = world(ONE)
    cars.run(3000.0, 100)
    cars.run(0.0, 20)
    assert cars.demands["A/1"].most_a == 6.0
    cars.run(3000.0, 60)
    assert cars.until(0.0, charging=False) == 25


def test_a_thin_cloud_is_borne_for_longer() -> None:
    cars = world(THREE)
    cars.run(6000.0, 100)
    assert cars.until(THREE_W * (SHARE - 0.1), charging=False) == pytest.approx(75, abs=1)


@pytest.mark.parametrize(
    ("only_surplus", "share", "offer_a"), [(False, 0.98, 10.2), (True, 1, 10.1)]
)
def test_the_lower_step_is_taken_where_nothing_may_be_bought(only_surplus, share, offer_a) -> None:
    """Only where a bit may be bought, what most cars leave of an offer is given on top at once."""
    cars = world(ONE, site=site(only_surplus=only_surplus))
    assert cars.run(10.18 * 230.0 * share, 30)["A/1"].most_a == offer_a


def test_what_a_car_leaves_of_its_offer_is_given_on_top() -> None:
    cars = world(ONE)
    cars.run(4600.0, 30)
    assert cars.demands["A/1"].most_a == pytest.approx(20.0 / 0.98, abs=0.06)
    for _ in range(200):
        point = cars.now["A/1"]
        measured = (point.told_a * 0.96, None, None)
        cars.now["A/1"] = replace(point, current_a=measured, measured_at_s=cars.now_s)
        cars.turn(4600.0)
    assert cars.demands["A/1"].most_a == pytest.approx(20.0 / 0.96, abs=0.25)


@pytest.mark.parametrize(("settings", "smaller_w", "larger_w"), [(ONE, 50, 70), (THREE, 50, 90)])
def test_small_changes_are_not_worth_a_message(settings, smaller_w, larger_w) -> None:
    cars = world(settings)
    offer_a = cars.run(6000.0, 30)["A/1"].most_a
    assert cars.run(6000.0 + smaller_w, 30)["A/1"].most_a == offer_a
    assert cars.run(6000.0 + larger_w, 30)["A/1"].most_a > offer_a


def test_what_a_plan_or_a_boost_gives_back_is_decided_at_once() -> None:
    cars = world(ONE)
    cars.run(0.0, 30)
    cars.now["A/1"] = replace(cars.now["A/1"], mode=Mode.FAST)
    assert cars.turn(0.0) == {}
    cars.tell("A/1", 16.0)
    cars.now["A/1"] = replace(cars.now["A/1"], mode=Mode.SOLAR)
    assert cars.turn(0.0)["A/1"].most_a == 0.0
    cars.now["A/1"] = replace(cars.now["A/1"], session="s2")
    assert cars.turn(3000.0)["A/1"].most_a > 6.0


def test_it_says_when_it_will_start_and_stop() -> None:
    cars = world(ONE)
    cars.run(0.0, 40)
    cars.turn(3000.0)
    starts_at = cars.demands["A/1"].changes_at
    assert starts_at is not None
    cars.until(3000.0, charging=True)
    assert abs(starts_at - NOON - timedelta(seconds=cars.now_s - 1000.0)) < timedelta(seconds=2)
    cars.run(3000.0, 100)
    assert cars.demands["A/1"].changes_at is None
    cars.turn(0.0)
    stops_at = cars.demands["A/1"].changes_at
    assert stops_at is not None
    assert stops_at - NOON == timedelta(seconds=cars.now_s - 1000.0 + 24)


def test_it_foresees_the_start_by_the_forecast() -> None:
    later = NOON + timedelta(hours=2)
    slots = (
        Slot(NOON + timedelta(hours=1), later, 700.0),
        Slot(later, later + timedelta(hours=1), 2000.0),
    )
    cars = world(ONE, facts={"solar_w": 300.0, "sun": SunForecast(slots)})
    assert cars.run(-200.0, 5)["A/1"].changes_at == later


def test_minimum_and_sun_never_stops() -> None:
    cars = world(THREE, point=replace(WAITS, mode=Mode.MINIMUM_SOLAR))
    assert cars.run(-2000.0, 200)["A/1"].most_a == 6.0
    assert cars.run(8000.0, 20)["A/1"].most_a == pytest.approx(11.8, abs=0.1)
    assert cars.demands["A/1"].changes_at is None


@pytest.mark.parametrize(("mode", "offer_a"), [(Mode.SOLAR, 0.0), (Mode.MINIMUM_SOLAR, 6.0)])
def test_without_a_meter_for_a_minute_nobody_knows_of_any_sun(mode, offer_a) -> None:
    cars = world(ONE, point=replace(WAITS, mode=mode))
    cars.run(3000.0, 90)
    assert cars.run(None, 58)["A/1"].most_a > 6.0
    demand = cars.run(None, 3)["A/1"]
    assert (demand.most_a, demand.reason) == (offer_a, Reason.METER_LOST)
    assert cars.until(3000.0, charging=True) <= 31


def test_after_a_restart_a_car_goes_on_until_the_first_sample() -> None:
    point = replace(WAITS, asks=Asks.CHARGING, told_a=10.0, told_at_s=900.0)
    cars = world(ONE, point=point)
    assert cars.run(None, 10)["A/1"].most_a == 10.0
    assert world(ONE).run(None, 10)["A/1"].most_a == 0.0


def test_a_cloud_right_after_a_restart_does_not_stop_a_car_at_once() -> None:
    point = replace(WAITS, asks=Asks.CHARGING, told_a=10.0, told_at_s=float("-inf"))
    cars = world(ONE, point=point)
    assert cars.run(0.0, 10)["A/1"].most_a == 6.0
    assert cars.until(0.0, charging=False) > 10
    later = world(ONE)
    later.run(0.0, 10)
    later.now["A/1"] = replace(point, session="s2")
    assert later.run(0.0, 1)["A/1"].most_a == 0.0  # a new session is decided at once


@pytest.mark.parametrize(
    ("price", "only_surplus", "offer_a"),
    [(-0.01, False, 32.0), (0.0, False, 0.0), (-0.01, True, 0.0)],
)
def test_whoever_is_paid_for_it_takes_all_it_can(price, only_surplus, offer_a) -> None:
    slot = Slot(NOON - timedelta(hours=1), NOON + timedelta(minutes=5), price)
    cars = world(ONE, site=site(only_surplus=only_surplus), facts={"prices": Prices((slot,))})
    demand = cars.run(-500.0, 40)["A/1"]
    assert demand.most_a == offer_a
    if offer_a:
        assert (demand.reason, demand.changes_at) == (Reason.PRICE, slot.end)
        cars.run(-500.0, 400)
        assert cars.demands["A/1"].most_a == 0.0


@pytest.mark.parametrize(
    ("soc", "starts"), [(None, False), (79.0, False), (81.0, False), (82.0, True)]
)
def test_a_full_battery_may_give_the_minimum(soc, starts) -> None:
    rules = BatterySettings(may_discharge=True, buffer_soc=80.0)
    cars = world(ONE, site=SiteSettings(63.0, battery=rules), facts={"battery_soc": soc})
    assert (cars.run(-100.0, 60)["A/1"].most_a == 6.0) is starts
    cars.facts["battery_soc"] = 80.5
    assert (cars.run(-100.0, 100)["A/1"].most_a == 6.0) is starts
    cars.facts["battery_soc"] = 79.9
    assert cars.run(-100.0, 100)["A/1"].most_a == 0.0


# ------------------------------------------------------------------ several cars

FIRST = replace(ONE, id="A/1")
SECOND = replace(ONE, id="B/1")


def offers(cars: World) -> list[float]:
    return [round(cars.demands[each].most_a) for each in sorted(cars.demands)]


@pytest.mark.parametrize(
    ("priorities", "surplus_w", "expected"),
    [
        ((0, 0), 20 * 230.0, [10, 10]),
        ((0, 0), 12.6 * 230.0, [6, 6]),
        ((0, 0), 7 * 230.0, [7, 0]),
        ((1, 0), 20 * 230.0, [20, 0]),
        ((0, 1), 20 * 230.0, [0, 20]),
        ((1, 0), 42 * 230.0, [32, 10]),
        ((0, 0), -500.0, [0, 0]),
    ],
)
def test_cars_share_by_priority_and_then_alike(priorities, surplus_w, expected) -> None:
    settings = [
        replace(each, priority=priority)
        for each, priority in zip((FIRST, SECOND), priorities, strict=True)
    ]
    cars = world(*settings)
    cars.run(surplus_w, 120)
    assert offers(cars) == expected


def test_cars_take_turns_where_the_sun_is_enough_for_one() -> None:
    cars = world(FIRST, SECOND)
    charged_s = [0, 0]
    for _ in range(7200):
        cars.turn(7 * 230.0)
        charged_s = [s + (amps > 0) for s, amps in zip(charged_s, offers(cars), strict=True)]
    assert min(charged_s) > 3000
    assert sum(charged_s) < 7200 * 1.15  # both at once only while one makes room


def test_a_car_of_another_mode_takes_of_the_sun_first() -> None:
    cars = world(FIRST, SECOND)
    cars.now["B/1"] = PointNow(Mode.FAST, Asks.CHARGING, told_a=10.0)
    cars.run(20 * 230.0, 60)
    assert offers(cars) == [10]


def test_what_a_car_leaves_goes_to_the_other() -> None:
    cars = world(FIRST, SECOND)
    for second in range(120):
        cars.turn(20 * 230.0)
        limited_a = min(7.0, cars.now["A/1"].told_a)
        cars.now["A/1"] = replace(
            cars.now["A/1"], current_a=(limited_a, 0.0, 0.0), measured_at_s=cars.now_s
        )
        assert second < 40 or cars.demands["B/1"].most_a == pytest.approx(12.0, abs=0.2)
    assert cars.demands["A/1"].most_a >= 8.0


def test_a_full_car_keeps_nothing_from_another() -> None:
    cars = world(FIRST, SECOND)
    cars.run(7 * 230.0, 100)
    assert offers(cars) == [7, 0]
    cars.now["A/1"] = replace(cars.now["A/1"], asks=Asks.LITTLE)
    cars.run(7 * 230.0, 40)
    assert offers(cars)[1] == 7


def test_what_a_car_leaves_of_its_offer_is_offered_on_top() -> None:
    cars = world(ONE)
    for _ in range(400):
        cars.turn(3000.0)
        told_a = cars.now["A/1"].told_a
        cars.now["A/1"] = replace(
            cars.now["A/1"], current_a=(0.95 * told_a, 0.0, 0.0), measured_at_s=cars.now_s
        )
    drawn_w = 0.95 * 230.0 * cars.demands["A/1"].most_a
    assert drawn_w == pytest.approx(3000.0, abs=70.0)
