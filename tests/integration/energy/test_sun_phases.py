"""One phase or three for the sun: charger-quirks.md, rows 33, 41 and 44."""

from dataclasses import replace
from itertools import pairwise

import pytest

from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.model import Asks, SiteSettings, SunSettings
from custom_components.evse_ocpp.energy.phases import AWAKE_S, SWITCHING_S
from tests.integration.energy.sun_world import SWITCHING, THREE, WAITS, World, world

LITTLE_W, MUCH_W = 1500.0, 9000.0


def switch(cars: World) -> None:
    """The charger switches as it is asked to."""
    wanted = cars.demands["A/1"].phases
    assert wanted is not None
    cars.now["A/1"] = replace(cars.now["A/1"], connected_phases=wanted)


def charging(surplus_w: float, **sun: float) -> World:
    """A car that has charged on three phases for a while."""
    cars = world(SWITCHING, site=SiteSettings(63.0, sun=SunSettings(**sun)))
    cars.run(surplus_w, 700)
    assert cars.demands["A/1"].phases == 3
    return cars


def seconds_until_asked(cars: World, surplus_w: float, within_s: int = 4000) -> int:
    for second in range(within_s):
        if cars.turn(surplus_w)["A/1"].reason is Reason.PHASE_SWITCH:
            return second
    return within_s


def test_a_charger_that_may_not_is_never_asked() -> None:
    cars = world(THREE)
    cars.run(MUCH_W, 100)
    cars.run(LITTLE_W, 2000)
    assert cars.demands["A/1"].phases is None


def test_less_sun_asks_for_one_phase_and_stops_first() -> None:
    cars = charging(MUCH_W)
    took_s = seconds_until_asked(cars, LITTLE_W)
    assert 700 < took_s < 1200
    demand = cars.demands["A/1"]
    assert (demand.most_a, demand.phases) == (0.0, 1)
    cars.run(LITTLE_W, 60)  # nothing until it has switched
    assert cars.demands["A/1"].most_a == 0.0
    switch(cars)
    demand = cars.run(LITTLE_W, 2)["A/1"]
    assert (demand.most_a, demand.phases) == (pytest.approx(6.65, abs=0.06), 1)


def test_much_sun_asks_for_three_phases_sooner() -> None:
    """Between clouds three gain more; one can never take more than its own."""
    cars = charging(MUCH_W)
    seconds_until_asked(cars, LITTLE_W)
    switch(cars)
    cars.run(LITTLE_W, 700)
    assert 10 < seconds_until_asked(cars, MUCH_W) < 90
    assert cars.demands["A/1"].phases == 3


def test_before_the_first_start_nothing_is_lost_by_it() -> None:
    cars = world(SWITCHING)
    assert cars.turn(700.0)["A/1"].reason is Reason.PHASE_SWITCH
    assert cars.demands["A/1"].phases == 1


def test_switches_are_apart_and_counted() -> None:
    cars = charging(MUCH_W, switches_per_session=3)
    asked_s, surplus_w = [], LITTLE_W
    for _ in range(20_000):
        demand = cars.turn(surplus_w)["A/1"]
        if demand.reason is Reason.PHASE_SWITCH:
            asked_s.append(cars.now_s)
            switch(cars)
            surplus_w = MUCH_W if surplus_w == LITTLE_W else LITTLE_W
    assert len(asked_s) == 2  # the third would not lead back to three phases
    assert min(b - a for a, b in pairwise(asked_s)) >= 600.0
    cars.now["A/1"] = replace(cars.now["A/1"], session="s2")
    assert seconds_until_asked(cars, surplus_w) < 4000


def test_a_charger_that_does_not_switch_is_left_alone() -> None:
    cars = charging(MUCH_W)
    seconds_until_asked(cars, LITTLE_W)
    cars.run(LITTLE_W, int(SWITCHING_S) + 60)
    demand = cars.demands["A/1"]
    assert (demand.phases, demand.reason) == (3, Reason.SOLAR)
    assert seconds_until_asked(cars, LITTLE_W) == 4000


def test_a_car_that_does_not_follow_goes_back_and_is_left_alone() -> None:
    cars = charging(MUCH_W)
    seconds_until_asked(cars, LITTLE_W)
    switch(cars)
    cars.run(LITTLE_W, 5)
    for _ in range(int(AWAKE_S) + 5):
        cars.now["A/1"] = replace(cars.now["A/1"], asks=Asks.LITTLE)
        cars.turn(LITTLE_W)
    demand = cars.demands["A/1"]
    assert (demand.reason, demand.phases) == (Reason.PHASE_SWITCH, 3)
    switch(cars)
    assert seconds_until_asked(cars, LITTLE_W) == 4000
    assert cars.run(MUCH_W, 60)["A/1"].most_a > 6.0


def test_a_single_phase_car_gains_nothing_by_it() -> None:
    cars = world(SWITCHING)
    cars.turn(MUCH_W)
    for _ in range(3000):
        cars.now["A/1"] = replace(
            cars.now["A/1"], current_a=(cars.now["A/1"].told_a, 0.0, 0.0), measured_at_s=cars.now_s
        )
        cars.turn(LITTLE_W)
        assert cars.demands["A/1"].reason is not Reason.PHASE_SWITCH
    assert cars.demands["A/1"].most_a == pytest.approx(6.5, abs=0.1)


def test_what_the_charger_knows_of_the_car_counts_at_first() -> None:
    cars = world(SWITCHING, point=replace(WAITS, phases=1))
    cars.turn(MUCH_W)
    assert cars.run(LITTLE_W, 3000)["A/1"].phases == 3


def test_with_a_minimum_it_switches_too_and_goes_on_at_once() -> None:
    cars = world(SWITCHING, point=replace(WAITS, mode=Mode.MINIMUM_SOLAR))
    cars.run(MUCH_W, 700)
    assert seconds_until_asked(cars, LITTLE_W) < 1200
    switch(cars)
    assert cars.turn(LITTLE_W)["A/1"].most_a >= 6.0
