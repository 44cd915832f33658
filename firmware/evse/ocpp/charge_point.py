"""The conversation on one connection: calls out, calls in, and what is wrong with a frame."""

import asyncio
import json
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from ocpp import routing
from ocpp.exceptions import (
    FormationViolationError,
    NotImplementedError,  # noqa: A004
    NotSupportedError,
    OCPPError,
    UnknownCallErrorCodeError,
)
from ocpp.messages import Call, CallError, unpack
from ocpp.v16 import ChargePoint as OcppChargePoint
from ocpp.v16.enums import Action
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from evse.ocpp.timing import CALL_TIMEOUT_S, MAX_CALLS_IN_HAND, SEND_TIMEOUT_S

_logger = logging.getLogger(__name__)

_NO_ID = "-1"
"""The id in the answer to a frame whose own cannot be read, as OCPP 2.0.1 (4.2.3) has it."""

_ACTIONS = frozenset(action.value for action in Action)

Handler = TypeVar("Handler", bound=Callable[..., Any])


def on(action: Action) -> Callable[[Handler], Handler]:
    """Mark a method as the handler of a call (the package's decorator, with types)."""
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


class ChargePoint(OcppChargePoint):  # type: ignore[misc]  # the package is not typed
    """One connection. The package checks payloads against the schema and pairs call and answer."""

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
        super().__init__(identity, connection, response_timeout=CALL_TIMEOUT_S, logger=_logger)
        self.route_map = {
            action: route
            for profile in profiles
            for action, route in routing.create_route_map(profile).items()
        }
        self._counters = counters
        self._may_answer = may_answer
        self._awaited: set[str] = set()
        self._in_hand: set[asyncio.Task[None]] = set()
        self._closed = asyncio.ensure_future(connection.wait_closed())
        self._answer_taken = asyncio.Event()
        self._answer_taken.set()

    @property
    def closed(self) -> bool:
        """True when the connection has ended."""
        return self._closed.done()

    async def request(self, payload: Any, message_id: str | None = None) -> Any:
        """Send a call (of `ocpp.v16.call`) and return the answer (of `ocpp.v16.call_result`).

        One call at a time is unanswered; further ones wait. `message_id` is given to one that is
        sent again. Raises NoAnswer or CallRefused.
        """
        unique_id = message_id or str(uuid.uuid4())
        action = type(payload).__name__
        self._awaited.add(unique_id)
        self._counters.sent[action] += 1
        answer = asyncio.ensure_future(self.call(payload, suppress=False, unique_id=unique_id))
        try:
            await asyncio.wait({answer, self._closed}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise NoAnswer(f"{action}: the connection broke")
            return answer.result()
        except TimeoutError:
            raise NoAnswer(f"{action}: no answer in {CALL_TIMEOUT_S:g} s") from None
        except (OSError, ConnectionClosed) as error:
            raise NoAnswer(f"{action}: {error}") from error
        except (OCPPError, UnknownCallErrorCodeError, TypeError) as error:
            raise CallRefused(f"{action}: {error}") from error
        finally:
            self._awaited.discard(unique_id)
            self._answer_taken.set()
            answer.cancel()

    async def close(self) -> None:
        """End the connection in good order."""
        await self._connection.close()

    async def serve(self) -> None:
        """Read frames until the connection ends, however it does."""
        try:
            async with asyncio.TaskGroup() as tasks:
                try:
                    async for frame in self._connection:
                        self._take(frame, tasks)
                except ConnectionClosed as closed:
                    _logger.info("the connection broke: %s", closed)
        finally:
            self._closed.cancel()

    def _take(self, frame: str | bytes, tasks: asyncio.TaskGroup) -> None:
        try:
            message = unpack(frame)
        except (OCPPError, RecursionError):
            message = None
        if message is None or not isinstance(message.unique_id, str):
            work = self._refuse(refusal(frame))
        elif isinstance(message, Call):
            work = self._handle(message)
        else:
            self._take_answer(message)
            return
        if not self._may_answer() or len(self._in_hand) >= MAX_CALLS_IN_HAND:
            _logger.warning("a frame of the central system is passed over")
            work.close()
            return
        task = tasks.create_task(work)
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    def _take_answer(self, message: Any) -> None:
        if message.unique_id in self._awaited:
            self._awaited.discard(message.unique_id)
            self._answer_taken.clear()
            self._response_queue.put_nowait(message)
        else:
            _logger.warning("an answer to no call of ours (late, or twice) is passed over")

    async def _handle(self, message: Any) -> None:
        """Answer one call. Whatever goes wrong ends in an answer or the log, never further.

        A call that came behind an answer to us is worked on after it: a charging profile for the
        transaction which that answer has just given its id would be refused otherwise.
        """
        await self._answer_taken.wait()
        known = isinstance(message.action, str) and message.action in _ACTIONS
        self._counters.received[message.action if known else "unknown"] += 1
        try:
            if not known:
                await self._refuse(_error(message, NotImplementedError))
            elif message.action not in self.route_map:
                await self._refuse(_error(message, NotSupportedError))
            else:
                await self._handle_call(message)
        except OCPPError as error:  # the schema; the cause names the field
            cause = str((error.details or {}).get("cause", error.description))
            _logger.warning("%s does not follow the schema: %s", message.action, cause)
            await self._refuse(_error(message, FormationViolationError, cause))
        except (OSError, TimeoutError, ConnectionClosed) as error:
            _logger.info("the answer to %s could not be sent: %s", message.action, error)
        except Exception:
            _logger.exception("after the answer to %s", message.action)

    async def _refuse(self, error: Any) -> None:
        if error is None:
            _logger.warning("a frame that is no call, answer or error is passed over")
            return
        try:
            await self._send(error.to_json())
        except (OSError, TimeoutError, ConnectionClosed) as failure:
            _logger.info("a CALLERROR could not be sent: %s", failure)

    async def _send(self, message: str) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await self._connection.send(message)


def refusal(frame: str | bytes) -> Any:
    """The CALLERROR that answers a frame which is no message, or None when it gets no answer.

    A broken answer gets none, nor does an unknown message type (OCPP-J 1.6, 4.1.3).
    """
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        return CallError(_NO_ID, "GenericError", "the frame is not JSON", {})
    if not isinstance(message, list) or not message:
        return CallError(_NO_ID, "FormationViolation", "came no array, allowed is [2, id, …]", {})
    if message[0] != Call.message_type_id:
        return None
    unique_id = message[1] if len(message) > 1 and isinstance(message[1], str) else _NO_ID
    allowed = "allowed is [2, id, action, payload]"
    return CallError(
        unique_id, "FormationViolation", f"came {len(message)} elements, {allowed}", {}
    )


def _error(message: Any, kind: type[OCPPError], description: str | None = None) -> Any:
    text = (description or kind.default_description)[:255]  # errorDescription, OCPP-J 1.6, 4.2.3
    return CallError(message.unique_id, kind.code, text, {})
