"""The simulated car in virtual time: it hears the pilot, starts, follows, stops and fills up."""

from dataclasses import replace

import pytest

from evse.core.pilot import PilotLevel, classify, duty_percent
from evse.core.proximity import ampacity_a
from evse.simulation.car import (
    CABLE_OHM,
    READY_OHM,
    Car,
    CarMode,
    CarState,
    currents_a,
    mode,
    pilot_ohm,
    pilot_voltages,
    plugged_in,
    power_w,
    step,
)

MAINS: tuple[float, float, float] = (230.0, 230.0, 230.0)
DEAD: tuple[float, float, float] = (0.0, 0.0, 0.0)
STEADY = 100.0
DT_S = 0.05


class Drive:
    """A car under a pilot; the contactor follows S2 at once unless `supply_v` says otherwise."""

    def __init__(self, car: Car) -> None:
        self.car = car
        self.state = plugged_in(0.0)
        self.now_s = 0.0

    def run(self, seconds: float, duty: float, supply_v=None) -> CarState:
        for _ in range(round(seconds / DT_S)):
            self.now_s += DT_S
            supply = supply_v or (MAINS if self.state.s2_closed else DEAD)
            self.state = step(self.car, self.state, duty, supply, self.now_s, DT_S)
        return self.state

    def seconds_until(self, reached, duty: float, limit_s: float = 60.0) -> float:
        start_s = self.now_s
        while not reached(self.state):
            assert self.now_s - start_s < limit_s, "never"
            self.run(DT_S, duty)
        return self.now_s - start_s


def charging(car: Car, at_a: float = 16.0) -> Drive:
    drive = Drive(car)
    drive.run(30.0, duty_percent(at_a))
    return drive


def test_takes_energy_two_seconds_after_the_offer() -> None:
    """Behaviour 77."""
    drive = Drive(Car())
    drive.run(10.0, STEADY)
    assert mode(drive.car, drive.state) is CarMode.WAITING
    waited_s = drive.seconds_until(lambda s: s.s2_closed, duty_percent(16.0))
    assert waited_s == pytest.approx(2.0, abs=0.11)
    assert mode(drive.car, drive.state) is CarMode.CHARGING


def test_draws_098_of_the_offer_but_not_more_than_it_can() -> None:
    assert charging(Car(max_a=32.0), 10.0).state.current_a == pytest.approx(9.8)
    assert charging(Car(max_a=8.0), 16.0).state.current_a == 8.0


def test_rises_by_two_amperes_a_second() -> None:
    drive = charging(Car(max_a=32.0), 6.0)
    drive.run(2.0, duty_percent(16.0))  # the reaction time
    before_a = drive.state.current_a
    drive.run(1.0, duty_percent(16.0))
    assert drive.state.current_a - before_a == pytest.approx(2.0, abs=0.2)


def test_follows_a_lower_offer_after_two_seconds_at_twelve_amperes_a_second() -> None:
    drive = charging(Car(), 16.0)
    drive.run(1.9, duty_percent(6.0))
    assert drive.state.current_a == pytest.approx(0.98 * 16.0)
    drive.run(0.6, duty_percent(6.0))
    assert drive.state.current_a == pytest.approx(15.68 - 12 * 0.5, abs=0.7)
    drive.run(1.0, duty_percent(6.0))
    assert drive.state.current_a == pytest.approx(0.98 * 6.0)


def test_follows_each_of_quick_changes_in_turn() -> None:
    drive = charging(Car(ramp_up_a_per_s=1000.0, ramp_down_a_per_s=1000.0), 16.0)
    for amps in (10.0, 12.0, 14.0):
        drive.run(1.0, duty_percent(amps))
    seen = []
    for _ in range(2):
        drive.run(1.0, duty_percent(14.0))
        seen.append(drive.state.current_a / 0.98)
    assert seen == pytest.approx([12.0, 14.0])


def test_releases_within_three_seconds_when_the_pwm_ends() -> None:
    drive = charging(Car(max_a=32.0), 32.0)
    assert drive.seconds_until(lambda s: not s.s2_closed, STEADY) <= 3.0
    assert drive.state.current_a == 0.0


def test_a_disobedient_car_never_lets_go() -> None:
    drive = charging(Car(obedient=False), 16.0)
    drive.run(60.0, STEADY)
    assert drive.state.s2_closed
    assert drive.state.current_a == pytest.approx(0.98 * 16.0)


def test_an_open_contactor_ends_the_current_at_once() -> None:
    drive = charging(Car(), 16.0)
    assert drive.run(DT_S, duty_percent(16.0), DEAD).current_a == 0.0


