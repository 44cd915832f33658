"""A light charge point of OCPP 1.6J, of which hundreds fit into one process.

It has a lifetime register, and a queue in which the messages of its transactions wait until they
were answered, whatever the central system does meanwhile; so have real ones (OCPP 1.6, 3.7). One
call is in flight at a time (OCPP-J 1.6, 4.1.1).
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ssl import SSLContext
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from evse import __version__
from evse.simulation.fleet import answers
from evse.simulation.fleet.profiles import VOLTAGE_V, Profiles

REDIAL_S = (0.5, 1.5)
OPEN_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 20.0
RETRY_S = 1.0
"""After a CALLERROR, s."""

HEARTBEAT_S = 300.0
"""Where the central system names none, s."""

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
    attempts: int = 0
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Watcher(Protocol):
    """Who is told how the central system answers."""

    def answered(self, action: str, took_s: float, accepted: bool) -> None:
        """A call was answered; `accepted` is False for a CALLERROR."""

    def linked(self) -> None:
        """The charge point is connected, and its BootNotification is accepted."""

    def away(self, problem: str) -> None:
        """A link ended, or none came about."""

    def given_up(self, action: str) -> None:
        """A message was refused so often that it is not told any more."""


class ChargePoint:
    """One charge point with one connector; `run` keeps it connected until cancelled.

    `calls` are what it was asked for, with the time (monotonic s) at which each came. It accepts
    what it knows. `power_w` is what its car takes while a session runs and no profile allows
    less. `problem`: why the last link ended.
    """

    def __init__(
        self,
        url: str,
        identity: str,
        password: str | None,
        *,
        register_wh: float = 0.0,
        power_w: float = 11_000.0,
        phases: int = 3,
        on_call: Callable[[str, Payload], None] = lambda _action, _payload: None,
        watcher: Watcher | None = None,
        ssl: SSLContext | None = None,
        attempts: int | None = None,
        keep: int | None = None,
    ) -> None:
        """`password` is None without one. `attempts`: how often a refused message is told; None
        for ever. `keep`: how many calls and sessions are remembered; None all.
        """
        self.url = f"{url.rstrip('/')}/{identity}"
        self.identity = identity
        self.register_wh = register_wh
        self.power_w = power_w
        self.phases = phases
        self.status = "Available"
        self.session: Session | None = None
        self.sessions: deque[Session] = deque(maxlen=keep)
        self.calls: deque[tuple[float, str, Payload]] = deque(maxlen=keep)
        self.waiting: deque[Message] = deque()
        self.profiles = Profiles()
        self.connections = 0
        self.connected = asyncio.Event()
        self.problem = ""
        self._on_call = on_call
        self._watcher = watcher
        self._ssl = ssl
        self._attempts = attempts
        self._headers = {}
        if password is not None:
            credentials = base64.b64encode(f"{identity}:{password}".encode()).decode()
            self._headers = {"Authorization": f"Basic {credentials}"}
        self._news = asyncio.Event()
        self._answers: dict[str, asyncio.Future[Payload | None]] = {}
        self._numbers = itertools.count(1)
        self._measured_s = time.monotonic()
        self._websocket: ClientConnection | None = None
        self._heartbeat_s = HEARTBEAT_S

    # What happens at it.

    @property
    def flowing_w(self) -> float:
        """The power at this instant, W."""
        if self.session is None:
            return 0.0
        allowed_a = self.profiles.allowed_a(datetime.now(UTC), self.phases)
        return min(self.power_w, allowed_a * VOLTAGE_V * self.phases)

    def measure(self) -> int:
        """Let the energy flow until now; return the register in Wh, as it would be shown."""
        now_s = time.monotonic()
        self.register_wh += self.flowing_w * (now_s - self._measured_s) / 3600
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
        """Send MeterValues: the given ones, or register, power and currents."""
        meter_value = {"timestamp": stamp(), "sampledValue": values or self._values()}
        payload = {"connectorId": 1, "meterValue": [meter_value]}
        return self.tell("MeterValues", payload, self.session)

    def _values(self) -> list[Payload]:
        wh, power_w = self.measure(), self.flowing_w
        current_a = f"{power_w / VOLTAGE_V / self.phases:.2f}"
        return [
            {"value": str(wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            {"value": f"{power_w:.0f}", "measurand": "Power.Active.Import", "unit": "W"},
            *(
                {"value": current_a, "measurand": "Current.Import", "unit": "A", "phase": f"L{n}"}
                for n in range(1, self.phases + 1)
            ),
        ]

    def stop(self, reason: str = "Local") -> None:
        """End the transaction; nothing when there is none."""
        if (session := self.session) is None:
            return
        session.stop_wh = self.measure()
        self.session = None
        self.profiles.end_transaction()
        payload = {"meterStop": session.stop_wh, "timestamp": stamp(), "reason": reason}
        self.tell("StopTransaction", payload, session)
        self.tell_status("Finishing")
        self.tell_status("Available")

    def tell_status(self, status: str | None = None) -> None:
        """Tell a new status of the connector, or the present one again."""
        self.status = status or self.status
        self.tell("StatusNotification", self._status_payload())

    def tell(self, action: str, payload: Payload, session: Session | None = None) -> Message:
        """Queue a message behind those that wait."""
        message = Message(action, payload, session)
        self.waiting.append(message)
        self._news.set()
        return message

    def _status_payload(self) -> Payload:
        return {"connectorId": 1, "errorCode": "NoError", "status": self.status}

    def set_profile(self, payload: Payload) -> None:
        """Take a charging profile (SetChargingProfile.req)."""
        self.measure()
        profile = payload["csChargingProfiles"]
        self.profiles.put(payload["connectorId"], profile, datetime.now(UTC))

    def clear_profile(self, payload: Payload) -> bool:
        """Remove what is named (ClearChargingProfile.req); return whether there was any."""
        self.measure()
        return self.profiles.clear(payload)

    def hang_up(self) -> None:
        """End the link, as a reset does; it comes back by itself."""
        if self._websocket is not None:
            self._websocket.transport.abort()

    def remember_all(self) -> None:
        """Remember every transaction from now on."""
        self.sessions = deque(self.sessions)

    # The link.

    async def run(self) -> None:
        """Stay connected, and tell what waits in order."""
        while True:
            try:
                await self._converse()
            except* (OSError, TimeoutError, WebSocketException, EOFError) as group:
                # The central system is away: that is what the queue is for.
                self.problem = _told(group)
            except* answers.NOT_OCPP as group:
                self.problem = _told(group)
            self.connected.clear()
            if self._watcher is not None:
                self._watcher.away(self.problem)
            await asyncio.sleep(random.uniform(*REDIAL_S))

    async def _converse(self) -> None:
        async with (
            connect(
                self.url,
                subprotocols=[Subprotocol("ocpp1.6")],
                additional_headers=self._headers,
                compression=None,
                proxy=None,
                ssl=self._ssl,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=1,
                ping_interval=None,
            ) as websocket,
            asyncio.TaskGroup() as tasks,
        ):
            self._websocket = websocket
            self._answers.clear()
            self.connections += 1
            tasks.create_task(self._read(websocket))
            await self._boot(websocket)
            await self._call(websocket, "StatusNotification", self._status_payload())
            self.connected.set()
            if self._watcher is not None:
                self._watcher.linked()
            while True:
                self._news.clear()
                while self.waiting:
                    await self._tell_first(websocket)
                try:
                    async with asyncio.timeout(self._heartbeat_s):
                        await self._news.wait()
                except TimeoutError:
                    await self._call(websocket, "Heartbeat", {})

    async def _boot(self, websocket: ClientConnection) -> None:
        """Register, as often as it takes (OCPP 1.6, 4.2)."""
        boot = {
            "chargePointVendor": "evse",
            "chargePointModel": "fleet",
            "firmwareVersion": __version__,
        }
        while True:
            answer = await self._call(websocket, "BootNotification", boot) or {}
            interval_s = float(answer.get("interval") or 0)
            if answer.get("status") == "Accepted":
                self._heartbeat_s = interval_s or HEARTBEAT_S
                return
            await asyncio.sleep(interval_s or RETRY_S)

    async def _tell_first(self, websocket: ClientConnection) -> None:
        message = self.waiting[0]
        payload = message.payload
        if message.session is not None and message.action != "StartTransaction":
            if message.session.central_id is None:
                raise EOFError("the start was not answered")
            payload = payload | {"transactionId": message.session.central_id}
        answer = await self._call(websocket, message.action, payload)
        if answer is None:  # refused: told again
            await self._refused(message)
            return
        if message.session is not None and message.action == "StartTransaction":
            message.session.central_id = int(answer["transactionId"])
            if answer["idTagInfo"]["status"] != "Accepted" and self.session is message.session:
                self.stop("DeAuthorized")
        self.waiting.popleft()
        message.answered.set()

    async def _refused(self, message: Message) -> None:
        message.attempts += 1
        if self._attempts is None or message.attempts < self._attempts:
            await asyncio.sleep(RETRY_S)
            return
        gone = {id(message)}
        if message.action == "StartTransaction":  # nothing can be told of it without its number
            gone |= {id(each) for each in self.waiting if each.session is message.session}
            if self.session is message.session:
                self.session = None
                self.tell_status("Available")
        for each in [each for each in self.waiting if id(each) in gone]:
            self.waiting.remove(each)
            each.answered.set()
            if self._watcher is not None:
                self._watcher.given_up(each.action)

    async def _call(
        self, websocket: ClientConnection, action: str, payload: Payload
    ) -> Payload | None:
        """Call, and return the answer; None for a CALLERROR."""
        message_id = f"{next(self._numbers)}"
        answer: asyncio.Future[Payload | None] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        began_s = time.monotonic()
        await websocket.send(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            told = await answer
        if self._watcher is not None:
            self._watcher.answered(action, time.monotonic() - began_s, told is not None)
        return told

    async def _read(self, websocket: ClientConnection) -> None:
        async for text in websocket:
            kind, message_id, *rest = json.loads(text)
            if kind == 2:
                self.calls.append((time.monotonic(), rest[0], rest[1]))
                self._on_call(rest[0], rest[1])
                await websocket.send(json.dumps(answers.answer(self, message_id, *rest)))
            elif future := self._answers.pop(message_id, None):
                future.set_result(rest[0] if kind == 3 else None)
        raise EOFError("the central system closed")

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


def _told(group: BaseExceptionGroup[Exception]) -> str:
    error = group.exceptions[0]
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
