"""The local page's server with a few endpoints, and clients that come to its door."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import ClientResponse, DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from evse.clock import SystemClock
from evse.settings.setting import Role
from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.values import Values
from evse.web.context import Context
from evse.web.endpoint import Endpoint
from evse.web.guard import CSRF_HEADER, PLAIN_COOKIE
from evse.web.security import Security
from evse.web.server import WebServer
from evse.web.static_files import StaticFiles

PASSWORDS = {
    Role.MANUFACTURER: "makes-it-well",
    Role.OPERATOR: "operates-it-well",
    Role.USER: "charges-with-it",
}


class Watch:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Browser:
    """A client that keeps what a browser keeps, and may leave out what it must send."""

    client: Any
    cookie: str | None = None
    csrf: str | None = None
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")

    async def ask(
        self, method: str, path: str, *, without: Iterable[str] = (), **more: Any
    ) -> ClientResponse:
        headers = {"Origin": self.origin}
        if self.cookie is not None:
            headers["Cookie"] = f"{PLAIN_COOKIE}={self.cookie}"
        if self.csrf is not None:
            headers[CSRF_HEADER] = self.csrf
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        headers |= dict(self.headers) | dict(more.pop("headers", {}))
        headers = {name: value for name, value in headers.items() if name not in without}
        response: ClientResponse = await self.client.request(
            method, path, headers=headers, allow_redirects=False, **more
        )
        if PLAIN_COOKIE in response.cookies:
            self.cookie = response.cookies[PLAIN_COOKIE].value or None
        return response

    async def get(self, path: str, **more: Any) -> Any:
        response = await self.ask("GET", path, **more)
        assert response.status == 200, await response.text()
        return await response.json()

    async def log_in(self, login: str, password: str) -> ClientResponse:
        response = await self.ask(
            "POST", "/api/v1/session", json={"login": login, "password": password}
        )
        if response.status == 200:
            self.csrf = (await response.json())["csrf"]
        return response


@dataclass
class Door:
    """The server, its parts, and who knocks."""

    settings: Settings
    security: Security
    context: Context
    server: WebServer
    client: Any
    watch: Watch

    def browser(self, role: Role | None = None, **more: Any) -> Browser:
        """A browser in which `role` is logged in."""
        browser = Browser(self.client, **more)
        if role is not None:
            session, browser.cookie = self.security.sessions.open(role, str(role))
            browser.csrf = session.csrf
        return browser

    async def program(self, role: Role) -> Browser:
        """A program with a token of a role."""
        _, secret = await self.security.tokens.make(f"program of the {role}", role)
        return Browser(self.client, token=secret)

    async def claim(self) -> None:
        """Somebody has claimed the wallbox."""
        await self.security.accounts.claim(PASSWORDS)


Make = Callable[[Context], Iterable[Endpoint]]


@asynccontextmanager
async def door(
    folder: Path, make: Make, static: StaticFiles | None = None, overrides: Iterable[str] = ()
) -> AsyncIterator[Door]:
    """Serve the endpoints that `make` makes, by plain HTTP."""
    database = await Database.open(folder / "evse.sqlite")
    try:
        settings = await Settings.load(Values(database), None, overrides)
        watch = Watch()
        security = await Security.load(settings, database, folder, watch)
        context = context_of(settings, security, folder)
        server = WebServer(settings, security, make(context), static or StaticFiles(folder / "no"))
        client: Any = TestClient(TestServer(server.application()), cookie_jar=DummyCookieJar())
        async with client:
            yield Door(settings, security, context, server, client, watch)
    finally:
        await database.close()


def context_of(settings: Settings, security: Security, folder: Path) -> Context:
    """What the endpoints may use, as far as logging in goes."""
    nothing = cast("Any", None)
    return Context(
        settings=settings,
        clock=SystemClock(),
        station=cast("Any", SimpleNamespace(connector_ids=(1,))),
        watch=cast("Any", SimpleNamespace(look=lambda: {"ok": True})),
        client=nothing,
        handlers={},
        state_dir=folder,
        accounts=security.accounts,
        sessions=security.sessions,
        tokens=security.tokens,
        audit=security.audit,
        device_key=security.device_key,
        lockout=security.lockout,
        certificate=security.certificate,
        history=nothing,
        network=nothing,
        updater=nothing,
    )


async def errors(response: ClientResponse) -> list[dict[str, Any]]:
    """The entries of an answer that tells of errors, each of them whole."""
    entries: list[dict[str, Any]] = (await response.json())["errors"]
    for entry in entries:
        assert set(entry) == {"code", "field", "came", "allowed", "message"}
        assert entry["message"]
    return entries
