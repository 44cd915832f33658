"""When a session may charge: the charging reservation, and the random delay at its start.

ETEK EKEPC3 manual, 5.8.2.1: "Charging reservation" with start and stop time, "Start charging
delay". Outside of its time a session pauses, which a central system sees as SuspendedEVSE; it is
neither refused nor ended. All here is computed anew from the time that is given, so that a clock
which is set, by the operating system or by a person, changes nothing but the answer.

Wall times meet the calendar in this way: a time that does not exist on a day, because the clock is
put forward over it, is the instant at which the gap ends; one that exists twice is its first.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evse.core.intent import Intent, IntentSource, Priority

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LOCALTIME = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Timetable:
    """Each day charging is allowed from `start` until `stop`, wall times of `zone`.

    With `stop` before `start` it is over midnight; with both equal it is the whole day.
    """

    start: time
    stop: time
    zone: tzinfo

    @property
    def always(self) -> bool:
        """Whether there is nothing that it forbids."""
        return self.start == self.stop


def wall_time(text: str) -> time:
    """The wall time that a setting "HH:MM" means. ValueError when it is none."""
    try:
        hours, minutes = text.split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise ValueError(
            f"wall time: came {text!r}, allowed is HH:MM from 00:00 to 23:59"
        ) from None


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name, as Europe/Rome; of the operating system for "".

    ValueError for a name that this computer does not know.
    """
    try:
        return ZoneInfo(name) if name else _system_zone()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"installation.time_zone: came {name!r}, allowed is an IANA name as Europe/Rome,"
            " or nothing for the zone of the operating system"
        ) from None


def is_open(timetable: Timetable, now: datetime) -> bool:
    """Whether charging is allowed at `now` (aware)."""
    if timetable.always:
        return True
    return any(opens <= now < closes for opens, closes in _around(timetable, now))


def next_change(timetable: Timetable, now: datetime) -> datetime | None:
    """When the answer of `is_open` becomes another one, UTC; None when it never does."""
    open_now = is_open(timetable, now)
    changes = sorted({edge for window in _around(timetable, now) for edge in window if edge > now})
    return next((edge for edge in changes if is_open(timetable, edge) is not open_now), None)


def timetable_pause(timetable: Timetable, now: datetime) -> Intent | None:
    """What the timetable wants at `now`: a pause while it is closed, and otherwise nothing."""
    if is_open(timetable, now):
        return None
    return Intent(IntentSource.TIMETABLE, charge=False, priority=Priority.TIMETABLE)


def start_delay_pause(until_s: float | None, now_s: float) -> Intent | None:
    """The pause at the start of a transaction until `until_s`; None when there is none (any more).

    Who draws the delay says when it ends, on the clock of `now_s`.
    """
    if until_s is None or now_s >= until_s:
        return None
    return Intent(IntentSource.START_DELAY, charge=False, priority=Priority.START_DELAY)


def _around(timetable: Timetable, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The windows of the days around `now`, with one to spare, for a zone may skip a whole day."""
    today = now.astimezone(timetable.zone).date()
    return (_window(timetable, today + days * _DAY) for days in range(-2, 4))


@lru_cache(maxsize=32)
def _window(timetable: Timetable, day: date) -> tuple[datetime, datetime]:
    """From when to when the window that begins on `day` is open, UTC."""
    last_day = day if timetable.start < timetable.stop else day + _DAY
    return (
        _instant(datetime.combine(day, timetable.start), timetable.zone),
        _instant(datetime.combine(last_day, timetable.stop), timetable.zone),
    )


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    """The instant, UTC, of a wall time without zone; see the module for gaps and doubled times."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _gap_end(wall, zone)


def _gap_end(wall: datetime, zone: tzinfo) -> datetime:
    """The instant, UTC, at which the clock is put forward over `wall`, by bisection."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after


def _system_zone() -> tzinfo:
    """The zone of this computer: TZ if it is an IANA name, else /etc/localtime, else UTC."""
    if name := os.environ.get("TZ", "").removeprefix(":"):
        with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(name)
    if not _LOCALTIME.exists():
        return UTC
    with _LOCALTIME.open("rb") as file:
        return ZoneInfo.from_file(file)
