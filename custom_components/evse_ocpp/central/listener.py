"""A port of our own on which charge points dial: ws or wss, and what strangers may do there.

Limits before a connection is admitted: how many (waiting_room), how long (OPEN_TIMEOUT_S for TLS
and again for the handshake) and how many bytes. Afterwards: bytes are worked off in small portions,
so that no flood holds up the loop, and nothing is read from a peer which takes nothing.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from .admission import Handshake, Outcome, Verdict
from .link import CLOSE_TIMEOUT_S, MAX_FRAME_BYTES, OPEN_TIMEOUT_S, Link, WebsocketsLink
from .tls import Tls
from .waiting_room import WaitingRoom

_LOGGER = logging.getLogger(f"{__name__}.websocket")
# Port scanners and browsers would fill the log with tracebacks; our attempts tell it all.
_LOGGER.setLevel(logging.CRITICAL)

MAX_HANDSHAKE_BYTES = 16 * 1024
"""Request line and headers; a charge point sends some 400 bytes."""
ACCEPTED_AT_ONCE = 16
"""In one step of the loop, for a few ms; more would hold it up."""
QUEUE = 256
"""Connections that wait in the system: all chargers of a site dial at once after a restart."""
PORTION_BYTES = 4 * 1024
"""Worked off in one step of the loop: even of empty frames, 6 bytes each, below 10 ms."""
_TLS_HANDSHAKE = b"\x16"
"""The first byte of a TLS record with a ClientHello (RFC 8446, section 5.1)."""


class Receiver(Protocol):
    """Who decides about connections, and keeps them."""

    def admit(self, handshake: Handshake) -> Verdict:
        """Decide about a handshake, and remember it."""

    def refused(self, address: str, outcome: Outcome, tls: str | None) -> None:
        """Note a connection that did not come as far as a handshake."""

    def refusal(self, verdict: Verdict) -> tuple[HTTPStatus, str, dict[str, str]]:
        """Return status, text and headers of the answer to a refused handshake."""

    async def serve(
        self, link: Link, handshake: Handshake, verdict: Verdict, admitted: Callable[[], None]
    ) -> None:
        """Keep a link until it ends; `admitted` is called when its charger is known."""


class Listener:
    """One listening port; with `tls` it speaks wss only."""

    def __init__(self, receiver: Receiver, waiting: WaitingRoom, tls: Tls | None = None) -> None:
        self.receiver = receiver
        self.waiting = waiting
        self.tls = tls
        self._server: Server | None = None

    @property
    def port(self) -> int:
        """The port in use; RuntimeError when it is not open."""
        if self._server is None:
            raise RuntimeError("the port is not open")
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def open(self, host: str, port: int) -> None:
        """Listen on an address of this machine; OSError when the port cannot be bound."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
        self._server = await serve(
            self._serve,
            sock=listening,
            backlog=ACCEPTED_AT_ONCE,
            process_request=self._admit,
            select_subprotocol=_choose,
            compression=None,  # costs 300 kB of memory for each charger, and time
            max_size=MAX_FRAME_BYTES,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,  # `connection` judges by any sign of life, not by pongs alone
            logger=_LOGGER,
            server_header=None,
            create_connection=self._connection,  # type: ignore[arg-type]  # a factory will do
        )
        listening.listen(QUEUE)  # asyncio takes one number for both

    def close(self) -> None:
        """Take no more connections; those which are there stay."""
        if self._server is not None:
            self._server.close(close_connections=False)

    async def wait_closed(self) -> None:
        """Wait until the last connection has ended."""
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def _connection(self, *args: Any, **options: Any) -> ServerConnection:
        return GuardedConnection(*args, listener=self, **options)

    def _admit(self, websocket: ServerConnection, request: Request) -> Response | None:
        """Decide on an opening handshake (websockets' process_request)."""
        assert isinstance(websocket, GuardedConnection)
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return None  # a browser: the library explains what is spoken here
        if "Connection" not in request.headers:  # Autel MaxiCharger (lbbrhzn/ocpp #1933)
            request.headers["Connection"] = "Upgrade"
        handshake = Handshake(
            websocket.address,
            request.path,
            _offered(request),
            request.headers.get("Authorization"),
            tls=self.tls is not None,
            certificate_names=self._names(websocket),
        )
        verdict = self.receiver.admit(handshake)
        if verdict.outcome is not Outcome.ADMITTED:
            status, text, headers = self.receiver.refusal(verdict)
            response = websocket.respond(status, text)
            for name, value in headers.items():
                response.headers[name] = value
            return response
        websocket.admitted = handshake, verdict
        return None

    def _names(self, websocket: ServerConnection) -> frozenset[str]:
        tls_object = websocket.transport.get_extra_info("ssl_object")
        if self.tls is None or tls_object is None:
            return frozenset()
        certificate = tls_object.getpeercert(binary_form=True)
        return self.tls.names_in(certificate) if certificate else frozenset()

    async def _serve(self, websocket: ServerConnection) -> None:
        assert isinstance(websocket, GuardedConnection)
        if websocket.admitted is not None:
            await self.receiver.serve(
                WebsocketsLink(websocket),
                *websocket.admitted,
                partial(self.waiting.leave, websocket),
            )


