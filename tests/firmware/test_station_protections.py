"""The protections as somebody meets them at the whole wallbox, on the simulated world.

"manual" is the ETEK EKEPC3 manual: 5.8.1.3 (car overload), 5.8.1.8 (voltages, temperatures,
state D), 6 (faults).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evse.boards import simulated as simulated_board
from evse.boards.simulated import SimulatedBoard
from evse.core.explanation import Cause
from evse.core.faults import Clears, Fault
from evse.core.limits import Source
from evse.core.signals import SelfTest
from evse.simulation import world as simulated_world
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.looking import FREE, METER_S, OVERLOAD, SELF_TEST_S, cause, faults, told, winner
from tests.firmware.wallbox import Wallbox, Workshop

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
