"""A foreign charge point of OCPP 2.0.1 on a real websocket at the real server: a whole life.

The `ocpp` package checks each message of either side by the schemas of the specification.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from custom_components.evse_ocpp.central import calls, setup_calls
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.commands import LocalEntry
from custom_components.evse_ocpp.central.happenings import Happening

from .conftest import PASSWORD, Site
from .foreign_v201 import SAMPLED, ForeignStation

CARD = {"id_token": "04A1B2C3", "type": "ISO14443"}


@pytest.fixture
def charger(site: Site) -> Charger:
    charger = site.chargers["CP-1"]
    charger.connector(1)
    return charger


@pytest.fixture
def happenings(charger: Charger) -> list[Happening]:
    told: list[Happening] = []
    charger.listen(told.append)
    return told


@pytest.fixture
async def station(
    site: Site, charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ForeignStation]:
    monkeypatch.setattr(calls, "SPACING_S", 0.0)
    monkeypatch.setattr(setup_calls, "SETTLE_S", 0.0)
    monkeypatch.setattr(setup_calls, "SPACING_S", 0.0)
    site.central._utcnow = lambda: datetime.now(UTC)
    token = base64.b64encode(f"CP-1:{PASSWORD}".encode()).decode()
    websocket = await connect(
        f"ws://127.0.0.1:{site.central.port}/ocpp/CP-1",
        subprotocols=["ocpp2.0.1"],
        additional_headers={"Authorization": f"Basic {token}"},
    )
    station = ForeignStation("CP-1", websocket)
    reader = asyncio.create_task(station.start())
    yield station
    await station.close()
    with suppress(ConnectionClosed):
        await reader


@pytest.fixture
async def ready(station: ForeignStation, charger: Charger, until) -> ForeignStation:
    """It has booted, and was set up."""
    await station.boot()
    await station.status("Available")
    await until(lambda: station.got("SetVariables"))
    await until(lambda: charger.configuration[f"{SAMPLED}.TxUpdatedInterval"].value == "10")
    return station


async def test_boot_report_and_settings(ready, charger, until):
    assert charger.ocpp_version == "2.0.1"
    assert (charger.vendor, charger.firmware_version) == ("Foreign", "1.0")
    assert charger.connector(1).status is ChargerStatus.AVAILABLE
    assert "SmartCharging" in charger.feature_profiles
    await until(lambda: "Current.Offered" in ready.variables[(SAMPLED, "TxUpdatedMeasurands")])
    assert ready.variables[("OCPPCommCtrlr", "HeartbeatInterval")] == "60"
    assert charger.violations == {}


async def test_a_charge_by_card_with_a_limit(ready, charger, site, happenings):
    connector = charger.connector(1)
    await ready.status("Occupied")
    answer = await ready.event(
        "Started", "Authorized", "EVConnected", id_token=CARD, meter_value=ready.values(0)
    )
    assert answer.id_token_info["status"] == "Accepted"
    await ready.event("Updated", "ChargingStateChanged", "Charging", meter_value=ready.values(7360))
    assert connector.status is ChargerStatus.CHARGING
    assert connector.readings.power_w == 7360
    assert charger.commands is not None
    await charger.commands.set_fallback(6)
    await charger.commands.set_lease(1, 10, 180)
    fallback, lease = (each["charging_profile"] for each in ready.got("SetChargingProfile"))
    assert fallback["charging_profile_purpose"] == "TxDefaultProfile"
    assert lease["transaction_id"] == "tx-0001"
    schedule = await charger.commands.composite_schedule(1, 60)
    assert schedule.periods[0].limit == 10
    ready.register_wh += 5
    await ready.event(
        "Ended",
        "StopAuthorized",
        id_token=CARD,
        meter_value=ready.values(0),
        info={"stopped_reason": "Local"},
    )
    assert connector.status is ChargerStatus.FINISHING
    assert connector.last_session is not None
    assert connector.last_session.energy_wh == pytest.approx(5)
    await ready.status("Available")
    assert site.saves == 2
    assert [each.kind.value for each in happenings] == [
        "plugged",
        "session_started",
        "card_read",
        "session_ended",
        "card_read",
        "unplugged",
    ]


async def test_a_remote_start_and_stop(ready, charger, until):
    await ready.status("Occupied")
    assert charger.commands is not None
    await charger.commands.remote_start(1, "HOMEASSISTANT", 10, 180)
    await until(lambda: charger.connector(1).transaction)
    transaction = charger.connector(1).transaction
    assert (transaction.id, transaction.id_tag) == ("tx-0001", "HOMEASSISTANT")
    await charger.commands.remote_stop(transaction.id)
    await until(lambda: charger.connector(1).last_session)
    assert charger.connector(1).last_session.reason == "Remote"


async def test_every_other_command(ready, charger, until):
    commands = charger.commands
    assert commands is not None
    await commands.reserve(1, 7, "04A1B2C3", datetime.now(UTC) + timedelta(hours=1))
    assert 7 in charger.reservations
    await commands.cancel_reservation(7)
    await commands.send_local_list(3, [LocalEntry("04A1B2C3"), LocalEntry("X", None)], full=True)
    assert await commands.local_list_version() == 3
    await commands.clear_cache()
    await commands.change_availability(0, operative=False)
    await commands.unlock(1)
    await commands.reset(hard=False)
    assert await commands.clear_profiles(purpose="ChargePointMaxProfile") is False
    await commands.update_firmware("http://192.0.2.1/f.bin", datetime.now(UTC))
    await until(lambda: charger.firmware_status == "Downloading")
    assert await commands.get_log("http://192.0.2.1/log") == "log.zip"
    await until(lambda: charger.diagnostics_status == "Uploaded")
    await commands.certificate_signed("PEM")
    await commands.install_certificate("CSMSRootCertificate", "PEM")
    [hash_data] = await commands.installed_certificates()
    await commands.delete_certificate(hash_data)
    assert (await commands.data_transfer("v")).status == "UnknownVendorId"
    await commands.refresh()
    assert charger.violations == {}


async def test_a_charger_that_was_accepted_before_is_asked_for_its_state(station, charger, until):
    """It does not boot, and tells nothing by itself: so its status is asked for."""
    charger.open_transaction(1, "tx-0001", None, datetime.now(UTC), 0)
    await until(lambda: charger.configuration)
    asked = [each["requested_message"] for each in station.got("TriggerMessage")]
    assert asked == ["TransactionEvent", "StatusNotification"]


async def test_quirk_foxess_a_short_probe_by_16_before_201(site, charger, station, until):
    """What was told in 1.6 does not stay beside the names of 2.0.1."""
    await until(lambda: charger.configuration)
    await station.close()
    wallbox = await site.dial(subprotocols=("ocpp1.6",))
    await wallbox.call("BootNotification", {"chargePointVendor": "FoxESS"})
    assert (charger.ocpp_version, charger.vendor) == ("1.6", "FoxESS")
    assert not any("." in key for key in charger.configuration)