class _Reading:
    """A transport whose reading goes on only when nobody holds it.

    `raw` is what carries it: the same, or the TCP connection under TLS. `wanted` is called when the
    library has room for more messages again.
    """

    def __init__(
        self, transport: asyncio.Transport, raw: asyncio.Transport, wanted: Callable[[], None]
    ) -> None:
        self.ended = False
        self._transport = transport
        self._raw = raw
        self._wanted = wanted
        self._holders: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, unless the peer is gone: asyncio would log each pong to a flood of pings."""
        if not (self.ended or self._transport.is_closing() or self._raw.is_closing()):
            self._transport.write(data)

    def pause_reading(self) -> None:
        """Hold for the library, whose queue of messages is full."""
        self.hold("queue")

    def resume_reading(self) -> None:
        """Release for the library."""
        self.release("queue")
        self._wanted()

    @property
    def is_full(self) -> bool:
        """Whether the library has more messages than it wants."""
        return "queue" in self._holders

    def hold(self, who: str) -> None:
        """Read nothing until `who` releases."""
        self._holders.add(who)
        self._transport.pause_reading()

    def release(self, who: str) -> None:
        """Read on, unless somebody else holds."""
        self._holders.discard(who)
        if not self._holders and not self._transport.is_closing():
            self._transport.resume_reading()


class _EndSeen(asyncio.BufferedProtocol):
    """Between TCP and TLS: `ended` is called when the peer sends no more.

    TLS takes nothing to write from then on, but tells of the end only when reading is not held.
    """

    def __init__(self, tls: asyncio.BufferedProtocol, ended: Callable[[], None]) -> None:
        self._tls = tls
        self._ended = ended
        for name in ("get_buffer", "buffer_updated", "pause_writing", "resume_writing"):
            setattr(self, name, getattr(tls, name))

    def eof_received(self) -> bool | None:
        """Tell it, then let TLS end."""
        self._ended()
        return self._tls.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand it on; nothing comes after it."""
        self._tls.connection_lost(exc)


