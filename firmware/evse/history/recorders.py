"""Write down what goes on: faults with their begin and end, and the samples of the charts.

Both look once a second. A disk that fails costs what it does not take, and never the program.
"""

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping

from evse.clock import Clock
from evse.connector import Connector
from evse.history.sampling import Minute, charger_values, house_values, sampled
from evse.meters.reading import Phases
from evse.storage.chart_samples import ChartSamples, Samples
from evse.storage.fault_log import FaultEntry, FaultKey, FaultLog

LOOK_S = 1.0
"""Between two looks, s. Most faults last longer: they have to be gone for a while to be over."""

WRITE_MINUTES = 5
"""So many minutes are stored at once: a flash card wears by its writes. A restart costs them."""

MOST_WAITING_MINUTES = 24 * 60
"""So many are kept while the disk does not take them."""

Connectors = Callable[[], Mapping[int, Connector]]
"""The connectors, which the station makes after it was joined."""

_log = logging.getLogger(__name__)


class _Complaints:
    """Tells the first of a row of failures of the disk."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._failed = False

    def failed(self, error: sqlite3.Error) -> None:
        if not self._failed:
            _log.error("%s cannot be stored: %s", self._what, error)
        self._failed = True

    def worked(self) -> None:
        self._failed = False


class FaultRecorder:
    """Keeps the log of faults true to the connectors.

    What lasts is known from the disk: a fault that outlives a power cut goes on as the same entry,
    and one that went in the dark ends when the wallbox is up again.
    """

    def __init__(self, log: FaultLog, connectors: Connectors, clock: Clock) -> None:
        self._log = log
        self._connectors = connectors
        self._clock = clock
        self._lasting: dict[FaultKey, FaultEntry] | None = None  # None: not read yet
        self._complaints = _Complaints("the log of faults")

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self._look()
            except sqlite3.Error as error:
                self._complaints.failed(error)
            else:
                self._complaints.worked()
            await self._clock.sleep(LOOK_S)

    def entry(self, key: FaultKey) -> FaultEntry | None:
        """What is written of a fault that lasts; None until it is."""
        return (self._lasting or {}).get(key)

    async def _look(self) -> None:
        connectors = self._connectors()
        if not connectors or not all(each.started for each in connectors.values()):
            return  # what was restored is not known yet, nor what is found anew
        if self._lasting is None:
            await self._read()
        present = {
            (number, str(fault))
            for number, connector in connectors.items()
            for fault in connector.controller.faults
        }
        known = self._lasting.keys() if self._lasting else set()
        if present != known:
            at = self._clock.utcnow()
            await self._log.change(sorted(present - known), sorted(known - present), at)
            await self._read()

    async def _read(self) -> None:
        self._lasting = {entry.key: entry for entry in await self._log.lasting()}


class ChartRecorder:
    """Keeps the means of the minutes."""

    def __init__(
        self,
        table: ChartSamples,
        connectors: Connectors,
        house_a: Callable[[], Phases | None],
        limit_a: Callable[[], float],
        clock: Clock,
    ) -> None:
        """`house_a`: the house's currents, None while its meter is silent; `limit_a`: what it may
        take, A."""
        self._table = table
        self._connectors = connectors
        self._house_a = house_a
        self._limit_a = limit_a
        self._clock = clock
        self._minute = Minute()
        self._waiting: deque[Samples] = deque(maxlen=MOST_WAITING_MINUTES)
        self._written_minute = -1
        self._complaints = _Complaints("samples of the charts")

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            if self._look():
                await self._write()
            await self._clock.sleep(LOOK_S)

    @property
    def waiting(self) -> tuple[Samples, ...]:
        """The minutes that are not stored yet."""
        return tuple(self._waiting)

    def _look(self) -> bool:
        """Take a sample; whether it is time to write."""
        now_s, minute = self._clock.monotonic(), minute_of(self._clock)
        values = house_values(self._house_a(), self._limit_a())
        for number, connector in self._connectors().items():
            offered_a = connector.controller.offered_a
            values |= charger_values(number, connector.meter, offered_a, now_s)
        self._minute, over = sampled(self._minute, minute, values)
        self._waiting.extend(over)
        if self._written_minute < 0:
            self._written_minute = minute
        return bool(over) and abs(minute - self._written_minute) >= WRITE_MINUTES

    async def _write(self) -> None:
        samples = self.waiting
        self._written_minute = minute_of(self._clock)  # also when it fails: next try by the rhythm
        try:
            await self._table.add(samples)
        except sqlite3.Error as error:
            self._complaints.failed(error)
            return
        self._complaints.worked()
        for _ in samples:
            self._waiting.popleft()


def minute_of(clock: Clock) -> int:
    """The minute that it is, counted from 1970 in UTC."""
    return int(clock.utcnow().timestamp()) // 60
