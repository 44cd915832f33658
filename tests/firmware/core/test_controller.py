"""The control turn: offer, contactor, stop, faults, each timing of IEC 61851-1 table A.6."""

from dataclasses import replace

import pytest

from evse.core import timing
from evse.core.controller import acknowledge
from evse.core.faults import LATCHED, STOPPING, Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotLevel, PilotState
from evse.core.state import (
    ContactorChanged,
    ControllerSettings,
    ControllerState,
    FaultCleared,
    FaultRaised,
    HotOpening,
    OfferChanged,
    PilotChanged,
    PlugChanged,
)
from tests.firmware.core.bench import Bench, standing

A, B, C, D, E, F = PilotLevel
SOCKET = ControllerSettings(captive_cable=False)
LOCKED_SOCKET = ControllerSettings(captive_cable=False, socket_lock=True)


def plugged(**kwargs):
    bench = Bench(car=B, **kwargs)
    bench.run(0.2)
    return bench


def charging(**kwargs):
    bench = Bench(**kwargs)
    bench.charge()
    return bench


def test_a_charge_from_plug_to_plug():
    bench = Bench()
    bench.charge()
    bench.car = B
    bench.run(0.2)
    bench.car = A
    bench.run(0.2)
    kinds = [
        event
        for _, event in bench.events
        if isinstance(event, PlugChanged | PilotChanged | ContactorChanged)
    ]
    assert kinds == [
        PlugChanged(plugged=True),
        PilotChanged(PilotState.A, PilotState.B2),
        PilotChanged(PilotState.B2, PilotState.C2),
        ContactorChanged(closed=True),
        PilotChanged(PilotState.C2, PilotState.B2),
        ContactorChanged(closed=False),
        PlugChanged(plugged=False),
        PilotChanged(PilotState.B2, PilotState.A),
    ]
    assert (bench.state.contactor_cycles, bench.state.plug_cycles) == (1, 1)
    assert bench.state.hot_openings == 0


# The offer


@pytest.mark.parametrize("turn_ms", [10, 20, 50, 100])
def test_no_pwm_without_a_vehicle_and_pwm_with_one(turn_ms):
    bench = Bench(turn_ms=turn_ms)
    bench.run(1.0)
    assert bench.command.duty_percent == 100.0
    bench.car = B
    bench.run(0.2)
    assert bench.command.duty_percent == pytest.approx(16 / 0.6)


@pytest.mark.parametrize(
    ("limits", "offered_a", "source"),
    [
        ((standing(16.0),), 16.0, Source.INSTALLATION),
        ((standing(16.0), Limit(Source.DLB, 10.5)), 10.5, Source.DLB),
        ((standing(16.0), Limit(Source.DLB, 6.0)), 6.0, Source.DLB),
        ((standing(16.0), Limit(Source.DLB, 5.99)), 0.0, Source.DLB),
        ((standing(16.0), Limit(Source.CENTRAL, 0.0)), 0.0, Source.CENTRAL),
        ((standing(100.0),), 80.0, Source.INSTALLATION),
    ],
)
def test_the_least_limit_is_offered(limits, offered_a, source):
    bench = plugged(limits=limits)
    assert bench.state.offered_a == offered_a
    assert bench.state.winner.source is source


def test_a_falling_limit_and_a_rising_one_hold_in_the_same_turn():
    bench = charging(limits=(standing(16.0),))
    for amps in (9.0, 13.0):
        bench.limits = (standing(amps),)
        assert bench.turn().duty_percent == pytest.approx(amps / 0.6)
    offers = [(event.old_a, event.new_a) for event in bench.seen(OfferChanged)]
    assert offers == [(0.0, 16.0), (16.0, 9.0), (9.0, 13.0)]


def test_a_lease_that_ends_falls_to_its_fallback_in_that_turn():
    bench = charging()
    lease = Limit(Source.CENTRAL, 14.0, expires_at_s=bench.now_s + 1.0, fallback_a=7.0)
    bench.limits = (standing(16.0), lease)
    bench.run(0.98)
    assert bench.state.offered_a == 14.0
    bench.turn()
    assert bench.state.offered_a == 7.0


@pytest.mark.parametrize(
    ("ohm", "offered_a", "source"),
    [
        (1500.0, 13.0, Source.CABLE),
        (680.0, 20.0, Source.CABLE),
        (220.0, 25.0, Source.INSTALLATION),
        (100.0, 25.0, Source.INSTALLATION),
    ],
)
def test_the_cable_is_a_limit(ohm, offered_a, source):
    bench = plugged(settings=SOCKET, proximity_ohm=ohm, limits=(standing(25.0),))
    assert (bench.state.offered_a, bench.state.winner.source) == (offered_a, source)


