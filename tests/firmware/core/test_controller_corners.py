"""Corners of the controller: what a vehicle, a board or a person may do in the middle of something.

Each test is the smallest history that shows it.
"""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from evse.core import timing, wakeup
from evse.core.controller import acknowledge, step
from evse.core.faults import Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.mains import Mains, MainsSettings
from evse.core.overload import OverloadSettings, OverloadState, conditions
from evse.core.overload import step as overload_step
from evse.core.pilot import PilotLevel
from evse.core.signals import Reading, SelfTest
from evse.core.state import ControllerSettings, ControllerState, Inputs
from tests.firmware.core.bench import NOMINAL_V, Bench, standing

A, B, C, D, E, F = PilotLevel
OHM_63_A, OHM_13_A = 100.0, 1500.0
SOCKET = ControllerSettings(captive_cable=False)
ITSELF = ControllerSettings(switches_itself=True)


# ---- the cable


@pytest.mark.parametrize("how", ["the board was silent", "the program stood still"])
def test_a_cable_that_was_changed_unseen_is_read_again(how: str) -> None:
    bench = Bench(settings=SOCKET, proximity_ohm=OHM_63_A, limits=(standing(32.0),))
    bench.charge()
    assert bench.state.offered_a == 32.0
    bench.car, bench.proximity_ohm = B, OHM_13_A
    if how == "the board was silent":
        bench.silent = True
        bench.run(60.0)
        bench.silent = False
    else:
        bench.now_ms += 60_000
    bench.run(timing.FAULT_RESTART_WAIT_S + 1.0)
    bench.car = C
    bench.run(2.0)
    assert bench.state.offered_a <= 13.0


def test_one_wrong_sample_of_the_proximity_circuit_makes_no_thick_cable() -> None:
    probe = Bench(settings=SOCKET, proximity_ohm=OHM_13_A, car=B)
    turns = next(number for number, _ in enumerate(probe.turns(1.0)) if probe.state.plugged)
    bench = Bench(settings=SOCKET, proximity_ohm=OHM_13_A, car=B, limits=(standing(32.0),))
    bench.run(turns * bench.turn_ms / 1000)
    bench.proximity_ohm = OHM_63_A
    bench.turn()
    bench.proximity_ohm = OHM_13_A
    bench.run(10.0)
    assert bench.state.offered_a <= 13.0


@pytest.mark.parametrize("cable_a", [math.nan, math.inf, -1.0])
def test_a_cable_that_cannot_be_is_an_unknown_one(cable_a: float) -> None:
    state = ControllerState.initial(0.0)
    reading = Reading(0.02, level=B, cable_a=cable_a)
    settings = replace(ITSELF, captive_cable=False)
    done = step(state, Inputs(reading, True, (standing(16.0),)), settings, 0.02)
    assert done.command.lease_s > 0


# ---- boards that switch by themselves


def test_a_board_whose_contactor_did_not_open_gets_no_new_offer() -> None:
    """A pause shorter than 10 s hides a welded contactor, for each pause anew."""
    bench = Bench(settings=ITSELF)
    bench.charge()
    bench.permitted, bench.car, bench.mirror = False, B, True
    bench.run(timing.RESTART_WAIT_S + 0.5)
    bench.permitted = True
    bench.run(30.0)
    assert Fault.CONTACTOR_WELDED in bench.state.faults
    assert bench.state.offered_a == 0.0


def test_a_contactor_that_stays_closed_while_the_car_asks_for_nothing_is_found() -> None:
    bench = Bench(settings=ITSELF, car=B)
    bench.run(2.0)
    bench.mirror = True
    bench.run(60.0)
    assert bench.state.level is B
    assert Fault.CONTACTOR_WELDED in bench.state.faults


@pytest.mark.parametrize("after", ["a start", "a stall"])
def test_a_welded_contactor_cannot_be_acknowledged_while_it_is_seen_closed(after: str) -> None:
    bench = Bench(settings=ITSELF, mirror=True)
    bench.run(15.0)
    assert Fault.CONTACTOR_WELDED in bench.state.latched
    if after == "a start":
        bench.state = ControllerState.initial(bench.now_s, bench.state.latched)
    else:
        bench.now_ms += 5_000
    bench.run(1.0)
    assert bench.reading.contactor_closed
    with pytest.raises(ValueError, match="still detected"):
        acknowledge(bench.state, Fault.CONTACTOR_WELDED, Clears.INSTALLER, bench.now_s)


