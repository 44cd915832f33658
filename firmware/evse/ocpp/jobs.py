"""Work that lasts longer than a connection, and what it has to report."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from evse.ocpp.charge_point import CallRefused, ChargePoint, NoAnswer

_logger = logging.getLogger(__name__)

MAX_REPORTS = 50
"""Reports waiting to be sent; of more, the oldest go."""

RETRY_S = 10.0
"""(real) Until a report that got no answer is sent again over the same connection."""

END_S = 5.0
"""(real) For what work that is ended has to clean up."""

Work = Callable[[], Coroutine[Any, Any, None]]


class Slot:
    """One piece of work at a time; a new one ends the one before."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next: Work | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    @property
    def busy(self) -> bool:
        """True while there is work, under way or about to begin."""
        return self._next is not None or self._task is not None

    def start(self, work: Work) -> None:
        """Do this now, whatever was under way."""
        self._next = work
        self._wake.set()
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """End what is under way."""
        self._next = None
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> None:
        """Do what is to be done, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._next is None:
                continue
            work, self._next = self._next, None
            self._task = task = asyncio.ensure_future(work())
            try:
                await asyncio.wait({task})
            finally:
                self._task = None
                await _ended(self._name, task)


async def _ended(name: str, task: asyncio.Task[None]) -> None:
    """See a piece of work to its end, with what it cleans up, and log its error."""
    task.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(END_S):
            await asyncio.wait({task})
    if task.done() and not task.cancelled() and (error := task.exception()):
        _logger.error("%s ended with an error", name, exc_info=error)


class Reports:
    """Status notifications: sent in order, kept while nobody listens."""

    def __init__(self) -> None:
        self._waiting: deque[Any] = deque(maxlen=MAX_REPORTS)
        self._filled = asyncio.Event()

    def put(self, payload: Any) -> None:
        """Send a call (of `ocpp.v16.call`) as soon as it can be."""
        self._waiting.append(payload)
        self._filled.set()

    async def run(self, charge_point: ChargePoint) -> None:
        """Send over this connection until cancelled."""
        self._filled.set()  # what an earlier connection left unsent
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                payload = self._waiting[0]
                try:
                    await charge_point.request(payload)
                except CallRefused as error:
                    _logger.info("%s", error)
                except NoAnswer as error:
                    _logger.info("%s", error)
                    await asyncio.sleep(RETRY_S)
                    continue
                if self._waiting and self._waiting[0] is payload:
                    self._waiting.popleft()