def test_the_cable_is_read_at_plug_in_and_held_until_unplugged():
    bench = plugged(settings=SOCKET, proximity_ohm=1500.0, limits=(standing(32.0),))
    bench.proximity_ohm = 220.0
    bench.run(1.0)
    assert bench.state.cable_a == 13.0
    bench.car = A
    bench.run(0.2)
    assert bench.state.cable_a is None
    bench.car = B
    bench.run(0.2)
    assert bench.state.cable_a == 32.0


def test_without_any_limit_there_is_no_turn():
    bench = Bench(limits=())
    with pytest.raises(ValueError, match="no limits"):
        bench.turn()


# The contactor


@pytest.mark.parametrize("turn_ms", [10, 20, 50, 100])
def test_the_contactor_closes_after_a_steady_c_within_3_s(turn_ms):
    """IEC 61851-1 table A.6, sequence 4."""
    bench = plugged(turn_ms=turn_ms)
    bench.car = C
    took_s = bench.seconds_until(closed=True, within_s=4.0)
    assert timing.ENTER_CHARGING_HOLD_S <= took_s <= 3.0


@pytest.mark.parametrize("turn_ms", [10, 20, 30, 50, 100])
@pytest.mark.parametrize("level", [A, B, E])
def test_i4_the_contactor_opens_within_100_ms_of_leaving_c(turn_ms, level):
    """IEC 61851-1 table A.6, sequence 8.1; the first reading out of C is in the first turn."""
    bench = charging(turn_ms=turn_ms)
    bench.car = level
    took_s = bench.seconds_until(closed=False, within_s=1.0) - turn_ms / 1000
    assert took_s <= 0.1


@pytest.mark.parametrize(
    ("change", "back"),
    [
        ({"permitted": False}, {"permitted": True}),
        ({"limits": (standing(5.0),)}, {"limits": (standing(16.0),)}),
        ({"car": B}, {"car": C}),
        ({"diode": False}, {"diode": True}),
        ({"mirror": True}, {"mirror": None}),
    ],
)
def test_the_contactor_closes_only_with_everything_in_order(change, back):
    bench = plugged()
    for name, value in change.items():
        setattr(bench, name, value)
    if "car" not in change:
        bench.car = C
    assert not any(command.close_contactor for command in bench.turns(10.0))
    for name, value in back.items():
        setattr(bench, name, value)
    closes = any(command.close_contactor for command in bench.turns(2.0))
    assert closes is not ("diode" in change or "mirror" in change)  # those are faults by then


def test_a_car_already_in_c_waits_for_the_diode_check():
    bench = Bench(car=C, permitted=False)
    bench.run(2.0)
    bench.permitted = True
    assert not bench.turn().close_contactor  # this reading was taken without PWM
    assert bench.turn().close_contactor


def test_a_contactor_that_is_not_seen_open_is_not_closed():
    """Shorter than MIRROR_CONFIRM_S, so not yet a fault."""
    bench = Bench(car=C, permitted=False)
    bench.run(2.0)
    bench.permitted, bench.mirror = True, True
    assert not any(command.close_contactor for command in bench.turns(0.4))
    bench.mirror = None
    assert bench.turn().close_contactor


def test_restart_waits_5_s_after_an_opening():
    bench = charging()
    bench.car = B
    bench.run(0.5)
    opened_s = next(at_s for at_s, event in bench.events if event == ContactorChanged(closed=False))
    bench.car = C
    bench.seconds_until(closed=True, within_s=10.0)
    assert bench.now_s - opened_s == pytest.approx(timing.RESTART_WAIT_S, abs=0.021)


def test_restart_waits_30_s_after_a_fault_was_seen():
    bench = charging()
    bench.board_faults = frozenset({Fault.BOARD_SILENT})
    bench.run(1.0)
    bench.board_faults = frozenset()
    gone_s = bench.now_s
    bench.seconds_until(closed=True, within_s=60.0)
    assert bench.now_s - gone_s == pytest.approx(timing.FAULT_RESTART_WAIT_S, abs=0.041)


# The stop


@pytest.mark.parametrize("change", [{"permitted": False}, {"limits": (standing(0.0),)}])
def test_a_stop_takes_the_pwm_away_and_the_car_lets_go(change):
    bench = charging()
    for name, value in change.items():
        setattr(bench, name, value)
    command = bench.turn()
    assert (command.duty_percent, command.close_contactor) == (100.0, True)
    bench.run(2.0)
    assert bench.command.close_contactor
    bench.car = B
    assert bench.seconds_until(closed=False, within_s=1.0) <= 0.1
    assert bench.state.hot_openings == 0


