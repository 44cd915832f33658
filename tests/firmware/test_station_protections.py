"""The protections as somebody meets them at the whole wallbox, on the simulated world.

"manual" is the ETEK EKEPC3 manual: 5.8.1.3 (car overload, permanently locked cable), 5.8.1.8
(voltages, temperatures, state D), 5.8.2.1 (charging reservation, start delay), 6 (faults).
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evse.blackbox.box import BlackBox
from evse.blackbox.files import read
from evse.blackbox.replay import replay
from evse.boards import simulated as simulated_board
from evse.boards.simulated import SimulatedBoard
from evse.core.explanation import Cause, NextKind
from evse.core.faults import Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.session import Phase
from evse.core.signals import Reading, SelfTest
from evse.core.state import FaultRaised
from evse.core.timing import EV_FOLLOW_S
from evse.core.why import explain
from evse.ocpp.port import IdTagInfo
from evse.settings.setting import SettingError
from evse.simulation import world as simulated_world
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.wallbox import CALM, TURN_S, Wallbox, Workshop

FREE = "authorization.free_charging=true"
OVERLOAD = "protection.check_car_overload=true"
ROME = "installation.time_zone=Europe/Rome"
METER_S = 1.0
SELF_TEST_S = 3.0


def told(wallbox: Wallbox, number: int = 1) -> tuple[str, str, str]:
    report = wallbox.station.status(number)
    return report.status, report.error_code, report.vendor_error_code


def cause(wallbox: Wallbox, number: int = 1) -> Cause:
    return explain(wallbox.station.situation(number)).cause


def faults(wallbox: Wallbox, number: int = 1) -> set[Fault]:
    return set(wallbox.station.connectors[number].controller.faults)


def winner(wallbox: Wallbox, number: int = 1) -> Source:
    return wallbox.station.connectors[number].controller.winner.source


def jump(wallbox: Wallbox, delta: timedelta) -> None:
    """Set the calendar, as an operating system does that has found its time server."""
    wallbox.clock._epoch += delta


def patch_readings(wallbox: Wallbox, change: Callable[[Reading], Reading], number: int = 1) -> None:
    """What the board measures goes through `change`."""
    board = wallbox.boards[number]
    measure = board.read

    async def read_changed() -> Reading:
        return change(await measure())

    board.read = read_changed


# ---- mains


@pytest.mark.parametrize(
    ("fault", "error_code"),
    [
        (Fault.OVER_VOLTAGE, "OverVoltage"),
        (Fault.UNDER_VOLTAGE, "UnderVoltage"),
        (Fault.PHASE_LOSS, "OtherError"),
    ],
)
async def test_manual_wrong_mains_stop_the_charge_and_are_over_after_60_good_seconds(
    wallbox: Wallbox, fault: Fault, error_code: str
) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, fault)
    took_s = await wallbox.until(lambda: not wallbox.closed(), 5.0)
    assert METER_S < took_s <= 2 * METER_S + 0.6  # one bad reading alone stops nothing
    assert told(wallbox) == ("Faulted", error_code, str(fault))
    assert cause(wallbox) is Cause.FAULT
    await wallbox.run(120.0)
    assert told(wallbox)[0] == "Faulted"
    wallbox.world.repair(1, fault)
    took_s = await wallbox.until(lambda: fault not in faults(wallbox), 70.0)
    assert took_s == pytest.approx(60.0, abs=METER_S + 0.1)
    await wallbox.until(lambda: wallbox.status() == "Charging", 2.0)
    assert len(wallbox.central.started) == 1
    assert wallbox.central.stopped == []


async def test_manual_one_bad_second_in_the_minute_begins_it_anew(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, Fault.OVER_VOLTAGE)
    await wallbox.run(5.0)
    for _ in range(2):
        wallbox.world.repair(1, Fault.OVER_VOLTAGE)
        await wallbox.run(50.0)
        assert wallbox.status() == "Faulted"
        wallbox.world.inject(1, Fault.OVER_VOLTAGE)
        await wallbox.run(1.1)
    wallbox.world.repair(1, Fault.OVER_VOLTAGE)
    await wallbox.run(58.0)
    assert wallbox.status() == "Faulted"
    await wallbox.until(lambda: wallbox.status() == "Charging", 5.0)


@pytest.mark.parametrize(
    ("name", "fault", "between_v", "good_v"),
    [
        ("OVER_VOLTAGE_V", Fault.OVER_VOLTAGE, 255.0, 249.0),
        ("UNDER_VOLTAGE_V", Fault.UNDER_VOLTAGE, 190.0, 201.0),
    ],
)
async def test_manual_between_the_thresholds_nothing_begins_and_nothing_ends(
    wallbox: Wallbox,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fault: Fault,
    between_v: float,
    good_v: float,
) -> None:
    await wallbox.charge()
    bad_v = getattr(simulated_world, name)
    monkeypatch.setattr(simulated_world, name, between_v)
    wallbox.world.inject(1, fault)
    await wallbox.run(30.0)
    assert wallbox.status() == "Charging"
    monkeypatch.setattr(simulated_world, name, bad_v)
    await wallbox.until(lambda: wallbox.status() == "Faulted", 4.0)
    monkeypatch.setattr(simulated_world, name, between_v)
    await wallbox.run(90.0)
    assert wallbox.status() == "Faulted"
    monkeypatch.setattr(simulated_world, name, good_v)
    await wallbox.until(lambda: wallbox.status() == "Charging", 65.0)


@pytest.mark.parametrize(("system", "faulted"), [("TN/TT", True), ("IT", False)])
async def test_manual_a_missing_earth_is_a_fault_where_there_is_one(
    make_wallbox: Workshop, system: str, faulted: bool
) -> None:
    """In an IT network an earth monitor says nothing."""
    wallbox = await make_wallbox(
        f"installation.power_system={system}", "installation.phases=1P+N230V"
    )
    await wallbox.charge(phases=1)
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(3.0)
    assert (told(wallbox)[2] == "Ground") is faulted
    assert wallbox.closed() is not faulted


async def test_manual_with_one_phase_the_others_are_not_missed(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("installation.phases=1P+N230V")
    await wallbox.charge(phases=1)
    await wallbox.run(10.0)
    assert told(wallbox) == ("Charging", "NoError", "")
    wallbox.world.inject(1, Fault.UNDER_VOLTAGE)
    await wallbox.until(lambda: told(wallbox)[2] == "UnderVoltage", 4.0)


async def test_a_meter_that_falls_silent_leaves_a_fault_of_the_mains_in_force(
    wallbox: Wallbox,
) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, Fault.OVER_VOLTAGE)
    await wallbox.until(lambda: wallbox.status() == "Faulted", 4.0)
    wallbox.world.fail_meter(MeterPlace.CHARGER, 1, MeterFault.SILENT)
    wallbox.world.repair(1, Fault.OVER_VOLTAGE)
    await wallbox.run(100.0)
    assert Fault.OVER_VOLTAGE in faults(wallbox)  # nobody has seen that it is over
    wallbox.world.fail_meter(MeterPlace.CHARGER, 1, MeterFault.NONE)
    await wallbox.until(lambda: wallbox.status() == "Charging", 65.0)


# ---- what the car takes


async def test_manual_a_car_15_percent_above_is_told_less_and_less(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(OVERLOAD, "OutputCurrentLimit=16")
    await wallbox.charge(share_of_offer=1.15, max_a=32.0)
    offers: list[float] = []

    def look() -> None:
        if not offers or offers[-1] != wallbox.offered_a():
            offers.append(wallbox.offered_a())

    await wallbox.run(120.0, look)
    assert offers[:3] == pytest.approx([16.0, 14.4, 12.96])
    assert offers == sorted(offers, reverse=True)
    assert wallbox.offered_a() == 6.0  # and not less: this is what a car may always take
    assert told(wallbox) == ("Charging", "NoError", "")
    assert winner(wallbox) is Source.OVERLOAD
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.status() == "Available", 5.0)
    await wallbox.charge(uid="B2", max_a=10.0)
    await wallbox.run(2.0)
    assert wallbox.offered_a() == 16.0


async def test_manual_a_car_30_percent_above_is_stopped_within_10_s(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(OVERLOAD, "OutputCurrentLimit=16")
    await wallbox.charge(max_a=32.0)
    await wallbox.run(10.0)
    wallbox.at().car = replace(wallbox.at().car, share_of_offer=1.3)
    took_s = await wallbox.until(lambda: not wallbox.closed(), 12.0)
    assert took_s <= 10.0
    assert told(wallbox) == ("Faulted", "OverCurrentFailure", "OverCurrent")
    assert wallbox.station.connectors[1].controller.hot_openings == 0
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].reason == "Other"
    await wallbox.run(60.0)
    assert wallbox.status() == "Faulted"
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.status() == "Available", 5.0)


@pytest.mark.parametrize("share", [1.0, 1.09])
async def test_manual_a_car_within_10_percent_is_left_alone(
    make_wallbox: Workshop, share: float
) -> None:
    wallbox = await make_wallbox(OVERLOAD, "OutputCurrentLimit=16")
    await wallbox.charge(share_of_offer=share, max_a=32.0)
    await wallbox.run(30.0)
    assert (wallbox.offered_a(), wallbox.status()) == (16.0, "Charging")


async def test_manual_a_slow_car_after_a_lower_offer_is_no_overload(
    make_wallbox: Workshop,
) -> None:
    """IEC 61851-1 gives it 5 s to follow."""
    wallbox = await make_wallbox(OVERLOAD)
    await wallbox.charge(max_a=32.0, reaction_s=4.5, ramp_down_a_per_s=100.0, start_delay_s=0.0)
    await wallbox.run(10.0)
    await wallbox.settings.set("OutputCurrentLimit", 10, "test")
    await wallbox.run(20.0)
    assert (wallbox.offered_a(), wallbox.status()) == (10.0, "Charging")


async def test_manual_the_check_of_the_car_can_be_switched_on_while_it_charges(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox("OutputCurrentLimit=16")
    await wallbox.charge(share_of_offer=1.3, max_a=32.0)
    await wallbox.run(20.0)
    assert wallbox.status() == "Charging"
    await wallbox.settings.set("protection.check_car_overload", True, "test")
    await wallbox.until(lambda: told(wallbox)[2] == "OverCurrent", 10.0)


# ---- heat


@pytest.mark.parametrize("fault", [Fault.OVER_TEMPERATURE, Fault.PLUG_TEMPERATURE])
async def test_manual_threshold_2_ends_the_charge_until_it_is_below_threshold_1(
    wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, fault)
    await wallbox.until(lambda: not wallbox.closed(), 6.0)
    assert told(wallbox) == ("Faulted", "HighTemperature", str(fault))
    assert wallbox.station.connectors[1].controller.hot_openings == 0  # the car let go by itself
    monkeypatch.setattr(simulated_board, "OVER_TEMPERATURE_C", 71.0)
    await wallbox.run(40.0)
    assert wallbox.status() == "Faulted"
    wallbox.world.repair(1, fault)
    await wallbox.until(lambda: wallbox.status() == "Charging", 35.0)
    assert wallbox.central.stopped == []


async def test_manual_above_threshold_1_the_current_falls_by_steps_and_comes_back(
    wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated_board, "OVER_TEMPERATURE_C", 75.0)
    await wallbox.charge(max_a=32.0)
    wallbox.world.inject(1, Fault.OVER_TEMPERATURE)
    offers: list[float] = []
    for _ in range(3):
        await wallbox.run(1.0)
        offers.append(wallbox.offered_a())
        await wallbox.run(59.0)
    assert offers == pytest.approx([28.8, 25.92, 23.328])
    assert winner(wallbox) is Source.TEMPERATURE
    assert told(wallbox) == ("Charging", "NoError", "")
    wallbox.world.repair(1, Fault.OVER_TEMPERATURE)
    await wallbox.until(lambda: wallbox.offered_a() == 32.0, 300.0)


async def test_a_sensor_stuck_at_minus_40_is_a_fault_with_a_safe_current(wallbox: Wallbox) -> None:
    await wallbox.charge(max_a=32.0)
    wallbox.world.inject(1, Fault.TEMPERATURE_SENSOR)
    await wallbox.run(4.9)
    assert wallbox.offered_a() == 32.0  # contacts of sensors do bounce
    await wallbox.until(lambda: wallbox.offered_a() == 6.0, 1.0)
    assert told(wallbox) == ("Charging", "OtherError", "TemperatureSensor")
    assert wallbox.station.status(1).info == "Temperature sensor fault"
    assert winner(wallbox) is Source.TEMPERATURE
    wallbox.world.repair(1, Fault.TEMPERATURE_SENSOR)
    await wallbox.until(lambda: wallbox.offered_a() == 32.0, 1.0)
    assert told(wallbox) == ("Charging", "NoError", "")


async def test_a_sensor_that_breaks_when_it_is_too_hot_does_not_end_the_fault(
    wallbox: Wallbox,
) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, Fault.OVER_TEMPERATURE)
    await wallbox.run(5.0)
    wallbox.world.inject(1, Fault.TEMPERATURE_SENSOR)  # the simulated sensor is one
    wallbox.world.repair(1, Fault.OVER_TEMPERATURE)
    await wallbox.run(120.0)
    assert told(wallbox)[2] == "OverTemperature"
    wallbox.world.repair(1, Fault.TEMPERATURE_SENSOR)
    await wallbox.until(lambda: wallbox.status() == "Charging", 35.0)


# ---- residual current


def _failing(self: SimulatedBoard, connector: Any, now_s: float) -> SelfTest:
    begun = connector.tested_at_s is not None
    return SelfTest.FAILED if begun and now_s >= connector.tested_at_s else _running(connector)


def _endless(self: SimulatedBoard, connector: Any, now_s: float) -> SelfTest:
    return _running(connector)


def _running(connector: Any) -> SelfTest:
    return SelfTest.IDLE if connector.tested_at_s is None else SelfTest.RUNNING


@pytest.mark.parametrize(("outcome", "within_s"), [(_failing, 3.0), (_endless, 50.0)])
async def test_manual_a_failed_self_test_at_the_start_latches_over_restarts(
    make_wallbox: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Callable[..., SelfTest],
    within_s: float,
) -> None:
    works = SimulatedBoard._residual_test
    monkeypatch.setattr(SimulatedBoard, "_residual_test", outcome)
    wallbox = await make_wallbox(FREE)
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Faulted", within_s)
    assert told(wallbox) == ("Faulted", "GroundFailure", "ResidualCurrent")
    assert wallbox.offered_a() == 0.0
    monkeypatch.setattr(SimulatedBoard, "_residual_test", works)
    for _ in range(2):
        wallbox = await make_wallbox.power_cut(FREE)
        await wallbox.run(SELF_TEST_S)
        assert told(wallbox)[2] == "ResidualCurrent"
    assert not await wallbox.station.remote_start(1, "R1")  # from afar nobody ends it (I5)
    await wallbox.station.change_availability(1, operative=False)
    await wallbox.station.change_availability(1, operative=True)
    await wallbox.run(60.0)
    assert told(wallbox)[2] == "ResidualCurrent"
    with pytest.raises(PermissionError, match="local"):
        wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 1, Clears.ITSELF)
    wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 1, Clears.LOCAL)
    await wallbox.until(lambda: wallbox.status() == "Charging", 15.0)
    wallbox = await make_wallbox.power_cut(FREE)
    await wallbox.run(SELF_TEST_S)
    assert faults(wallbox) == set()


async def test_manual_after_the_acknowledgement_the_monitor_must_pass_its_test(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimulatedBoard, "_residual_test", _failing)
    wallbox = await make_wallbox(FREE)
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Faulted", 3.0)
    await wallbox.run(1.0)
    wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 1, Clears.LOCAL)
    offered: list[float] = []
    await wallbox.run(10.0, lambda: offered.append(wallbox.offered_a()))
    assert told(wallbox)[2] == "ResidualCurrent"
    assert set(offered) == {0.0}


async def test_nothing_is_offered_before_the_monitor_has_tested_itself(wallbox: Wallbox) -> None:
    wallbox.plug()
    await wallbox.card("A1", 1)
    await wallbox.until(lambda: wallbox.station.situation(1).recorded, 2.0)
    assert cause(wallbox) is Cause.SELF_TEST
    assert wallbox.offered_a() == 0.0
    await wallbox.until(lambda: wallbox.status() == "Charging", 8.0)


async def test_without_a_monitor_nothing_waits_for_its_test(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(FREE, "protection.rcmu=false")
    await wallbox.run(6.0)  # after a start the contactor rests
    wallbox.plug()
    assert await wallbox.until(lambda: wallbox.status() == "Charging") < 1.0


# ---- faults that end with the plug


@pytest.mark.parametrize("fault", [Fault.DIODE, Fault.OVER_CURRENT])
async def test_no_restart_is_an_unplugging(make_wallbox: Workshop, fault: Fault) -> None:
    wallbox = await make_wallbox(OVERLOAD)
    await wallbox.charge()
    wallbox.world.inject(1, fault)
    await wallbox.until(lambda: fault in faults(wallbox), 10.0)
    wallbox.world.repair(1, fault)
    for _ in range(2):
        wallbox = await make_wallbox.power_cut(OVERLOAD)
        await wallbox.run(SELF_TEST_S)
        assert fault in faults(wallbox)
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.status() == "Available", 5.0)
    wallbox = await make_wallbox.power_cut(OVERLOAD)
    await wallbox.run(SELF_TEST_S)
    assert faults(wallbox) == set()


async def test_a_plug_that_was_pulled_in_the_dark_ends_its_fault(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    await wallbox.charge()
    wallbox.world.inject(1, Fault.DIODE)
    await wallbox.until(lambda: Fault.DIODE in faults(wallbox), 5.0)
    wallbox.world.repair(1, Fault.DIODE)
    await wallbox.run(1.0)
    wallbox.world.unplug(1)
    wallbox = await make_wallbox.power_cut()
    await wallbox.run(SELF_TEST_S)
    assert told(wallbox) == ("Available", "NoError", "")


# ---- cable and lock


async def test_manual_a_permanently_locked_cable_stays_until_somebody_asks_for_it(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox("PermanentlyLockedCable=true")
    wallbox.plug()
    await wallbox.run(1.0)
    assert wallbox.at().locked  # without any card
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    wallbox.world.unplug(1)
    await wallbox.run(30.0)
    assert (wallbox.at().locked, wallbox.at().cable_in) == (True, True)
    assert told(wallbox) == ("Available", "NoError", "")
    assert await wallbox.soon(wallbox.station.unlock(1)) == "Unlocked"
    await wallbox.run(1.0)
    assert not wallbox.at().cable_in
    await wallbox.run(40.0)
    wallbox.plug()
    await wallbox.run(1.0)
    assert wallbox.at().locked


async def test_manual_a_cable_that_is_not_taken_is_locked_again(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("PermanentlyLockedCable=true")
    wallbox.plug()
    await wallbox.run(1.0)
    assert await wallbox.soon(wallbox.station.unlock(1)) == "Unlocked"
    await wallbox.run(35.0)
    assert wallbox.at().locked


@pytest.mark.parametrize("locked", [True, False])
async def test_manual_the_lock_of_the_cable_is_switched_while_it_is_in(
    make_wallbox: Workshop, locked: bool
) -> None:
    wallbox = await make_wallbox(f"PermanentlyLockedCable={'false' if locked else 'true'}")
    wallbox.plug()
    await wallbox.run(1.0)
    assert wallbox.at().locked is not locked
    await wallbox.settings.set("PermanentlyLockedCable", locked, "test")
    await wallbox.run(0.2)
    assert wallbox.at().locked is locked


async def test_a_charge_that_begins_right_after_an_unlock_locks_the_plug_and_charges(
    wallbox: Wallbox,
) -> None:
    """An owner unlocks by mistake and starts again from the dashboard."""
    await wallbox.charge()
    assert await wallbox.soon(wallbox.station.unlock(1)) == "Unlocked"
    assert await wallbox.station.remote_start(1, "R1")
    took_s = await wallbox.until(lambda: wallbox.status() == "Charging", 60.0)
    assert wallbox.at().locked
    assert took_s < 10.0


# ---- lifetimes


@pytest.mark.parametrize(
    ("setting", "fault", "count"),
    [
        ("protection.contactor_lifetime", Fault.CONTACTOR_LIFETIME, "contactor_cycles"),
        ("protection.plug_lifetime", Fault.PLUG_LIFETIME, "plug_cycles"),
    ],
)
async def test_manual_a_worn_part_ends_no_charge_but_there_is_no_next_one(
    make_wallbox: Workshop, setting: str, fault: Fault, count: str
) -> None:
    overrides = (FREE, f"{setting}=2")
    wallbox = await make_wallbox(*overrides)
    for cycle in (1, 2):
        wallbox.plug()
        await wallbox.until(lambda w=wallbox: w.status() == "Charging")
        await wallbox.run(20.0)
        assert wallbox.status() == "Charging"
        wallbox.world.unplug(1)
        await wallbox.run(10.0)
        assert (fault in faults(wallbox)) is (cycle == 2)
        wallbox = await make_wallbox.power_cut(*overrides)
        assert getattr(wallbox.station.connectors[1].wear, count) == cycle
        await wallbox.run(SELF_TEST_S)
    assert told(wallbox) == ("Faulted", "OtherError", str(fault))
    wallbox.plug()
    await wallbox.run(20.0)
    assert wallbox.offered_a() == 0.0
    wallbox.world.unplug(1)
    await wallbox.run(2.0)
    with pytest.raises(PermissionError, match="installer"):
        wallbox.station.acknowledge(fault, 1, Clears.LOCAL)
    wallbox.station.acknowledge(fault, 1, Clears.INSTALLER)
    await wallbox.run(1.0)
    assert getattr(wallbox.station.connectors[1].wear, count) == 0
    wallbox = await make_wallbox.power_cut(*overrides)
    await wallbox.run(SELF_TEST_S)
    assert faults(wallbox) == set()
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert getattr(wallbox.station.connectors[1].wear, count) == 1


# ---- a car that sleeps


@pytest.mark.parametrize("wakes", [True, False])
async def test_a_sleeping_car_is_woken(make_wallbox: Workshop, wakes: bool) -> None:
    wallbox = await make_wallbox(f"protection.wake_up={str(wakes).lower()}")
    wallbox.plug(sleeps_after_s=5.0)
    await wallbox.run(10.0)
    assert wallbox.at().car_state.asleep
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.status() == "SuspendedEV")
    assert cause(wallbox) is Cause.VEHICLE
    in_f: list[float] = []
    causes: set[Cause] = set()

    def look() -> None:
        causes.add(cause(wallbox))
        if wallbox.at().duty_percent == 0.0:
            in_f.append(wallbox.clock.monotonic())

    await wallbox.run(70.0, look)
    assert (wallbox.status() == "Charging") is wakes
    assert (Cause.WAKING in causes) is wakes
    assert bool(in_f) is wakes
    if wakes:
        assert in_f[-1] - in_f[0] == pytest.approx(4.0, abs=0.1)
    assert faults(wallbox) == set()


async def test_a_car_that_is_full_is_woken_twice_and_then_left_in_peace(wallbox: Wallbox) -> None:
    wallbox.plug(wants=False)
    await wallbox.run(3.0)
    await wallbox.card("A1")
    pulses, before = 0, 100.0

    def look() -> None:
        nonlocal pulses, before
        pulses += before > 0.0 and wallbox.at().duty_percent == 0.0
        before = wallbox.at().duty_percent

    await wallbox.run(300.0, look)
    assert pulses == 2
    assert told(wallbox) == ("SuspendedEV", "NoError", "")


# ---- charging reservation and start delay


@pytest.mark.parametrize(
    ("start", "stop", "epoch", "opens_in_s", "later"),
    [
        # Over midnight in a winter night.
        ("22:00", "06:00", "2026-01-10T20:59:50", 10.0, "2026-01-11T04:59:50"),
        # The night in which the clock is put forward: it ends an hour sooner.
        ("22:00", "06:00", "2026-03-28T20:59:50", 10.0, "2026-03-29T03:59:50"),
        # 02:30 is not there: the gap ends at 03:00, which is 01:00 UTC.
        ("02:30", "04:00", "2026-03-29T00:59:50", 10.0, "2026-03-29T01:59:50"),
        # 02:30 is there twice: the first opens, and 03:30 comes two hours later.
        ("02:30", "03:30", "2026-10-25T00:29:50", 10.0, "2026-10-25T02:29:50"),
    ],
)
async def test_manual_charging_reservation_over_midnight_and_daylight_saving(
    make_wallbox: Workshop, start: str, stop: str, epoch: str, opens_in_s: float, later: str
) -> None:
    begin = datetime.fromisoformat(epoch).replace(tzinfo=UTC)
    wallbox = await make_wallbox(
        "ChargingReservation=true",
        f"StartTimeCharging={start}",
        f"StopTimeCharging={stop}",
        ROME,
        "protection.rcmu=false",
        epoch=begin,
    )
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("A1")
    await wallbox.run(1.0)
    assert (wallbox.status(), cause(wallbox)) == ("SuspendedEVSE", Cause.TIMETABLE)
    outlook = explain(wallbox.station.situation(1)).outlook
    assert outlook is not None
    assert outlook.kind is NextKind.TIMETABLE_OPENS
    took_s = await wallbox.until(lambda: wallbox.status() == "Charging", 15.0)
    assert wallbox.clock.monotonic() == pytest.approx(opens_in_s, abs=1.0), took_s
    jump(wallbox, datetime.fromisoformat(later).replace(tzinfo=UTC) - wallbox.clock.utcnow())
    await wallbox.run(9.5)
    assert wallbox.status() == "Charging"
    await wallbox.run(1.0)
    assert (wallbox.status(), cause(wallbox)) == ("SuspendedEVSE", Cause.TIMETABLE)
    await wallbox.run(6.0)
    assert not wallbox.closed()
    assert wallbox.station.connectors[1].controller.hot_openings == 0
    assert len(wallbox.central.started) == 1
    assert wallbox.central.stopped == []


@pytest.mark.parametrize("setting", ["ChargingReservation=false", "StopTimeCharging=20:00"])
async def test_manual_a_changed_reservation_holds_at_once(
    make_wallbox: Workshop, setting: str
) -> None:
    """It is 13:00 in Rome."""
    wallbox = await make_wallbox(
        *("ChargingReservation=true", "StartTimeCharging=08:00", "StopTimeCharging=12:00", ROME)
    )
    wallbox.plug()
    await wallbox.run(3.0)
    await wallbox.card("A1")
    await wallbox.run(3.0)
    assert wallbox.status() == "SuspendedEVSE"
    key, _, value = setting.partition("=")
    await wallbox.settings.set(key, value, "test")
    await wallbox.until(lambda: wallbox.status() == "Charging", 1.0)


async def test_manual_a_random_start_delay_suspends_and_then_charges_by_itself(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(
        "installation.connectors=2", "StartChargingDelay=true", "TimeDelay=60"
    )
    wallbox.station._pausing._rng = random.Random(3)
    await wallbox.run(SELF_TEST_S)
    for number in (1, 2):
        wallbox.plug(number)
        await wallbox.run(0.5)
        await wallbox.card("A1", number)
        await wallbox.run(0.5)
    delayed_s = {n: wallbox.station._pausing.delayed_until_s(n) for n in (1, 2)}
    assert len(set(delayed_s.values())) == 2
    began_s: dict[int, float] = {}

    def look() -> None:
        for number in (1, 2):
            if wallbox.closed(number):
                began_s.setdefault(number, wallbox.clock.monotonic())
            elif wallbox.clock.monotonic() < delayed_s[number]:
                assert wallbox.status(number) == "SuspendedEVSE"
                assert cause(wallbox, number) is Cause.START_DELAY

    await wallbox.run(70.0, look)
    for number in (1, 2):
        # The second one has to wait until the first has let go of its half.
        assert 0.0 <= began_s[number] - delayed_s[number] < EV_FOLLOW_S + 2.0
    assert wallbox.central.stopped == []


# ---- state D


async def test_manual_state_d_is_refused_or_allowed_as_it_is_set(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(FREE)
    wallbox.plug(ventilation=True)
    await wallbox.until(lambda: wallbox.status() == "Faulted", 6.0)
    assert told(wallbox) == ("Faulted", "OtherError", "Ventilation")
    assert not wallbox.closed()
    await wallbox.settings.set("protection.pause_in_state_d", False, "test")
    await wallbox.until(lambda: wallbox.status() == "Charging", 45.0)
    await wallbox.run(60.0)
    assert wallbox.status() == "Charging"
    await wallbox.settings.set("protection.pause_in_state_d", True, "test")
    await wallbox.run(0.2)
    assert not wallbox.closed()
    assert told(wallbox)[2] == "Ventilation"
    assert len(wallbox.central.started) == 1


# ---- faults that only warn, and what is told of a board


async def test_manual_an_overloaded_house_is_told_without_an_error(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("DlbFunction=DLB", "DlbSettleTime=2", "DlbFallbackCurrent=10")
    await wallbox.charge()
    wallbox.central.statuses.clear()
    wallbox.world.extra_a = (0.0, 22.0, 0.0)
    await wallbox.until(lambda: wallbox.status() == "SuspendedEVSE", 3.0)
    await wallbox.run(11.0)
    report = wallbox.station.status(1)
    assert (report.error_code, report.vendor_error_code) == ("NoError", "DlbOverload")
    assert report.info == "Circuit overload DLB Mode activated"
    assert cause(wallbox) is Cause.LIMIT
    await wallbox.run(8.0)
    assert not wallbox.closed()
    assert {code for _, _, code in wallbox.central.statuses} == {"NoError"}
    wallbox.world.extra_a = (0.0, 0.0, 0.0)
    await wallbox.until(lambda: wallbox.status() == "Charging", 65.0)
    assert told(wallbox) == ("Charging", "NoError", "")
    assert wallbox.station.status(1).info == ""
    assert wallbox.central.stopped == []


async def test_a_second_car_that_waits_for_its_half_is_no_overload_of_the_house(
    make_wallbox: Workshop,
) -> None:
    """The first one has its seconds to let go; the house leaves enough for both."""
    wallbox = await make_wallbox(
        *("installation.connectors=2", "DlbFunction=DLB", "DlbSettleTime=2"),
        "DlbFallbackCurrent=16",
    )
    await wallbox.charge(1, "A1")
    await wallbox.run(20.0)
    seen: set[Fault] = set()
    wallbox.plug(2)
    await wallbox.run(1.0)
    await wallbox.card("B2", 2)
    await wallbox.run(20.0, lambda: seen.update(faults(wallbox, 2)))
    assert (wallbox.status(1), wallbox.status(2)) == ("Charging", "Charging")
    assert seen == set()


@pytest.mark.parametrize("before", ["Available", "Preparing", "Charging", "Unavailable"])
async def test_a_silent_reader_is_told_and_the_status_stays(wallbox: Wallbox, before: str) -> None:
    works = True
    wallbox.station.watch_reader(lambda: works)
    if before == "Charging":
        await wallbox.charge()
    if before == "Preparing":
        wallbox.plug()
    if before == "Unavailable":
        await wallbox.station.change_availability(1, operative=False)
    await wallbox.run(3.0)
    assert told(wallbox) == (before, "NoError", "")
    works = False
    await wallbox.run(0.2)
    assert told(wallbox) == (before, "ReaderFailure", "Reader")
    assert wallbox.central.statuses[-1] == (1, before, "ReaderFailure")
    works = True
    await wallbox.run(0.2)
    assert told(wallbox) == (before, "NoError", "")


async def test_a_fault_of_the_board_is_told_in_its_own_words(
    wallbox: Wallbox, caplog: pytest.LogCaptureFixture
) -> None:
    note = ""

    def broken(reading: Reading) -> Reading:
        found = frozenset({Fault.BOARD_FAULT}) if note else frozenset()
        return replace(reading, faults=reading.faults | found, note=note)

    patch_readings(wallbox, broken)
    await wallbox.charge()
    note = "state 14"
    await wallbox.run(0.1)
    assert told(wallbox) == ("Faulted", "InternalError", "BoardFault")
    assert wallbox.station.status(1).info == "Control board reports a fault: state 14"
    assert "fault BoardFault (state 14)" in caplog.text
    note = ""
    await wallbox.until(lambda: wallbox.status() == "Charging", 35.0)
    assert wallbox.station.status(1).info == ""


async def test_other_words_of_the_board_are_told_too(wallbox: Wallbox) -> None:
    note = "state 14"
    patch_readings(
        wallbox, lambda reading: replace(reading, faults=frozenset({Fault.BOARD_FAULT}), note=note)
    )
    infos: list[str] = []
    keep = wallbox.central.status_changed

    def changed(number: int) -> None:
        keep(number)
        infos.append(wallbox.station.status(number).info)

    wallbox.central.status_changed = changed
    await wallbox.run(1.0)
    note = "state 17"
    await wallbox.run(1.0)
    assert [info for info in infos if info] == [
        "Control board reports a fault: state 14",
        "Control board reports a fault: state 17",
    ]


# ---- the black box


async def boxed(make_wallbox: Workshop, *overrides: str) -> tuple[Wallbox, Path]:
    """A wallbox with a black box, and where that writes."""
    wallbox = await Wallbox.open(make_wallbox.state_dir, *CALM, *overrides)
    folder = make_wallbox.state_dir / "blackbox"
    wallbox.station._boxes = {1: BlackBox(1, folder, wallbox.clock)}
    make_wallbox.made.append(wallbox)
    await wallbox.start()
    return wallbox, folder


async def written(wallbox: Wallbox, folder: Path, count: int = 1) -> list[Path]:
    """The files, when a thread has written them and the box knows it: that is real time."""
    box = wallbox.station._boxes[1]
    async with asyncio.timeout(10.0):
        while (  # noqa: ASYNC110
            len(_recordings(folder)) < count or box._writing is None or not box._writing.done()
        ):
            await asyncio.sleep(0.01)
    await wallbox.run(0.0)
    return _recordings(folder)


def _recordings(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.gz"))


@pytest.mark.parametrize("fault", [Fault.RESIDUAL_CURRENT, Fault.DIODE, Fault.OVER_TEMPERATURE])
async def test_a_fault_is_recorded_and_can_be_repeated_bit_by_bit(
    make_wallbox: Workshop, fault: Fault
) -> None:
    wallbox, folder = await boxed(make_wallbox)
    await wallbox.charge()
    wallbox.world.inject(1, fault)
    await wallbox.until(lambda: wallbox.status() == "Faulted", 5.0)
    (path,) = await written(wallbox, folder)
    recording = read(path)
    assert (recording.connector_id, recording.reason) == (1, str(fault))
    assert str(fault) in path.name
    outcome = replay(recording)
    assert outcome.difference is None
    assert outcome.turns > 20
    assert [e.fault for _, e in outcome.events if isinstance(e, FaultRaised)] == [fault]


async def test_a_setting_that_changes_and_an_acknowledgement_can_be_repeated_too(
    make_wallbox: Workshop,
) -> None:
    wallbox, folder = await boxed(make_wallbox)
    await wallbox.charge()
    await wallbox.settings.set("protection.check_car_overload", True, "test")
    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await wallbox.run(1.0)
    await written(wallbox, folder)
    wallbox.world.repair(1, Fault.RESIDUAL_CURRENT)
    await wallbox.run(11.0)
    wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 1)
    await wallbox.run(3.0)
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(1.0)
    for path in await written(wallbox, folder, 2):
        assert replay(read(path)).difference is None


# ---- why, in each phase of a charge


async def test_why_names_the_cause_in_each_phase_of_a_charge(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("installation.output_current_limit_a=10")
    await wallbox.run(SELF_TEST_S)
    assert cause(wallbox) is Cause.NO_VEHICLE
    await wallbox.card("A1")
    await wallbox.run(0.2)
    assert cause(wallbox) is Cause.PLUG_AWAITED
    await wallbox.run(121.0)  # ConnectionTimeOut
    assert cause(wallbox) is Cause.NO_VEHICLE
    wallbox.plug(start_delay_s=3.0, max_a=16.0)
    await wallbox.run(0.5)
    assert cause(wallbox) is Cause.CARD_AWAITED
    wallbox.central.may_store.clear()
    await wallbox.card("A1")
    await wallbox.run(1.5)
    assert cause(wallbox) is Cause.STORING
    wallbox.central.may_store.set()
    await wallbox.run(0.5)
    assert cause(wallbox) is Cause.VEHICLE
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.run(25.0)
    assert (cause(wallbox), winner(wallbox)) == (Cause.CHARGING, Source.OPERATOR)
    wallbox.at().car = replace(wallbox.at().car, max_a=7.0)
    await wallbox.run(2.0)
    assert cause(wallbox) is Cause.VEHICLE_LIMITS
    wallbox.at().car = replace(wallbox.at().car, max_a=16.0)
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 0.0)}
    await wallbox.run(8.0)
    assert (cause(wallbox), winner(wallbox)) == (Cause.LIMIT, Source.CENTRAL)
    wallbox.central.profiles = {}
    await wallbox.until(lambda: wallbox.status() == "Charging")
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(1.0)
    assert cause(wallbox) is Cause.FAULT
    wallbox.world.repair(1, Fault.GROUND)
    await wallbox.until(lambda: wallbox.status() == "Charging", 65.0)
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert cause(wallbox) is Cause.FINISHED
    wallbox.world.unplug(1)
    await wallbox.run(1.0)
    assert cause(wallbox) is Cause.NO_VEHICLE
    await wallbox.station.change_availability(1, operative=False)
    await wallbox.run(0.2)
    assert cause(wallbox) is Cause.UNAVAILABLE


async def test_why_a_refused_card_and_a_restart_wait(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("StopTransactionOnInvalidId=false")
    await wallbox.charge()
    (record,) = wallbox.central.started
    wallbox.world.inject(1, Fault.PILOT_SHORT)
    await wallbox.run(0.5)
    wallbox.world.repair(1, Fault.PILOT_SHORT)
    causes: list[Cause] = []
    await wallbox.run(32.0, lambda: causes.append(cause(wallbox)))
    assert causes[0] is Cause.FAULT
    await wallbox.until(lambda: wallbox.status() == "Charging", 10.0)
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Invalid"))
    await wallbox.run(8.0)
    assert cause(wallbox) is Cause.REFUSED


# ---- what nobody expects: clocks that jump, settings that cannot be


@pytest.mark.parametrize("hours", [-26.0, -3.0, 3.0, 26.0])
async def test_a_calendar_that_jumps_by_hours_disturbs_no_charge(
    wallbox: Wallbox, hours: float
) -> None:
    await wallbox.charge(max_a=40.0)
    await wallbox.run(12.0)
    (record,) = wallbox.central.started
    jump(wallbox, timedelta(hours=hours))
    wallbox.central.statuses.clear()
    offered = {wallbox.offered_a()}
    await wallbox.run(25.0, lambda: offered.add(wallbox.offered_a()))
    assert offered == {32.0}
    assert wallbox.central.statuses == []
    assert cause(wallbox) is Cause.CHARGING
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    (ended,) = wallbox.central.stopped
    assert ended.stopped_at >= record.started_at  # the back office gets no charge of minus 3 h
    assert ended.meter_stop_wh > record.meter_start_wh


@pytest.mark.parametrize("hours", [-26.0, -3.0])
async def test_after_a_calendar_that_was_put_back_samples_are_stored_as_before(
    wallbox: Wallbox, hours: float
) -> None:
    """A power cut must cost 10 s, and no transaction may end in the future."""
    await wallbox.charge(phases=1, max_a=6.0)
    await wallbox.run(12.0)
    jump(wallbox, timedelta(hours=hours))
    await wallbox.run(30.0)
    (stored,) = await wallbox.transactions.open_transactions()
    assert stored.last_at is not None
    assert stored.last_at <= wallbox.clock.utcnow()
    assert wallbox.at().register_wh - stored.last_wh < 5.0  # 10 s of 1.4 kW


@pytest.mark.parametrize("stalled_s", [4.0, 60.0, 4 * 3600.0])
async def test_a_stall_of_the_computer_ends_safely_and_charging_begins_by_itself(
    wallbox: Wallbox, stalled_s: float
) -> None:
    """I8: what the board did meanwhile is what its lease says, and we count with that."""
    await wallbox.charge()
    await wallbox.run(5.0)
    register_wh = wallbox.at().register_wh
    wallbox.clock.advance(stalled_s)  # nobody runs, then everybody at once
    await wallbox.run(TURN_S)
    assert not wallbox.closed()
    assert wallbox.at().register_wh - register_wh < 25.0  # 3 s of 11 kW are 9 Wh
    took_s = await wallbox.until(lambda: wallbox.status() == "Charging", 40.0)
    assert took_s >= 4.5
    await wallbox.run(3.0)
    assert told(wallbox) == ("Charging", "NoError", "")
    assert len(wallbox.central.started) == 1


async def test_a_short_stall_interrupts_nothing(wallbox: Wallbox) -> None:
    await wallbox.charge()
    await wallbox.run(5.0)
    wallbox.clock.advance(2.0)
    await wallbox.run(5.0)
    assert wallbox.closed()
    assert told(wallbox) == ("Charging", "NoError", "")


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("installation.max_output_current_a", 40.0, "installation.cable_rating_a"),
        ("protection.temperature_threshold_1_c", 95.0, "protection.temperature_threshold_2_c"),
        ("protection.max_voltage_v", 245.0, "protection.max_voltage_v"),
    ],
)
async def test_settings_that_contradict_each_other_change_nothing_while_it_charges(
    make_wallbox: Workshop, key: str, value: float, named: str
) -> None:
    wallbox = await make_wallbox("installation.cable=Cable")
    await wallbox.charge(max_a=32.0)
    with pytest.raises(SettingError, match=named):
        await wallbox.settings.set(key, value, "test")
    await wallbox.run(3.0)
    assert (wallbox.offered_a(), told(wallbox)) == (32.0, ("Charging", "NoError", ""))


@pytest.mark.parametrize("cable_a", [13, 20])
async def test_a_setting_above_the_cable_charges_with_what_the_cable_carries(
    make_wallbox: Workshop, cable_a: int
) -> None:
    wallbox = await make_wallbox("OutputCurrentLimit=32")
    wallbox.plug(cable_a=cable_a, max_a=32.0)
    await wallbox.run(SELF_TEST_S)
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert (wallbox.offered_a(), winner(wallbox)) == (float(cable_a), Source.CABLE)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("OutputCurrentLimit", 10, (10.0, "Charging")),
        ("DlbFunction", "DLB", (6.0, "Charging")),
        ("protection.temperature_threshold_1_c", 30, (32.0, "Charging")),
        ("protection.voltage_monitoring", False, (32.0, "Charging")),
        ("protection.rcmu", False, (32.0, "Charging")),
        ("protection.plug_lifetime", 1, (32.0, "Charging")),
    ],
)
async def test_a_setting_changed_while_it_charges_holds_in_the_next_turns(
    wallbox: Wallbox, key: str, value: object, expected: tuple[float, str]
) -> None:
    """Those of worn parts and of the monitor only for the next charge."""
    wallbox.world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.SILENT)
    await wallbox.charge()
    await wallbox.settings.set(key, value, "test")
    await wallbox.run(2 * TURN_S)
    assert (wallbox.offered_a(), wallbox.status()) == expected


async def test_voltage_monitoring_switched_off_ends_its_fault(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, Fault.OVER_VOLTAGE)
    await wallbox.until(lambda: wallbox.status() == "Faulted", 4.0)
    await wallbox.settings.set("protection.voltage_monitoring", False, "test")
    await wallbox.until(lambda: wallbox.status() == "Charging", 65.0)


async def test_two_cars_share_a_fault_of_one_connector_with_nobody(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("installation.connectors=2")
    await wallbox.charge(1, "A1")
    await wallbox.charge(2, "B2")
    wallbox.world.inject(2, Fault.OVER_VOLTAGE)
    await wallbox.until(lambda: wallbox.status(2) == "Faulted", 4.0)
    assert (wallbox.status(1), wallbox.phase(1)) == ("Charging", Phase.CHARGING)
    assert faults(wallbox, 1) == set()
