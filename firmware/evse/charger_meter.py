"""The meter of one connector: its last reading, whose energy is what has surely been counted."""

import asyncio
import logging
from dataclasses import replace

from evse.clock import Clock
from evse.meters import counting
from evse.meters.reading import MeterReading
from evse.storage.transactions import TransactionRecord

_log = logging.getLogger(__name__)

UNSTORED_S, LONGEST_UNSTORED_S = 60.0, 24 * 3600.0
"""What was not stored before a power cut has flowed within this time, s, at least and at most:
samples are stored each 10 s, or, on a disk that was full, not for hours."""


class ChargerMeter:
    """See the module. `reading` is None, and `is_read` not set, until it was read once."""

    def __init__(self, connector_id: int, clock: Clock) -> None:
        self.reading: MeterReading | None = None
        self.is_read = asyncio.Event()
        self._id = connector_id
        self._clock = clock
        self._counting: counting.Counting | None = None

    @property
    def energy_wh(self) -> int:
        """What it has counted; 0 until it was read."""
        if self.reading is None or self.reading.energy_wh is None:
            return 0
        return int(self.reading.energy_wh)

    def take(self, reading: MeterReading, record: TransactionRecord | None) -> None:
        """Take a new reading. `record`: the transaction that is open."""
        if reading.energy_wh is not None:
            energy_wh = self._counted_wh(reading.energy_wh, reading.counted_at_s, record)
            reading = replace(reading, energy_wh=energy_wh)
        self.reading = reading
        self.is_read.set()

    def _counted_wh(self, shown_wh: float, at_s: float, record: TransactionRecord | None) -> float:
        before = self._counting
        if before is None:
            self._counting = self._first(shown_wh, at_s, record)
            return self._counting.counted_wh
        self._counting = counting.counted(before, shown_wh, at_s)
        if before.aside is None and self._counting.aside is not None:
            _log.warning(
                "connector %d: the meter's register goes from %.0f to %.0f Wh: "
                "what flows is counted on from where it was",
                self._id,
                before.trusted.shown_wh,
                shown_wh,
            )
        return self._counting.counted_wh

    def _first(
        self, shown_wh: float, at_s: float, record: TransactionRecord | None
    ) -> counting.Counting:
        if record is None:
            return counting.begun(shown_wh, at_s)
        stored_at = record.last_at or record.started_at
        since_s = (self._clock.utcnow() - stored_at).total_seconds()
        # A clock that was not set yet says nothing; samples are stored more often than this.
        since_s = min(max(UNSTORED_S, since_s), LONGEST_UNSTORED_S)
        return counting.resumed(shown_wh, at_s, record.stored_wh, since_s)
