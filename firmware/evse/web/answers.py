"""What a handler gave, or what went wrong, as the answer to a request."""

import errno
import json
import logging
import math
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from evse.settings.setting import SettingError
from evse.settings.table import UnknownSettingError
from evse.settings.values import ConfigurationError
from evse.web.accounts import BusyError, PasswordError
from evse.web.checking import InvalidError
from evse.web.device_key import DeviceKeyError
from evse.web.endpoint import ApiError
from evse.web.lockout import LockedError

_log = logging.getLogger(__name__)

COMPRESSED_FROM_BYTES = 2048
"""Answers from this length on are compressed, if the client takes that: all rows of the settings
are 200 kB, and shorter ones fit in a packet or two."""

BUSY_RETRY_S = 5.0
"""Too many passwords are being checked: so much later there are fewer, s."""

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})

_WORDS = {
    400: ("bad_request", "the request cannot be read"),
    404: ("not_found", "there is no such thing here"),
    405: ("method", "the path has no such method"),
    413: ("too_large", "the request is too large"),
}
"""What the server of aiohttp itself answers: code and message."""


def json_answer(value: object, status: int = 200) -> web.Response:
    """JSON values as an answer; 204 has no body."""
    if status == 204:
        return web.Response(status=204)
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    response = web.Response(body=body, status=status, content_type="application/json")
    if len(body) >= COMPRESSED_FROM_BYTES:
        response.enable_compression()
    return response


def error_answer(status: int, entries: Iterable[Mapping[str, Any]]) -> web.Response:
    """An answer with errors."""
    return json_answer({"errors": list(entries)}, status)


def answer_of(error: Exception) -> web.StreamResponse:
    """The answer that tells of an error; one that is nobody's fault but ours is logged."""
    match error:
        case ApiError():
            response = error_answer(error.status, [error.entry])
            _retry_after(response, error.retry_after_s)
            return response
        case InvalidError():
            return error_answer(422, error.entries)
        case LockedError() | BusyError():
            response = error_answer(429, [_entry("too_many_attempts", str(error))])
            _retry_after(response, getattr(error, "retry_after_s", BUSY_RETRY_S))
            return response
        case web.HTTPException():
            return _of_aiohttp(error)
        case PermissionError() if error.errno is None:  # ours, not that of a file
            return error_answer(403, [_entry("forbidden", str(error))])
        case TimeoutError():
            return error_answer(409, [_entry("no_answer", "what was asked did not answer in time")])
        case ConfigurationError():
            return error_answer(422, map(_of_value, error.errors))
        case ValueError() | OverflowError():
            return error_answer(422, [_of_value(error)])
        case web.RequestPayloadError() | ConnectionResetError() | BrokenPipeError():
            # Whoever asked has gone, or sends what is no HTTP: nothing of ours to be logged.
            return error_answer(400, [_entry("broken_off", "the request did not come to its end")])
        case sqlite3.Error() | OSError():
            return _of_disk(error)
    _log.error("a request ended in an error of ours", exc_info=error)
    return error_answer(500, [_entry("internal", "an error of the wallbox; its log says more")])


def _of_value(error: Exception) -> dict[str, Any]:
    """The entry of a value that cannot be taken."""
    match error:
        case SettingError():
            came = error.value
            shown = came if isinstance(came, str | int | float | bool) else None
            return _entry("invalid", str(error), error.key, shown, error.allowed)
        case UnknownSettingError():
            return _entry("unknown_field", str(error), error.key)
        case PasswordError():
            return _entry("password", str(error), error.field, None, error.allowed)
        case DeviceKeyError():
            return _entry("mistyped", str(error), "device_key")
    return _entry("invalid", str(error))


def _of_disk(error: Exception) -> web.Response:
    if isinstance(error, OSError) and error.errno not in _DISK:
        _log.error("a request ended in an error of the system", exc_info=error)
        return error_answer(500, [_entry("system", f"the system refuses: {error.strerror}")])
    full = "full" in str(error) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    _log.error("the disk does not take what was asked: %s", error)
    if full:
        return error_answer(507, [_entry("disk_full", "the disk is full; nothing was changed")])
    return error_answer(507, [_entry("storage", "the disk fails; nothing was changed")])


def _of_aiohttp(error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        return error
    code, message = _WORDS.get(error.status, ("refused", error.reason))
    response = error_answer(error.status, [_entry(code, message)])
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _retry_after(response: web.Response, seconds: float | None) -> None:
    if seconds is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(seconds)))


def _entry(
    code: str,
    message: str,
    field: str | None = None,
    came: object = None,
    allowed: str | None = None,
) -> dict[str, Any]:
    return {"code": code, "field": field, "came": came, "allowed": allowed, "message": message}
