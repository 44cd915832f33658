"""A light charge point of OCPP 1.6J, of which hundreds fit into one process.

It has a lifetime register, and a queue in which the messages of its transactions wait until they
were answered, whatever the central system does meanwhile; so have real ones (OCPP 1.6, 3.7).
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

REDIAL_S = (0.5, 1.5)
ANSWER_TIMEOUT_S = 20.0
RETRY_S = 1.0

Payload = dict[str, Any]


@dataclass
class Session:
    """One transaction as the charge point knows it. `central_id`: None until it was answered."""

    id_tag: str
    start_wh: int
    stop_wh: int | None = None
    central_id: int | None = None


@dataclass
class Message:
    """What waits for an answer. `session`: whose transactionId goes into it, when it is sent."""

    action: str
    payload: Payload
    session: Session | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class ChargePoint:
    """One charge point with one connector; `run` keeps it connected until cancelled.

    `calls` are what it was asked for, with the time (monotonic s) at which each came. It accepts
    everything. `power_w` flows while a session runs. `problem`: why the last link ended.
    """

    def __init__(
        self,
        url: str,
        identity: str,
        password: str,
        *,
        register_wh: float = 0.0,
        power_w: float = 11_000.0,
        on_call: Callable[[str, Payload], None] = lambda _action, _payload: None,
    ) -> None:
        self.url = f"{url.rstrip('/')}/{identity}"
        self.identity = identity
        self.register_wh = register_wh
        self.power_w = power_w
        self.status = "Available"
        self.session: Session | None = None
        self.sessions: list[Session] = []
        self.calls: list[tuple[float, str, Payload]] = []
        self.waiting: deque[Message] = deque()
        self.connections = 0
        self.connected = asyncio.Event()
        self.problem = ""
        self._on_call = on_call
        credentials = base64.b64encode(f"{identity}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}"}
        self._news = asyncio.Event()
        self._answers: dict[str, asyncio.Future[Payload | None]] = {}
        self._number = 0
        self._measured_s = time.monotonic()
        self._websocket: ClientConnection | None = None

    # What happens at it.

    def measure(self) -> int:
        """Let the energy flow until now; return the register in Wh, as it would be shown."""
        now_s = time.monotonic()
        if self.session is not None:
            self.register_wh += self.power_w * (now_s - self._measured_s) / 3600
        self._measured_s = now_s
        return int(self.register_wh)

    def start(self, id_tag: str = "CARD1") -> Session:
        """Begin a transaction with a card."""
        self.measure()
        self.session = Session(id_tag, self.measure())
        self.sessions.append(self.session)
        self.tell(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": id_tag,
                "meterStart": self.session.start_wh,
                "timestamp": stamp(),
            },
            self.session,
        )
        self.tell_status("Charging")
        return self.session

    def sample(self, values: list[Payload] | None = None) -> Message:
        """Send MeterValues: the given ones, or register and power."""
        wh = self.measure()
        power_w = self.power_w if self.session else 0.0
        sampled = values or [
            {"value": str(wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"},
        ]
        meter_value = {"timestamp": stamp(), "sampledValue": sampled}
        payload = {"connectorId": 1, "meterValue": [meter_value]}
        return self.tell("MeterValues", payload, self.session)

    def stop(self, reason: str = "Local") -> None:
        """End the transaction; nothing when there is none."""
        if (session := self.session) is None:
            return
        session.stop_wh = self.measure()
        self.session = None
        payload = {"meterStop": session.stop_wh, "timestamp": stamp(), "reason": reason}
        self.tell("StopTransaction", payload, session)
        self.tell_status("Finishing")
        self.tell_status("Available")

    def tell_status(self, status: str) -> None:
        """Tell a new status of the connector."""
        self.status = status
        self.tell("StatusNotification", self._status_payload())

    def tell(self, action: str, payload: Payload, session: Session | None = None) -> Message:
        """Queue a message behind those that wait."""
        message = Message(action, payload, session)
        self.waiting.append(message)
        self._news.set()
        return message

    def _status_payload(self) -> Payload:
        return {"connectorId": 1, "errorCode": "NoError", "status": self.status}

    # The link.

    async def run(self) -> None:
        """Stay connected, and tell what waits in order."""
        while True:
            try:
                await self._converse()
            except* (OSError, TimeoutError, WebSocketException, EOFError) as group:
                # The central system is away: that is what the queue is for.
                self.problem = repr(group.exceptions[0])
            self.connected.clear()
            await asyncio.sleep(random.uniform(*REDIAL_S))

    async def _converse(self) -> None:
        async with (
            connect(
                self.url,
                subprotocols=[Subprotocol("ocpp1.6")],
                additional_headers=self._headers,
                compression=None,
                proxy=None,
                open_timeout=10,
                close_timeout=1,
                ping_interval=None,
            ) as websocket,
            asyncio.TaskGroup() as tasks,
        ):
            self._websocket = websocket
            self._answers.clear()
            self.connections += 1
            tasks.create_task(self._read(websocket))
            boot = {"chargePointVendor": "Harness", "chargePointModel": "Light"}
            await self._call(websocket, "BootNotification", boot | {"firmwareVersion": "1"})
            await self._call(websocket, "StatusNotification", self._status_payload())
            self.connected.set()
            while True:
                self._news.clear()
                while self.waiting:
                    await self._tell_first(websocket)
                await self._news.wait()

    async def _tell_first(self, websocket: ClientConnection) -> None:
        message = self.waiting[0]
        payload = message.payload
        if message.session is not None and message.action != "StartTransaction":
            if message.session.central_id is None:
                raise EOFError("the start was not answered")
            payload = payload | {"transactionId": message.session.central_id}
        answer = await self._call(websocket, message.action, payload)
        if answer is None:  # refused: told again
            await asyncio.sleep(RETRY_S)
            return
        if message.session is not None and message.action == "StartTransaction":
            message.session.central_id = int(answer["transactionId"])
        self.waiting.popleft()
        message.answered.set()

    async def _call(
        self, websocket: ClientConnection, action: str, payload: Payload
    ) -> Payload | None:
        """Call, and return the answer; None for a CALLERROR."""
        self._number += 1
        message_id = f"{self._number}"
        answer: asyncio.Future[Payload | None] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        await websocket.send(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await answer

    async def _read(self, websocket: ClientConnection) -> None:
        async for text in websocket:
            kind, message_id, *rest = json.loads(text)
            if kind == 2:
                self.calls.append((time.monotonic(), rest[0], rest[1]))
                self._on_call(rest[0], rest[1])
                await websocket.send(json.dumps([3, message_id, self._answer(*rest)]))
            elif future := self._answers.pop(message_id, None):
                future.set_result(rest[0] if kind == 3 else None)
        raise EOFError("the central system closed")

    def _answer(self, action: str, payload: Payload) -> Payload:
        match action:
            case "GetConfiguration":
                return {"configurationKey": [], "unknownKey": payload.get("key", [])}
            case "RemoteStopTransaction":
                asyncio.get_running_loop().call_soon(self.stop, "Remote")
            case "TriggerMessage" if payload["requestedMessage"] == "StatusNotification":
                self.tell("StatusNotification", self._status_payload())
        return {"status": "Accepted"}

    async def drained(self, timeout_s: float) -> bool:
        """Wait until nothing waits; return whether that came true."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self.waiting:
                    await self.waiting[-1].answered.wait()
        return not self.waiting


def stamp() -> str:
    """The time now, as OCPP writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
