"""A station that is told what to say, and a central system with full schema validation."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ocpp.routing import on
from ocpp.v16 import ChargePoint as CentralSide
from ocpp.v16 import call_result
from ocpp.v16.enums import Action
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from evse.clock import SystemClock
from evse.core.reservation import Reservation
from evse.meters.reading import Phases
from evse.ocpp.client import OcppClient
from evse.ocpp.frames import CALL
from evse.ocpp.port import ChargerReadings, IdTagInfo, StatusReport
from evse.ocpp.schemas import SchemaViolation, check_call
from evse.settings.values import Settings
from evse.simulation.clock import AcceleratedClock
from evse.storage.database import Database
from evse.storage.transactions import TransactionRecord, new_local_id
from evse.storage.values import Values

SPEED = 20.0
"""Simulated seconds per second: intervals of whole seconds pass in tenths."""


class FakeStation:
    """Says what the test sets, and keeps what it was asked."""

    def __init__(self) -> None:
        self.connector_ids = (1,)
        self.statuses = {0: "Available", 1: "Available"}
        self.errors = {0: "NoError", 1: "NoError"}
        self.house_a: Phases | None = None
        self.offered_a = 16.0
        self.answer = True
        self.asked: list[tuple[Any, ...]] = []

    def status(self, connector_id: int) -> StatusReport:
        status, error = self.statuses[connector_id], self.errors[connector_id]
        return StatusReport(status, error, datetime.now(UTC))

    def readings(self, connector_id: int) -> ChargerReadings:
        return ChargerReadings(
            energy_wh=1234.4,
            offered_a=self.offered_a,
            voltage_v=(230.0, 231.0, 229.0),
            current_a=(15.7, 15.6, 15.8),
            power_w=10_800.0,
        )

    def house_current_a(self) -> Phases | None:
        return self.house_a

    async def remote_start(self, connector_id: int | None, id_tag: str) -> bool:
        self.asked.append(("remote_start", connector_id, id_tag))
        return self.answer

    async def remote_stop(self, transaction_id: int) -> bool:
        self.asked.append(("remote_stop", transaction_id))
        return transaction_id == 7

    async def reserve(self, wanted: Reservation) -> str:
        self.asked.append(("reserve", wanted))
        return "Accepted" if self.answer else "Occupied"

    async def cancel_reservation(self, reservation_id: int) -> bool:
        self.asked.append(("cancel_reservation", reservation_id))
        return reservation_id == 7

    def transaction_answered(self, local_id: str, server_id: int, info: IdTagInfo) -> None:
        self.asked.append(("transaction_answered", local_id, server_id, info))

    async def change_availability(self, connector_id: int, operative: bool) -> str:
        self.asked.append(("change_availability", connector_id, operative))
        return "Accepted"

    async def unlock(self, connector_id: int) -> str:
        self.asked.append(("unlock", connector_id))
        return "Unlocked"

    def reset(self, hard: bool) -> None:
        self.asked.append(("reset", hard))


@dataclass
class Central:
    """The central system: keeps every call, and answers as `answers` says."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    requests: list[Any] = field(default_factory=list)  # of the handshakes
    side: CentralSide | None = None
    frames: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)  # of the schemas, in calls of the wallbox
    server: Server | None = None
    url: str = ""
    refuse_with: int | None = None
    tls: ssl.SSLContext | None = None

    def check(self, frame: str) -> None:
        """Keep what is wrong with a call of the wallbox; answers are checked by `ask`."""
        kind, _, action, payload, *_ = [*json.loads(frame), None]
        if kind == CALL:
            try:
                check_call(action, payload)
            except SchemaViolation as violation:
                self.violations.append(f"{action}: {violation}")

    def of(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.calls if name == action]

    def actions(self) -> list[str]:
        return [name for name, _ in self.calls]

    async def ask(self, payload: Any) -> Any:
        assert self.side is not None
        return await self.side.call(payload, suppress=False)

    async def send_raw(self, frame: str | bytes) -> None:
        assert self.side is not None
        await self.side._connection.send(frame)

    def answer(self, action: str, payload: dict[str, Any]) -> Any:
        self.calls.append((action, payload))
        if action in self.answers:
            return self.answers[action](payload)
        return DEFAULT_ANSWERS[action]()


def _now() -> str:
    return datetime.now(UTC).isoformat()


DEFAULT_ANSWERS: dict[str, Callable[[], Any]] = {
    "BootNotification": lambda: call_result.BootNotification(_now(), 300, "Accepted"),
    "Heartbeat": lambda: call_result.Heartbeat(_now()),
    "StatusNotification": call_result.StatusNotification,
    "Authorize": lambda: call_result.Authorize({"status": "Accepted"}),
    "StartTransaction": lambda: call_result.StartTransaction(7, {"status": "Accepted"}),
    "StopTransaction": call_result.StopTransaction,
    "MeterValues": call_result.MeterValues,
    "DataTransfer": lambda: call_result.DataTransfer("Accepted"),
    "DiagnosticsStatusNotification": call_result.DiagnosticsStatusNotification,
    "FirmwareStatusNotification": call_result.FirmwareStatusNotification,
    "SecurityEventNotification": call_result.SecurityEventNotification,
    "LogStatusNotification": call_result.LogStatusNotification,
    "SignedFirmwareStatusNotification": call_result.SignedFirmwareStatusNotification,
    "SignCertificate": lambda: call_result.SignCertificate("Accepted"),
}


