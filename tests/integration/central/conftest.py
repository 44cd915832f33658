"""A central system on a free port, and a wallbox to call it: real websockets on 127.0.0.1."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from custom_components.evse_ocpp.central import connection, setup_calls
from custom_components.evse_ocpp.central.admission import Attempt, LinkSettings
from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.server import CentralSystem

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "k3w8m2q9x4t7p5r6z8n2"
ANSWERS = {
    "TriggerMessage": {"status": "Accepted"},
    "GetConfiguration": {"configurationKey": [], "unknownKey": []},
    "ChangeConfiguration": {"status": "Accepted"},
    "SetChargingProfile": {"status": "Accepted"},
}


class Wallbox:
    """The charge point's end of a link; it answers calls from `answers` and records them."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.answers = dict(ANSWERS)
        self.calls: list[tuple[str, dict]] = []
        self.replies: asyncio.Queue[list] = asyncio.Queue()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self.websocket:
            frame = json.loads(text)
            if frame[0] != 2:
                self.replies.put_nowait(frame)
                continue
            self.calls.append((frame[2], frame[3]))
            answer = self.answers.get(frame[2])
            if answer is not None:
                await self.websocket.send(json.dumps([3, frame[1], answer]))

    async def send(self, text: str) -> list:
        """Send raw text and return the reply."""
        await self.websocket.send(text)
        return await asyncio.wait_for(self.replies.get(), 10)

    async def call(self, action: str, payload: dict, message_id: str = "m1") -> list:
        """Make a call and return the reply frame."""
        return await self.send(json.dumps([2, message_id, action, payload]))

    async def closed(self) -> int:
        """Wait until the link is closed, and return the code."""
        await asyncio.wait_for(self.websocket.wait_closed(), 30)
        return self.websocket.protocol.close_code

    async def close(self) -> None:
        await self.websocket.close()
        with suppress(ConnectionClosed):
            await self._reader


class Site:
    """A central system, what it admits, and what it told its owner."""

    def __init__(self) -> None:
        self.now = NOW
        self.chargers = {"CP-1": Charger("CP-1"), "CP-2": Charger("CP-2")}
        self.settings: dict[str, LinkSettings] = {}
        self.guest: Charger | None = None
        self.saves = 0
        self.save_error: Exception | None = None
        self.authorization = "Accepted"
        self.unknown: list[Attempt] = []
        self.refused: list[Attempt] = []
        self.central = self.new_central()
        self._stack = AsyncExitStack()

    def new_central(self) -> CentralSystem:
        return CentralSystem(
            self,
            self,
            on_unknown=self.unknown.append,
            on_refused=self.refused.append,
            utcnow=lambda: self.now,
        )

    def link_settings(self, identity: str) -> LinkSettings:
        return self.settings.get(identity, LinkSettings())

    def password_accepted(self, identity: str, password: str) -> bool:
        return password == PASSWORD

    def unknown_admitted(self, attempt: Attempt) -> Charger | None:
        return self.guest if self.guest and self.guest.identity == attempt.identity else None

    def authorize(self, charger: Charger, id_tag: str) -> str:
        return self.authorization

    async def save(self, charger: Charger) -> None:
        if self.save_error:
            raise self.save_error
        self.saves += 1

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def dial(
        self,
        path: str = "/ocpp/CP-1",
        *,
        user: str = "CP-1",
        password: str | None = PASSWORD,
        subprotocols: tuple[str, ...] | None = ("ocpp1.6",),
        tls: ssl.SSLContext | None = None,
    ) -> Wallbox:
        scheme, port = ("wss", self.central.tls_port) if tls else ("ws", self.central.port)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        websocket = await connect(
            f"{scheme}://127.0.0.1:{port}{path}",
            ssl=tls,
            subprotocols=subprotocols,
            additional_headers={} if password is None else {"Authorization": f"Basic {token}"},
            max_size=None,
            compression=None,
        )
        wallbox = Wallbox(websocket)
        self._stack.push_async_callback(wallbox.close)
        return wallbox

    async def close(self) -> None:
        await self.central.stop()
        await self._stack.aclose()


@pytest.fixture
async def site(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(connection, "FIRST_WORD_S", 0.05)
    monkeypatch.setattr(setup_calls, "SETTLE_S", 0.0)
    monkeypatch.setattr(setup_calls, "SPACING_S", 0.0)
    site = Site()
    await site.central.start("127.0.0.1", 0, "/ocpp")
    yield site
    await site.close()


@pytest.fixture
def until() -> Callable:
    async def until(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(30):  # a busy machine is slow, not wrong
            while not condition():  # noqa: ASYNC110 - the other end of a real socket
                await asyncio.sleep(0.005)

    return until