class GuardedConnection(ServerConnection):
    """A connection of the library behind our limits, with TLS as a step of its own.

    asyncio's own way to TLS tells nobody of a failed TLS handshake, and counts no connection before
    it; so the library gets the connection when TLS is done.
    """

    def __init__(self, *args: Any, listener: Listener, **options: Any) -> None:
        super().__init__(*args, **options)
        self.address = ""
        self.admitted: tuple[Handshake, Verdict] | None = None
        self._listener = listener
        self._raw: asyncio.Transport | None = None
        self._reading: _Reading | None = None
        self._securing: asyncio.Task[None] | None = None
        self._backlog = bytearray()
        self._step: asyncio.Handle | None = None
        self._received = 0
        self._noted = False
        self._gone = False

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection into the waiting room, and start TLS if need be."""
        assert isinstance(transport, asyncio.Transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        self._raw = transport
        self._listener.waiting.enter(self, self.address)
        if self._listener.tls is None:
            self._open(transport)
        else:
            transport.pause_reading()
            self._securing = self.loop.create_task(self._secure(transport, self._listener.tls))

    def data_received(self, data: bytes) -> None:
        """Work bytes off in portions; a stranger may send only so many."""
        if self.admitted is None:
            self._received += len(data)
            if self._received > MAX_HANDSHAKE_BYTES:
                self._note(Outcome.MALFORMED, self._tls)
                self.abort()
                return
            first = self._received == len(data)
            if first and self._listener.tls is None and data.startswith(_TLS_HANDSHAKE):
                self._tls_failed("TLS on the port for ws")
                return
        if self._reading is not None and not self._backlog and len(data) <= PORTION_BYTES:
            super().data_received(data)
            return
        first = not self._backlog
        self._backlog += data
        if first and self._reading is not None:
            self._reading.hold("backlog")
            self._work_off_soon()

    def eof_received(self) -> None:
        """End; what is not worked off yet, a charger sends again."""
        self._backlog.clear()
        if self._reading is not None:
            self._reading.ended = True  # asyncio closes it next, and TLS takes nothing from here on
            super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the waiting room; note who said nothing that could be read."""
        self._gone = True
        self._backlog.clear()
        self._listener.waiting.leave(self)
        if self._reading is not None:
            if self._received and self.request is None:
                self._note(Outcome.MALFORMED, self._tls)
            super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Read nothing from a peer that takes nothing: pongs to its pings would pile up."""
        super().pause_writing()
        if self._reading is not None:
            self._reading.hold("writing")

    def resume_writing(self) -> None:
        """Read on."""
        super().resume_writing()
        if self._reading is not None:
            self._reading.release("writing")

    # What others ask.

    def abort(self) -> None:
        """Drop the TCP connection."""
        if self._securing is not None:
            self._securing.cancel()
        if self._raw is not None:
            self._raw.abort()

    # How it follows from that.

    @property
    def _tls(self) -> str | None:
        return None if self._listener.tls is None else "tls"

    def _open(self, transport: asyncio.Transport) -> None:
        """Hand the connection to the library, which waits for the handshake from here on."""
        self._reading = _Reading(transport, self._raw or transport, self._work_off_soon)
        super().connection_made(self._reading)  # type: ignore[arg-type]  # as good as a transport
        if self._backlog:
            self._reading.hold("backlog")
            self._work_off_soon()

    async def _secure(self, transport: asyncio.Transport, tls: Tls) -> None:
        try:
            secured = await self.loop.start_tls(
                transport,
                self,
                tls.context,
                server_side=True,
                ssl_handshake_timeout=OPEN_TIMEOUT_S,
                ssl_shutdown_timeout=CLOSE_TIMEOUT_S,
            )
        except OSError as error:  # ssl.SSLError, a lost connection, a time-out
            self._tls_failed(_reason(error))
        else:
            if secured is None or self._gone:
                self._listener.waiting.leave(self)
            else:
                self._open(secured)
                below = transport.get_protocol()
                if isinstance(below, asyncio.BufferedProtocol):  # else it is lost already
                    transport.set_protocol(_EndSeen(below, self._peer_ended))

    def _peer_ended(self) -> None:
        if self._reading is not None:
            self._reading.ended = True

    def _tls_failed(self, reason: str) -> None:
        self._listener.waiting.leave(self)
        self._note(Outcome.TLS_ERROR, f"tls_error: {reason}")
        if self._raw is not None:
            self._raw.abort()

    def _note(self, outcome: Outcome, tls: str | None) -> None:
        if not self._noted:
            self._noted = True
            self._listener.receiver.refused(self.address, outcome, tls)

    def _work_off_soon(self) -> None:
        if self._backlog and self._step is None:
            self._step = self.loop.call_soon(self._work_off)

    def _work_off(self) -> None:
        """Hand the next portion over, unless the library has enough: it tells when it has not."""
        self._step = None
        if not self._backlog or self._reading is None or self._reading.is_full:
            return  # the end clears the backlog, and nothing may follow it
        portion = bytes(self._backlog[:PORTION_BYTES])
        del self._backlog[:PORTION_BYTES]
        super().data_received(portion)
        if self._backlog:
            self._work_off_soon()
        else:
            self._reading.release("backlog")


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return str(error) or "closed by the client"  # many do, without an alert, to an unknown root


def _offered(request: Request) -> tuple[str, ...]:
    headers = request.headers.get_all("Sec-WebSocket-Protocol")
    names = (name.strip() for header in headers for name in header.split(","))
    return tuple(name for name in names if name)


def _choose(websocket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    if isinstance(websocket, GuardedConnection) and websocket.admitted is not None:
        chosen = websocket.admitted[1].subprotocol
        return next((each for each in offered if each == chosen), None)
    return None
