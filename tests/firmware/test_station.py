"""The wallbox as cars and the central system meet it: statuses, ends of charges, readings.

The numbers in the names are those of ocpp16-behaviours (16 to 48).
"""

import pytest

from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.session import Phase
from evse.ocpp.port import IdTagInfo
from evse.simulation.world import MeterFault, MeterPlace
from evse.storage.outbox import Message, Outbox
from tests.firmware.wallbox import TURN_S, Wallbox, Workshop

# ---- what is told


async def test_16_a_charge_is_told_step_by_step(wallbox: Wallbox) -> None:
    await wallbox.run(3.0)  # the residual current monitor tests itself
    await wallbox.charge()
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.status() == "Finishing")
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.central.told(1)[-1] == "Available")
    told = wallbox.central.told(1)
    assert told == [
        "Available",
        "Preparing",
        "SuspendedEV",
        "Charging",
        "Finishing",
        "Available",
    ]


async def test_17_a_refused_card_changes_nothing(wallbox: Wallbox) -> None:
    wallbox.central.cards = {"X": IdTagInfo("Blocked"), "Y": None}
    for uid in wallbox.central.cards:
        await wallbox.card(uid)
        await wallbox.run(1.0)
    assert wallbox.central.asked == ["X", "Y"]
    assert wallbox.central.told(1) == ["Available"]
    assert wallbox.phase() is Phase.IDLE


async def test_18_a_fault_is_told_with_its_code_and_its_end(wallbox: Wallbox) -> None:
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(1.0)
    report = wallbox.station.status(1)
    assert (report.status, report.error_code) == ("Faulted", "GroundFailure")
    assert (report.info, report.vendor_error_code) == ("Protective earth is missing", "Ground")
    wallbox.world.repair(1, Fault.GROUND)
    await wallbox.run(61.0)
    assert wallbox.central.statuses[1:] == [
        (1, "Available", "NoError"),
        (1, "Faulted", "GroundFailure"),
        (1, "Available", "NoError"),
    ]


# ---- how a transaction ends


async def test_30_a_pulled_plug_ends_the_transaction(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.world.unplug(1)
    assert await wallbox.until(lambda: not wallbox.closed()) <= 0.1
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].reason == "EVDisconnected"
    assert wallbox.status() == "Available"


async def test_30_without_stop_on_ev_side_disconnect_the_transaction_goes_on(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox("StopTransactionOnEVSideDisconnect=false")
    await wallbox.charge()
    wallbox.world.unplug(1)
    await wallbox.run(30.0)
    assert wallbox.status() == "SuspendedEV"
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert len(wallbox.central.started) == 1
    wallbox.world.unplug(1)
    await wallbox.run(1.0)
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].reason == "Local"


@pytest.mark.parametrize(
    ("stop", "status", "reasons"),
    [("true", "Finishing", ["DeAuthorized"]), ("false", "SuspendedEVSE", [])],
)
async def test_32_a_card_refused_at_start_transaction(
    make_wallbox: Workshop, stop: str, status: str, reasons: list[str]
) -> None:
    wallbox = await make_wallbox(f"StopTransactionOnInvalidId={stop}")
    await wallbox.charge()
    (record,) = wallbox.central.started
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Invalid"))
    await wallbox.run(15.0)
    assert not wallbox.closed()
    assert wallbox.status() == status
    assert [stopped.reason for stopped in wallbox.central.stopped] == reasons


async def test_32_energy_for_a_card_that_turns_out_invalid(make_wallbox: Workshop) -> None:
    """MaxEnergyOnInvalidId: so much in the whole transaction, also if the power went meanwhile."""
    settings = (
        "StopTransactionOnInvalidId=false",
        "MaxEnergyOnInvalidId=200",
        "RestartTransactionAfterPowerLoss=true",
    )
    wallbox = await make_wallbox(*settings)
    await wallbox.charge()
    (record,) = wallbox.central.started
    message = Message(0, "", record.local_id, None, "StartTransaction", {}, 0)
    await Outbox(wallbox.database).started(message, 7, None, refused=True)
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Invalid"))
    await wallbox.run(10.0)
    assert wallbox.status() == "Charging"
    wallbox = await make_wallbox.power_cut(*settings)
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.until(lambda: wallbox.status() == "SuspendedEVSE", within_s=120.0)
    delivered_wh = wallbox.at().register_wh - record.meter_start_wh
    assert 200 <= delivered_wh < 250
    await wallbox.run(30.0)
    assert not wallbox.closed()
    assert not wallbox.central.stopped


# ---- meters


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_silent_meter_is_a_warning_and_charging_goes_on(
    make_wallbox: Workshop, from_the_start: bool
) -> None:
    wallbox = await make_wallbox()
    if from_the_start:
        wallbox.at().meter_fault = MeterFault.SILENT
        wallbox = await make_wallbox.power_cut()
    else:
        await wallbox.charge()
        wallbox.at().meter_fault = MeterFault.SILENT
    await wallbox.run(9.0)
    assert wallbox.station.status(1).error_code == "NoError"
    await wallbox.run(2.5)
    report = wallbox.station.status(1)
    assert report.error_code == "PowerMeterFailure"
    assert report.status == ("Available" if from_the_start else "Charging")
    wallbox.at().meter_fault = MeterFault.NONE
    await wallbox.run(1.1)
    assert wallbox.station.status(1).error_code == "NoError"


async def test_readings_of_a_charge(wallbox: Wallbox) -> None:
    await wallbox.charge(max_a=16.0)
    await wallbox.run(5.0)
    readings = wallbox.station.readings(1)
    assert readings.offered_a == 32.0
    assert readings.current_a == pytest.approx((16.0, 16.0, 16.0))
    assert readings.voltage_v == (230.0, 230.0, 230.0)
    assert readings.power_w == pytest.approx(3 * 16 * 230)
    assert readings.energy_wh > 0
    assert readings.temperature_c == 25.0


async def test_the_limit_of_the_central_system_holds_in_the_next_turn(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 8.0)}
    await wallbox.run(TURN_S)
    assert wallbox.offered_a() == 8.0
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 5.9)}
    await wallbox.run(4.0)
    assert (wallbox.status(), wallbox.closed()) == ("SuspendedEVSE", False)


async def test_the_house_meter_is_told_and_forgotten_when_silent(wallbox: Wallbox) -> None:
    wallbox.world.extra_a = (1.0, 2.0, 3.0)
    await wallbox.run(2.0)
    assert wallbox.station.house_current_a() == (1.0, 2.0, 3.0)
    wallbox.world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.SILENT)
    await wallbox.run(11.5)
    assert wallbox.station.house_current_a() is None
