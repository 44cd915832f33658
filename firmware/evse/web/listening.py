"""Ports to listen at, and how many connections there may be."""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

_log = logging.getLogger(__name__)

MAX_CONNECTIONS = 96
"""At a time; one more is closed at once. A browser has six, a dashboard one; the wallbox needs its
other files for boards, meters and the central system."""

HANDSHAKE_S = 10.0
"""TLS must be agreed on within this real time, s."""

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
) -> AsyncIterator[None]:
    """Serve an application at a bound socket, by TLS with a context. Raises OSError."""
    runner = web.AppRunner(
        application,
        access_log=None,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=SHUTDOWN_S,
    )
    try:
        await runner.setup()
        server = await asyncio.get_running_loop().create_server(
            _limited(runner),
            sock=bound,
            ssl=context,
            backlog=BACKLOG,
            ssl_handshake_timeout=HANDSHAKE_S if context else None,
        )
    except BaseException:
        bound.close()
        await runner.cleanup()
        raise
    try:
        yield
    finally:
        server.close()
        await runner.cleanup()


def _limited(runner: web.AppRunner) -> Callable[[], asyncio.Protocol]:
    """What makes the protocol of a connection: not of more than MAX_CONNECTIONS."""
    make = runner.server
    if make is None:
        raise AssertionError("AppRunner.setup() makes the server")
    return lambda: make() if len(make.connections) < MAX_CONNECTIONS else _Closing()


class _Closing(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
