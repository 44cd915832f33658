"""The server: admits wallboxes, and keeps one connection for each."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from .admission import (
    Admission,
    Attempt,
    AttemptLog,
    Outcome,
    basic_credentials,
    harmless,
    identity_in,
    matching,
)
from .charger import Charger
from .connection import Connection
from .v16 import Translator16
from .v16_inbound import Store

_LOGGER = logging.getLogger(__name__)
_WEBSOCKET_LOGGER = logging.getLogger(f"{__name__}.websocket")
# Port scanners and browsers would fill the log with tracebacks; our attempts tell it all.
_WEBSOCKET_LOGGER.setLevel(logging.CRITICAL)

SUBPROTOCOL = Subprotocol("ocpp1.6")
MAX_FRAME_BYTES = 2**20
"""1 MiB: the longest real frame, a whole configuration, has some 20 kB."""
OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 2.0
"""A half-open peer answers no close frame; nobody waits longer for one."""
STOP_TIMEOUT_S = OPEN_TIMEOUT_S + CLOSE_TIMEOUT_S + 3.0
SERVICE_RESTART = 1012
"""Some wallboxes do not redial after a clean close by 1000 (lbbrhzn/ocpp #1975)."""

_REFUSALS = {
    Outcome.NO_IDENTITY: (HTTPStatus.NOT_FOUND, "The path ends without a wallbox's identity.\n"),
    Outcome.UNKNOWN: (HTTPStatus.NOT_FOUND, "This wallbox has not been added.\n"),
    Outcome.WRONG_USER: (HTTPStatus.UNAUTHORIZED, "The user name is not the identity.\n"),
    Outcome.WRONG_PASSWORD: (HTTPStatus.UNAUTHORIZED, "The password is wrong or missing.\n"),
    Outcome.NO_COMMON_SUBPROTOCOL: (
        HTTPStatus.BAD_REQUEST,
        f"None of the offered subprotocols is spoken here: {SUBPROTOCOL}.\n",
    ),
    Outcome.STOPPING: (HTTPStatus.SERVICE_UNAVAILABLE, "The central system is stopping.\n"),
}


class CentralSystem:
    """The OCPP central system. One server, and the newest connection of each charger.

    `on_unknown` is called with an attempt of a wallbox that was not added, `on_refused` with one
    whose credentials are wrong; once a minute for each identity, and a few times for each address.
    """

    def __init__(
        self,
        admission: Admission,
        store: Store,
        *,
        on_unknown: Callable[[Attempt], None],
        on_refused: Callable[[Attempt], None],
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._admission = admission
        self._store = store
        self._utcnow = utcnow
        self._log = AttemptLog(on_unknown, on_refused)
        self._connections: dict[str, Connection] = {}
        self._server: Server | None = None
        self._prefix = ""
        self._stopping = False

    @property
    def attempts(self) -> Sequence[Attempt]:
        """The last attempts to connect, the newest last."""
        return tuple(self._log.attempts)

    @property
    def port(self) -> int:
        """The port in use; RuntimeError when not started."""
        if self._server is None:
            raise RuntimeError("the central system is not started")
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def start(self, host: str, port: int, path: str = "/") -> None:
        """Listen; OSError when the port cannot be bound. Other paths than `path` are taken too."""
        self._prefix = path
        self._stopping = False
        self._server = await serve(
            self._serve,
            host,
            port,
            process_request=self._admit,
            select_subprotocol=_choose,
            compression=None,  # costs 300 kB of memory for each charger, and time
            max_size=MAX_FRAME_BYTES,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,  # `connection` judges by any sign of life, not by pongs alone
            logger=_WEBSOCKET_LOGGER,
            server_header=None,
        )

    async def stop(self) -> None:
        """Close all connections and the port. Chargers are told to come back (1012)."""
        if self._server is None:
            return
        self._stopping = True
        for connection in self._connections.values():
            connection.retire(SERVICE_RESTART, "restart")
        self._server.close(close_connections=False)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._server.wait_closed()
        except TimeoutError:
            _LOGGER.warning("Some connections did not close in %g s", STOP_TIMEOUT_S)
        self._server = None

    async def disconnect(self, identity: str) -> None:
        """End a charger's connection, because it was removed or got another password."""
        if connection := self._connections.get(identity):
            connection.retire(SERVICE_RESTART, "settings changed")
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await connection.ended.wait()

    def _admit(self, websocket: ServerConnection, request: Request) -> Response | None:
        """Decide on an opening handshake (websockets' process_request)."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return None  # a browser: the library explains what is spoken here
        identity = identity_in(request.path, self._prefix)
        offered = _offered(request)
        outcome = self._judge(identity, request, offered)
        attempt = Attempt(
            self._utcnow(),
            str(websocket.remote_address[0]) if websocket.remote_address else "",
            harmless(request.path),
            harmless(identity),
            tuple(harmless(each) for each in offered),
            outcome,
        )
        news = self._log.add(attempt)
        if outcome is Outcome.ADMITTED:
            return None
        level = logging.WARNING if news else logging.DEBUG
        _LOGGER.log(
            level,
            "Refused %s (%s, subprotocols %s): %s",
            attempt.identity or attempt.path,
            attempt.address,
            ", ".join(attempt.subprotocols) or "none",
            outcome,
        )
        status, text = _REFUSALS[outcome]
        response = websocket.respond(status, text)
        if status is HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP", charset="UTF-8"'
        return response

    def _judge(self, identity: str, request: Request, offered: Sequence[str]) -> Outcome:
        if self._stopping:
            return Outcome.STOPPING
        if not identity:
            return Outcome.NO_IDENTITY
        charger = matching(identity, self._admission.chargers)
        if charger is None:
            return Outcome.UNKNOWN
        if charger.identity != identity:
            _LOGGER.warning("%s connects as %s", charger.identity, harmless(identity))
        credentials = basic_credentials(request.headers.get("Authorization"))
        if credentials is not None and credentials[0].casefold() != identity.casefold():
            return Outcome.WRONG_USER
        password = None if credentials is None else credentials[1]
        if not self._admission.password_accepted(charger.identity, password):
            return Outcome.WRONG_PASSWORD
        if not offered:
            _LOGGER.info("%s offers no subprotocol; %s is taken", charger.identity, SUBPROTOCOL)
        elif SUBPROTOCOL not in offered:
            return Outcome.NO_COMMON_SUBPROTOCOL
        return Outcome.ADMITTED

    async def _serve(self, websocket: ServerConnection) -> None:
        """Keep one admitted connection; the newest of a charger wins at once."""
        path = websocket.request.path if websocket.request else ""
        charger = matching(identity_in(path, self._prefix), self._admission.chargers)
        if charger is None or self._stopping:  # removed between the handshake and here
            return
        connection = Connection(
            websocket,
            charger,
            lambda call: Translator16(charger, self._admission, self._store, call, self._utcnow),
            self._utcnow,
        )
        if older := self._connections.get(charger.identity):
            older.retire(SERVICE_RESTART, "replaced by a newer connection")
        else:
            _LOGGER.info("%s connected", charger.identity)
        self._connections[charger.identity] = connection
        try:
            await connection.run()
        except Exception:
            _LOGGER.exception("%s: the connection failed", charger.identity)
        finally:
            self._forget(charger, connection)
            await connection.close()

    def _forget(self, charger: Charger, connection: Connection) -> None:
        if self._connections.get(charger.identity) is connection:
            del self._connections[charger.identity]
            charger.link_down(None if connection.retired else self._utcnow())
            charger.publish()
            _LOGGER.info("%s disconnected", charger.identity)


def _offered(request: Request) -> tuple[str, ...]:
    headers = request.headers.get_all("Sec-WebSocket-Protocol")
    names = (name.strip() for header in headers for name in header.split(","))
    return tuple(name for name in names if name)


def _choose(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return SUBPROTOCOL if SUBPROTOCOL in offered else None
