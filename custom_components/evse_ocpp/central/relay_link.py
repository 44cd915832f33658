"""One connection to a second back office: we are its charge point, over OCPP 1.6J."""

import asyncio
import base64
import logging
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from .frames import (
    Call,
    CallError,
    CallRefusal,
    CallResult,
    FrameError,
    pack_call,
    pack_error,
    pack_result,
    parse,
)

_LOGGER = logging.getLogger(__name__)
_WEBSOCKET_LOGGER = logging.getLogger(f"{__name__}.websocket")
# At level debug the library logs its own handshake, with the password in it.
_WEBSOCKET_LOGGER.setLevel(logging.CRITICAL)

OPEN_TIMEOUT_S = 15.0
ANSWER_TIMEOUT_S = 30.0
"""A central system that answers at all takes no longer; the message is then told again."""
SEND_TIMEOUT_S = 10.0
PING_S = 60.0
MAX_FRAME_BYTES = 2**20
MAX_CALLS_WAITING = 20
"""Calls of the other side that wait for the charger's answer; more are refused."""

Handler = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


class RelayRefusedError(Exception):
    """The other side answered by CALLERROR; `code` as in OCPP-J 1.6, section 4.2.3."""

    def __init__(self, action: str, code: str) -> None:
        super().__init__(f"{action}: {code[:50]}")


class RelayLostError(Exception):
    """The connection ended, or the other side did not answer in time."""


class RelayLink:
    """The conversation over one websocket: our calls one at a time, theirs one after the other."""

    def __init__(self, websocket: ClientConnection, handler: Handler) -> None:
        self._websocket = websocket
        self._handler = handler
        self._ids = count(1)
        self._turn = asyncio.Lock()
        self._expected = ""
        self._answer: asyncio.Future[dict[str, Any] | CallError] | None = None
        self._theirs: asyncio.Queue[Call] = asyncio.Queue(MAX_CALLS_WAITING)

    async def run(self) -> None:
        """Read until the connection ends; then RelayLostError."""
        worker = asyncio.create_task(self._work())
        try:
            async for text in self._websocket:
                await self._take(text)
        except ConnectionClosed as error:
            raise RelayLostError(str(error)) from error
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(RelayLostError("the connection ended"))
        raise RelayLostError("the other side closed the connection")

    async def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Call the other side and return its answer; RelayRefusedError or RelayLostError."""
        async with self._turn:
            self._expected = str(next(self._ids))
            self._answer = asyncio.get_running_loop().create_future()
            await self._send(pack_call(self._expected, action, payload))
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    answer = await self._answer
            except TimeoutError as error:
                raise RelayLostError(f"no answer to {action}") from error
        if isinstance(answer, CallError):
            raise RelayRefusedError(action, answer.code)
        return answer

    async def _take(self, text: str | bytes) -> None:
        try:
            frame = parse(text)
        except FrameError as error:
            _LOGGER.debug("Second back office: %s", error)
            return
        match frame:
            case Call():
                try:
                    self._theirs.put_nowait(frame)
                except asyncio.QueueFull:
                    await self._send(pack_error(frame.message_id, "GenericError", "too many calls"))
            case CallResult() | CallError():
                answer = frame.payload if isinstance(frame, CallResult) else frame
                waiting = self._answer is not None and not self._answer.done()
                if self._answer and waiting and str(frame.message_id) == self._expected:
                    self._answer.set_result(answer)

    async def _work(self) -> None:
        while True:
            call = await self._theirs.get()
            try:
                text = pack_result(call.message_id, await self._handler(call.action, call.payload))
            except CallRefusal as refusal:
                text = pack_error(call.message_id, refusal.code, refusal.description)
            except Exception:
                _LOGGER.exception("Second back office: %s could not be handled", call.action[:50])
                text = pack_error(call.message_id, "InternalError", "it could not be handled")
            try:
                await self._send(text)
            except RelayLostError:
                return  # the reader sees it too

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._websocket.send(text)
        except (ConnectionClosed, TimeoutError) as error:
            raise RelayLostError(str(error) or "it takes nothing") from error


def address(url: str, identity: str) -> str:
    """Return where to call: the identity is the last part of the path (OCPP-J 1.6, 3.1.1).

    Some back offices have a key of theirs behind it, as a query.
    """
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(path=f"{parts.path.rstrip('/')}/{quote(identity, safe='')}", fragment="")
    )


@asynccontextmanager
async def linked(
    url: str, identity: str, password: str | None, tls: ssl.SSLContext | None, handler: Handler
) -> AsyncGenerator[RelayLink]:
    """Connect to `url`/`identity`; OSError, TimeoutError or WebSocketException if that fails."""
    headers = {}
    if password is not None:
        credentials = base64.b64encode(f"{identity}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {credentials}"
    async with connect(
        address(url, identity),
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers=headers,
        ssl=tls if url.startswith("wss:") else None,
        proxy=None,
        compression=None,
        max_size=MAX_FRAME_BYTES,
        open_timeout=OPEN_TIMEOUT_S,
        close_timeout=2,
        ping_interval=PING_S,
        ping_timeout=PING_S,
        logger=_WEBSOCKET_LOGGER,
    ) as websocket:
        yield RelayLink(websocket, handler)
