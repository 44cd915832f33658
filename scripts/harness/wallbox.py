"""A real `evse` process with its state folder, and the hand that plugs the car: `evse sim`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evse.local.client import ControlError, request_sync
from scripts.harness.home_assistant import HarnessError, wait_until

START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 15
COMMAND_TIMEOUT_S = 20


class Wallbox:
    """One state folder and, while started, the process that runs on it."""

    def __init__(
        self,
        folder: Path,
        *,
        python: Path | None = None,
        options: Sequence[str] = (),
        prefix: Sequence[str] = (),
        module: str = "evse",
        **settings: object,
    ) -> None:
        """`options` are more words of the command `evse run`; `module` is run in `evse`'s place.

        `prefix` goes before the command, to run it somewhere else (`FarHost.prefix`).
        `settings` are keys of the settings table, dots written as two underscores.
        """
        self.folder = folder
        self.python = python or Path(sys.executable)
        self.options = tuple(options)
        self.prefix = tuple(prefix)
        self.module = module
        self.settings = {key.replace("__", "."): value for key, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self.folder / "evse.log"

    def start(self, **settings: object) -> float:
        """Start it with `settings` beside those of the constructor;

        Return the seconds until it was ready.
        """
        began = time.monotonic()
        self.spawn(**settings)
        wait_until(self._answers, "the wallbox's control socket", START_TIMEOUT_S, 0.02)
        return time.monotonic() - began

    def spawn(self, **settings: object) -> None:
        """Begin to start it, as `start` does, without waiting for it."""
        self.settings |= {key.replace("__", "."): value for key, value in settings.items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(self.python), "-m", self.module, "run", "--state", str(self.folder)]
        command = [*self.prefix, *command, *self.options]
        for key, value in self.settings.items():
            command += ["--set", f"{key}={value}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self) -> int | None:
        """End it as the service does; return its exit status."""
        if self._process is None:
            return None
        self._process.terminate()
        try:
            status = self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise HarnessError(
                f"the wallbox did not end within {STOP_TIMEOUT_S} s:\n{self.log_end()}"
            ) from None
        self._process = None
        return status

    def kill(self) -> None:
        """End it at once (`kill -9`), as a power cut does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_TIMEOUT_S)
            self._process = None

    def wait(self, timeout_s: float) -> int:
        """Wait until it ends by itself; return its exit status."""
        if self._process is None:
            raise HarnessError("the wallbox is not started")
        status = self._process.wait(timeout_s)
        self._process = None
        return status

    @property
    def running(self) -> bool:
        """Whether its process runs; False when it has ended by itself."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Of the running process."""
        if self._process is None:
            raise HarnessError("the wallbox is not started")
        return self._process.pid

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise HarnessError(f"the wallbox ended:\n{self.log_end()}")
        try:
            self.request(command="status")
        except HarnessError:
            return False
        return True

    def request(self, **command: Any) -> dict[str, Any]:
        """Send one command to the control channel;

        HarnessError with the wallbox's words when refused.
        """
        try:
            answer = request_sync(self.folder, command, timeout_s=COMMAND_TIMEOUT_S)
        except ControlError as error:
            raise HarnessError(str(error)) from error
        if not answer.get("ok"):
            raise HarnessError(f"{json.dumps(command)}: {answer.get('error')}")
        return answer

    def log_end(self, characters: int = 4000) -> str:
        """The last lines that the wallbox logged."""
        return (
            self.log.read_text(errors="replace")[-characters:] if self.log.exists() else "(no log)"
        )
