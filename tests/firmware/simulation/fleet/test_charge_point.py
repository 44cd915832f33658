"""A light charge point at a real websocket."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from ocpp.messages import CallResult, validate_payload

from evse.simulation.fleet import charge_point as module
from evse.simulation.fleet.charge_point import ChargePoint
from evse.simulation.fleet.figures import Figures
from tests.firmware.simulation.fleet.central import Central, central_system

PROFILE = {
    "connectorId": 1,
    "csChargingProfiles": {
        "chargingProfileId": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "stackLevel": 0,
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}],
        },
    },
}


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REDIAL_S", (0.01, 0.02))
    monkeypatch.setattr(module, "RETRY_S", 0.01)


@asynccontextmanager
async def linked(central: Central, **more: Any) -> AsyncIterator[ChargePoint]:
    point = ChargePoint(central.url, "box", more.pop("password", "secret"), **more)
    task = asyncio.create_task(point.run())
    try:
        async with asyncio.timeout(60):
            await point.connected.wait()
        yield point
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_registers_and_tells_its_status() -> None:
    async with central_system() as central, linked(central):
        assert central.actions()[:2] == ["BootNotification", "StatusNotification"]
        assert base64.b64decode(central.headers["box"].removeprefix("Basic ")) == b"box:secret"


async def test_without_a_password_it_shows_none() -> None:
    async with central_system() as central, linked(central, password=None):
        assert central.headers["box"] == ""


async def test_a_boot_that_is_pending_is_told_again() -> None:
    async with central_system() as central:
        states = iter(["Pending", "Rejected", "Accepted"])
        central.answers["BootNotification"] = lambda _: {"status": next(states), "interval": 0}
        async with linked(central):
            assert central.actions().count("BootNotification") == 3


async def test_it_beats_at_the_interval_that_it_was_given() -> None:
    async with central_system() as central:
        central.answers["BootNotification"] = {"status": "Accepted", "interval": 0.05}
        async with linked(central):
            await central.seen("Heartbeat", 2)


async def test_a_transaction_is_told_with_its_number_and_nothing_of_it_is_lost() -> None:
    async with central_system() as central, linked(central, register_wh=1000.0) as point:
        point.start("CARD7")
        point.sample()
        point.stop("Local")
        assert await point.drained(5)
        stop = await central.seen("StopTransaction")
        assert (stop["transactionId"], stop["reason"]) == (1, "Local")
        assert (await central.seen("StartTransaction"))["meterStart"] == 1000
        assert (await central.seen("MeterValues"))["transactionId"] == 1


async def test_what_happens_while_it_is_away_is_told_afterwards() -> None:
    async with central_system() as central:
        point = ChargePoint(central.url, "box", None)
        point.start()
        point.stop()
        task = asyncio.create_task(point.run())
        assert await point.drained(5)
        await central.links["box"].close()
        point.connected.clear()
        point.tell_status("Faulted")
        assert await point.drained(5)
        assert point.connections == 2
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert central.actions().count("StartTransaction") == 1


async def test_a_card_that_is_refused_ends_the_transaction() -> None:
    async with central_system() as central:
        blocked = {"transactionId": 5, "idTagInfo": {"status": "Blocked"}}
        central.answers["StartTransaction"] = blocked
        async with linked(central) as point:
            point.start()
            assert (await central.seen("StopTransaction"))["reason"] == "DeAuthorized"


async def test_a_refused_message_is_told_again_until_it_is_taken() -> None:
    async with central_system() as central, linked(central) as point:
        refusals = iter([None, None, {}])
        central.answers["MeterValues"] = lambda _: next(refusals)
        point.sample()
        assert await point.drained(5)
        assert central.actions().count("MeterValues") == 3


async def test_a_start_that_is_never_taken_is_given_up_with_all_that_belongs_to_it() -> None:
    figures = Figures()
    async with (
        central_system() as central,
        linked(central, attempts=2, watcher=figures.watcher()) as point,
    ):
        central.answers["StartTransaction"] = lambda _: None
        point.start()
        point.sample()
        assert await point.drained(5)
        assert figures.dropped == {"StartTransaction": 1, "MeterValues": 1}
        assert figures.refused == {"StartTransaction": 2}
        assert (point.session, point.status) == (None, "Available")
        assert "StopTransaction" not in central.actions()


@pytest.mark.parametrize(
    "nonsense", ["[]", "{", '[3, "1"]', "7", "[3, []]", '[3, "1", [1]]', "[" * 99_999]
)
async def test_a_central_system_that_speaks_no_ocpp_ends_nothing(nonsense: str) -> None:
    figures = Figures()
    async with central_system() as central:
        central.raw = nonsense
        point = ChargePoint(central.url, "box", None, watcher=figures.watcher())
        task = asyncio.create_task(point.run())
        async with asyncio.timeout(60):
            while not figures.problems:  # noqa: ASYNC110 - what the watcher is told
                await asyncio.sleep(0.001)
            central.raw = None
            await point.connected.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


CALLS: dict[str, dict[str, Any]] = {
    "CancelReservation": {"reservationId": 1},
    "ChangeAvailability": {"connectorId": 0, "type": "Operative"},
    "ChangeConfiguration": {"key": "HeartbeatInterval", "value": "60"},
    "ClearCache": {},
    "ClearChargingProfile": {},
    "DataTransfer": {"vendorId": "x"},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 60},
    "GetConfiguration": {"key": ["NumberOfConnectors", "Unheard"]},
    "GetDiagnostics": {"location": "ftp://x"},
    "GetLocalListVersion": {},
    "RemoteStartTransaction": {"idTag": "A"},
    "RemoteStopTransaction": {"transactionId": 1},
    "ReserveNow": {"connectorId": 1, "expiryDate": "x", "idTag": "A", "reservationId": 1},
    "Reset": {"type": "Soft"},
    "SendLocalList": {"listVersion": 1, "updateType": "Full"},
    "SetChargingProfile": PROFILE,
    "TriggerMessage": {"requestedMessage": "StatusNotification"},
    "UnlockConnector": {"connectorId": 1},
    "UpdateFirmware": {"location": "x", "retrieveDate": "x"},
}


@pytest.mark.parametrize("action", CALLS)
async def test_every_answer_is_true_to_the_schema(action: str) -> None:
    async with central_system() as central, linked(central):
        kind, _, payload = await central.call("box", action, CALLS[action])
        assert kind == 3
        await validate_payload(CallResult("c1", payload, action), "1.6")


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("SetChargingProfile", {}),
        ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": "16 A"}),
        ("GetConfiguration", []),
        ("Reset", None),
    ],
)
async def test_a_call_of_another_shape_is_told_so(action: str, payload: Any) -> None:
    """It ended the whole fleet where the payload was no object."""
    async with central_system() as central, linked(central) as point:
        kind, _, code, *_ = await central.call("box", action, payload)
        assert (kind, code) == (4, "FormationViolation")
        assert point.connected.is_set()


async def test_what_it_does_not_know_it_says() -> None:
    async with central_system() as central, linked(central):
        assert (await central.call("box", "ExtendedTriggerMessage", {}))[:3] == [
            4,
            "c1",
            "NotImplemented",
        ]


async def test_it_starts_and_stops_from_afar() -> None:
    async with central_system() as central, linked(central) as point:
        await central.call("box", "RemoteStartTransaction", {"idTag": "FAR"})
        assert (await central.seen("StartTransaction"))["idTag"] == "FAR"
        again = await central.call("box", "RemoteStartTransaction", {"idTag": "FAR"})
        assert again[2] == {"status": "Rejected"}
        await central.call("box", "RemoteStopTransaction", {"transactionId": 1})
        assert (await central.seen("StopTransaction"))["reason"] == "Remote"
        assert point.session is None


async def test_it_obeys_a_profile_until_it_is_cleared() -> None:
    async with central_system() as central, linked(central, power_w=11_000.0) as point:
        point.start()
        await central.call("box", "SetChargingProfile", PROFILE)
        assert point.flowing_w == 6 * 230 * 3
        assert (await central.call("box", "ClearChargingProfile", {}))[2]["status"] == "Accepted"
        assert point.flowing_w == 11_000
        assert (await central.call("box", "ClearChargingProfile", {}))[2]["status"] == "Unknown"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("MeterValues", "MeterValues"),
        ("Heartbeat", "Heartbeat"),
        ("StatusNotification", "StatusNotification"),
    ],
)
async def test_it_tells_what_it_is_asked_for(wanted: str, told: str) -> None:
    async with central_system() as central, linked(central):
        central.told.clear()
        await central.call("box", "TriggerMessage", {"requestedMessage": wanted})
        await central.seen(told)


async def test_what_it_cannot_tell_it_says() -> None:
    async with central_system() as central, linked(central):
        answer = await central.call(
            "box", "TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}
        )
        assert answer[2] == {"status": "NotImplemented"}


async def test_a_reset_ends_the_transaction_and_the_link() -> None:
    async with central_system() as central, linked(central) as point:
        point.start()
        await central.call("box", "Reset", {"type": "Hard"})
        assert (await central.seen("StopTransaction"))["reason"] == "HardReset"
        await central.seen("BootNotification", 2)


async def test_it_remembers_as_much_as_it_is_told_to() -> None:
    point = ChargePoint("ws://127.0.0.1:1", "box", None, keep=2)
    for _ in range(4):
        point.start()
        point.stop()
    assert len(point.sessions) == 2
    point.remember_all()
    for _ in range(4):
        point.start()
        point.stop()
    assert len(point.sessions) == 6
