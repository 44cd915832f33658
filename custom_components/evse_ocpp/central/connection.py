"""One websocket to one charger: reads frames, answers them in order, and sends our calls."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import Any, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .calls import CallQueue, OwnCall
from .charger import Charger
from .commands import CommandRefused, Commands, CommandUnanswered
from .frames import (
    Call,
    CallError,
    CallRefusal,
    CallResult,
    FrameError,
    MessageId,
    pack_call,
    pack_error,
    pack_result,
    parse,
)

_LOGGER = logging.getLogger(__name__)

PING_AFTER_S = 60.0
"""One heartbeat interval without a frame: ask by a ping, whose pong counts as a sign of life."""
SILENCE_S = 3 * PING_AFTER_S
"""Closing after one missed heartbeat cuts off slow chargers every minute (evcc #32236)."""
SEND_TIMEOUT_S = 10.0
"""A peer that takes no bytes for this long is gone."""
FIRST_WORD_S = 2.0
"""A charger that boots says so at once, and some crash on a call before (lbbrhzn/ocpp #1275)."""

Caller = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


class Translator(Protocol):
    """One OCPP version's way between frames and the charger model, for one connection."""

    commands: Commands

    async def handle(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Work a call of the charger in and return the answer; CallRefusal for a CALLERROR."""

    async def set_up(self) -> None:
        """Ask for what is not known after connecting, and make the few settings we need."""


class Connection:
    """The conversation over one websocket.

    Our calls wait until the charger has spoken first, or a moment has passed.
    """

    def __init__(
        self,
        websocket: ServerConnection,
        charger: Charger,
        translator: Callable[[Caller], Translator],
        utcnow: Callable[[], datetime],
    ) -> None:
        self._websocket = websocket
        self._charger = charger
        self._translator = translator(self.call)
        self._utcnow = utcnow
        self._loop = asyncio.get_running_loop()
        self._heard_at_s = self._loop.time()
        self._spoken = asyncio.Event()
        self._queue = CallQueue()
        self._queued = asyncio.Event()
        self._results: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._ids = count(1)
        self._reader: asyncio.Task[None] | None = None
        self._ending = (1000, "")
        self._closed = False
        self.ended = asyncio.Event()

    async def run(self) -> None:
        """Keep the conversation until the link ends or is retired; no call stays unanswered."""
        self._charger.link_up(self._translator.commands, self._utcnow())
        self._charger.publish()
        try:
            async with asyncio.TaskGroup() as tasks:
                helpers = (
                    tasks.create_task(self._send_calls()),
                    tasks.create_task(self._set_up()),
                )
                self._reader = tasks.create_task(self._read())
                self._reader.add_done_callback(lambda _: [each.cancel() for each in helpers])
        finally:
            self._closed = True
            for call in self._queue.drain():
                self._settle(call, CommandUnanswered(call.action))

    async def close(self) -> None:
        """Close the websocket after `run`; a peer that is gone makes it take the close time-out."""
        await self._websocket.close(*self._ending)
        self.ended.set()

    def retire(self, code: int, reason: str) -> None:
        """End this connection; `close` then tells the peer this code."""
        self._ending = (code, reason)
        if self._reader is not None:
            self._reader.cancel()

    async def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Call the charger and return its answer; CommandRefused or CommandUnanswered."""
        if self._closed:
            raise CommandUnanswered(action)
        call = OwnCall(str(next(self._ids)), action, payload)
        result: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._results[call.message_id] = result
        self._queue.waiting.append(call)
        self._queued.set()
        try:
            return await result
        finally:
            self._results.pop(call.message_id, None)
            self._queue.withdraw(call)

    async def _set_up(self) -> None:
        await self._first_word()
        await self._translator.set_up()

    async def _first_word(self) -> None:
        try:
            async with asyncio.timeout(FIRST_WORD_S):
                await self._spoken.wait()
        except TimeoutError:
            self._spoken.set()  # it went on where it was before, and has nothing to say yet

    async def _send_calls(self) -> None:
        """Send what is queued, one call at a time, and give up those without an answer."""
        await self._first_word()
        while True:
            self._queued.clear()
            if call := self._queue.next(self._loop.time()):
                await self._send(pack_call(*call))
            busy = self._queue.in_flight is not None
            try:
                async with asyncio.timeout_at(self._queue.deadline_s if busy else None):
                    await self._queued.wait()
            except TimeoutError:
                if call := self._queue.expired(self._loop.time()):
                    self._settle(call, CommandUnanswered(call.action))

    async def _read(self) -> None:
        while (text := await self._receive()) is not None:
            try:
                frame = parse(text)
            except FrameError as error:
                self._complain("frame", error)
                if error.message_id is not None:
                    await self._send(pack_error(error.message_id, "FormationViolation", str(error)))
                continue
            match frame:
                case Call():
                    await self._send(await self._answer(frame))
                    self._spoken.set()
                    self._charger.publish()
                case CallResult():
                    self._take_answer(frame.message_id, frame.payload)
                case CallError():
                    self._take_answer(frame.message_id, frame)

    async def _answer(self, call: Call) -> str:
        try:
            return pack_result(
                call.message_id, await self._translator.handle(call.action, call.payload)
            )
        except CallRefusal as refusal:
            unknown = refusal.code == "NotImplemented"
            self._complain("unknown" if unknown else call.action, refusal)
            return pack_error(call.message_id, refusal.code, refusal.description)
        except Exception:
            _LOGGER.exception("%s: %s could not be handled", self._charger.identity, call.action)
            return pack_error(call.message_id, "InternalError", "the call could not be handled")

    def _take_answer(self, message_id: MessageId, answer: dict[str, Any] | CallError) -> None:
        call = self._queue.answered(message_id)
        if call is None:
            _LOGGER.debug("%s: answer %s nobody waits for", self._charger.identity, message_id)
            return
        if isinstance(answer, CallError):
            self._settle(call, CommandRefused(call.action, answer.code))
        elif (result := self._results.get(call.message_id)) and not result.done():
            result.set_result(answer)
        self._queued.set()

    def _settle(self, call: OwnCall, error: Exception) -> None:
        result = self._results.get(call.message_id)
        if result is not None and not result.done():
            result.set_exception(error)

    async def _receive(self) -> str | bytes | None:
        """Return the next frame; None when the link ended, or is silent for too long.

        A missing pong alone never ends it: some chargers know no ping (lbbrhzn/ocpp #211).
        """
        while True:
            try:
                async with asyncio.timeout(PING_AFTER_S):
                    text = await self._websocket.recv(decode=False)
                self._heard_at_s = self._loop.time()
            except TimeoutError:
                silent = self._loop.time() - self._heard_at_s >= SILENCE_S
                if silent or not await self._ping():
                    self._ending = (1001, "silent")
                    return None
            except ConnectionClosed:
                return None
            else:
                return text

    async def _ping(self) -> bool:
        """Ask for a sign of life; return whether the link took the question."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                pong = asyncio.ensure_future(await self._websocket.ping())
        except (ConnectionClosed, TimeoutError):
            return False
        pong.add_done_callback(self._ponged)
        return True

    def _ponged(self, pong: asyncio.Future[float]) -> None:
        if not pong.cancelled() and pong.exception() is None:
            self._heard_at_s = self._loop.time()

    async def _send(self, text: str) -> None:
        """Send; when the link is gone or takes nothing, the reader ends and all with it."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._websocket.send(text)
        except ConnectionClosed:
            return
        except TimeoutError:
            self.retire(1001, "takes nothing")

    def _complain(self, what: str, error: Exception) -> None:
        first = self._charger.violated(what)
        level = logging.WARNING if first else logging.DEBUG
        _LOGGER.log(level, "%s: bad %s: %s", self._charger.identity, what, error)
