"""The daily charging window, which may go over midnight.

Each day's window is a stretch between two instants, so a night with a clock change neither opens
it twice nor leaves it open: a wall time that does not exist is the instant after the gap, of one
that exists twice the first counts. `start == stop` is the whole day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def is_open(start: time, stop: time, local_now: datetime) -> bool:
    """Tell whether `local_now` (aware, in the local time zone) lies in the window."""
    if start == stop:
        return True
    return any(opens <= local_now < closes for opens, closes in _windows(start, stop, local_now))


def next_change(start: time, stop: time, local_now: datetime) -> datetime | None:
    """Return the next instant (UTC) at which the window opens or closes; None if it never does."""
    if start == stop:
        return None
    edges = [edge for window in _windows(start, stop, local_now) for edge in window]
    return min(edge for edge in edges if edge > local_now)


def windows_between(
    start: time, stop: time, first: datetime, last: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows (UTC) that touch the time from `first` to `last`, both local and aware."""
    day = first.date() - timedelta(1)
    while day <= last.date():
        window = _window(start, stop, day, first.tzinfo)
        if window and window[0] < last and window[1] > first:
            yield window
        day += timedelta(1)


def _windows(start: time, stop: time, local_now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows of yesterday, today and tomorrow, in UTC."""
    for days in (-1, 0, 1):
        window = _window(start, stop, local_now.date() + timedelta(days), local_now.tzinfo)
        if window:
            yield window


def _window(
    start: time, stop: time, day: date, zone: tzinfo | None
) -> tuple[datetime, datetime] | None:
    """Return the window that opens on `day`, in UTC; None if a clock change leaves nothing."""
    stop_day = day if start < stop else day + timedelta(1)
    opens = datetime.combine(day, start, zone).astimezone(UTC)
    closes = datetime.combine(stop_day, stop, zone).astimezone(UTC)
    return (opens, closes) if opens < closes else None