# ---- a restart of the program


@pytest.mark.parametrize("settings", [ControllerSettings(), ITSELF], ids=["core", "board"])
def test_i10_holds_over_a_restart_too(settings: ControllerSettings) -> None:
    bench = Bench(settings=settings)
    bench.charge()
    bench.state = ControllerState.initial(bench.now_s)  # killed, started, the transaction goes on
    assert not bench.turn().close_contactor
    opened_s = bench.now_s
    bench.seconds_until(closed=True, within_s=60.0)
    assert bench.now_s - opened_s >= timing.RESTART_WAIT_S - 1e-9


def test_a_fault_that_ends_at_unplugging_is_not_ended_by_a_reset() -> None:
    bench = Bench(settings=ControllerSettings(overload=OverloadSettings()), meters=True)
    bench.charge()
    bench.drawn = 1.5
    bench.run(15.0)
    assert Fault.OVER_CURRENT in bench.state.faults
    bench.car = B
    bench.state = ControllerState.initial(bench.now_s, bench.state.outlasting)
    bench.run(1.0)
    assert bench.state.plugged
    assert Fault.OVER_CURRENT in bench.state.faults


# ---- time


@pytest.mark.parametrize(
    "turn_ms",
    [
        7,
        20,
        33,
        40,
        49,
        50,
        100,
    ],
)
def test_i4_within_100_ms_of_the_vehicles_leaving(turn_ms: int) -> None:
    """IEC counts from the vehicle's switch, which may open right after a reading."""
    bench = Bench(turn_ms=turn_ms)
    bench.charge()
    bench.run(0.5)
    bench.car = B
    assert bench.seconds_until(closed=False, within_s=1.0) <= 0.1 + 1e-9


@pytest.mark.parametrize("then", ["reads slowly", "is silent"])
def test_one_bad_voltage_stops_nothing_however_slow_the_meter_is(then: str) -> None:
    bench = Bench(settings=ControllerSettings(mains=MainsSettings()))
    bench.mains = Mains(0.0, (230.0,) * 3, (0.0,) * 3)
    bench.charge()
    bench.mains = Mains(bench.now_s, (400.0, 230.0, 230.0), (0.0,) * 3)
    bench.run(2.0)
    if then == "reads slowly":
        bench.mains = Mains(bench.now_s, (230.0,) * 3, (0.0,) * 3)
    assert bench.command.close_contactor


def test_a_reading_of_our_own_state_f_is_not_believed_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a board whose readings are older than the pilot's settling."""
    settings = replace(ControllerSettings(), wake_up=True, reading_max_age_s=2.0)
    bench = Bench(settings=settings, car=B)
    bench.run(1.0)
    while bench.state.wake_up.stage is not wakeup.Stage.STATE_F:
        bench.turn()
    bench.run(timing.WAKE_UP_F_S - 0.5)
    bench.silent = True  # the line loses answers for a second
    bench.run(1.4)
    assert bench.state.wake_up.stage is not wakeup.Stage.STATE_F
    assert not bench.state.faults
    assert bench.state.plugged


# ---- settings that change in the middle of something


def test_waking_that_is_switched_off_in_state_f_ends_it() -> None:
    bench = Bench(settings=ControllerSettings(wake_up=True), car=B)
    while bench.state.wake_up.stage is not wakeup.Stage.STATE_F:
        bench.turn()
    bench.settings = replace(bench.settings, wake_up=False)
    bench.run(1.0)
    assert 0.0 < bench.command.duty_percent < 100.0
    bench.car = A
    bench.run(1.0)
    assert not bench.state.plugged


def test_no_self_test_is_asked_for_behind_a_closed_contactor() -> None:
    bench = Bench(settings=ControllerSettings(residual_test=True), car=C)
    while not bench.command.test_residual:
        bench.turn()
    bench.settings = replace(bench.settings, residual_test=False)
    bench.run(3.0)
    assert bench.command.close_contactor
    assert not bench.command.test_residual


