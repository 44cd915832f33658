"""A central system for the fleet's tests: real websockets, answers as the test sets them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

Payload = dict[str, Any]
GOOD = {"idTagInfo": {"status": "Accepted"}}


@dataclass
class Central:
    """`told` are the calls of the charge points: (identity, action, payload)."""

    url: str = ""
    told: list[tuple[str, str, Payload]] = field(default_factory=list)
    answers: dict[str, Payload | Callable[[Payload], Payload | None]] = field(default_factory=dict)
    """By action; None refuses with a CALLERROR."""
    links: dict[str, ServerConnection] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    replies: asyncio.Queue[list[Any]] = field(default_factory=asyncio.Queue)
    raw: str | None = None
    """What is sent in the place of every answer."""
    transactions: int = 0

    def actions(self) -> list[str]:
        return [action for _, action, _ in self.told]

    async def seen(self, action: str, count: int = 1) -> Payload:
        """Wait until an action was told so often; return the last one's payload."""
        async with asyncio.timeout(10):
            while self.actions().count(action) < count:  # noqa: ASYNC110 - another task's list
                await asyncio.sleep(0.01)
        return [payload for _, each, payload in self.told if each == action][count - 1]

    async def call(self, identity: str, action: str, payload: Payload) -> list[Any]:
        """Call a charge point; return the frame of its answer."""
        await self.links[identity].send(json.dumps([2, "c1", action, payload]))
        async with asyncio.timeout(60):
            return await self.replies.get()

    async def _serve(self, link: ServerConnection) -> None:
        identity = link.request.path.rpartition("/")[2]
        self.links[identity] = link
        self.headers[identity] = link.request.headers.get("Authorization", "")
        async for text in link:
            kind, message_id, *rest = json.loads(text)
            if kind != 2:
                self.replies.put_nowait([kind, message_id, *rest])
                continue
            self.told.append((identity, rest[0], rest[1]))
            await link.send(self.raw or json.dumps(self._answer(message_id, *rest)))

    def _answer(self, message_id: str, action: str, payload: Payload) -> list[Any]:
        set_ = self.answers.get(action, self._usual(action))
        answer = set_(payload) if callable(set_) else set_
        if answer is None:
            return [4, message_id, "InternalError", "no", {}]
        return [3, message_id, answer]

    def _usual(self, action: str) -> Payload:
        now = datetime.now(UTC).isoformat()
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": now, "interval": 300}
            case "StartTransaction":
                self.transactions += 1
                return GOOD | {"transactionId": self.transactions}
            case "StopTransaction" | "Authorize":
                return GOOD
            case "Heartbeat":
                return {"currentTime": now}
        return {}


@asynccontextmanager
async def central_system() -> AsyncIterator[Central]:
    """Open one on a free port of this machine."""
    central = Central()
    async with serve(
        central._serve, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]
    ) as server:
        port = server.sockets[0].getsockname()[1]
        central.url = f"ws://127.0.0.1:{port}/ocpp"
        yield central
