"""The hand that steers a foreign charge point, a Node.js process on a library of npm (point.js)."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from scripts.node_packages import node_modules

T = TypeVar("T")

HERE = Path(__file__).parent / "points"
START_TIMEOUT_S = 90.0
ANSWER_TIMEOUT_S = 30.0


class PointError(Exception):
    """The charge point ended, was refused, or something did not come in time."""


class ForeignPoint:
    """One foreign charge point. A context manager: the process ends with it.

    `calls` are what it was asked for, as (action, payload); `violations` what its strict mode found
    in the messages of either side.
    """

    def __init__(
        self,
        library: str,
        url: str,
        identity: str,
        password: str,
        subprotocol: str,
        log: Path,
        *,
        root: Path | None = None,
    ) -> None:
        """`library`: a package of points/package.json; `log`: for what it prints of errors.

        `root`: the certificate (PEM) that it verifies the server against, by wss. Without a
        password ("") it shows none. What it keeps of its own certificate lies beside the log.
        """
        modules = node_modules(HERE / "package.json")
        command = ["node", str(HERE / "point.js"), library, url, identity, password, subprotocol]
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.violations: list[str] = []
        self.connected = False
        self._answers: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._ended = False
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=os.environ
                | {"NODE_PATH": str(modules), "NO_PROXY": "127.0.0.1"}
                | {"SSL_CLIENT_KEYSTORE_ROOT": str(log.parent)}
                | ({} if root is None else {"NODE_EXTRA_CA_CERTS": str(root)}),
            )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(lambda: self.connected, "its connection", START_TIMEOUT_S)

    def __enter__(self) -> ForeignPoint:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def answer(self, **answers: Mapping[str, Any]) -> None:
        """Give these answers from now on, by action."""
        self._tell({"answers": answers})

    def call(self, action: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Call the central system and return its answer; PointError when it refuses."""
        return self._order(action, {"action": action, "payload": payload})

    def renew(self) -> None:
        """Get a certificate by SignCertificate, and connect again with it."""
        self._order("SignCertificate", {"renew": True})

    def dial(self) -> None:
        """Connect again, unless the library does it by itself."""
        self._order("a new connection", {"dial": True})

    def fetch(self, url: str, body: str | None = None) -> dict[str, Any]:
        """Get a file from `url`, or put `body` there; return {status, text}."""
        method = "GET" if body is None else "PUT"
        return self._order(method, {"fetch": {"url": url, "method": method, "body": body}})

    def _order(self, what: str, order: Mapping[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._tell({"call": number, **order})
        told = self.wait(
            lambda: self._answers.get(number), f"the answer to {what}", ANSWER_TIMEOUT_S
        )
        if "error" in told:
            raise PointError(f"{what}: {told['error']}")
        return dict(told["payload"])

    def asked(self, action: str) -> list[dict[str, Any]]:
        """What it was asked of one kind so far."""
        return [payload for name, payload in self.calls if name == action]

    def wait(self, read: Callable[[], T | None], what: str, timeout_s: float) -> T:
        """Return the first truthy result of `read`, which is called at each event."""
        end_s = time.monotonic() + timeout_s
        with self._changed:
            while not (result := read()):
                left_s = end_s - time.monotonic()
                if self._ended or left_s <= 0:
                    why = "the charge point ended" if self._ended else f"not in {timeout_s:g} s"
                    raise PointError(f"{what}: {why}; {self.violations}; {self.calls[-3:]}")
                self._changed.wait(min(left_s, 1.0))
        return result

    def _tell(self, order: Mapping[str, Any]) -> None:
        if self._process.stdin is None:
            raise PointError("the charge point has no input")
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            if not line.startswith(b'{"event"'):
                continue  # the simulator prints a log of its own
            with self._changed:
                self._take(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, told: dict[str, Any]) -> None:
        match told.pop("event"):
            case "connected":
                self.connected = True
            case "disconnected":
                self.connected = False
            case "call":
                self.calls.append((told["action"], told["payload"]))
            case "answer":
                self._answers[told["call"]] = told
            case "violation":
                self.violations.append(told["what"])
