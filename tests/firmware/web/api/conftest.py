"""The API of a whole wallbox on virtual time, asked over real sockets by each role."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from evse.front import Front, whitelist_of
from evse.history.history import History
from evse.network.port import Unavailable
from evse.observing.vitals import Pulse
from evse.observing.watch import Watch
from evse.ocpp.client import OcppClient
from evse.panels.shown import Box
from evse.settings.setting import Role
from evse.update.fitted import updater_of
from evse.web.api.all import endpoints
from evse.web.context import Context
from evse.web.security import Security
from evse.web.server import WebServer
from tests.firmware.wallbox import EPOCH, Wallbox, Workshop


@dataclass
class Answer:
    """What came back: the status, and the JSON values or the bytes."""

    status: int
    body: Any
    headers: Any

    @property
    def error(self) -> dict[str, Any]:
        """The first error."""
        return self.body["errors"][0]


@dataclass
class Api:
    """Somebody who asks, with the token of a role or with nothing."""

    base: str
    http: aiohttp.ClientSession
    headers: dict[str, str]

    async def __call__(
        self, method: str, path: str, body: Any = None, data: Any = None, **query: Any
    ) -> Answer:
        async with self.http.request(
            method,
            f"{self.base}/api/v1/{path}",
            json=body,
            data=data,
            params=query,
            headers=self.headers,
        ) as response:
            json = response.content_type == "application/json"
            content = await response.json() if json else await response.read()
            return Answer(response.status, content, response.headers)

    async def ok(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The body of a successful answer."""
        answer = await self(method, path, body, **query)
        assert answer.status in (200, 202), answer.body
        return answer.body


@dataclass
class Page:
    """A wallbox with its API."""

    wallbox: Wallbox
    context: Context
    server: WebServer
    base: str
    http: aiohttp.ClientSession
    pins: list[str]
    front: Front
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    async def role(self, role: Role | str) -> Api:
        """Somebody with a token of this role."""
        _, secret = await self.context.tokens.make(f"of the {role}", Role(role))
        return Api(self.base, self.http, {"Authorization": f"Bearer {secret}"})

    def run_front(self) -> None:
        """Let readers and panel work."""
        self.tasks.append(asyncio.create_task(self.front.run()))

    @property
    def nobody(self) -> Api:
        """Somebody who is not logged in."""
        return Api(self.base, self.http, {})


MakePage = Callable[..., Awaitable[Page]]


async def page_of(wallbox: Wallbox, **parts: Any) -> tuple[Context, WebServer, Front]:
    """The API of a wallbox; `parts` replace those of its context."""
    settings, clock, station = wallbox.settings, wallbox.clock, wallbox.station
    whitelist = await whitelist_of(settings, wallbox.database)
    client = await OcppClient.load(
        settings, wallbox.database, clock, station, wallbox.state_dir, whitelist.knows
    )
    network = Unavailable(settings, "the board is simulated")
    around: Any = SimpleNamespace(status=dict, box=Box, network=network)
    front = Front(settings, clock, station, client, whitelist, around)
    security = await Security.load(settings, wallbox.database, wallbox.state_dir)
    made: dict[str, Any] = {
        "settings": settings,
        "clock": clock,
        "station": station,
        "client": client,
        "handlers": front.handlers(),
        "state_dir": wallbox.state_dir,
        "accounts": security.accounts,
        "sessions": security.sessions,
        "tokens": security.tokens,
        "audit": security.audit,
        "device_key": security.device_key,
        "lockout": security.lockout,
        "certificate": security.certificate,
        "history": History(
            wallbox.database, settings, clock, station, whitelist.name, wallbox.state_dir
        ),
        "network": network,
        "updater": updater_of(settings, clock, wallbox.state_dir, lambda: True, lambda: None),
        "watch": Watch(
            Pulse(station.connectors, lambda: 0.0), settings, station, client, wallbox.state_dir
        ),
    }
    front.parts.append(made["watch"].part)
    context = Context(**(made | parts))
    return context, WebServer(settings, security, endpoints(context)), front


@pytest.fixture
async def make_page(make_wallbox: Workshop) -> AsyncIterator[MakePage]:
    made: list[tuple[Page, TestServer]] = []

    async def make(*overrides: str, epoch: datetime = EPOCH, **parts: Any) -> Page:
        wallbox = await make_wallbox(*overrides, epoch=epoch)
        pins: list[str] = []
        context, server, front = await page_of(wallbox, show_pin=pins.append, **parts)
        listening = TestServer(server.application())
        await listening.start_server()
        base = str(listening.make_url("")).rstrip("/")
        http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        page = Page(wallbox, context, server, base, http, pins, front)
        made.append((page, listening))
        return page

    yield make
    for page, listening in made:
        for task in page.tasks:
            task.cancel()
        await page.http.close()
        await listening.close()


@pytest.fixture
async def page(make_page: MakePage) -> Page:
    return await make_page()
