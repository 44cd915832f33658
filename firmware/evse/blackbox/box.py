"""The black box of one connector: a ring in memory, and files of it when something went wrong.

A shell: it is given every turn, writes in a thread, and whatever the disk does, charging goes on.
"""

import asyncio
import errno
import logging
from pathlib import Path

from evse.blackbox import files
from evse.blackbox.codec import CodecError, fingerprint
from evse.blackbox.recording import TYPES, Recording
from evse.blackbox.ring import Ring
from evse.clock import Clock
from evse.core.faults import FORBIDDING
from evse.core.state import ControllerSettings, ControllerState, FaultRaised, Inputs, Step

_log = logging.getLogger(__name__)

GAP_S = 10.0
"""Between two files, s: a fault that comes and goes must not wear the disk."""

WRITE_TIMEOUT_S = 60.0
"""Three minutes are written in seconds, even by a small computer."""


class BlackBox:
    """See the module. TypeError when a type of the core has no exact JSON."""

    def __init__(self, connector_id: int, folder: Path, clock: Clock) -> None:
        fingerprint(*TYPES)  # here rather than with the first fault
        self._connector_id = connector_id
        self._folder = folder
        self._clock = clock
        self._ring = Ring()
        self._reasons: list[str] = []
        self._wanted = asyncio.Event()
        self._writing: asyncio.Future[Path] | None = None

    def add(
        self,
        state: ControllerState,
        inputs: Inputs,
        settings: ControllerSettings,
        now_s: float,
        done: Step,
    ) -> None:
        """Keep a turn: the arguments of `core.controller.step`, and what it returned.

        When a fault was raised with which nothing is offered, `run` will write a file.
        """
        self._ring.add(state, inputs, settings, now_s, done)
        for event in done.events:
            if isinstance(event, FaultRaised) and event.fault in FORBIDDING:
                if event.fault not in self._reasons:
                    self._reasons.append(event.fault)
                self._wanted.set()

    async def run(self) -> None:
        """Write the files that faults ask for, at most one in 10 s, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            reasons, self._reasons = self._reasons, []
            try:
                path = await self.dump(" ".join(reasons[:3]))
            except (OSError, CodecError, TimeoutError) as error:
                _log.error(
                    "connector %d: the black box cannot be written: %s",
                    self._connector_id,
                    str(error) or "time-out",
                )
            else:
                _log.warning("connector %d: black box written: %s", self._connector_id, path)
            await self._clock.sleep(GAP_S)

    async def dump(self, reason: str) -> Path | None:
        """Write what is kept now; None before the first turn.

        Raises OSError, also while the last file is being written, TimeoutError, and CodecError for
        a value that is not of its declared type.
        """
        if self._writing is not None and not self._writing.done():
            raise OSError(errno.EBUSY, "the last file is still being written", str(self._folder))
        at = f"{self._clock.utcnow().replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
        recording = Recording.of(self._ring, self._connector_id, reason, at)
        if recording is None:
            return None
        self._writing = asyncio.ensure_future(
            asyncio.to_thread(files.save, recording, self._folder)
        )
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            return await asyncio.shield(self._writing)  # a thread cannot be stopped