def _handler(central: Central, action: str) -> Callable[..., Any]:
    async def handle(**payload: Any) -> Any:
        result = central.answer(action, payload)
        return await result if isinstance(result, Awaitable) else result

    handle.__name__ = f"on_{action}"
    return on(Action(action))(handle)


async def start_central(central: Central, port: int = 0) -> None:
    """Listen; a second start after `stop_central` takes the same port."""

    async def session(connection: ServerConnection) -> None:
        side = CentralSide(connection.request.path.rsplit("/", 1)[-1], connection, 30)
        side.route_map = {
            Action(action): {"_on_action": _handler(central, action)} for action in DEFAULT_ANSWERS
        }
        route = side.route_message

        async def keep(frame: str) -> None:
            central.frames.append(frame)
            central.check(frame)
            await route(frame)

        side.route_message = keep
        central.side = side
        with contextlib.suppress(ConnectionClosed):
            await side.start()

    def process_request(connection: ServerConnection, request: Any) -> Any:
        central.requests.append(request)
        return connection.respond(central.refuse_with, "no") if central.refuse_with else None

    central.server = await serve(
        session,
        "127.0.0.1",
        port,
        subprotocols=["ocpp1.6"],
        process_request=process_request,
        ssl=central.tls,
    )
    port = next(iter(central.server.sockets)).getsockname()[1]
    scheme = "wss" if central.tls else "ws"
    central.url = f"{scheme}://127.0.0.1:{port}/ocpp"


async def stop_central(central: Central) -> None:
    assert central.server is not None
    central.server.close()
    await central.server.wait_closed()


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    central = Central()
    await start_central(central)
    yield central
    await stop_central(central)
    assert central.violations == []


@dataclass
class Wallbox:
    """A client with its database, station and settings."""

    client: OcppClient
    settings: Settings
    database: Database
    station: FakeStation
    clock: Any
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def start(self) -> None:
        self.tasks.append(asyncio.create_task(self.client.run()))

    async def kill(self) -> None:
        """A power cut as seen by the program: nothing is finished."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        await self.database.close()


@pytest.fixture
async def make_wallbox(
    tmp_path: Path, central: Central
) -> AsyncIterator[Callable[..., Awaitable[Wallbox]]]:
    made: list[Wallbox] = []

    async def make(
        *overrides: str, speed: float = SPEED, station: FakeStation | None = None
    ) -> Wallbox:
        clock: Any = SystemClock() if speed == 1 else AcceleratedClock(speed, max_step_s=speed / 50)
        database = await Database.open(tmp_path / "evse.db")
        settings = await Settings.load(
            Values(database),
            overrides=(f"ocpp.url={central.url}", "ocpp.identity=box1", *overrides),
        )
        station = station or FakeStation()
        client = await OcppClient.load(settings, database, clock, station, tmp_path)
        wallbox = Wallbox(client, settings, database, station, clock)
        if speed != 1:
            wallbox.tasks.append(asyncio.create_task(clock.run()))
        made.append(wallbox)
        return wallbox

    yield make
    for wallbox in made:
        await wallbox.kill()


@pytest.fixture
async def wallbox(make_wallbox: Callable[..., Awaitable[Wallbox]]) -> Wallbox:
    """Connected and accepted."""
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    return wallbox


async def eventually(condition: Callable[[], Any], within_s: float = 60.0) -> None:
    """Wait until it holds; the test fails when it does not in time."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 (it watches plain attributes)
            await asyncio.sleep(0.01)


@pytest.fixture(name="eventually")
def _eventually() -> Callable[..., Awaitable[None]]:
    return eventually


@pytest.fixture
def restart() -> Callable[[Central], Awaitable[None]]:
    """Start the central system again at its port."""

    async def again(central: Central) -> None:
        await start_central(central, int(central.url.split(":")[2].split("/")[0]))

    return again


@pytest.fixture
def stop() -> Callable[[Central], Awaitable[None]]:
    return stop_central


@pytest.fixture
def begun() -> Callable[..., TransactionRecord]:
    """A transaction that begins now."""

    def record(connector_id: int = 1, id_tag: str = "CARD", **more: Any) -> TransactionRecord:
        return TransactionRecord(
            new_local_id(), connector_id, id_tag, None, 1000, datetime.now(UTC), **more
        )

    return record


@pytest.fixture
def ended() -> Callable[..., TransactionRecord]:
    """The same transaction, over."""

    def record(begun: TransactionRecord, reason: str = "Local") -> TransactionRecord:
        return replace(
            begun,
            meter_stop_wh=2500,
            stopped_at=datetime.now(UTC),
            reason=reason,
            stop_id_tag=begun.id_tag,
        )

    return record


@pytest.fixture
def events(central: Any) -> Callable[[], list[str]]:
    """The types of the security events that the central system was told."""
    return lambda: [event["type"] for event in central.of("SecurityEventNotification")]