@pytest.mark.parametrize("turn_ms", [20, 50, 100])
def test_a_car_that_does_not_let_go_is_cut_off_at_6_s(turn_ms):
    """IEC 61851-1 table A.6, sequence 10.2."""
    bench = charging(turn_ms=turn_ms)
    bench.permitted = False
    bench.turn()
    took_s = bench.seconds_until(closed=False, within_s=10.0)
    assert took_s == pytest.approx(timing.EV_RELEASE_S, abs=turn_ms / 1000)
    assert bench.state.hot_openings == 1
    assert len(bench.seen(HotOpening)) == 1


def test_a_stop_taken_back_in_time_keeps_the_contactor_closed():
    bench = charging()
    bench.permitted = False
    bench.run(4.0)
    bench.permitted = True
    assert all(command.close_contactor for command in bench.turns(10.0))
    assert bench.state.offered_a == 16.0


# Faults


@pytest.mark.parametrize("fault", sorted(STOPPING))
def test_a_fault_opens_in_the_turn_in_which_it_is_seen(fault):
    bench = charging()
    bench.board_faults = frozenset({fault})
    bench.run(4.0)
    raised_s = next(at_s for at_s, event in bench.events if event == FaultRaised(fault))
    opened_s = next(at_s for at_s, event in bench.events if event == ContactorChanged(closed=False))
    assert opened_s == raised_s
    assert bench.command.duty_percent == 100.0


def test_a_lost_meter_only_warns():
    bench = charging()
    bench.board_faults = frozenset({Fault.METER})
    bench.run(1.0)
    assert bench.command.close_contactor
    assert Fault.METER in bench.state.faults


def detect_welded():
    bench = charging()
    bench.mirror = True
    bench.car = B
    return bench


def detect_failed():
    bench = charging()
    bench.mirror = False
    return bench


def detect_diode():
    bench = plugged()
    bench.diode = False
    return bench


def detect_short():
    bench = charging()
    bench.car = E
    return bench


def detect_f():
    bench = plugged()
    bench.car = F
    return bench


def detect_ventilation():
    bench = charging()
    bench.car = D
    return bench


def detect_open_proximity():
    bench = plugged(settings=SOCKET, proximity_ohm=220.0)
    bench.proximity_ohm = float("inf")
    return bench


def detect_missing_proximity():
    return Bench(settings=SOCKET, proximity_ohm=None, car=B)


def detect_lock():
    return Bench(settings=LOCKED_SOCKET, proximity_ohm=220.0, car=B, lock_closed=False)


def detect_silence():
    bench = charging()
    bench.silent = True
    return bench


@pytest.mark.parametrize(
    ("prepare", "fault", "within_s"),
    [
        (detect_welded, Fault.CONTACTOR_WELDED, 0.65),
        (detect_failed, Fault.CONTACTOR_FAILED, 0.55),
        (detect_diode, Fault.DIODE, 0.15),
        (detect_short, Fault.PILOT_SHORT, 0.06),
        (detect_f, Fault.PILOT_SHORT, 0.06),
        (detect_ventilation, Fault.VENTILATION, 0.55),
        (detect_open_proximity, Fault.PROXIMITY, 0.55),
        (detect_missing_proximity, Fault.PROXIMITY, 0.65),
        (detect_lock, Fault.LOCK, 3.15),
        (detect_silence, Fault.BOARD_SILENT, 0.28),
    ],
)
def test_what_the_controller_detects_itself(prepare, fault, within_s):
    bench = prepare()
    start_s = bench.now_s
    bench.run(within_s)
    [raised_s] = [at_s for at_s, event in bench.events if event == FaultRaised(fault)]
    assert raised_s - start_s <= within_s + 1e-9
    assert list(bench.state.faults) == [fault]
    assert not bench.command.close_contactor
    assert bench.state.offered_a == 0.0


def test_silence_of_the_board_is_no_welded_contactor():
    """The last reading shows the contactor closed, but says nothing about now."""
    bench = charging()
    bench.silent = True
    bench.run(60.0)
    assert list(bench.state.faults) == [Fault.BOARD_SILENT]
    bench.silent = False
    bench.run(0.1)
    assert not bench.state.faults


def test_silence_of_the_board_ends_no_other_fault():
    bench = detect_short()
    bench.run(0.2)
    bench.silent = True
    bench.run(60.0)
    assert set(bench.state.faults) == {Fault.PILOT_SHORT, Fault.BOARD_SILENT}


def test_state_d_charges_where_ventilation_is_provided():
    bench = plugged(settings=ControllerSettings(ventilation_allowed=True))
    bench.car = D
    assert bench.seconds_until(closed=True, within_s=3.0) < 3.0
    assert not bench.state.faults


