"""When charging is allowed: windows over midnight and over the days on which the clock is changed.

In Rome the clock goes from 02:00 to 03:00 on 29 March 2026 and from 03:00 to 02:00 on 25 October;
Apia skipped 30 December 2011 altogether; Lord Howe changes by half an hour; São Paulo once put the
clock forward at midnight.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core.intent import Intent, IntentSource, Priority, arbitrate
from evse.core.timetable import (
    Timetable,
    is_open,
    next_change,
    start_delay_pause,
    timetable_pause,
    wall_time,
    zone,
)
from tests.firmware.core.bench import DETERMINISTIC

ZONES = (
    "Europe/Rome",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)


def timetable(window, name="Europe/Rome"):
    start, stop = window.split("-")
    return Timetable(wall_time(start), wall_time(stop), zone(name))


def at(text):
    return datetime.fromisoformat(text + "+00:00")


@pytest.mark.parametrize(
    ("window", "now", "allowed", "change"),
    [
        # An ordinary winter day: Rome is UTC+1.
        ("08:00-17:30", "2026-01-10T06:59:59", False, "2026-01-10T07:00"),
        ("08:00-17:30", "2026-01-10T07:00:00", True, "2026-01-10T16:30"),
        ("08:00-17:30", "2026-01-10T16:29:59", True, "2026-01-10T16:30"),
        ("08:00-17:30", "2026-01-10T16:30:00", False, "2026-01-11T07:00"),
        # Over midnight.
        ("22:00-06:00", "2026-01-10T20:59", False, "2026-01-10T21:00"),
        ("22:00-06:00", "2026-01-10T21:00", True, "2026-01-11T05:00"),
        ("22:00-06:00", "2026-01-11T04:59", True, "2026-01-11T05:00"),
        ("22:00-06:00", "2026-01-11T05:00", False, "2026-01-11T21:00"),
        ("22:00-00:00", "2026-01-10T22:59", True, "2026-01-10T23:00"),
        ("00:00-06:00", "2026-01-10T22:59", False, "2026-01-10T23:00"),
        ("06:00-05:59", "2026-01-10T04:59", False, "2026-01-10T05:00"),
        # The same twice is the whole day.
        ("00:00-00:00", "2026-01-10T12:00", True, None),
        ("07:15-07:15", "2026-03-29T01:00", True, None),
        # The clock is put forward at 01:00 UTC: 02:30 does not exist.
        ("02:30-06:00", "2026-03-29T00:59", False, "2026-03-29T01:00"),
        ("02:30-06:00", "2026-03-29T01:00", True, "2026-03-29T04:00"),
        ("22:00-02:30", "2026-03-29T00:59", True, "2026-03-29T01:00"),
        ("22:00-02:30", "2026-03-29T01:00", False, "2026-03-29T20:00"),
        ("02:10-02:50", "2026-03-29T00:00", False, "2026-03-30T00:10"),  # an hour that never was
        ("02:50-02:10", "2026-03-28T12:00", True, "2026-03-30T00:10"),  # without a gap
        ("22:00-06:00", "2026-03-28T21:00", True, "2026-03-29T04:00"),  # seven hours
        # The clock is put back at 01:00 UTC: 02:30 is at 00:30 and at 01:30.
        ("02:30-06:00", "2026-10-25T00:29", False, "2026-10-25T00:30"),
        ("02:30-06:00", "2026-10-25T01:15", True, "2026-10-25T05:00"),  # 02:15 for the second time
        ("22:00-02:30", "2026-10-25T00:29", True, "2026-10-25T00:30"),
        ("22:00-02:30", "2026-10-25T01:15", False, "2026-10-25T21:00"),
        ("22:00-06:00", "2026-10-24T20:00", True, "2026-10-25T05:00"),  # nine hours
    ],
)
def test_in_rome(window, now, allowed, change):
    table = timetable(window)
    assert is_open(table, at(now)) is allowed
    assert next_change(table, at(now)) == (change and at(change))


@pytest.mark.parametrize(
    ("name", "window", "now", "allowed", "change"),
    [
        # Half an hour is skipped, from 02:00 to 02:30 (15:30 UTC).
        ("Australia/Lord_Howe", "02:15-04:00", "2026-10-03T15:29", False, "2026-10-03T15:30"),
        # Midnight of 4 November 2018 did not exist: it was 03:00 UTC at 01:00.
        ("America/Sao_Paulo", "00:00-05:00", "2018-11-04T02:59", False, "2018-11-04T03:00"),
        ("America/Sao_Paulo", "20:00-00:00", "2018-11-04T02:59", True, "2018-11-04T03:00"),
        # After 29 December 2011 came the 31st, at 10:00 UTC.
        ("Pacific/Apia", "22:00-06:00", "2011-12-30T09:59", True, "2011-12-30T16:00"),
        ("Pacific/Apia", "12:00-14:00", "2011-12-30T09:59", False, "2011-12-30T22:00"),
    ],
)
def test_elsewhere(name, window, now, allowed, change):
    table = timetable(window, name)
    assert is_open(table, at(now)) is allowed
    assert next_change(table, at(now)) == at(change)


def test_a_clock_that_jumps_only_gets_another_answer():
    table = timetable("08:00-09:00")
    assert not is_open(table, at("2026-06-01T05:00"))
    assert is_open(table, at("2026-06-01T06:30"))
    assert not is_open(table, at("1970-01-01T00:00"))
    assert next_change(table, at("1970-01-01T00:00")) == at("1970-01-01T07:00")
    assert is_open(table, datetime(2026, 6, 1, 8, 30, tzinfo=ZoneInfo("Europe/Rome")))


minutes = st.integers(0, 24 * 60 - 1).map(lambda total: time(*divmod(total, 60)))
instants = st.integers(0, 8 * 24 * 60).map(lambda minute: timedelta(minutes=minute))
changes_of_the_clock = st.sampled_from(
    [
        ("Europe/Rome", at("2026-03-26T00:00")),
        ("Europe/Rome", at("2026-10-22T00:00")),
        ("America/St_Johns", at("2006-10-26T00:00")),  # changed at one minute past midnight
        ("America/Sao_Paulo", at("2018-11-01T00:00")),
        ("Australia/Lord_Howe", at("2026-04-01T00:00")),
        ("Pacific/Apia", at("2011-12-27T00:00")),
        ("UTC", at("2026-01-01T00:00")),
    ]
)


@DETERMINISTIC
@given(minutes, minutes, changes_of_the_clock, instants)
def test_the_answer_holds_until_the_next_change(start, stop, where, after):
    """Looked at every seven minutes, on the days around a change of the clock."""
    name, begin = where
    table, now = Timetable(start, stop, zone(name)), begin + after
    allowed, change = is_open(table, now), next_change(table, now)
    assert (change is None) is (start == stop)
    if change is None:
        assert allowed
        return
    assert now < change <= now + timedelta(days=3)
    assert is_open(table, change) is not allowed
    minute = now
    while minute < change:
        assert is_open(table, minute) is allowed
        minute += timedelta(minutes=7)
    assert is_open(table, change - timedelta(seconds=1)) is allowed


@DETERMINISTIC
@given(minutes, minutes, changes_of_the_clock, instants)
def test_it_is_the_wall_clock_on_every_day_without_a_change(start, stop, where, after):
    name, begin = where
    table, now = Timetable(start, stop, zone(name)), begin + after
    days = [(now + timedelta(days=offset)).astimezone(table.zone) for offset in (-2, -1, 0, 1)]
    if len({day.utcoffset() for day in days}) > 1:
        return
    wall = now.astimezone(table.zone).time()
    expected = start <= wall < stop if start < stop else wall >= start or wall < stop
    assert is_open(table, now) is expected


def test_outside_the_session_pauses_below_the_operators_word():
    table = timetable("22:00-06:00")
    assert timetable_pause(table, at("2026-01-10T22:00")) is None
    pause = timetable_pause(table, at("2026-01-10T12:00"))
    wish = Intent(IntentSource.SESSION, True, Priority.TRANSACTION)
    charge_now = Intent(IntentSource.OPERATOR, True, Priority.OPERATOR)
    assert arbitrate((wish, pause)).source is IntentSource.TIMETABLE
    assert not arbitrate((wish, pause)).charge
    assert arbitrate((wish, pause, charge_now)).charge


@pytest.mark.parametrize(
    ("until_s", "now_s", "pauses"),
    [(None, 5.0, False), (600.0, 0.0, True), (600.0, 599.9, True), (600.0, 600.0, False)],
)
def test_the_start_is_paused_until_the_delay_is_over(until_s, now_s, pauses):
    pause = start_delay_pause(until_s, now_s)
    expected = Intent(IntentSource.START_DELAY, False, Priority.START_DELAY)
    assert pause == (expected if pauses else None)


@pytest.mark.parametrize("text", ["24:00", "7", "12:60", "", "a:b", "1:2:3"])
def test_what_is_no_wall_time_is_named(text):
    with pytest.raises(ValueError, match=r"came .*, allowed is HH:MM"):
        wall_time(text)


@pytest.mark.parametrize("name", ZONES)
def test_zones_by_name(name):
    assert zone(name) == ZoneInfo(name)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "Europe/", "/etc/localtime"])
def test_an_unknown_zone_is_named(name):
    with pytest.raises(ValueError, match=r"installation\.time_zone: came .*, allowed is an IANA"):
        zone(name)


@pytest.mark.parametrize(
    ("tz", "localtime", "offset_h"),
    [
        ("Asia/Tokyo", True, 9),
        (":Asia/Tokyo", True, 9),
        ("CET-1CEST,M3.5.0", True, -5),  # a rule of POSIX is no name: the file decides
        ("", True, -5),
        ("", False, 0),
    ],
)
def test_without_a_name_it_is_the_zone_of_the_system(
    monkeypatch, tmp_path, tz, localtime, offset_h
):
    file = tmp_path / "localtime"
    if localtime:
        file.symlink_to("/usr/share/zoneinfo/America/Bogota")
    monkeypatch.setattr("evse.core.timetable._LOCALTIME", file)
    monkeypatch.setenv("TZ", tz)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert now.astimezone(zone("")).utcoffset() == timedelta(hours=offset_h)
