"""The conversation on one connection: calls out, calls in, and what is wrong with a frame."""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

from ocpp import routing
from ocpp.exceptions import (
    FormationViolationError,
    InternalError,
    NotImplementedError,  # noqa: A004
    NotSupportedError,
    OCPPError,
)
from ocpp.v16 import call_result
from ocpp.v16.enums import Action
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from evse.ocpp import frames, schemas
from evse.ocpp.frames import BadFrame
from evse.ocpp.schemas import SchemaViolation
from evse.ocpp.timing import CALL_TIMEOUT_S, MAX_CALLS_IN_HAND, SEND_TIMEOUT_S

_logger = logging.getLogger(__name__)

_ACTIONS = frozenset(action.value for action in Action)

Handler = TypeVar("Handler", bound=Callable[..., Any])


def on(action: Action) -> Callable[[Handler], Handler]:
    """Mark an async method as the handler of a call (the package's decorator, with types)."""
    return cast("Callable[[Handler], Handler]", routing.on(action))


def after(action: Action) -> Callable[[Handler], Handler]:
    """Mark a plain method which runs after the answer to a call was sent."""
    return cast("Callable[[Handler], Handler]", routing.after(action))


class NoAnswer(Exception):  # noqa: N818
    """Nobody answered: there is no connection, it broke, or the time is over."""


class CallRefused(Exception):  # noqa: N818
    """The answer was a CALLERROR, or one that cannot be used."""


@dataclass(slots=True)
class Counters:
    """Calls by action since the start of the program, and connections made."""

    sent: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    connections: int = 0