def test_a_full_car_goes_back_to_b_and_stays_there() -> None:
    drive = charging(Car(battery_wh=20.0), 16.0)
    drive.seconds_until(lambda s: not s.s2_closed, duty_percent(16.0))
    assert mode(drive.car, drive.state) is CarMode.FULL
    taken_wh = drive.state.taken_wh
    assert 20.0 <= taken_wh < 25.0
    drive.run(60.0, duty_percent(16.0))
    assert drive.state.taken_wh == taken_wh


def test_a_car_that_wants_nothing_stays_idle_and_one_that_stops_wanting_ramps_down() -> None:
    idle = Drive(Car(wants=False))
    idle.run(30.0, duty_percent(16.0))
    assert mode(idle.car, idle.state) is CarMode.IDLE
    drive = charging(Car(), 16.0)
    drive.car = replace(drive.car, wants=False)
    drive.run(0.5, duty_percent(16.0))
    assert drive.state.s2_closed
    assert 0.0 < drive.state.current_a < 15.0
    drive.run(3.0, duty_percent(16.0))
    assert not drive.state.s2_closed


@pytest.mark.parametrize("wake", ["state F", "replug"])
def test_a_car_that_was_offered_nothing_falls_asleep(wake: str) -> None:
    drive = Drive(Car(sleeps_after_s=30.0))
    drive.run(31.0, STEADY)
    assert mode(drive.car, drive.state) is CarMode.ASLEEP
    drive.run(30.0, duty_percent(16.0))
    assert not drive.state.s2_closed
    if wake == "state F":
        drive.run(4.0, 0.0)
    else:
        drive.state = plugged_in(drive.now_s)
    drive.run(30.0, duty_percent(16.0))
    assert drive.state.s2_closed


def test_energy_is_what_flows_through_all_phases() -> None:
    drive = charging(Car(), 16.0)
    before_wh = drive.state.taken_wh
    drive.run(360.0, duty_percent(16.0))
    assert drive.state.taken_wh - before_wh == pytest.approx(3 * 230 * 15.68 / 10, rel=1e-3)


@pytest.mark.parametrize(
    ("phases", "supply_v", "expected_a"),
    [
        (3, MAINS, (10.0, 10.0, 10.0)),
        (1, MAINS, (10.0, 0.0, 0.0)),
        (3, (230.0, 0.0, 230.0), (10.0, 0.0, 10.0)),
        (3, (230.0, 0.0, 0.0), (10.0, 0.0, 0.0)),
    ],
)
def test_draws_only_from_the_phases_that_are_there(phases, supply_v, expected_a) -> None:
    car, state = Car(phases=phases), CarState(plugged=True, s2_closed=True, current_a=10.0)
    assert currents_a(car, state, supply_v) == expected_a
    assert power_w(car, state, supply_v) == pytest.approx(230.0 * sum(expected_a))


@pytest.mark.parametrize(
    ("ohm", "level"),
    [
        (None, PilotLevel.A),
        (READY_OHM["B"], PilotLevel.B),
        (READY_OHM["C"], PilotLevel.C),
        (READY_OHM["D"], PilotLevel.D),
    ],
)
@pytest.mark.parametrize("duty", [STEADY, 26.7])
def test_the_resistors_make_the_levels_of_the_standard(ohm, level, duty) -> None:
    nominal_v = {PilotLevel.A: 12.0, PilotLevel.B: 9.0, PilotLevel.C: 6.0, PilotLevel.D: 3.0}
    high_v, low_v = pilot_voltages(ohm, duty)
    assert high_v == pytest.approx(nominal_v[level], abs=0.1)
    assert classify(high_v, level) is level
    assert low_v == (high_v if duty == STEADY else -12.0)


def test_state_f_is_minus_twelve_volts() -> None:
    assert pilot_voltages(READY_OHM["B"], 0.0) == (-12.0, -12.0)


@pytest.mark.parametrize("ohm", [READY_OHM["B"], READY_OHM["C"]])
def test_without_a_diode_the_low_side_is_above_minus_ten_volts(ohm: float) -> None:
    assert pilot_voltages(ohm, 26.7, diode=False)[1] > -10.0


def test_a_car_with_ventilation_asks_for_d() -> None:
    state = CarState(plugged=True, s2_closed=True)
    assert pilot_ohm(Car(ventilation=True), state) == READY_OHM["D"]
    assert pilot_ohm(Car(), state) == READY_OHM["C"]
    assert pilot_ohm(Car(), CarState()) is None


@pytest.mark.parametrize(("amps", "ohm"), CABLE_OHM.items())
def test_the_cable_has_the_resistor_of_its_ampacity(amps: int, ohm: float) -> None:
    assert ampacity_a(ohm) == amps
