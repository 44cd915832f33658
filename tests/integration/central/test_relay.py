"""A relay under a real second back office: what is told, kept over restarts, allowed and refused.

Guards the second back office of issue 7 (users ask for it: ocpp#1807, evcc#32989).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest

from custom_components.evse_ocpp.central import relay as relay_module
from custom_components.evse_ocpp.central import relay_link
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import (
    CommandRefused,
    Commands,
    CommandUnanswered,
)
from custom_components.evse_ocpp.central.happenings import HappeningKind
from custom_components.evse_ocpp.central.relay import Relay
from custom_components.evse_ocpp.central.relay_calls import Mode, refusal, secret
from custom_components.evse_ocpp.central.relay_messages import METER_VALUES_PAUSE
from custom_components.evse_ocpp.central.relay_queue import Changes, Waiting
from custom_components.evse_ocpp.central.v16_inbound import Inbound

from .second_office import SecondOffice, until

START_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Store:
    """The queue's store, in memory. `broken`: it cannot be written."""

    def __init__(self) -> None:
        self.waiting: dict[int, Waiting] = {}
        self.transactions: dict[str, int] = {}
        self.broken = False

    async def load(self) -> tuple[list[Waiting], dict[str, int]]:
        return [self.waiting[number] for number in sorted(self.waiting)], dict(self.transactions)

    async def write(self, changes: Changes) -> None:
        if self.broken:
            raise OSError("the disk is full")
        self.waiting |= {each.number: each for each in changes.put}
        for number in changes.deleted:
            self.waiting.pop(number, None)
        if changes.transactions is not None:
            self.transactions = changes.transactions


class Site:
    """The wallbox's owner, admission and store of the central system."""

    def __init__(self) -> None:
        self.starts: list[tuple[int, str]] = []
        self.limits: list[float | None] = []
        self.refuses = False
        self.availability: list[tuple[int, bool]] = []
        self.chargers: dict[str, Charger] = {}

    async def remote_start(self, connector_id: int, id_tag: str) -> None:
        if self.refuses:
            raise CommandRefused("RemoteStartTransaction", "Rejected")
        self.starts.append((connector_id, id_tag))

    async def change_availability(self, connector_id: int, operative: bool) -> None:
        if self.refuses:
            raise CommandRefused("ChangeAvailability", "paused")
        self.availability.append((connector_id, operative))

    def outside_limit(self, limit_a: float | None) -> None:
        if not self.limits or self.limits[-1] != limit_a:
            self.limits.append(limit_a)

    def authorize(self, charger: Charger, id_tag: str) -> str:
        return "Accepted"

    async def save(self, charger: Charger) -> None:
        return