class ChargePoint:
    """One connection: checks what comes against the schemas and pairs calls and answers.

    What we send is not checked here: it is made of few parts, all of which the tests check.
    """

    def __init__(
        self,
        identity: str,
        connection: ClientConnection,
        profiles: Iterable[object],
        counters: Counters,
        may_answer: Callable[[], bool],
    ) -> None:
        """`profiles`: objects whose methods are marked with `on` and `after`.

        While `may_answer()` is false, calls of the central system are passed over in silence.
        """
        self.identity = identity
        self._connection = connection
        self._routes: dict[str, dict[str, Callable[..., Any]]] = {
            str(action): route
            for profile in profiles
            for action, route in routing.create_route_map(profile).items()
        }
        self._counters = counters
        self._may_answer = may_answer
        self._calling = asyncio.Lock()  # one call at a time is unanswered
        self._awaited: dict[str, asyncio.Future[frames.Result | frames.Error | None]] = {}
        self._doubtful = False
        self._in_hand: dict[str, asyncio.Task[object]] = {}
        self._closed = False
        self._answer_taken = asyncio.Event()
        self._answer_taken.set()

    @property
    def closed(self) -> bool:
        """True when the connection has ended."""
        return self._closed

    def take_doubt(self) -> bool:
        """Whether a call was not answered in time since this was last asked: the connection may be
        dead, and nobody has been told."""
        doubtful, self._doubtful = self._doubtful, False
        return doubtful

    async def request(self, payload: Any, message_id: str | None = None) -> Any:
        """Send a call (of `ocpp.v16.call`) and return the answer (of `ocpp.v16.call_result`).

        One call at a time is unanswered; further ones wait. `message_id` is given to one that is
        sent again. Raises NoAnswer or CallRefused.
        """
        unique_id = message_id or str(uuid.uuid4())
        action = type(payload).__name__
        frame = frames.call_frame(unique_id, payload)
        async with self._calling:
            try:
                return _usable(action, await self._exchange(action, unique_id, frame))
            finally:
                self._answer_taken.set()

    async def _exchange(
        self, action: str, unique_id: str, frame: str
    ) -> frames.Result | frames.Error:
        if self._closed:
            raise NoAnswer(f"{action}: the connection broke")
        answer: asyncio.Future[frames.Result | frames.Error | None] = (
            asyncio.get_running_loop().create_future()
        )
        self._awaited[unique_id] = answer
        self._counters.sent[action] += 1
        try:
            await self._send(frame)
            async with asyncio.timeout(CALL_TIMEOUT_S):
                message = await answer
        except TimeoutError:
            self._doubtful = True
            raise NoAnswer(f"{action}: no answer in {CALL_TIMEOUT_S:g} s") from None
        except (OSError, ConnectionClosed) as error:
            raise NoAnswer(f"{action}: {error}") from error
        finally:
            self._awaited.pop(unique_id, None)
        if message is None:
            raise NoAnswer(f"{action}: the connection broke")
        return message

    async def close(self) -> None:
        """End the connection in good order."""
        await self._connection.close()

    async def serve(self) -> None:
        """Read frames until the connection ends, however it does."""
        async with asyncio.TaskGroup() as tasks:
            try:
                async for frame in self._connection:
                    self._take(frame, tasks)
            except ConnectionClosed as closed:
                _logger.info("the connection broke: %s", closed)
            finally:
                self._closed = True
                for answer in self._awaited.values():
                    if not answer.done():
                        answer.set_result(None)

    def _take(self, frame: str | bytes, tasks: asyncio.TaskGroup) -> None:
        try:
            message = frames.parse(frame)
        except BadFrame as bad:
            _logger.warning("%s", bad)
            if bad.reply is not None and self._has_room():
                self._work(f"bad frame {id(bad)}", self._reply(bad.reply), tasks)
            return
        if not isinstance(message, frames.Call):
            self._take_answer(message)
        elif message.unique_id in self._in_hand:
            _logger.warning("a call with the id of one that is in hand is passed over")
        elif self._has_room():
            self._work(message.unique_id, self._handle(message), tasks)

    def _has_room(self) -> bool:
        if self._may_answer() and len(self._in_hand) < MAX_CALLS_IN_HAND:
            return True
        _logger.warning("a frame of the central system is passed over")
        return False

    def _work(self, key: str, work: Coroutine[Any, Any, object], tasks: asyncio.TaskGroup) -> None:
        task = self._in_hand[key] = tasks.create_task(work)
        task.add_done_callback(lambda _: self._in_hand.pop(key, None))

    def _take_answer(self, message: frames.Result | frames.Error) -> None:
        answer = self._awaited.pop(message.unique_id, None)
        if answer is None or answer.done():
            _logger.warning("an answer to no call of ours (late, or twice) is passed over")
            return
        self._answer_taken.clear()
        answer.set_result(message)

    async def _handle(self, message: frames.Call) -> None:
        """Answer one call. Whatever goes wrong ends in an answer or the log, never further.

        A call that came behind an answer to us is worked on after it: a charging profile for the
        transaction which that answer has just given its id would be refused otherwise.
        """
        await self._answer_taken.wait()
        if not self._may_answer():  # that answer was a Rejected
            _logger.warning("a call of the central system is passed over")
            return
        action = message.action if isinstance(message.action, str) else ""
        known = action in _ACTIONS
        self._counters.received[action if known else "unknown"] += 1
        route = self._routes.get(action)
        if route is None:
            await self._refuse(message, NotSupportedError() if known else NotImplementedError())
            return
        try:
            schemas.check_call(action, message.payload)
            arguments = frames.snake(message.payload)
            answer = await route["_on_action"](**arguments)
            reply = frames.result_frame(message.unique_id, answer)
        except SchemaViolation as violation:
            _logger.warning("%s does not follow the schema: %s", action, violation)
            await self._refuse(message, FormationViolationError(str(violation)))
        except OCPPError as error:
            _logger.warning("%s is refused: %s", action, error)
            await self._refuse(message, error)
        except Exception:
            _logger.exception("%s could not be handled", action)
            await self._refuse(message, InternalError())
        else:
            if await self._reply(reply):
                _after(action, route, arguments)

    async def _refuse(self, message: frames.Call, error: OCPPError) -> None:
        description = str(error.description or error.default_description)
        await self._reply(frames.error_frame(message.unique_id, error.code, description))

    async def _reply(self, frame: str) -> bool:
        """Send an answer; False when it could not be sent."""
        try:
            await self._send(frame)
        except (OSError, TimeoutError, ConnectionClosed) as error:
            _logger.info("an answer could not be sent: %s", error)
            return False
        return True

    async def _send(self, frame: str) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await self._connection.send(frame)


def _usable(action: str, answer: frames.Result | frames.Error) -> Any:
    """The answer as an instance of `ocpp.v16.call_result`. Raises CallRefused."""
    if isinstance(answer, frames.Error):
        raise CallRefused(f"{action}: {answer}")
    try:
        schemas.check_answer(action, answer.payload)
    except SchemaViolation as violation:
        raise CallRefused(f"{action}: the answer's {violation}") from violation
    kind = getattr(call_result, action)
    known = {field.name for field in fields(kind)}
    return kind(**{k: v for k, v in frames.snake(answer.payload).items() if k in known})


def _after(action: str, route: Mapping[str, Callable[..., Any]], arguments: dict[str, Any]) -> None:
    """What follows the answer, if anything does."""
    follow = route.get("_after_action")
    try:
        if follow is not None:
            follow(**arguments)
    except Exception:
        _logger.exception("after the answer to %s", action)