def test_a_monitor_that_is_switched_off_and_on_has_not_failed() -> None:
    bench = Bench(settings=ControllerSettings(residual_test=True), car=C)
    while not bench.command.test_residual:
        bench.turn()
    bench.settings = replace(bench.settings, residual_test=False)
    bench.run(timing.RESIDUAL_TEST_S + 5.0)
    bench.settings = replace(bench.settings, residual_test=True)
    bench.test_began_ms = None
    bench.turn()
    assert Fault.RESIDUAL_CURRENT not in bench.state.faults


def test_a_board_that_was_away_in_its_self_test_has_no_leakage() -> None:
    bench = Bench(settings=ControllerSettings(residual_test=True))
    while not bench.command.test_residual:
        bench.turn()
    bench.silent = True
    bench.run(timing.RESIDUAL_TEST_S + 5.0)
    bench.silent, bench.test_began_ms = False, None  # it had no power: nothing of a test
    bench.run(10.0)
    assert bench.state.latched == frozenset()
    assert bench.state.residual.passed


def test_a_board_that_never_tests_itself_is_a_fault_and_each_word_gives_one_more_try() -> None:
    state = ControllerState.initial(0.0)
    settings, now_s = ControllerSettings(residual_test=True), 0.0
    asked = []
    for _ in range(round(120 / 0.1)):
        now_s = round(now_s + 0.1, 3)
        reading = Reading(now_s, NOMINAL_V[B], NOMINAL_V[B], residual_test=SelfTest.IDLE)
        done = step(state, Inputs(reading, True, (standing(16.0),)), settings, now_s)
        state = done.state
        asked.append(done.command.test_residual)
        assert state.offered_a == 0.0
        if now_s == 60.0:
            state = acknowledge(state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, now_s)
    rising = sum(after and not before for before, after in pairwise(asked))
    assert rising == 2
    assert Fault.RESIDUAL_CURRENT in state.latched


# ---- the vehicle's own current


def test_a_reversed_meter_sees_an_overload_too() -> None:
    state = OverloadState()
    for second in range(12):
        sample = Mains(float(second), None, (-24.0, -24.0, -24.0))
        state = overload_step(state, sample, 16.0, OverloadSettings(), float(second))
    assert conditions(state)


@pytest.mark.parametrize("at_s", [-math.inf, math.inf, math.nan, 1e9])
def test_a_reading_of_no_time_is_no_reading(at_s: float) -> None:
    bench = Bench()
    bench.charge()
    bench.reading = replace(bench.reading, at_s=at_s)
    bench.silent = True
    assert not bench.turn().close_contactor
    assert Fault.BOARD_SILENT in bench.state.faults


@pytest.mark.parametrize("high_v", [math.nan, math.inf, -math.inf])
def test_a_pilot_that_is_no_number_opens(high_v: float) -> None:
    bench = Bench()
    bench.charge()
    bench.silent = True
    for _ in range(3):
        bench.now_ms += 0
        bench.reading = replace(
            bench.reading, at_s=bench.now_s + 0.02, pilot_high_v=high_v, pilot_low_v=math.nan
        )
        command = bench.turn()
    assert not command.close_contactor


def test_a_lease_that_falls_back_to_more_raises_no_other_limit() -> None:
    bench = Bench(limits=(standing(10.0), Limit(Source.CENTRAL, 0.0, 0.0, 5.0, 32.0)), car=B)
    bench.run(4.9)
    assert bench.state.offered_a == 0.0
    bench.run(1.0)
    assert bench.state.offered_a == 10.0


def test_a_fault_that_comes_with_the_acknowledgement_stays() -> None:
    bench = Bench(board_faults=frozenset({Fault.RESIDUAL_CURRENT}))
    bench.run(1.0)
    bench.board_faults = frozenset()
    bench.turn()
    bench.state = acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)
    bench.board_faults = frozenset({Fault.RESIDUAL_CURRENT})
    bench.turn()
    assert Fault.RESIDUAL_CURRENT in bench.state.latched
    with pytest.raises(ValueError, match="still detected"):
        acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)


def test_a_silent_board_lets_nobody_acknowledge() -> None:
    bench = Bench(board_faults=frozenset({Fault.RESIDUAL_CURRENT}))
    bench.run(1.0)
    bench.board_faults = frozenset()
    bench.run(1.0)
    bench.silent = True
    bench.run(1.0)
    with pytest.raises(ValueError, match="still detected"):
        acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)
