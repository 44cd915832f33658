"""A light central system of OCPP 1.6J that keeps the books: what begins, what ends, what repeats.

A message that is told again under the same id is the same message; a transaction that is told again
under another id is one too many, and is noted. That is what trials count lost and doubled energy
by.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

HEARTBEAT_S = 30
ANSWER_TIMEOUT_S = 5.0

Payload = dict[str, Any]


@dataclass(slots=True)
class Transaction:
    """One transaction as the wallbox told it; energies are its meter's register."""

    id: int
    identity: str
    id_tag: str
    start_wh: int
    started_at: str
    stop_wh: int | None = None
    reason: str = ""


@dataclass(slots=True)
class LightCentral:
    """See the module; a context that listens on a free port of this computer.

    `transactions` by their ids, `wrong` what no central system should hear, `heard` (identity,
    action, payload) if `keep` is set. `utcnow` is the time that it tells.
    """

    utcnow: Callable[[], datetime] = lambda: datetime.now(UTC)
    keep: bool = False
    host: str = "127.0.0.1"
    """Where it listens; its `url` names it, too."""
    tls: ssl.SSLContext | None = None
    transactions: dict[int, Transaction] = field(default_factory=dict)
    heard: list[tuple[str, str, Payload]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeated: int = 0
    """Messages that were told again, because their answer was lost."""
    connected: set[str] = field(default_factory=set)
    url: str = ""
    port: int = 0
    _server: Server | None = None
    _links: dict[str, ServerConnection] = field(default_factory=dict)
    _told: dict[str, Payload] = field(default_factory=dict)
    _answers: dict[str, asyncio.Future[Payload]] = field(default_factory=dict)
    _number: int = 0

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await serve(
            self._serve,
            self.host,
            0,
            subprotocols=[Subprotocol("ocpp1.6")],
            ping_interval=None,
            ssl=self.tls,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        scheme = "ws" if self.tls is None else "wss"
        self.url = f"{scheme}://{self.host}:{self.port}/ocpp"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def of(self, identity: str) -> list[Transaction]:
        """The transactions of a wallbox, the oldest first."""
        return [each for each in self.transactions.values() if each.identity == identity]

    async def call(self, identity: str, action: str, payload: Payload) -> Payload | None:
        """Return a wallbox's answer; None when none came, or it was a CALLERROR."""
        link = self._links.get(identity)
        if link is None:
            return None
        self._number += 1
        message_id = f"central-{self._number}"
        answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await link.send(json.dumps([2, message_id, action, payload]))
                return await answer
        except (ConnectionClosed, TimeoutError, RuntimeError):
            return None
        finally:
            del self._answers[message_id]

    def drop(self, identity: str) -> None:
        """End a wallbox's connection without a word; it may come again."""
        if link := self._links.get(identity):
            link.transport.abort()

    async def _serve(self, link: ServerConnection) -> None:
        identity = (link.request.path if link.request else "").rpartition("/")[2]
        self._links[identity] = link
        with suppress(ConnectionClosed):
            async for text in link:
                kind, message_id, *rest = json.loads(text)
                if kind == 2:
                    answer = self._answered(identity, message_id, rest[0], rest[1])
                    await link.send(json.dumps([3, message_id, answer]))
                    continue
                waiting = self._answers.get(message_id)
                if waiting is None or waiting.done():
                    continue
                if kind == 3:
                    waiting.set_result(rest[0])
                else:
                    waiting.set_exception(RuntimeError(str(rest)))
        if self._links.get(identity) is link:
            del self._links[identity]
            self.connected.discard(identity)

    def _answered(self, identity: str, message_id: str, action: str, payload: Payload) -> Payload:
        if self.keep:
            self.heard.append((identity, action, payload))
        if message_id in self._told:
            self.repeated += 1
            return self._told[message_id]
        answer = self._answer(identity, action, payload)
        if action in {"StartTransaction", "StopTransaction", "MeterValues"}:
            self._told[message_id] = answer
        return answer

    def _answer(self, identity: str, action: str, payload: Payload) -> Payload:
        now = self.utcnow().isoformat()
        match action:
            case "BootNotification":
                self.connected.add(identity)
                return {"status": "Accepted", "currentTime": now, "interval": HEARTBEAT_S}
            case "Heartbeat":
                return {"currentTime": now}
            case "Authorize":
                return {"idTagInfo": {"status": "Accepted"}}
            case "StartTransaction":
                return self._start(identity, payload)
            case "DataTransfer":
                return {"status": "UnknownVendorId"}
            case "StopTransaction":
                self._stop(identity, payload)
            case "MeterValues":
                self._metered(identity, payload)
        return {}

    def _start(self, identity: str, payload: Payload) -> Payload:
        new = Transaction(
            len(self.transactions) + 1,
            identity,
            payload["idTag"],
            payload["meterStart"],
            payload["timestamp"],
        )
        for old in self.of(identity):
            if (old.started_at, old.start_wh) == (new.started_at, new.start_wh):
                self.wrong.append(f"{identity}: transaction {old.id} is told twice")
        self.transactions[new.id] = new
        return {"transactionId": new.id, "idTagInfo": {"status": "Accepted"}}

    def _stop(self, identity: str, payload: Payload) -> None:
        ended = self.transactions.get(payload["transactionId"])
        if ended is None or ended.identity != identity:
            self.wrong.append(f"{identity}: the end of a transaction that never began: {payload}")
        elif ended.stop_wh is not None:
            self.wrong.append(f"{identity}: transaction {ended.id} ends twice")
        else:
            ended.stop_wh = payload["meterStop"]
            ended.reason = payload.get("reason", "Local")
            if ended.stop_wh < ended.start_wh:
                self.wrong.append(f"{identity}: transaction {ended.id} has a negative energy")

    def _metered(self, identity: str, payload: Payload) -> None:
        ended = self.transactions.get(payload.get("transactionId", 0))
        if ended is not None and ended.stop_wh is not None:
            self.wrong.append(f"{identity}: values of transaction {ended.id} after its end")
