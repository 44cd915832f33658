"""Ports to listen at, and how many connections there may be.

They are counted from the first packet on: whoever opens thousands and says nothing takes no files
away from boards and meters, and whoever begins many handshakes of TLS at once no control turns.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from evse.web.lockout import party

_log = logging.getLogger(__name__)

_http_log = logging.getLogger(f"{__name__}.http")
"""Of the server of aiohttp, for errors of its own."""

MAX_CONNECTIONS = 96
"""At a time; one more is closed at once. A browser has six, a dashboard one; the wallbox needs its
other files for boards, meters and the central system."""

MAX_BY_ONE = 48
"""Of them from one address, so that nobody keeps all others out alone."""

MAX_HANDSHAKES = 24
"""Connections at a time which have not agreed on TLS yet: each costs 1 … 10 ms of a core."""

HANDSHAKE_S = 5.0
"""TLS must be agreed on, and at the end be ended, within this real time, s."""

NO_FILES_S = 1.0
"""After the system had no file for a connection, s of real time."""

KEEP_ALIVE_S = 30.0
"""A connection on which nothing is asked is closed after so long, s."""

SHUTDOWN_S = 1.0
"""At the end, requests have so long to be answered, s: the boards are stopped after that."""

BACKLOG = 32

_NOT_THIS_PORT = frozenset({errno.EADDRINUSE, errno.EACCES, errno.EPERM})


def first_free(ports: Iterable[int]) -> socket.socket:
    """A socket bound to the first port that is not taken or forbidden, of all our addresses.

    0 stands for any port. Raises OSError when it is none of them.
    """
    last: OSError | None = None
    for port in ports:
        try:
            return _bound(port)
        except OSError as error:
            if error.errno not in _NOT_THIS_PORT:
                raise
            _log.info("port %d cannot be used: %s", port, error.strerror)
            last = error
    raise last or OSError(errno.EINVAL, "no port was given")


def _bound(port: int) -> socket.socket:
    """A socket at a port: of IPv6 and IPv4 where there is IPv6, else of IPv4. Raises OSError."""
    for family, address in ((socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")):
        try:
            made = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            if error.errno == errno.EAFNOSUPPORT:
                continue
            raise
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            made.bind((address, port))
        except OSError as error:
            made.close()
            if family == socket.AF_INET6 and error.errno == errno.EADDRNOTAVAIL:
                continue  # IPv6 is switched off
            raise
        return made
    raise OSError(errno.EAFNOSUPPORT, "there is neither IPv6 nor IPv4")


@asynccontextmanager
async def listening(
    application: web.Application, bound: socket.socket, context: ssl.SSLContext | None
) -> AsyncIterator[asyncio.Task[None]]:
    """Serve an application at a bound socket, by TLS with a context. Raises OSError.

    The task runs as long as connections are taken. Nothing that comes is unpacked: 50 kB can become
    50 MB.
    """
    runner = web.AppRunner(
        application,
        access_log=None,
        logger=_http_log,
        auto_decompress=False,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=SHUTDOWN_S,
    )
    with bound:
        try:
            await runner.setup()
            bound.setblocking(False)
            bound.listen(BACKLOG)
            accepting = asyncio.create_task(_Accepting(runner, bound, context).run())
            try:
                yield accepting
            finally:
                accepting.cancel()
                await asyncio.wait({accepting})
        finally:
            bound.close()
            await runner.cleanup()


class _Accepting:
    """Takes connections, not too many."""

    def __init__(
        self, runner: web.AppRunner, bound: socket.socket, context: ssl.SSLContext | None
    ) -> None:
        """`runner`: set up."""
        if runner.server is None:
            raise AssertionError("AppRunner.setup() makes the server")
        self._server = runner.server
        self._bound = bound
        self._context = context
        self._agreeing: dict[asyncio.Task[None], str] = {}  # and with whom
        self._agreed: dict[web.RequestHandler, str] = {}

    async def run(self) -> None:
        """Accept until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    connection, (address, *_) = await loop.sock_accept(self._bound)
                except OSError as error:
                    _log.warning("a connection cannot be taken: %s", error)
                    await asyncio.sleep(NO_FILES_S)
                    continue
                self._take(connection, party(address))
                await asyncio.sleep(0)  # or a flood of them would never let anything else be done
        finally:
            for task in tuple(self._agreeing):
                task.cancel()

    def _take(self, connection: socket.socket, who: str) -> None:
        """Begin with a connection, or close it."""
        served = self._server.connections
        self._agreed = {each: self._agreed[each] for each in served if each in self._agreed}
        there = Counter((*self._agreed.values(), *self._agreeing.values()))
        many = there.total() >= MAX_CONNECTIONS or there[who] >= MAX_BY_ONE
        if many or len(self._agreeing) >= MAX_HANDSHAKES:
            connection.close()
            return
        task = asyncio.create_task(self._agree(connection, who))
        self._agreeing[task] = who
        task.add_done_callback(self._agreeing.pop)

    async def _agree(self, connection: socket.socket, who: str) -> None:
        """Agree on TLS, and have the connection served."""
        with suppress(OSError):  # whoever breaks off is gone
            _, served = await asyncio.get_running_loop().connect_accepted_socket(
                self._server,
                connection,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_S if self._context else None,
                ssl_shutdown_timeout=HANDSHAKE_S if self._context else None,
            )
            self._agreed[served] = who


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a record tells more than that somebody has sent what is no HTTP: anybody can, and as
    often as he likes."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


_http_log.addFilter(_is_news)
