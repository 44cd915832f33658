"""Serves the local page and its API, by TLS; plain HTTP leads there.

A request passes the guard, then the check of what came, then its handler; whatever goes wrong on
the way becomes an answer that says what. Nothing that happens here ends the program or the
charging: without a port there is no page, and that is all.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web
from yarl import URL

from evse import __version__
from evse.settings.values import Settings
from evse.web.answers import answer_of, json_answer
from evse.web.audit import Actor, acting
from evse.web.checking import MAX_BODY_BYTES, Checker, language_of
from evse.web.endpoint import PREFIX, WEBSOCKET, ApiError, Call, Endpoint
from evse.web.events import detail_of, event_of
from evse.web.guard import address_of, local_address_of
from evse.web.listening import first_free, listening
from evse.web.openapi import openapi_endpoint
from evse.web.security import Security
from evse.web.static_files import StaticFiles

_log = logging.getLogger(__name__)

ANSWER_S = 30.0
"""A handler that neither uploads nor downloads has so long, s of real time: a scan for networks
takes 15 s."""

RETRY_S = 30.0
"""Between two attempts to get a port, when there is none at all, s."""

REFRESH_S = 24 * 3600.0
"""Between two looks at whether the certificate ends soon, s."""

HTTPS_PORT = 443
FALLBACK_PORT = 8443
FALLBACK_HTTP_PORT = 8080
ANY_PORT = 0

_HEALTH = f"{PREFIX}/health"

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Server": "evse",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Of every answer. No Strict-Transport-Security: with it a browser lets nobody in whose wallbox has
a certificate of its own."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebServer:
    """See the module."""

    def __init__(
        self,
        settings: Settings,
        security: Security,
        endpoints: Iterable[Endpoint],
        static: StaticFiles | None = None,
        admits: Callable[[str, str], bool] = lambda _local, _remote: True,
    ) -> None:
        """`static`: the files of the package when not given. `admits(local, remote)`: whether who
        comes from `remote` to the address `local` is served (see `NetworkPort.admits`).
        """
        self.endpoints = tuple(endpoints)
        self.endpoints += (openapi_endpoint(self.endpoints, __version__),)
        self.https_port: int | None = None
        """The port which serves now; None while there is none."""
        self._settings = settings
        self._security = security
        self._static = StaticFiles() if static is None else static
        self._admits = admits

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._security.audit.run())
            if self._settings["web.enabled"]:
                tasks.create_task(self._refresh())
                tasks.create_task(self._serve())

    def application(self) -> web.Application:
        """The page and its API; for one server."""
        application = web.Application(
            client_max_size=MAX_BODY_BYTES, middlewares=[_answering_everything]
        )
        for endpoint in self.endpoints:
            application.router.add_route(endpoint.method, endpoint.path, self._route(endpoint))
        application.router.add_get("/{path:(?!api/).*}", self._file)
        application.on_response_prepare.append(_add_headers)
        return application

    def _route(self, endpoint: Endpoint) -> _Handler:
        checker = Checker(endpoint)

        async def answer(request: web.Request) -> web.StreamResponse:
            self._check_admission(request)
            caller = await self._security.guard.admit(request, endpoint)
            if endpoint.gives == WEBSOCKET and not _is_upgrade(request):
                raise ApiError(426, "websocket", "a websocket is what is to be asked for here")
            query = checker.query(request)
            call = Call(
                caller.role,
                caller.origin,
                caller.address,
                checker.path(request),
                query,
                checker.headers(request),
                await checker.body(request),
                request,
                language_of(request, query),
                caller.session,
            )
            try:
                given = await self._do(endpoint, call)
            finally:
                await self._security.audit.keep_if_possible()
            if isinstance(given, web.StreamResponse):
                return given
            return json_answer(given, endpoint.status)

        return answer

    async def _do(self, endpoint: Endpoint, call: Call) -> object:
        """Do what is asked, and let the audit log know."""
        actor = Actor(call.role or "", call.origin)
        with acting(actor):
            given = await _in_time(endpoint, call)
            if not actor.noted and (event := event_of(endpoint)) is not None:
                self._security.audit.note(event, detail_of(endpoint, call))
        return given

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self._check_admission(request)
        return self._static.answer(request)

    def _check_admission(self, request: web.Request) -> None:
        """One device at a time in the hotspot (Cabur manual, 8.1.1, step 5). Raises ApiError."""
        if not self._admits(local_address_of(request), address_of(request)):
            raise ApiError(
                409,
                "hotspot_taken",
                "another device uses the hotspot; it is free one minute after that has left",
            )

    async def _refresh(self) -> None:
        """Have a certificate that does not end soon."""
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self._security.certificate.refresh()
            except (OSError, ssl.SSLError) as error:
                _log.error("the certificate cannot be made anew: %s", error)

    async def _serve(self) -> None:
        while True:
            try:
                async with self._listening() as accepting:
                    await accepting
            except OSError as error:
                _log.error("the local page cannot be served, it is tried again: %s", error)
                await asyncio.sleep(RETRY_S)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[asyncio.Task[None]]:
        """Serve while this lasts. Raises OSError when there is no port at all."""
        wanted = self._settings["web.https_port"]
        async with AsyncExitStack() as stack:
            bound = first_free((wanted, FALLBACK_PORT, ANY_PORT))
            context = self._security.certificate.context
            accepting = await stack.enter_async_context(
                listening(self.application(), bound, context)
            )
            self.https_port = bound.getsockname()[1]
            stack.callback(self._gone)
            await self._lead_there(stack)
            self._tell(wanted)
            yield accepting

    def _gone(self) -> None:
        self.https_port = None

    async def _lead_there(self, stack: AsyncExitStack) -> None:
        """Serve what leads from plain HTTP to the page, where there is a port for it."""
        if not (wanted := self._settings["web.http_port"]):
            return
        try:
            bound = first_free((wanted, FALLBACK_HTTP_PORT))
        except OSError as error:
            _log.warning("plain HTTP does not lead to the local page: %s", error)
            return
        await stack.enter_async_context(listening(self._redirection(), bound, None))

    def _redirection(self) -> web.Application:
        """Everything leads to the page, but programs may ask for the health as they are."""

        async def redirect(request: web.Request) -> web.StreamResponse:
            return web.Response(
                status=307, headers={"Location": str(_secure(request.url, self.https_port))}
            )

        application = web.Application(middlewares=[_answering_everything])
        for endpoint in self.endpoints:
            if endpoint.path == _HEALTH:
                application.router.add_route(endpoint.method, _HEALTH, self._route(endpoint))
        application.router.add_route("*", "/{path:.*}", redirect)
        application.on_response_prepare.append(_add_headers)
        return application

    def _tell(self, wanted: int) -> None:
        """Say on the console where the page is, and how to claim it."""
        security = self._security
        if self.https_port != wanted:
            _log.warning("port %d is not to be had for the local page", wanted)
        url = f"https://{security.host}.local:{self.https_port}".removesuffix(f":{HTTPS_PORT}")
        _log.info("local page at %s, certificate %s", url, security.certificate.shown.fingerprint)
        if not security.accounts.claimed:
            _log.warning("nobody has claimed it yet: device key %s", security.device_key.text)


@web.middleware
async def _answering_everything(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Make an answer of every error."""
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - each becomes an answer, or is logged
        return answer_of(error)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers which every answer has."""
    response.headers.update(_HEADERS)
    if request.path.startswith(PREFIX):
        response.headers.setdefault("Cache-Control", "no-store")


async def _in_time(endpoint: Endpoint, call: Call) -> object:
    if endpoint.raw or isinstance(endpoint.gives, str):
        return await endpoint.handler(call)
    async with asyncio.timeout(ANSWER_S):
        return await endpoint.handler(call)


def _is_upgrade(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _secure(url: URL, port: int | None) -> URL:
    """The same by TLS."""
    return url.with_scheme("https").with_port(None if port == HTTPS_PORT else port)
