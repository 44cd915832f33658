"""The charger's clock against ours: how far it is off, and what its time stamps are worth.

Chargers stamp in local time, start in 1970, drift, and replay what they stored while offline
(evcc #15752, lbbrhzn/ocpp #361); a status is stamped with its beginning, however long ago. A stamp
never comes from the future, so the largest difference seen is the nearest to the truth.
"""

from datetime import datetime, timedelta
from typing import NamedTuple, Self

MAX_OFFSET = timedelta(hours=14)
"""The largest difference of a time zone; more is an unset clock or an old message."""
MEASURED_FOR = timedelta(hours=1)
"""After this a smaller offset counts too: clocks drift by seconds a day, and are set back."""
MAX_AGE = timedelta(days=90)
"""Stamps older than this are those of an unset clock: no charger keeps messages that long."""
LIVE = timedelta(seconds=120)
"""Older samples are history: two sample intervals of the slowest chargers (60 s, evcc #19271)."""


SET_BY = timedelta(seconds=60)
"""What our clock leaps by when it is set; a time server moves it by less, or slowly."""


class Instant(NamedTuple):
    """When something happened: `at` by our clock, `stamp` by the charger's as it told it.

    Both are aware. `stamp` is None where none came.
    """

    at: datetime
    stamp: datetime | None = None

    @classmethod
    def from_text(cls, at: str, stamp: str | None = None) -> Self:
        """Restore it from ISO 8601; ValueError for anything else."""
        return cls(datetime.fromisoformat(at), datetime.fromisoformat(stamp) if stamp else None)

    def to_text(self) -> tuple[str, str | None]:
        """Return what `from_text` takes."""
        return self.at.isoformat(), self.stamp.isoformat() if self.stamp else None

    def since(self, earlier: Self) -> timedelta:
        """Return the longest time that may have passed since `earlier`.

        Each stamp may measure the charger's clock anew, and what it went ahead is then missing
        from the time by ours: chargers drift, get the time by Heartbeat, and simulations run fast.
        So the longer of the two intervals counts. Where the charger's is longer by more than
        `MAX_OFFSET`, its clock was set, and ours counts alone.
        """
        ours = self.at - earlier.at
        if self.stamp is None or earlier.stamp is None:
            return ours
        theirs = self.stamp - earlier.stamp
        return theirs if ours < theirs <= ours + MAX_OFFSET else ours


class ChargerClock:
    """Measures the clock by time stamps. Pure: the times of arrival are given (aware UTC).

    `unset`: its last stamp was of long before or after, as of a clock that nobody has set.
    """

    def __init__(self) -> None:
        self._offset = timedelta()
        self._measured_at: datetime | None = None
        self._ours: tuple[datetime, float] | None = None
        self.unset = False

    @property
    def offset_s(self) -> float | None:
        """How far the charger's clock is ahead of ours, in s; None: not measured."""
        return None if self._measured_at is None else self._offset.total_seconds()

    def reset(self) -> None:
        """Forget: the charger just got the time from us."""
        self._offset, self._measured_at, self.unset = timedelta(), None, False

    def take_time(self, now: datetime, now_s: float) -> timedelta:
        """Take the time by our clock and by one that is never set (s).

        Return what ours was set by since the last time; what was measured by it is forgotten then.
        """
        before, self._ours = self._ours, (now, now_s)
        if before is None:
            return timedelta()
        leap = now - before[0] - timedelta(seconds=now_s - before[1])
        if abs(leap) < SET_BY:
            return timedelta()
        self.reset()
        return leap

    def observe(self, stamp: datetime, arrived_at: datetime) -> None:
        """Learn from one stamp."""
        offset = stamp - arrived_at
        self.unset = abs(offset) > MAX_AGE
        if abs(offset) > MAX_OFFSET:
            return
        old = self._measured_at is None or arrived_at - self._measured_at > MEASURED_FOR
        if old or offset >= self._offset:
            self._offset, self._measured_at = offset, arrived_at

    def instant(self, stamp: datetime | None, arrived_at: datetime) -> datetime:
        """Return when it happened by our clock; the arrival, where the stamp cannot be."""
        if stamp is None:
            return arrived_at
        age = arrived_at - stamp + self._offset
        return arrived_at - age if timedelta() <= age <= MAX_AGE else arrived_at

    def charger_time(self, now: datetime) -> datetime:
        """Return what the charger's clock shows at our `now`."""
        return now + self._offset


def is_live(at: datetime, arrived_at: datetime) -> bool:
    """Tell whether what happened at `at` is still the present state on arrival."""
    return arrived_at - at <= LIVE
