"""The conversation over one link: reads frames, answers them in order, and sends our calls."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import Any, Protocol

from .call_health import CallHealth
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
from .link import Link, LinkClosed, MessageTooLong
from .pace import Pace, weight_of

_LOGGER = logging.getLogger(__name__)

PING_AFTER_S = 60.0
"""One heartbeat interval without a frame: ask by a ping, whose pong counts as a sign of life."""
SILENCE_S = 3 * PING_AFTER_S
"""Closing after one missed heartbeat cuts off slow chargers every minute (evcc #32236)."""
SEND_TIMEOUT_S = 10.0
"""A peer that takes no bytes for this long is gone."""
PROBE_EVERY_S = 1.0
"""While a flood is held back nothing is read, so its end is seen by what we write only."""
FIRST_WORD_S = 2.0
"""A charger that boots says so at once, and some crash on a call before (lbbrhzn/ocpp #1275)."""
NORMAL = 1000
GOING_AWAY = 1001

Caller = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


class Translator(Protocol):
    """One OCPP version's way between frames and the charger model, for one connection."""

    commands: Commands

    async def handle(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Work a call of the charger in and return the answer; CallRefusal for a CALLERROR."""

    async def set_up(self) -> None:
        """Ask for what is not known after connecting, and make the few settings we need."""


class Connection:
    """The conversation over one link.

    Our calls wait until the charger has spoken first, or a moment has passed. They also wait while
    one of its calls is worked in, until that is answered: a limit for a transaction must not come
    before the answer by which the charger learns its id (SteVe #1376). `health`, and in `records`
    the pace of calls that are kept for ever, outlive the connection. `retired`: we ended it.
    """

    def __init__(
        self,
        link: Link,
        charger: Charger,
        translator: Callable[[Caller], Translator],
        utcnow: Callable[[], datetime],
        health: CallHealth,
        records: Pace | None = None,
    ) -> None:
        self._link = link
        self._charger = charger
        self._translator = translator(self.call)
        self._utcnow = utcnow
        self._health = health
        self._loop = asyncio.get_running_loop()
        self._heard_at_s = self._loop.time()
        self._probe_at_s = self._heard_at_s
        self._records = records or Pace(self._heard_at_s)
        self._called_at_s = self._heard_at_s
        self._spoken = asyncio.Event()
        self._answering = asyncio.Lock()
        self._queue = CallQueue()
        self._queued = asyncio.Event()
        self._results: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._ids = count(1)
        self._reader: asyncio.Task[None] | None = None
        self._ending = (NORMAL, "")
        self._closed = False
        self.retired = False
        self.ended = asyncio.Event()

    async def run(self) -> None:
        """Keep the conversation until the link ends or is retired; no call stays unanswered."""
        self._health.connected()
        self._charger.link_up(self._translator.commands, self._utcnow())
        self._charger.publish()
        try:
            async with asyncio.TaskGroup() as tasks:
                helpers = (
                    tasks.create_task(self._send_calls()),
                    tasks.create_task(self._set_up()),
                    tasks.create_task(self._watch()),
                )
                self._reader = tasks.create_task(self._read())
                self._reader.add_done_callback(lambda _: [each.cancel() for each in helpers])
        finally:
            self._closed = True
            for call in self._queue.drain():
                self._settle(call, CommandUnanswered(call.action))
            del self._translator  # it leads back here, by `call`

    async def close(self, *, hard: bool = False) -> None:
        """Close the link after `run`, `hard` without a close frame.

        A peer that is gone makes it take the close time-out.
        """
        try:
            if hard:
                self._link.abort()
            else:
                await self._link.close(*self._ending)
        finally:
            self.ended.set()

    def retire(self, code: int, reason: str) -> None:
        """End this connection; `close` then tells the peer this code."""
        self.retired = True
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
            del result  # an error in it leads back here: a cycle, left to the garbage collector

    # Our calls.

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
            async with self._answering:
                if call := self._queue.next(self._loop.time()):
                    await self._send(pack_call(*call))
            try:
                async with asyncio.timeout_at(self._queue.wake_s()):
                    await self._queued.wait()
            except TimeoutError:
                if call := self._queue.expired(self._loop.time()):
                    self._give_up(call)

    def _give_up(self, call: OwnCall) -> None:
        self._settle(call, CommandUnanswered(call.action))
        if self._health.unanswered(talked=self._called_at_s > self._queue.sent_s):
            _LOGGER.info("%s talks but does not answer: its link is closed", self._charger.identity)
            self.retire(GOING_AWAY, "calls are not answered")

    def _take_answer(self, message_id: MessageId, answer: dict[str, Any] | CallError) -> None:
        call = self._queue.answered(message_id, self._loop.time())
        if call is None:
            _LOGGER.debug("%s: answer %s nobody waits for", self._charger.identity, message_id)
            return
        self._health.answered()
        if isinstance(answer, CallError):
            self._settle(call, CommandRefused(call.action, answer.code))
        elif (result := self._results.get(call.message_id)) and not result.done():
            result.set_result(answer)
        self._queued.set()

    def _settle(self, call: OwnCall, error: Exception) -> None:
        result = self._results.get(call.message_id)
        if result is not None and not result.done():
            result.set_exception(error)

    # The charger's frames.

    async def _read(self) -> None:
        pace = Pace(self._loop.time())
        try:
            while True:
                text = await self._link.recv()
                self._heard_at_s = self._loop.time()
                now = self._utcnow()
                self._charger.take_time(now, self._heard_at_s)
                self._charger.frames.note(now, text, outgoing=False)
                weight = await self._take(text)
                pause_s = pace.pause_s(self._loop.time(), len(text))
                if weight:
                    pause_s = max(pause_s, self._records.pause_s(self._loop.time(), 0, weight))
                await self._hold_back(pause_s)
        except MessageTooLong as error:
            self._complain("frame size", error)
        except LinkClosed:
            return

    async def _hold_back(self, pause_s: float) -> None:
        """Read nothing for a while, unless the charger is gone.

        Also without a pause others have their turn: `recv` does not wait while there is something
        to read.
        """
        now_s = self._loop.time()
        until_s = now_s + pause_s
        while now_s < until_s and not self._link.gone:
            if now_s >= self._probe_at_s:
                self._probe_at_s = now_s + PROBE_EVERY_S
                await self._ping()
            await asyncio.sleep(min(until_s - now_s, PROBE_EVERY_S))
            now_s = self._loop.time()
        await asyncio.sleep(0)

    async def _take(self, text: str | bytes) -> int:
        """Work a frame in; return its weight as a record (`pace`)."""
        weight = 0
        try:
            frame = parse(text)
        except FrameError as error:
            self._complain("frame", error)
            if error.message_id is not None:
                await self._send(pack_error(error.message_id, "FormationViolation", str(error)))
            return weight
        match frame:
            case Call():
                weight = weight_of(frame.action, frame.payload)
                self._called_at_s = self._heard_at_s
                async with self._answering:
                    await self._answer(frame)
                    if frame.action == "BootNotification":
                        self._queue.booted(self._loop.time())
                self._spoken.set()
                self._charger.publish()
            case CallResult():
                self._take_answer(frame.message_id, frame.payload)
            case CallError():
                self._take_answer(frame.message_id, frame)
        return weight

    async def _answer(self, call: Call) -> None:
        try:
            answer = await self._translator.handle(call.action, call.payload)
            text = pack_result(call.message_id, answer)
        except CallRefusal as refusal:
            unknown = refusal.code == "NotImplemented"
            self._complain("unknown" if unknown else call.action, refusal)
            await self._send(pack_error(call.message_id, refusal.code, refusal.description))
        except Exception:
            _LOGGER.exception("%s: %s could not be handled", self._charger.identity, call.action)
            text = pack_error(call.message_id, "InternalError", "the call could not be handled")
            await self._send(text)
        else:
            await self._send(text)
            self._charger.answered(call.action, call.payload, answer)

    def _complain(self, what: str, error: Exception) -> None:
        first = self._charger.violated(what)
        level = logging.WARNING if first else logging.DEBUG
        _LOGGER.log(level, "%s: bad %s: %s", self._charger.identity, what, error)

    # The link.

    async def _watch(self) -> None:
        """End the link when it is silent for too long.

        Any frame and any pong is a sign of life. A missing pong alone never ends it: some chargers
        know no ping (lbbrhzn/ocpp #211).
        """
        while True:
            quiet_s = self._loop.time() - self._heard_at_s
            if quiet_s >= SILENCE_S:
                return self.retire(GOING_AWAY, "silent")
            if quiet_s >= PING_AFTER_S:
                await self._ping()
                await asyncio.sleep(min(PING_AFTER_S, SILENCE_S - quiet_s))
            else:
                await asyncio.sleep(PING_AFTER_S - quiet_s)

    async def _ping(self) -> None:
        """Ask for a sign of life; a link which does not even take the question is gone."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                pong = asyncio.ensure_future(await self._link.ping())
        except LinkClosed:
            return
        except TimeoutError:
            self.retire(GOING_AWAY, "takes nothing")
        else:
            pong.add_done_callback(self._ponged)

    def _ponged(self, pong: asyncio.Future[object]) -> None:
        if not pong.cancelled() and pong.exception() is None:
            self._heard_at_s = self._loop.time()

    async def _send(self, text: str) -> None:
        """Send; when the link is gone or takes nothing, the reader ends and all with it."""
        self._charger.frames.note(self._utcnow(), text, outgoing=True)
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._link.send(text)
        except LinkClosed:
            return
        except TimeoutError:
            self.retire(GOING_AWAY, "takes nothing")
