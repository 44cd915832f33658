"""Each protection in the whole control turn: what trips it, how fast it ends the current, its end.

The names carry the row of the manual: ETEK EKEPC3 (E) chapter 6 and 5.8.1, Cabur EV PLUS (C) 7.1.2.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from evse.core import timing
from evse.core.controller import acknowledge
from evse.core.faults import RULES, Clears, Fault, Severity
from evse.core.limits import Limit, Source
from evse.core.mains import MainsSettings
from evse.core.overload import OverloadSettings
from evse.core.pilot import PilotLevel
from evse.core.state import ControllerSettings
from evse.core.thermal import SENSOR_LOST_A, ThermalSettings
from tests.firmware.core.bench import Bench, standing

A, B, C, D, E, F = PilotLevel
WATCHED = ControllerSettings(
    mains=MainsSettings(),
    overload=OverloadSettings(),
    thermal=ThermalSettings(relay_sensor=True, plug_sensor=True),
    residual_test=True,
)
SOCKET = replace(WATCHED, captive_cable=False, socket_lock=True)
COOL = {"temperature_c": 25.0, "plug_temperature_c": 25.0}


def charging(settings: ControllerSettings = WATCHED, **kwargs: Any) -> Bench:
    """A car that charges, everything watched and everything well."""
    bench = Bench(settings=settings, meters=True, **(COOL | kwargs))
    if not settings.captive_cable:
        bench.proximity_ohm, bench.lock_closed = 220.0, settings.socket_lock or None
    bench.run(3.0)  # the residual current monitor tests itself
    bench.charge()
    bench.run(5.0)
    return bench


@dataclass(frozen=True)
class Trip:
    """What happens, for how long at most until the contactor is open, and what mends it."""

    fault: Fault
    within_s: float
    change: dict[str, Any]
    settings: ControllerSettings = WATCHED
    back: dict[str, Any] = field(default_factory=dict)


TURN_S = 0.02
METER_S = 2.0 + TURN_S
"""The meter is read each second, and two readings must show it."""

TRIPS = {
    "E-CP-PE-short C-CP": Trip(Fault.PILOT_SHORT, 0.1, {"car": E}, back={"car": B}),
    "E-diode C-CP": Trip(Fault.DIODE, timing.DIODE_CONFIRM_S + 2 * TURN_S, {"diode": False}),
    "E-PP-disconnect C-PP": Trip(
        Fault.PROXIMITY, 0.6, {"proximity_ohm": float("inf")}, replace(SOCKET, socket_lock=False)
    ),
    "PP-short C-PP": Trip(
        Fault.PROXIMITY, 0.6, {"proximity_ohm": 0.0}, replace(SOCKET, socket_lock=False)
    ),
    # The contactor opens in the turn in which the lock lets go; the fault follows if it stays so.
    "E-lock C-ELK": Trip(Fault.LOCK, TURN_S, {"lock_closed": False}, SOCKET),
    "E-RCMU C-IRD": Trip(
        Fault.RESIDUAL_CURRENT, TURN_S, {"board_faults": frozenset({Fault.RESIDUAL_CURRENT})}
    ),
    "C-PE": Trip(Fault.GROUND, TURN_S, {"board_faults": frozenset({Fault.GROUND})}),
    "E-overvoltage C-OVP": Trip(Fault.OVER_VOLTAGE, METER_S, {"voltage_v": (230, 266, 230)}),
    "E-undervoltage C-LVP": Trip(Fault.UNDER_VOLTAGE, METER_S, {"voltage_v": (230, 230, 179)}),
    "C-MIS": Trip(Fault.PHASE_LOSS, METER_S, {"voltage_v": (230, 0, 230)}),
    "E-temperature-2 C-ROT": Trip(
        Fault.OVER_TEMPERATURE, timing.EV_RELEASE_S + TURN_S, {"temperature_c": 90.0}
    ),
    "C-OCT": Trip(
        Fault.PLUG_TEMPERATURE, timing.EV_RELEASE_S + TURN_S, {"plug_temperature_c": 91.0}
    ),
    "E-stop-limit C-OCP": Trip(Fault.OVER_CURRENT, 10.0, {"drawn": 1.3}),
    "E-state-D": Trip(Fault.VENTILATION, 0.6, {"car": D}),
    "C-R12": Trip(Fault.CONTACTOR_WELDED, 1.0, {"mirror": True, "permitted": False}),
    "C-R3N": Trip(Fault.CONTACTOR_FAILED, 0.6, {"mirror": False}),
    "board-silent": Trip(Fault.BOARD_SILENT, timing.READING_MAX_AGE_S + TURN_S, {"silent": True}),
    "board-fault": Trip(
        Fault.BOARD_FAULT, TURN_S, {"board_faults": frozenset({Fault.BOARD_FAULT})}
    ),
}


def change(bench: Bench, what: dict[str, Any]) -> None:
    for name, value in what.items():
        setattr(bench, name, value)


@pytest.mark.parametrize("name", TRIPS)
def test_it_trips_and_the_current_ends_in_time(name: str) -> None:
    trip = TRIPS[name]
    bench = charging(trip.settings)
    assert not bench.state.faults
    change(bench, trip.change)
    if trip.fault is Fault.CONTACTOR_WELDED:  # it cannot open: the fault is all that can be had
        bench.run(timing.EV_RELEASE_S + trip.within_s)
    else:
        took_s = bench.seconds_until(closed=False, within_s=trip.within_s + 0.001)
        assert took_s <= trip.within_s + 1e-9
        bench.run(timing.LOCK_CONFIRM_S + 0.1)
    assert trip.fault in bench.state.faults
    assert bench.state.offered_a == 0.0
    assert bench.state.forbidden


def releasing(name: str) -> bool:
    return RULES[TRIPS[name].fault].severity is Severity.RELEASE


@pytest.mark.parametrize("name", [name for name in TRIPS if releasing(name)])
def test_without_danger_the_car_is_let_go_before_the_contactor_opens(name: str) -> None:
    bench = charging()
    change(bench, TRIPS[name].change)
    while not bench.state.forbidden:
        bench.turn()
    assert bench.command.duty_percent == 100.0
    assert bench.command.close_contactor
    bench.car = B
    bench.run(0.2)
    assert not bench.command.close_contactor
    assert bench.state.hot_openings == 0


@pytest.mark.parametrize(
    ("name", "good_s"),
    [
        ("E-CP-PE-short C-CP", 30.0),
        ("C-PE", 60.0),
        ("E-overvoltage C-OVP", 60.0),
        ("E-undervoltage C-LVP", 60.0),
        ("C-MIS", 60.0),
        ("E-temperature-2 C-ROT", 0.0),
        ("E-state-D", 30.0),
        ("board-silent", 0.0),
    ],
)
def test_what_ends_by_itself_ends_after_its_time_and_charging_goes_on(
    name: str, good_s: float
) -> None:
    trip = TRIPS[name]
    bench = charging(trip.settings)
    change(bench, trip.change)
    bench.run(15.0)
    good = Bench(settings=trip.settings, meters=True, **COOL)
    change(bench, {key: getattr(good, key) for key in trip.change} | {"car": B})
    if good_s:
        bench.run(good_s - 1.0)
        assert trip.fault in bench.state.faults
    bench.run(3.0)
    assert trip.fault not in bench.state.faults
    bench.car = C
    bench.seconds_until(closed=True, within_s=timing.FAULT_RESTART_WAIT_S + 2.0)


@pytest.mark.parametrize("name", ["E-diode C-CP", "E-stop-limit C-OCP", "E-lock C-ELK"])
def test_what_ends_at_unplugging_ends_only_then(name: str) -> None:
    trip = TRIPS[name]
    bench = charging(trip.settings)
    change(bench, trip.change)
    bench.run(15.0)
    change(bench, {"diode": True, "drawn": 0.98, "car": B, "lock_closed": None})
    bench.run(300.0)
    assert trip.fault in bench.state.faults
    bench.car, bench.lock_closed = A, False
    bench.run(1.0)
    assert trip.fault not in bench.state.faults


# Voltage (E 5.8.1.8)


def test_the_voltage_must_be_back_within_the_hysteresis_for_60_s() -> None:
    bench = charging()
    bench.voltage_v = (170.0, 230.0, 230.0)
    bench.run(5.0)
    bench.voltage_v = (190.0, 230.0, 230.0)  # above the minimum, not above the hysteresis
    bench.run(120.0)
    assert Fault.UNDER_VOLTAGE in bench.state.faults
    bench.voltage_v = (201.0, 230.0, 230.0)
    bench.run(58.0)
    assert Fault.UNDER_VOLTAGE in bench.state.faults
    bench.run(4.0)
    assert Fault.UNDER_VOLTAGE not in bench.state.faults


def test_one_bad_reading_of_the_meter_stops_nothing() -> None:
    bench = charging()
    bench.voltage_v = (400.0, 230.0, 230.0)
    bench.run(1.0)
    bench.voltage_v = (230.0, 230.0, 230.0)
    bench.run(5.0)
    assert bench.command.close_contactor


def test_a_meter_that_falls_silent_changes_nothing_about_the_mains() -> None:
    bench = charging()
    bench.meters = False
    bench.run(60.0)
    assert bench.command.close_contactor
    bench.meters, bench.voltage_v = True, (270.0, 230.0, 230.0)
    bench.run(5.0)
    bench.meters = False
    bench.run(300.0)
    assert Fault.OVER_VOLTAGE in bench.state.faults


def test_without_monitoring_voltages_are_not_watched() -> None:
    bench = charging(replace(WATCHED, mains=None))
    bench.voltage_v = (300.0, 0.0, 100.0)
    bench.run(30.0)
    assert bench.command.close_contactor


# Heat (E 5.8.1.8: thresholds 1 and 2)


def test_above_threshold_1_the_current_falls_by_10_percent_a_minute() -> None:
    bench = charging()
    bench.temperature_c = 70.0
    bench.turn()
    assert bench.state.offered_a == pytest.approx(14.4)
    assert bench.state.winner.source is Source.TEMPERATURE
    bench.run(60.1)
    assert bench.state.offered_a == pytest.approx(12.96)
    bench.temperature_c = 64.0
    bench.run(240.0)
    assert bench.state.offered_a == 16.0
    assert bench.command.close_contactor


def test_a_sensor_stuck_at_minus_40_is_named_and_limits_to_the_safe_current() -> None:
    bench = charging()
    bench.temperature_c = -40.0
    bench.run(timing.SENSOR_CONFIRM_S + 0.1)
    assert Fault.TEMPERATURE_SENSOR in bench.state.faults
    assert bench.state.offered_a == SENSOR_LOST_A
    assert bench.command.close_contactor
    bench.temperature_c = 25.0
    bench.run(0.2)
    assert bench.state.offered_a == 16.0
    assert not bench.state.faults


# Overload of the car (E 5.8.1.3)


def test_a_car_above_110_percent_is_told_10_percent_less() -> None:
    bench = charging()
    bench.drawn = 1.15
    bench.run(4.0)
    assert bench.state.offered_a == pytest.approx(14.4)
    assert bench.state.winner.source is Source.OVERLOAD
    bench.car = A
    bench.run(0.5)
    bench.car, bench.drawn = B, 0.98
    bench.run(5.0)
    assert bench.state.offered_a == 16.0


# The self-test of the residual current monitor


def test_nothing_is_offered_before_the_self_test_has_passed() -> None:
    bench = Bench(settings=WATCHED, car=B, **COOL)
    offered_at_s = next(bench.now_s for command in bench.turns(5.0) if command.duty_percent < 100.0)
    assert offered_at_s >= timing.RESIDUAL_QUIET_S + 0.5


def test_a_failed_self_test_is_a_leakage_until_somebody_acknowledges_and_the_next_passes() -> None:
    bench = Bench(settings=WATCHED, leaks=True, **COOL)
    bench.run(5.0)
    assert Fault.RESIDUAL_CURRENT in bench.state.latched
    bench.state = acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)
    bench.run(5.0)
    assert Fault.RESIDUAL_CURRENT in bench.state.latched  # it still leaks
    bench.leaks = False
    bench.state = acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)
    bench.run(35.0)
    assert not bench.state.faults
    bench.charge()


def test_it_tests_itself_after_every_unplugging_and_daily() -> None:
    bench = charging()
    passed_s = bench.state.residual.since_s
    bench.car = A
    bench.run(5.0)
    again_s = bench.state.residual.since_s
    assert again_s > passed_s
    bench.turn_ms = 500
    bench.run(timing.RESIDUAL_TEST_EVERY_S - 60)
    assert bench.state.residual.since_s == again_s
    bench.turn_ms = 20
    bench.run(120.0)
    assert bench.state.residual.passed
    assert bench.state.residual.since_s > again_s + 80_000


# Lock (E: lock fault on or off)


def test_a_lock_that_does_not_open_is_told_and_holds_nobody_up() -> None:
    bench = charging(SOCKET)
    bench.permitted = False
    bench.car = B
    bench.run(timing.LOCK_CONFIRM_S + 1.0)
    assert Fault.UNLOCK in bench.state.faults
    assert not bench.state.forbidden
    bench.lock_closed = False
    bench.run(0.1)
    assert Fault.UNLOCK not in bench.state.faults


def test_a_permanently_locked_cable_stays_locked_without_a_car_until_somebody_asks() -> None:
    bench = charging(replace(SOCKET, permanently_locked=True))
    bench.permitted = False
    bench.car = A
    bench.run(60.0)
    assert bench.command.lock
    bench.unlock = True
    assert not bench.turn().lock
    bench.unlock = False
    assert bench.turn().lock  # the cable is still in
    bench.proximity_ohm = float("inf")
    assert not bench.turn().lock


def test_a_live_plug_is_not_unlocked_whoever_asks() -> None:
    bench = charging(SOCKET)
    bench.unlock = True
    bench.run(1.0)
    assert bench.command.close_contactor
    assert bench.command.lock


# Lifetimes (E 5.8.1.8)


@pytest.mark.parametrize(
    ("fault", "setting", "counter"),
    [
        (Fault.CONTACTOR_LIFETIME, "contactor_lifetime", "contactor_cycles"),
        (Fault.PLUG_LIFETIME, "plug_lifetime", "plug_cycles"),
    ],
)
def test_a_worn_part_ends_no_charge_but_there_is_no_next_one(
    fault: Fault, setting: str, counter: str
) -> None:
    bench = charging(replace(WATCHED, **{setting: 1}))
    bench.run(5.0)
    assert bench.command.close_contactor
    bench.car = A
    bench.run(1.0)
    assert fault in bench.state.latched
    bench.car = C
    assert not any(command.close_contactor for command in bench.turns(120.0))
    with pytest.raises(PermissionError):
        acknowledge(bench.state, fault, Clears.LOCAL, bench.now_s)
    bench.car = A
    bench.run(1.0)
    bench.state = acknowledge(bench.state, fault, Clears.INSTALLER, bench.now_s)
    assert getattr(bench.state, counter) == 0
    bench.run(35.0)
    bench.charge()


# DLB protection (E 6), state D, power systems, warnings


def test_a_house_that_leaves_nothing_is_told_as_dlb_protection() -> None:
    bench = charging()
    bench.limits = (standing(16.0), Limit(Source.DLB, 4.0))
    bench.run(timing.HOUSE_CONFIRM_S - 0.1)
    assert not bench.state.faults
    bench.run(0.2)
    assert Fault.DLB_OVERLOAD in bench.state.faults
    assert not bench.state.forbidden
    assert bench.state.offered_a == 0.0
    bench.limits = (standing(16.0), Limit(Source.DLB, 7.0))
    bench.run(0.1)
    assert Fault.DLB_OVERLOAD not in bench.state.faults


def test_state_d_charges_when_it_is_not_to_pause() -> None:
    bench = charging(replace(WATCHED, ventilation_allowed=True))
    bench.car = D
    bench.run(60.0)
    assert bench.command.close_contactor
    assert not bench.state.faults


def test_in_an_it_network_an_earth_monitor_says_nothing() -> None:
    bench = charging(replace(WATCHED, earthed=False))
    bench.board_faults = frozenset({Fault.GROUND})
    bench.run(10.0)
    assert bench.command.close_contactor


@pytest.mark.parametrize("fault", [Fault.METER, Fault.FAN, Fault.CAN_ADDRESS, Fault.READER])
def test_a_warning_is_told_and_charging_goes_on(fault: Fault) -> None:
    bench = charging()
    bench.faults = frozenset({fault})
    bench.run(30.0)
    assert fault in bench.state.faults
    assert bench.command.close_contactor
    bench.faults = frozenset()
    bench.run(1.0)
    assert not bench.state.faults


def test_every_fault_of_the_table_is_tried_here() -> None:
    tried = {trip.fault for trip in TRIPS.values()} | {
        Fault.METER,
        Fault.FAN,
        Fault.CAN_ADDRESS,
        Fault.READER,
        Fault.DLB_OVERLOAD,
        Fault.CONTACTOR_LIFETIME,
        Fault.PLUG_LIFETIME,
        Fault.UNLOCK,
        Fault.TEMPERATURE_SENSOR,
        Fault.OCPP_QUEUE,  # test_station_queue.py
    }
    assert tried == set(Fault)
