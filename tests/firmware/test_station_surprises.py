"""Clocks that jump, computers that stall, and settings that cannot be, at the whole wallbox."""

from datetime import timedelta

import pytest

from evse.core.explanation import Cause
from evse.core.faults import Fault
from evse.core.limits import Source
from evse.core.session import Phase
from evse.settings.setting import SettingError
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.looking import SELF_TEST_S, cause, faults, jump, told, winner
from tests.firmware.wallbox import TURN_S, Wallbox, Workshop

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
