"""A websocket to one charger, whoever accepted it: our own port or Home Assistant's."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol

from aiohttp import WSMessage, WSMsgType
from aiohttp.web import WebSocketResponse
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

MAX_FRAME_BYTES = 192 * 1024
"""192 KiB. Many times the longest real frames: a whole configuration, or a StopTransaction with the
values of a night. The most expensive content of that size, 14,000 sampled values, takes some 30 ms
from JSON to the model on an ordinary computer; Home Assistant's loop is to stand for 50 ms at most.
"""
MAX_FRAGMENTS = 256
"""Nobody needs fragments at all; empty ones without end would fill the memory."""
OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 2.0
"""A half-open peer answers no close frame; nobody waits longer for one."""
PROTOCOL_ERROR = 1002
MESSAGE_TOO_BIG = 1009
_TOO_LONG = f"more than {MAX_FRAME_BYTES} bytes"


class LinkClosed(Exception):  # noqa: N818 - says what happened
    """The link is gone."""


class MessageTooLong(LinkClosed):
    """The link was ended because a message was too long, or came in too many pieces."""


class Link(Protocol):
    """One websocket after its opening handshake. Only one task receives."""

    @property
    def gone(self) -> bool:
        """Whether the peer is gone; messages which came before may still be there."""

    async def recv(self) -> str | bytes:
        """Return the next message; LinkClosed when there will be none, be it as MessageTooLong."""

    async def send(self, text: str) -> None:
        """Send a message when the peer has taken most of what came before; LinkClosed."""

    async def ping(self) -> Awaitable[object]:
        """Send a ping; return what its pong completes. LinkClosed when the link is gone."""

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye with a close frame, and wait CLOSE_TIMEOUT_S at most for the peer's."""

    def abort(self) -> None:
        """Drop the TCP connection, without a close frame."""


class WebsocketsLink:
    """A link of our own port (websockets)."""

    def __init__(self, websocket: ServerConnection) -> None:
        self._websocket = websocket

    @property
    def gone(self) -> bool:
        """See Link."""
        return self._websocket.state is State.CLOSED

    async def recv(self) -> bytes:
        """See Link."""
        parts: list[bytes] = []
        try:
            async for part in self._websocket.recv_streaming(decode=False):
                parts.append(part)
                if len(parts) > MAX_FRAGMENTS:
                    self.abort()
                    raise MessageTooLong(f"more than {MAX_FRAGMENTS} fragments")
        except ConnectionClosed as error:
            if error.sent is not None and error.sent.code == MESSAGE_TOO_BIG:
                raise MessageTooLong(_TOO_LONG) from error
            raise LinkClosed(str(error)) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def send(self, text: str) -> None:
        """See Link."""
        try:
            await self._websocket.send(text)
        except ConnectionClosed as error:
            raise LinkClosed(str(error)) from error

    async def ping(self) -> Awaitable[object]:
        """See Link."""
        try:
            return await self._websocket.ping()
        except ConnectionClosed as error:
            raise LinkClosed(str(error)) from error

    async def close(self, code: int, reason: str) -> None:
        """See Link."""
        await self._websocket.close(code, reason)

    def abort(self) -> None:
        """See Link."""
        self._websocket.transport.abort()


class AiohttpLink:
    """A link of Home Assistant's port (aiohttp), which was prepared with `autoping=False`."""

    def __init__(self, websocket: WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._websocket = websocket
        self._transport = transport
        self._pong: asyncio.Future[None] | None = None

    @property
    def gone(self) -> bool:
        """See Link."""
        return self._websocket.closed

    async def recv(self) -> str | bytes:
        """See Link."""
        while True:
            message: WSMessage = await self._websocket.receive()
            match message.type:
                case WSMsgType.TEXT | WSMsgType.BINARY:
                    data: str | bytes = message.data
                    return data
                case WSMsgType.PING:
                    await self._pong_back(message.data)
                    await asyncio.sleep(0)  # what is there is received without a turn for others
                case WSMsgType.PONG:
                    if self._pong is not None and not self._pong.done():
                        self._pong.set_result(None)
                    await asyncio.sleep(0)
                case WSMsgType.ERROR if getattr(message.data, "code", None) == MESSAGE_TOO_BIG:
                    raise MessageTooLong(_TOO_LONG)
                case _:
                    raise LinkClosed(str(message.extra or message.data))

    async def send(self, text: str) -> None:
        """See Link."""
        try:
            await self._websocket.send_str(text)
        except (ConnectionError, RuntimeError) as error:
            raise LinkClosed(str(error)) from error

    async def ping(self) -> Awaitable[object]:
        """See Link."""
        if self._pong is None or self._pong.done():
            self._pong = asyncio.get_running_loop().create_future()
        try:
            await self._websocket.ping()
        except (ConnectionError, RuntimeError) as error:
            raise LinkClosed(str(error)) from error
        return self._pong

    async def close(self, code: int, reason: str) -> None:
        """See Link."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._websocket.close(code=code, message=reason.encode())
        except (ConnectionError, RuntimeError, TimeoutError):
            self.abort()

    def abort(self) -> None:
        """See Link."""
        if self._transport is not None:
            self._transport.abort()

    async def _pong_back(self, data: bytes) -> None:
        try:
            await self._websocket.pong(data)
        except (ConnectionError, RuntimeError) as error:
            raise LinkClosed(str(error)) from error


class Rewound:
    """A link whose first messages were read before its charger was known; they come again."""

    def __init__(self, link: Link, messages: Sequence[str | bytes]) -> None:
        self._link = link
        self._messages = list(messages)
        self.send = link.send
        self.ping = link.ping
        self.close = link.close
        self.abort = link.abort

    @property
    def gone(self) -> bool:
        """See Link."""
        return self._link.gone

    async def recv(self) -> str | bytes:
        """See Link."""
        return self._messages.pop(0) if self._messages else await self._link.recv()
