"""OCPP-J frames (OCPP-J 1.6, section 4): JSON arrays for calls, results and errors."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
MessageId = str | int
"""A string by the specification; some chargers send numbers, and get them back."""

_BEGINNING_OF_A_CALL = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]{1,64})"')


@dataclass(frozen=True, slots=True)
class Call:
    """A request. A missing payload is an empty one."""

    message_id: MessageId
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallResult:
    """The answer to a call."""

    message_id: MessageId
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallError:
    """The refusal of a call; `code` is one of OCPP-J 1.6, section 4.2.3, or what came."""

    message_id: MessageId
    code: str
    description: str


Frame = Call | CallResult | CallError


class FrameError(ValueError):
    """No frame could be read. `message_id`: the call which is to be answered, if readable."""

    def __init__(self, text: str, message_id: MessageId | None = None) -> None:
        super().__init__(text)
        self.message_id = message_id


class CallRefusal(Exception):  # noqa: N818 - an answer, not a failure
    """A call which is answered by CALLERROR. `code` as in OCPP-J 1.6, section 4.2.3."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


def parse(text: str | bytes) -> Frame:
    """Read one frame; FrameError otherwise."""
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        readable = text if isinstance(text, str) else text.decode("utf-8", "replace")
        beginning = _BEGINNING_OF_A_CALL.match(readable)
        raise FrameError(f"no JSON: {error}", beginning and beginning[1]) from error
    match frame:
        case [int(kind), str() | int() as message_id, *_] if not isinstance(message_id, bool):
            pass
        case _:
            raise FrameError("no array of a message type and a message id")
    match kind, frame[2:]:
        case 2, [str(action)]:
            return Call(message_id, action, {})
        case 2, [str(action), dict(payload), *_]:
            return Call(message_id, action, payload)
        case 2, _:
            raise FrameError("a call is [2, id, action, {payload}]", message_id)
        case 3, [dict(payload), *_]:
            return CallResult(message_id, payload)
        case 3, _:
            return CallError(message_id, "FormationViolation", "the answer has no payload")
        case 4, details:
            code, description = ([str(each) for each in details] + ["", ""])[:2]
            return CallError(message_id, code[:50] or "GenericError", description[:255])
    raise FrameError(f"message type {kind}; allowed are 2, 3 and 4")


def pack_call(message_id: MessageId, action: str, payload: dict[str, Any]) -> str:
    """Write a call."""
    return orjson.dumps([CALL, message_id, action, payload]).decode()


def pack_result(message_id: MessageId, payload: dict[str, Any]) -> str:
    """Write the answer to a call."""
    return orjson.dumps([CALL_RESULT, message_id, payload]).decode()


def pack_error(message_id: MessageId, code: str, description: str) -> str:
    """Write the refusal of a call; the description has at most 255 characters."""
    return orjson.dumps([CALL_ERROR, message_id, code, description[:255], {}]).decode()
