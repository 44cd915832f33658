"""The hand that steers a foreign central system, a process of its own.

It is told one JSON object a line: `{"cards": {idTag: idTagInfo}}`, `{"late_s": {action: seconds}}`,
or a call to send, `{"request": 1, "action": "Reset", "payload": {"type": "Soft"}}`.

It tells one a line, by `event`: `listening` (port), `connected`, `disconnected`, `call` (id,
action, payload and the answer that it gives), `answer` (request, and payload or error), `violation`
(sender, action, what).
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from scripts.node_packages import node_modules

T = TypeVar("T")

HERE = Path(__file__).parent
START_TIMEOUT_S = 90.0
ANSWER_TIMEOUT_S = 40.0
"""More than the 30 s which both sides give an answer."""


class CentralError(Exception):
    """The central system ended, or something did not come in time."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the wallbox, with the answer that it was given."""

    message_id: str
    action: str
    payload: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the wallbox answered: a payload, or the code of a CALLERROR and its words."""

    payload: Mapping[str, Any]
    error: str = ""
    what: str = ""

    @property
    def status(self) -> str:
        """The field `status`, or the error's code."""
        return self.error or str(self.payload.get("status", ""))


@dataclass(slots=True)
class Record:
    """All that happened, in its order."""

    calls: list[Call] = field(default_factory=list)
    answers: dict[int, Answer] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    connections: int = 0
    asked: int = 0
    connected: bool = False


def python_command() -> tuple[list[str], dict[str, str]]:
    """Command and environment of the `ocpp` package's server."""
    return [sys.executable, str(HERE / "central_python.py")], {}


def node_command() -> tuple[list[str], dict[str, str]]:
    """The same of ocpp-rpc's. Raises UnavailableError where it cannot be had."""
    folder = HERE / "central_ocpp_rpc"
    modules = node_modules(folder / "package.json")
    return ["node", str(folder / "server.js")], {"NODE_PATH": str(modules)}


COMMANDS: Mapping[str, Callable[[], tuple[list[str], dict[str, str]]]] = {
    "python-ocpp": python_command,
    "ocpp-rpc": node_command,
}
"""The foreign central systems by name."""


class Central:
    """See the module. A context manager: the process ends with it."""

    def __init__(self, name: str, log: Path) -> None:
        """`name`: one of COMMANDS; `log`: for what it prints of errors."""
        command, environment = COMMANDS[name]()
        self.record = Record()
        self._requests = itertools.count(1)
        self._changed = threading.Condition()
        self._port = 0
        self._ended = False
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=os.environ | environment,
            )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(lambda: self._port, "the central system", START_TIMEOUT_S)

    def __enter__(self) -> Central:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def url(self) -> str:
        """Where a wallbox finds it."""
        return f"ws://127.0.0.1:{self._port}/ocpp"

    def know(self, **cards: Mapping[str, str]) -> None:
        """Tell it cards: the idTagInfo by idTag."""
        self._tell({"cards": cards})

    def answer_late(self, **late_s: float) -> None:
        """Let it answer actions only after so many seconds."""
        self._tell({"late_s": late_s})

    def ask(self, action: str, **payload: Any) -> Answer:
        """Send a call to the wallbox; its answer. CentralError when none comes."""
        number = next(self._requests)
        self.record.asked += 1
        self._tell({"request": number, "action": action, "payload": payload})
        return self.wait(
            lambda: self.record.answers.get(number), f"an answer to {action}", ANSWER_TIMEOUT_S
        )

    def wait(self, read: Callable[[], T | None], what: str, timeout_s: float) -> T:
        """The first truthy result of `read`, which is called at each event."""
        end_s = time.monotonic() + timeout_s
        with self._changed:
            while not (result := read()):
                left_s = end_s - time.monotonic()
                if self._ended or left_s <= 0:
                    why = "the central system ended" if self._ended else f"not in {timeout_s:g} s"
                    raise CentralError(f"{what}: {why}; {self.last()}")
                self._changed.wait(min(left_s, 1.0))
        return result

    def last(self, number: int = 5) -> str:
        """The last calls, for an error's text."""
        return "; ".join(f"{c.action} {str(c.payload)[:90]}" for c in self.record.calls[-number:])

    def _tell(self, order: Mapping[str, Any]) -> None:
        if self._process.stdin is None:
            raise CentralError("the central system has no input")
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            with self._changed:
                self._take(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, told: dict[str, Any]) -> None:
        record = self.record
        match told.pop("event"):
            case "listening":
                self._port = told["port"]
            case "connected":
                record.connections += 1
                record.connected = True
            case "disconnected":
                record.connected = False
            case "call":
                record.calls.append(
                    Call(told["id"], told["action"], told["payload"], told["answer"])
                )
            case "answer":
                record.answers[told["request"]] = Answer(
                    told.get("payload", {}), told.get("error", ""), told.get("what", "")
                )
            case "violation":
                record.violations.append(f"{told['sender']} {told['action']}: {told['what']}")
