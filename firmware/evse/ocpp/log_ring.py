"""The newest lines of the program's log, in memory, for whoever asks for diagnostics."""

import functools
import logging
from collections import deque
from datetime import UTC, datetime

MAX_LINES = 5000
"""A day of a wallbox where little happens, and half a megabyte."""

MAX_LINE = 2000
"""Characters kept of one record: a traceback of ordinary depth."""

_FORMAT = logging.Formatter("%(levelname)-7s %(name)s: %(message)s")


class LogRing(logging.Handler):
    """Keeps the last MAX_LINES records as text."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(_FORMAT)
        self._lines: deque[tuple[float, str]] = deque(maxlen=MAX_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        try:
            self._lines.append((record.created, self.format(record)[:MAX_LINE]))
        except Exception:  # noqa: BLE001 - as every handler of `logging` does
            self.handleError(record)

    def lines(self, since: datetime | None = None, until: datetime | None = None) -> list[str]:
        """The lines of that time, each with its instant; the oldest first."""
        return [
            f"{at.isoformat(timespec='milliseconds')} {line}"
            for created, line in tuple(self._lines)
            if within(at := datetime.fromtimestamp(created, UTC), since, until)
        ]


def within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    """True when `at` is not before `since` nor after `until`."""
    return (since is None or at >= since) and (until is None or at <= until)


@functools.cache
def recent() -> LogRing:
    """The ring of this process, listening from the first call on."""
    ring = LogRing()
    logging.getLogger().addHandler(ring)
    return ring
