"""The daily window: midnight, whole days, and nights with a clock change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy.window import is_open, next_change

ROME = ZoneInfo("Europe/Rome")


def rome(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME, fold=fold)


@pytest.mark.parametrize(
    ("start", "stop", "now", "expected"),
    [
        ("10:00", "12:00", "2026-01-10T09:59:59", False),
        ("10:00", "12:00", "2026-01-10T10:00", True),
        ("10:00", "12:00", "2026-01-10T12:00", False),
        ("23:00", "07:00", "2026-01-10T22:59", False),
        ("23:00", "07:00", "2026-01-10T23:00", True),
        ("23:00", "07:00", "2026-01-10T00:00", True),
        ("23:00", "07:00", "2026-01-10T06:59:59", True),
        ("23:00", "07:00", "2026-01-10T07:00", False),
        ("00:00", "06:00", "2026-01-10T00:00", True),
        ("18:00", "00:00", "2026-01-10T23:59", True),
        ("18:00", "00:00", "2026-01-10T00:00", False),
        ("05:00", "05:00", "2026-01-10T12:00", True),
    ],
)
def test_is_open(start, stop, now, expected):
    assert is_open(time.fromisoformat(start), time.fromisoformat(stop), rome(now)) is expected


@pytest.mark.parametrize(
    ("start", "stop", "now", "expected"),
    [
        ("10:00", "12:00", "2026-01-10T09:00", "2026-01-10T10:00"),
        ("10:00", "12:00", "2026-01-10T10:00", "2026-01-10T12:00"),
        ("10:00", "12:00", "2026-01-10T12:00", "2026-01-11T10:00"),
        ("23:00", "07:00", "2026-01-10T23:30", "2026-01-11T07:00"),
        ("23:00", "07:00", "2026-01-11T01:00", "2026-01-11T07:00"),
        # A night of 23 hours, and one of 25.
        ("23:00", "07:00", "2026-03-28T23:30", "2026-03-29T07:00"),
        ("23:00", "07:00", "2026-10-24T23:30", "2026-10-25T07:00"),
    ],
)
def test_next_change(start, stop, now, expected):
    change = next_change(time.fromisoformat(start), time.fromisoformat(stop), rome(now))
    assert change == rome(expected).astimezone(UTC)


def test_the_whole_day_never_changes():
    assert next_change(time(5), time(5), rome("2026-01-10T12:00")) is None


def test_a_start_that_does_not_exist_is_the_instant_after_the_gap():
    start, stop = time(2, 30), time(6)
    before = rome("2026-03-29T01:59")
    assert not is_open(start, stop, before)
    opens = next_change(start, stop, before)
    assert opens is not None
    assert opens.astimezone(ROME) == rome("2026-03-29T03:30")
    assert is_open(start, stop, opens.astimezone(ROME))


def test_a_time_that_exists_twice_opens_once():
    start, stop = time(2, 30), time(6)
    for now, fold in (("02:30", 0), ("02:59", 0), ("02:00", 1), ("02:30", 1)):
        assert is_open(start, stop, rome(f"2026-10-25T{now}", fold))
    assert not is_open(time(22), time(2, 30), rome("2026-10-25T02:15", 1))


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24", "2026-06-01"])
@pytest.mark.parametrize(("start", "stop"), [(time(23), time(7)), (time(2, 30), time(2, 45))])
def test_a_change_changes(day, start, stop):
    now = rome(f"{day}T12:00")
    for _ in range(6):
        change = next_change(start, stop, now).astimezone(ROME)
        just_before = datetime.fromtimestamp(change.timestamp() - 1, ROME)
        assert is_open(start, stop, just_before) is not is_open(start, stop, change)
        now = change
