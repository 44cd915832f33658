"""The charger's clock against ours: how far it is off, and what its time stamps are worth.

Chargers stamp in local time, start in 1970, drift, and replay what they stored while offline
(evcc #15752, lbbrhzn/ocpp #361). A stamp never comes from the future, so the largest difference
seen is the nearest to the truth; what is older than that was stored for a while.
"""

from collections import deque
from datetime import datetime, timedelta

MAX_OFFSET = timedelta(hours=14)
"""The largest difference of a time zone; more is an unset clock or an old message."""
MAX_AGE = timedelta(days=90)
"""Stamps older than this are those of an unset clock: no charger keeps messages that long."""
LIVE = timedelta(seconds=120)
"""Older samples are history: two sample intervals of the slowest chargers (60 s, evcc #19271)."""


class ChargerClock:
    """Measures the clock by time stamps. Pure: the times of arrival are given (aware UTC)."""

    def __init__(self) -> None:
        self._offsets: deque[timedelta] = deque(maxlen=10)

    @property
    def offset_s(self) -> float | None:
        """How far the charger's clock is ahead of ours, in s; None: not measured."""
        return max(self._offsets).total_seconds() if self._offsets else None

    def reset(self) -> None:
        """Forget: the charger just got the time from us."""
        self._offsets.clear()

    def observe(self, stamp: datetime, arrived_at: datetime, *, stored: bool) -> None:
        """Learn from one stamp. `stored`: the message may have waited in the charger's queue."""
        offset = stamp - arrived_at
        if abs(offset) > MAX_OFFSET:
            return
        if not stored or not self._offsets or offset > max(self._offsets):
            self._offsets.append(offset)

    def instant(self, stamp: datetime | None, arrived_at: datetime) -> datetime:
        """Return when it happened by our clock; the arrival, where the stamp cannot be."""
        if stamp is None:
            return arrived_at
        at = stamp - (max(self._offsets) if self._offsets else timedelta())
        return at if timedelta() <= arrived_at - at <= MAX_AGE else arrived_at

    def charger_time(self, now: datetime) -> datetime:
        """Return what the charger's clock shows at our `now`."""
        return now + (max(self._offsets) if self._offsets else timedelta())


def is_live(at: datetime, arrived_at: datetime) -> bool:
    """Tell whether what happened at `at` is still the present state on arrival."""
    return arrived_at - at <= LIVE