def test_a_short_keeps_the_session_and_is_over_after_30_s_good():
    bench = charging()
    bench.car = E
    bench.run(1.0)
    assert bench.state.plugged
    bench.car = B
    bench.run(timing.PILOT_GOOD_S - 0.1)
    assert Fault.PILOT_SHORT in bench.state.faults
    bench.run(0.3)
    assert bench.seen(FaultCleared) == [FaultCleared(Fault.PILOT_SHORT, Clears.ITSELF)]
    assert bench.state.offered_a == 16.0


@pytest.mark.parametrize("prepare", [detect_diode, detect_open_proximity, detect_lock])
def test_a_fault_of_the_plug_ends_by_pulling_it(prepare):
    bench = prepare()
    bench.run(5.0)
    [fault] = bench.state.faults
    bench.car = A
    bench.run(0.2)
    assert bench.seen(FaultCleared) == [FaultCleared(fault, Clears.UNPLUG)]


def test_a_local_user_ends_a_residual_current_and_charging_goes_on_after_the_wait():
    bench = charging()
    bench.board_faults = frozenset({Fault.RESIDUAL_CURRENT})
    bench.run(0.1)
    bench.board_faults = frozenset()
    bench.run(60.0)
    assert bench.state.latched == {Fault.RESIDUAL_CURRENT}
    bench.state = acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)
    took_s = bench.seconds_until(closed=True, within_s=60.0)
    assert took_s == pytest.approx(timing.RESTART_WAIT_S, abs=0.021)


def test_i5_a_refused_acknowledgement_changes_nothing():
    bench = Bench(board_faults=frozenset({Fault.CONTACTOR_WELDED}))
    bench.run(1.0)
    bench.board_faults = frozenset()
    bench.run(1.0)
    with pytest.raises(PermissionError):
        acknowledge(bench.state, Fault.CONTACTOR_WELDED, Clears.LOCAL, bench.now_s)
    assert bench.state.latched == {Fault.CONTACTOR_WELDED}


@pytest.mark.parametrize("fault", sorted(LATCHED))
def test_latched_faults_outlast_a_start(fault):
    bench = Bench(car=C)
    bench.state = ControllerState.initial(bench.now_s, frozenset({fault}))
    assert not any(command.close_contactor for command in bench.turns(60.0))
    assert bench.state.latched == {fault}


# Lock, lease, counters


def test_the_contactor_waits_for_the_lock_and_opens_when_it_lets_go():
    bench = Bench(settings=LOCKED_SOCKET, proximity_ohm=220.0, lock_closed=False, car=B)
    bench.run(0.2)
    assert bench.command.lock
    bench.car = C
    assert not any(command.close_contactor for command in bench.turns(2.0))
    bench.lock_closed = True
    assert bench.turn().close_contactor
    bench.lock_closed = False
    assert not bench.turn().close_contactor


def test_the_plug_is_free_after_a_stop_but_never_while_it_is_live():
    bench = Bench(settings=LOCKED_SOCKET, proximity_ohm=220.0, lock_closed=True)
    bench.charge()
    bench.permitted = False
    bench.run(3.0)
    assert bench.command.lock  # the car has not let go yet
    bench.car = B
    bench.run(0.2)
    assert not bench.command.lock
    bench.mirror = True
    bench.run(0.1)
    assert bench.command.lock


def test_i8_after_a_stall_longer_than_the_lease_the_contactor_counts_as_open():
    bench = charging()
    bench.now_ms += round(timing.COMMAND_LEASE_S * 1000)
    stalled_s = bench.now_s
    bench.mirror = False
    assert not bench.turn().close_contactor
    bench.mirror = None
    bench.seconds_until(closed=True, within_s=10.0)
    assert bench.now_s - stalled_s >= timing.RESTART_WAIT_S


def test_every_command_carries_the_lease():
    bench = Bench()
    assert {command.lease_s for command in bench.turns(1.0)} == {timing.COMMAND_LEASE_S}


def test_counters_go_on_from_where_they_were():
    bench = Bench()
    bench.state = replace(bench.state, contactor_cycles=100, plug_cycles=40, hot_openings=2)
    bench.charge()
    assert (bench.state.contactor_cycles, bench.state.plug_cycles) == (101, 41)
    assert bench.state.hot_openings == 2


def test_the_same_inputs_give_the_same_outputs():
    runs = []
    for _ in range(2):
        bench = charging()
        bench.car = E
        bench.run(2.0)
        runs.append((bench.state, bench.events))
    assert runs[0] == runs[1]
