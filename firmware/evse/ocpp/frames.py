"""The frames of OCPP-J 1.6 (4): text to message and back. Pure.

[2, id, action, payload] is a call, [3, id, payload] its answer, and [4, id, code, description,
details] a CALLERROR. Fields are camel case on the wire and snake case inside, as in the `ocpp`
package, whose dataclasses of `ocpp.v16.call` and `ocpp.v16.call_result` we use.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any

from ocpp.charge_point import camel_to_snake_case, snake_to_camel_case

CALL, RESULT, ERROR = 2, 3, 4
"""The types of messages."""

NO_ID = "-1"
"""The id in the answer to a frame whose own cannot be read, as OCPP 2.0.1 (4.2.3) has it."""

MAX_DESCRIPTION = 255
"""The characters of errorDescription (OCPP-J 1.6, 4.2.3)."""

_KEYS = 1000
"""Field names whose other spelling is remembered: more than OCPP 1.6 has."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the central system wants. `action` and `payload` are as they came, not yet checked."""

    unique_id: str
    action: object
    payload: object


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a call of ours, not yet checked."""

    unique_id: str
    payload: object


@dataclass(frozen=True, slots=True)
class Error:
    """A call of ours is refused."""

    unique_id: str
    code: str
    description: str

    def __str__(self) -> str:
        return f"{self.code}: {self.description}" if self.description else self.code


class BadFrame(ValueError):  # noqa: N818
    """A frame that is no message. `reply` is the CALLERROR that answers it, None: nothing does."""

    def __init__(self, text: str, reply: str | None) -> None:
        super().__init__(text)
        self.reply = reply


def parse(frame: str | bytes) -> Call | Result | Error:
    """The message of a frame.

    Raises BadFrame. A broken answer gets no reply, nor does an unknown type of message (OCPP-J
    1.6, 4.1.3).
    """
    try:
        text = frame.decode() if isinstance(frame, bytes) else frame
        message = json.loads(text, parse_constant=_no_number, parse_float=_number)
        if "\\ud" in text.lower():  # perhaps half a character: no file, database or log takes one
            json.dumps(message, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _bad("GenericError", "the frame is not JSON") from None
    match message:
        case [2, str(unique_id), action, payload]:
            return Call(unique_id, action, payload)
        case [3, str(unique_id), payload]:
            return Result(unique_id, payload)
        case [4, str(unique_id), code, *rest]:
            return Error(unique_id, str(code), str(rest[0]) if rest else "")
        case [2, *rest]:
            unique_id = rest[0] if rest and isinstance(rest[0], str) else NO_ID
            text = f"came {len(message)} elements, allowed is [2, id, action, payload]"
            raise _bad("FormationViolation", text, unique_id)
        case [_, *_]:
            raise BadFrame("a frame that is no call, answer or error", None)
        case _:
            raise _bad("FormationViolation", "came no array, allowed is [2, id, …]")


def _bad(code: str, text: str, unique_id: str = NO_ID) -> BadFrame:
    return BadFrame(text, error_frame(unique_id, code, text))


def _number(text: str) -> int | float:
    """JSON knows one kind of numbers: 16.0 is an integer too."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def call_frame(unique_id: str, payload: Any) -> str:
    """The frame of a call; the action is the name of the payload's class."""
    return _encode([CALL, unique_id, type(payload).__name__, camel(payload)])


def result_frame(unique_id: str, payload: Any) -> str:
    """The frame of an answer."""
    return _encode([RESULT, unique_id, camel(payload)])


def error_frame(unique_id: str, code: str, description: str) -> str:
    """The frame of a CALLERROR."""
    return _encode([ERROR, unique_id, code, description[:MAX_DESCRIPTION], {}])


def camel(value: Any) -> Any:
    """`value` as JSON values with the names of the wire; fields that are None are left out."""
    if isinstance(value, str):  # nearly all of them
        return value
    if isinstance(value, Mapping):
        return {_camel(key): camel(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [camel(item) for item in value if item is not None]
    if is_dataclass(value):
        return {
            _camel(field.name): camel(item)
            for field in fields(value)
            if (item := getattr(value, field.name)) is not None
        }
    return value


def snake(value: Any) -> Any:
    """A JSON value with the names inside."""
    if isinstance(value, dict):
        return {_snake(key): snake(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snake(item) for item in value]
    return value


@lru_cache(_KEYS)
def _camel(key: str) -> str:
    return str(*snake_to_camel_case({key: None}))


@lru_cache(_KEYS)
def _snake(key: str) -> str:
    return str(*camel_to_snake_case({key: None}))