class World:
    """One charger of 1.6 with its relay and the second back office; its clock is `now`."""

    def __init__(self, mode: Mode = Mode.READ_ONLY) -> None:
        self.mode = mode
        self.now = START_AT
        self.office = SecondOffice()
        self.store = Store()
        self.site = Site()
        self.charger = Charger("CP-1")
        self.commands: AsyncMock = create_autospec(Commands, instance=True)
        self.charger.link_up(self.commands, self.now)
        self.charger.ocpp_version = "1.6"
        self.charger.booted("Vendor", "Model" * 10, "SN-1", "1.0", self.now)
        self.charger.take_status(1, ChargerStatus.AVAILABLE, "NoError", self.now)
        self.inbound = Inbound(self.charger, self.site, self.site, lambda: self.now)  # type: ignore[arg-type]
        self.relay = self.new_relay()

    def new_relay(self, password: str | None = "secret-of-relay") -> Relay:
        url = f"ws://127.0.0.1:{self.office.port}/base/"
        return Relay(
            self.charger,
            url,
            "OFFICE-ID",
            password,
            self.store,
            self.mode,
            self.site,
            utcnow=lambda: self.now,
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Relay]:
        """Run a relay, as after a start of the program."""
        self.relay = self.new_relay()
        task = asyncio.create_task(self.relay.run())
        await until(lambda: self.site.limits)  # it looks at limits when it has read its store
        try:
            yield self.relay
        finally:
            self.site.limits.clear()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert self.site.limits == [None], "a relay that ends takes its limit along"
            self.site.limits.clear()

    async def call(self, action: str, **payload: Any) -> dict[str, Any]:
        """The charger calls, and is answered."""
        answer = await self.inbound.handle(action, payload)
        self.charger.answered(action, payload, answer)
        self.charger.publish()
        return answer

    async def start(self, meter_wh: int = 1000) -> int:
        fields = {"idTag": "CARD1", "meterStart": meter_wh, "timestamp": self.now.isoformat()}
        return int((await self.call("StartTransaction", connectorId=1, **fields))["transactionId"])

    async def sample(self, transaction_id: int, register_wh: int) -> None:
        self.now += METER_VALUES_PAUSE
        value = {"measurand": "Energy.Active.Import.Register", "value": str(register_wh)}
        meter_value = {"timestamp": self.now.isoformat(), "sampledValue": [value]}
        await self.call(
            "MeterValues", connectorId=1, transactionId=transaction_id, meterValue=[meter_value]
        )

    async def stop(self, transaction_id: int, meter_wh: int) -> None:
        fields = {"meterStop": meter_wh, "timestamp": self.now.isoformat(), "reason": "Local"}
        await self.call("StopTransaction", transactionId=transaction_id, **fields)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> None:
    """Pauses of milliseconds; the order of things stays."""
    monkeypatch.setattr(relay_module, "RETRY_FIRST_S", 0.02)
    monkeypatch.setattr(relay_module, "RETRY_MAX_S", 0.05)
    monkeypatch.setattr(relay_module, "REFUSED_PAUSE_S", 0.01)
    monkeypatch.setattr(relay_module, "LIMITS_PAUSE_S", 0.01)


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncGenerator[World]:
    """A world whose second back office listens; it must have seen no violation of OCPP."""
    world = World(getattr(request, "param", Mode.READ_ONLY))
    await world.office.open()
    yield world
    await world.office.close()
    assert not world.office.violations


full = pytest.mark.parametrize("world", [Mode.FULL], indirect=True)


async def test_a_session_is_told_in_order_with_their_id(world: World) -> None:
    async with world.running() as relay:
        await until(lambda: relay.connected)
        ours = await world.start()
        await world.sample(ours, 1500)
        await world.stop(ours, 2000)
        await until(lambda: world.office.all("StopTransaction"))
        await until(lambda: not relay.waiting)
    assert world.office.requests[0][0] == "/base/OFFICE-ID"
    assert (world.office.requests[0][1] or "").startswith("Basic ")
    assert world.office.all("BootNotification")[0]["chargePointModel"] == ("Model" * 10)[:20]
    assert {each["connectorId"] for each in world.office.all("StatusNotification")} == {0, 1}
    session = [each for each in world.office.told if "Transaction" in each[0] or "Meter" in each[0]]
    assert [action for action, _ in session] == [
        "StartTransaction",
        "MeterValues",
        "StopTransaction",
    ]
    assert [payload.get("transactionId") for _, payload in session] == [None, 901, 901]
    assert session[0][1]["idTag"] == "CARD1"
    assert (world.store.waiting, world.store.transactions) == ({}, {})


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ws://host/base", "ws://host/base/OFFICE-ID"),
        ("wss://host:8443/base/", "wss://host:8443/base/OFFICE-ID"),
        ("ws://host", "ws://host/OFFICE-ID"),
        # The identity came behind the query, where no back office looks for it.
        ("ws://host/base?key=secret", "ws://host/base/OFFICE-ID?key=secret"),
        ("ws://me:secret@host/base#part", "ws://me:secret@host/base/OFFICE-ID"),
    ],
)
def test_the_identity_is_the_end_of_the_path(url: str, address: str) -> None:
    assert relay_link.address(url, "OFFICE-ID") == address
    assert relay_link.address("ws://host/base", "a/b?c") == "ws://host/base/a%2Fb%3Fc"


