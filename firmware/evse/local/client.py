"""Asking the running wallbox something: the client side of its socket."""

import asyncio
import hashlib
import json
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SOCKET_NAME = "control.sock"
MAX_SOCKET_PATH_BYTES = 100
"""Linux allows 107 bytes for the path of a Unix socket; some systems less."""

MAX_ANSWER_BYTES = 1_048_576

ANSWER_S = 5.0
"""The wallbox gets so long for an answer, s of real time."""


class ControlError(Exception):
    """The wallbox could not be asked, or its answer cannot be understood."""


def socket_path(state_dir: Path) -> Path:
    """Where the socket of the wallbox on `state_dir` is, for both sides.

    A path too long for a Unix socket gives way to a short one in the folder for temporary files.
    """
    path = state_dir.resolve() / SOCKET_NAME
    if len(bytes(path)) <= MAX_SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(bytes(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"evse-{digest}.sock"


def request_sync(
    state_dir: Path, payload: Mapping[str, Any], timeout_s: float = ANSWER_S
) -> dict[str, Any]:
    """Send one request; the answer, which has `ok` and, when false, `error`.

    Raises ControlError when no wallbox runs there or it does not answer in time.
    """
    path = socket_path(state_dir)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(bytes(path))
            connection.sendall(json.dumps(payload).encode() + b"\n")
            with connection.makefile("rb") as lines:
                answer = json.loads(lines.readline(MAX_ANSWER_BYTES))
    except TimeoutError as error:
        raise ControlError(f"no answer from {path} within {timeout_s:g} s") from error
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise ControlError(f"no wallbox runs on {state_dir} (nobody listens at {path})") from error
    except (OSError, ValueError) as error:
        raise ControlError(f"no answer from {path}: {error}") from error
    if not isinstance(answer, dict):
        raise ControlError(f"the answer from {path} is not a JSON object")
    return answer


def ask(
    state_dir: Path, command: str, /, *, timeout_s: float = ANSWER_S, **fields: Any
) -> dict[str, Any]:
    """The answer to a command, without its `ok`. Raises ControlError, also when it is refused."""
    answer = request_sync(state_dir, {"command": command, **fields}, timeout_s)
    if not answer.pop("ok", False):
        raise ControlError(str(answer.get("error", "refused")))
    return answer


async def request(
    state_dir: Path, payload: Mapping[str, Any], timeout_s: float = ANSWER_S
) -> dict[str, Any]:
    """`request_sync` for callers in an event loop."""
    return await asyncio.to_thread(request_sync, state_dir, payload, timeout_s)
