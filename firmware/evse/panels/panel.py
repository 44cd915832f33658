"""The front panel as a task: what is to be shown, and the devices that show it.

Each device has its own thread and its own turns, so that one which hangs, or is not there, delays
neither the others nor the wallbox. It is tried again for ever.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from typing import Any

from evse.clock import Clock, SystemClock
from evse.panels import cabur, etek
from evse.panels.driver import Driver, PanelError
from evse.panels.indications import Indications
from evse.panels.shown import Notice, Shown, to_json

_log = logging.getLogger(__name__)

TURN_S = 0.05
"""20 times a second: a breathing lamp seems smooth, and a fast flash keeps its halves."""

RETRY_S = 10.0
"""Until a device that failed is tried again."""

ANSWER_S = 5.0
"""A device that takes longer hangs, s of real time; it is told once and waited for."""


class Look(StrEnum):
    """Whose panel it looks like."""

    ETEK = "etek"
    CABUR = "cabur"


def indications(look: Look, shown: Shown, number: int | None, at_s: float) -> Indications:
    """Return what a panel of this look shows; see `etek.indications`. Raises ValueError."""
    table = cabur.indications if look is Look.CABUR else etek.indications
    return table(shown, number, at_s)


class Panel:
    """See the module."""

    def __init__(
        self,
        look: Look,
        shown: Callable[[], Shown],
        drivers: Iterable[Driver],
        clock: Clock | None = None,
    ) -> None:
        """`shown`: what is to be shown now; its instants are the panel's business.

        `clock`: real time, for lamps are looked at by people, in an accelerated simulation too.
        """
        self.look = look
        self._shown = shown
        self._drivers = tuple(drivers)
        self._clock = clock or SystemClock()
        self._notice: Notice | None = None
        self._notice_at_s = 0.0

    def notice(self, notice: Notice) -> None:
        """Tell what just happened: it is heard, and shown for a moment."""
        self._notice, self._notice_at_s = notice, self._clock.monotonic()

    def shown(self) -> Shown:
        """What is shown now, with its instant."""
        return self._shown().stamped(self._clock.monotonic(), self._notice, self._notice_at_s)

    def snapshot(self) -> dict[str, Any]:
        """The same with the look, as JSON values: for `evse watch`."""
        return {"look": str(self.look), **to_json(self.shown())}

    async def run(self) -> None:
        """Serve the devices until cancelled; at once over when there are none."""
        async with asyncio.TaskGroup() as tasks:
            for driver in self._drivers:
                tasks.create_task(self._serve(driver))

    async def _serve(self, driver: Driver) -> None:
        """Show what is new, again and again."""
        pool = ThreadPoolExecutor(1, thread_name_prefix=driver.name)
        shown: Indications | None = None
        works = True
        try:
            while True:
                stamped = self.shown()
                now = indications(self.look, stamped, None, stamped.box.at_s)
                error = "" if now == shown else await _show(pool, driver, now)
                if error and works:
                    _log.warning("%s shows nothing: %s", driver.name, error)
                elif not (error or works):
                    _log.info("%s works again", driver.name)
                works, shown = not error, None if error else now
                await self._clock.sleep(RETRY_S if error else TURN_S)
        finally:
            pool.submit(driver.close)
            pool.shutdown(wait=False)


async def _show(pool: ThreadPoolExecutor, driver: Driver, now: Indications) -> str:
    """Let the device show this; "", or why it could not: then it is closed."""
    try:
        await _done(pool, driver.name, partial(driver.show, now))
    except PanelError as error:
        await _done(pool, driver.name, driver.close)
        return str(error)
    return ""


async def _done(pool: ThreadPoolExecutor, name: str, call: Callable[[], None]) -> None:
    """Make the call in the device's thread; wait for one that hangs, and tell it once."""
    running = asyncio.get_running_loop().run_in_executor(pool, call)
    done, _ = await asyncio.wait({running}, timeout=ANSWER_S)
    if not done:
        _log.error("%s has not answered for %g s", name, ANSWER_S)
    while not done:
        done, _ = await asyncio.wait({running}, timeout=ANSWER_S)
    running.result()