async def test_no_password_is_in_the_log_however_much_it_says(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The library's own debug log has the handshake's headers (trial `secrets-canaries`)."""
    caplog.set_level("DEBUG", "websockets")
    caplog.set_level("DEBUG", "custom_components.evse_ocpp")
    async with world.running():
        await until(lambda: world.office.requests)
    (sent, *_) = [header for _, header in world.office.requests if header]
    assert sent.removeprefix("Basic ") not in "".join(
        record.getMessage() for record in caplog.records if record.name != "websockets.server"
    )


async def test_what_happens_while_they_are_away_is_told_later_even_after_a_restart(
    world: World,
) -> None:
    await world.office.close()
    async with world.running() as relay:
        ours = await world.start()
        await world.sample(ours, 1500)
        await until(lambda: relay.problem)
        assert not relay.connected
    assert [each.action for each in world.store.waiting.values()] == [
        "StartTransaction",
        "MeterValues",
    ]
    async with world.running() as relay:
        await world.stop(ours, 2000)
        await world.office.open()
        await until(lambda: world.office.all("StopTransaction"))
    assert world.office.all("StartTransaction")[0]["meterStart"] == 1000
    assert world.office.all("StopTransaction")[0]["meterStop"] == 2000
    assert relay.problem is None


async def test_a_running_transaction_goes_on_after_their_restart(world: World) -> None:
    async with world.running() as relay:
        ours = await world.start()
        await until(lambda: world.office.all("StartTransaction"))
        await world.office.close()
        await until(lambda: not relay.connected)
        await world.office.open()
        await until(lambda: relay.connected)
        await world.stop(ours, 1200)
        await until(lambda: world.office.all("StopTransaction"))
    assert len(world.office.all("StartTransaction")) == 1
    assert world.office.all("StopTransaction")[0]["transactionId"] == 901


async def test_transactions_from_before_the_relay_are_told_from_the_model(world: World) -> None:
    ours = await world.start()
    async with world.running():
        await until(lambda: world.store.transactions)
    assert world.office.all("StartTransaction")[0]["meterStart"] == 1000
    world.now += timedelta(hours=1)
    await world.stop(ours, 3000)  # while no relay runs, as in a crash before the queue was written
    async with world.running():
        await until(lambda: world.office.all("StopTransaction"))
    stop = world.office.all("StopTransaction")[0]
    assert (stop["transactionId"], stop["meterStop"], stop["reason"]) == (901, 3000, "Local")


async def test_repeated_messages_are_told_once(world: World) -> None:
    async with world.running() as relay:
        ours = await world.start()
        assert await world.start() == ours
        await world.stop(ours, 1100)
        await world.stop(ours, 1100)
        await until(lambda: world.office.all("StopTransaction") and not relay.waiting)
    assert len(world.office.all("StartTransaction")) == 1
    assert len(world.office.all("StopTransaction")) == 1


async def test_meter_values_are_thinned_to_one_a_minute(world: World) -> None:
    async with world.running() as relay:
        ours = await world.start()
        for seconds in range(0, 120, 10):
            world.now = START_AT + timedelta(seconds=seconds)
            value = {"timestamp": world.now.isoformat(), "sampledValue": [{"value": "1000"}]}
            await world.call("MeterValues", connectorId=1, transactionId=ours, meterValue=[value])
        await until(lambda: not relay.waiting)
    assert len(world.office.all("MeterValues")) == 2


async def test_status_and_cards_are_told_as_they_are(world: World) -> None:
    async with world.running() as relay:
        await until(lambda: relay.connected and len(world.office.all("StatusNotification")) == 2)
        world.charger.happened(
            HappeningKind.CARD_READ, 1, world.now, id_tag="CARD9", status="Accepted"
        )
        await until(lambda: world.office.all("Authorize"))
        await world.call(
            "StatusNotification", connectorId=1, errorCode="NoError", status="SuspendedEVSE"
        )
        await until(lambda: len(world.office.all("StatusNotification")) == 3)
        world.charger.link_down()
        world.charger.publish()
        await until(lambda: len(world.office.all("StatusNotification")) == 5)
    states = [each["status"] for each in world.office.all("StatusNotification")]
    assert states == ["Available", "Available", "SuspendedEVSE", "Unavailable", "Unavailable"]


async def test_a_refused_message_is_tried_again(world: World) -> None:
    world.office.refused["StartTransaction"] = 2
    async with world.running() as relay:
        await world.start()
        await until(lambda: world.office.all("StartTransaction"))
    assert relay.dropped == {}


async def test_a_message_refused_too_often_holds_up_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.office.refused["StartTransaction"] = 3
    async with world.running() as relay:
        first = await world.start()
        await world.stop(first, 1100)
        second = await world.start(1100)
        await world.stop(second, 1200)
        await until(lambda: world.office.all("StopTransaction") and not relay.waiting)
    assert relay.dropped == {"StartTransaction": 1, "StopTransaction": 1}
    assert world.office.all("StopTransaction")[0]["meterStop"] == 1200
    assert "StartTransaction: InternalError" in caplog.text


async def test_boot_that_is_not_accepted_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "HEARTBEAT_BOUNDS_S", (0.01, 0.02))
    world.office.boots = ["Pending", "Rejected"]
    async with world.running() as relay:
        await until(lambda: relay.connected)
        await until(lambda: world.office.all("Heartbeat"))
    assert len(world.office.all("BootNotification")) == 3


async def test_an_answer_that_does_not_come_ends_the_link(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_link, "ANSWER_TIMEOUT_S", 0.05)
    world.office.silent.add("StartTransaction")
    async with world.running() as relay:
        await world.start()
        await until(lambda: relay.problem)
        world.office.silent.clear()
        await until(lambda: world.office.all("StartTransaction"))
    assert len(world.office.requests) >= 2


async def test_a_full_disk_does_not_stop_the_relay(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.store.broken = True
    async with world.running() as relay:
        ours = await world.start()
        await world.stop(ours, 1100)
        await until(lambda: not relay.waiting)
        world.store.broken = False
    assert [each.levelname for each in caplog.records if "full" in each.message][:2] == [
        "WARNING",
        "DEBUG",
    ]
    assert (world.store.waiting, world.store.transactions) == ({}, {})


async def test_a_charger_of_201_is_relayed_from_the_model(world: World) -> None:
    charger = world.charger
    charger.ocpp_version = "2.0.1"
    async with world.running() as relay:
        await until(lambda: relay.connected)
        charger.open_transaction(1, "tx-of-201", "CARD1", world.now, 500.0)
        charger.publish()
        await until(lambda: world.office.all("StartTransaction"))
        transaction = charger.connectors[1].transaction
        assert transaction is not None
        transaction.energy_wh = 250.0
        charger.connectors[1].readings.at = world.now
        charger.connectors[1].readings.register_wh = 750.0
        charger.publish()
        await until(lambda: world.office.all("MeterValues"))
        charger.stop_transaction("tx-of-201", world.now, "StoppedByEV", None)
        charger.publish()
        await until(lambda: world.office.all("StopTransaction"))
    assert world.office.all("StartTransaction")[0]["meterStart"] == 500
    (meter_values,) = world.office.all("MeterValues")
    assert meter_values["transactionId"] == 901
    assert meter_values["meterValue"][0]["sampledValue"][0]["value"] == "750"
    stop = world.office.all("StopTransaction")[0]
    assert (stop["meterStop"], stop["reason"]) == (750, "Other")


# What the other side asks.


async def test_read_only_answers_harmless_questions(world: World) -> None:
    keys = world.charger.configuration
    keys["HeartbeatInterval"] = ConfigurationKey("60", readonly=False)
    keys["AuthorizationKey"] = ConfigurationKey("hidden", readonly=False)
    async with world.running() as relay:
        await until(lambda: relay.connected)
        answer = await world.office.ask("GetConfiguration")
        assert answer["configurationKey"] == [
            {"key": "HeartbeatInterval", "readonly": True, "value": "60"},
            {"key": "AuthorizationKey", "readonly": True},
        ]
        some = await world.office.ask("GetConfiguration", key=["HeartbeatInterval", "Nothing"])
        assert some["unknownKey"] == ["Nothing"]
        assert await world.office.ask("GetLocalListVersion") == {"listVersion": -1}
        for message in ("BootNotification", "Heartbeat", "StatusNotification"):
            before = len(world.office.all(message))
            answer = await world.office.ask("TriggerMessage", requestedMessage=message)
            assert answer == {"status": "Accepted"}
            await until(lambda m=message, b=before: len(world.office.all(m)) > b)
        asked = {"requestedMessage": "DiagnosticsStatusNotification"}
        assert await world.office.ask("TriggerMessage", **asked) == {"status": "NotImplemented"}
    assert not world.commands.mock_calls, "the charger is not bothered"


async def test_triggered_meter_values_are_told_at_once(world: World) -> None:
    async with world.running() as relay:
        ours = await world.start()
        await world.sample(ours, 1500)
        await until(lambda: world.office.all("MeterValues") and not relay.waiting)
        await world.office.ask("TriggerMessage", requestedMessage="MeterValues")
        await until(lambda: len(world.office.all("MeterValues")) == 2)


STEERING: list[tuple[str, dict[str, Any], str]] = [
    ("RemoteStartTransaction", {"idTag": "A"}, "Rejected"),
    ("RemoteStopTransaction", {"transactionId": 901}, "Rejected"),
    ("UnlockConnector", {"connectorId": 1}, "UnlockFailed"),
    ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, "Rejected"),
    ("CancelReservation", {"reservationId": 1}, "Rejected"),
    ("ClearChargingProfile", {}, "Unknown"),
    (
        "ReserveNow",
        {
            "connectorId": 1,
            "expiryDate": "2026-03-02T00:00:00Z",
            "idTag": "A",
            "reservationId": 3,
        },
        "Rejected",
    ),
]
NEVER: list[tuple[str, dict[str, Any], str]] = [
    ("ChangeConfiguration", {"key": "MaxCurrent", "value": "80"}, "Rejected"),
    ("ChangeConfiguration", {"key": "CentralSystemURL", "value": "ws://x"}, "Rejected"),
    ("Reset", {"type": "Hard"}, "Rejected"),
    ("ClearCache", {}, "Rejected"),
    ("SendLocalList", {"listVersion": 1, "updateType": "Full"}, "Failed"),
    ("DataTransfer", {"vendorId": "x"}, "UnknownVendorId"),
    ("GetCompositeSchedule", {"connectorId": 1, "duration": 60}, "Rejected"),
]


@pytest.mark.parametrize(("action", "payload", "status"), STEERING + NEVER)
async def test_read_only_refuses_to_steer(
    world: World, action: str, payload: dict[str, Any], status: str
) -> None:
    async with world.running() as relay:
        await until(lambda: relay.connected)
        assert await world.office.ask(action, **payload) == {"status": status}
    assert not world.commands.mock_calls


@full
@pytest.mark.parametrize(("action", "payload", "status"), NEVER)
async def test_what_could_weaken_us_is_refused_in_every_mode(
    world: World, action: str, payload: dict[str, Any], status: str
) -> None:
    async with world.running() as relay:
        await until(lambda: relay.connected)
        assert await world.office.ask(action, **payload) == {"status": status}
    assert not world.commands.mock_calls


@pytest.mark.parametrize("action", ["GetDiagnostics", "UpdateFirmware"])
async def test_what_has_no_status_is_refused_by_an_error(world: World, action: str) -> None:
    async with world.running() as relay:
        await until(lambda: relay.connected)
        assert await world.office.ask(action, location="ftp://x") == "NotSupported"


@full
async def test_full_passes_on(world: World) -> None:
    commands, office = world.commands, world.office
    async with world.running():
        ours = await world.start()
        await until(lambda: office.all("StartTransaction") and world.store.transactions)
        for action, payload, _ in STEERING[1:5]:
            good = "Unlocked" if action == "UnlockConnector" else "Accepted"
            assert await office.ask(action, **payload) == {"status": good}
        assert await office.ask("RemoteStartTransaction", idTag="B") == {"status": "Accepted"}
        action, payload, _ = STEERING[-1]
        assert await office.ask(action, **payload) == {"status": "Accepted"}
    commands.remote_stop.assert_awaited_once_with(ours)
    commands.unlock.assert_awaited_once_with(1)
    assert world.site.availability == [(0, False)]
    commands.cancel_reservation.assert_awaited_once_with(1)
    commands.reserve.assert_awaited_once_with(1, 3, "A", datetime(2026, 3, 2, tzinfo=UTC))
    assert world.site.starts == [(1, "B")]


@full
async def test_the_chargers_refusal_is_told(world: World) -> None:
    world.commands.reserve.side_effect = CommandRefused("ReserveNow", "Occupied")
    world.commands.unlock.side_effect = CommandUnanswered("UnlockConnector")
    world.site.refuses = True
    async with world.running() as relay:
        await until(lambda: relay.connected)
        ask = world.office.ask
        action, payload, _ = STEERING[-1]
        assert await ask(action, **payload) == {"status": "Occupied"}
        assert await ask("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}
        assert await ask("RemoteStartTransaction", idTag="B") == {"status": "Rejected"}
        assert await ask("RemoteStopTransaction", transactionId=7) == {"status": "Rejected"}
        world.charger.link_down()
        assert await ask("UnlockConnector", connectorId=1) == "GenericError"


@full
async def test_their_profiles_are_a_further_limit(world: World) -> None:
    schedule = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8}],
        "duration": 60,
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }
    async with world.running() as relay:
        await until(lambda: relay.connected)
        ask = world.office.ask
        answer = await ask("SetChargingProfile", connectorId=0, csChargingProfiles=profile)
        assert answer == {"status": "Accepted"}
        assert world.site.limits[-1] == 8
        bad = profile | {"chargingSchedule": {"chargingRateUnit": "A"}}
        answer = await ask("SetChargingProfile", connectorId=0, csChargingProfiles=bad)
        assert answer == {"status": "Rejected"}
        world.now += timedelta(seconds=61)
        await until(lambda: world.site.limits[-1] is None)
        assert await ask("ClearChargingProfile") == {"status": "Accepted"}
    assert not world.commands.mock_calls, "only our own steering writes profiles"


@full
@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("UnlockConnector", {"connectorId": 0}, "PropertyConstraintViolation"),
        ("UnlockConnector", {}, "OccurenceConstraintViolation"),
        (
            "ChangeAvailability",
            {"connectorId": 1, "type": "Broken"},
            "PropertyConstraintViolation",
        ),
        (
            "SetChargingProfile",
            {"connectorId": 1, "csChargingProfiles": []},
            "PropertyConstraintViolation",
        ),
    ],
)
async def test_malformed_calls_are_refused_by_name(
    world: World, action: str, payload: dict[str, Any], code: str
) -> None:
    async with world.running() as relay:
        await until(lambda: relay.connected)
        assert await world.office.ask(action, **payload) == code


async def test_noise_on_the_link_is_ignored(world: World) -> None:
    async with world.running() as relay:
        await until(lambda: relay.connected)
        for noise in ("no json", "[9]", '[3,"unknown",{}]', '[4,"unknown","GenericError","",{}]'):
            await world.office.send(noise)
        await world.start()
        await until(lambda: world.office.all("StartTransaction"))
    assert len(world.office.requests) == 1


@full
async def test_a_fault_of_ours_is_answered(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.commands.unlock.side_effect = RuntimeError("a fault")
    async with world.running() as relay:
        await until(lambda: relay.connected)
        assert await world.office.ask("UnlockConnector", connectorId=1) == "InternalError"
    assert "could not be handled" in caplog.text


async def test_a_flood_of_calls_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_link, "MAX_CALLS_WAITING", 1)
    async with world.running() as relay:
        await until(lambda: relay.connected)
        asked = [world.office.ask("GetLocalListVersion") for _ in range(50)]
        answers = await asyncio.gather(*asked)
    assert {"listVersion": -1} in answers
    assert all(answer in ({"listVersion": -1}, "GenericError") for answer in answers)


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("AuthorizationKey", True),
        ("WiFi_Password", True),
        ("x-api-key", True),
        ("HeartbeatInterval", False),
    ],
)
def test_secrets_are_known_by_their_names(name: str, hidden: bool) -> None:
    assert secret(name) is hidden


def test_unknown_actions_are_rejected() -> None:
    assert refusal("Whatever") == {"status": "Rejected"}
