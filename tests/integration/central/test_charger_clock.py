"""Time stamps of clocks that are wrong, and of messages that waited."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.charger_clock import ChargerClock, Instant, is_live

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR_S = 3600.0


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_offset_of_a_clock_in_local_time():
    clock = ChargerClock()
    assert clock.offset_s is None
    clock.observe(after(7200), NOW)
    assert clock.offset_s == 7200
    assert clock.instant(after(7190), NOW) == after(-10)
    assert clock.charger_time(NOW) == after(7200)


def test_old_stamps_do_not_move_the_offset():
    """History that was stored offline, and states that began long ago."""
    clock = ChargerClock()
    clock.observe(NOW, NOW)
    for minute in range(50):
        clock.observe(after(-36000 + 60 * minute), NOW)
    assert clock.offset_s == 0
    assert not is_live(clock.instant(after(-600), NOW), NOW)


def test_the_newest_of_old_stamps_is_the_nearest():
    clock = ChargerClock()
    for seconds in (-3000, -2000, -1, -500):
        clock.observe(after(seconds), NOW)
    assert clock.offset_s == -1


def test_a_clock_that_was_set_back_is_followed_within_an_hour():
    clock = ChargerClock()
    clock.observe(after(7200), NOW)
    for seconds in range(60, 3721, 60):
        clock.observe(after(seconds), after(seconds))
    assert clock.offset_s == 0


@pytest.mark.parametrize(
    "stamp",
    [
        None,
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
        after(3600),
        NOW - timedelta(days=91),
    ],
)
def test_impossible_stamps_give_way_to_the_arrival(stamp):
    clock = ChargerClock()
    clock.observe(NOW, NOW)
    assert clock.instant(stamp, NOW) == NOW


@pytest.mark.parametrize("offset_s", [-HOUR_S, 0, HOUR_S])
@pytest.mark.parametrize(
    "stamp", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
)
def test_stamps_at_the_ends_of_time_give_way_too(stamp, offset_s):
    clock = ChargerClock()
    clock.observe(after(offset_s), NOW)
    clock.observe(stamp, NOW)
    assert clock.instant(stamp, NOW) == NOW
    assert clock.offset_s == offset_s


def test_boot_starts_anew():
    clock = ChargerClock()
    clock.observe(after(7200), NOW)
    clock.reset()
    assert clock.offset_s is None


@pytest.mark.parametrize(
    ("ours_s", "theirs_s", "passed_s"),
    [
        (10, None, 10),
        (10, 10, 10),
        (0.1, 10, 10),
        (10, 0.1, 10),
        (10, -7200, 10),
        (10, 10 + 14 * HOUR_S, 10 + 14 * HOUR_S),
        (10, 11 + 14 * HOUR_S, 10),
        (30 * HOUR_S, 30 * HOUR_S + 5, 30 * HOUR_S + 5),
    ],
)
def test_the_longer_of_both_intervals_passed(ours_s, theirs_s, passed_s):
    """Unless the charger's clock was set meanwhile."""
    earlier = Instant(NOW, after(7200))
    later = Instant(after(ours_s), None if theirs_s is None else after(7200 + theirs_s))
    assert later.since(earlier) == timedelta(seconds=passed_s)


def test_an_instant_without_a_stamp_is_timed_by_ours():
    assert Instant(after(10), after(7200)).since(Instant(NOW)) == timedelta(seconds=10)


@pytest.mark.parametrize(("age_s", "live"), [(0, True), (120, True), (121, False)])
def test_live(age_s, live):
    assert is_live(after(-age_s), NOW) is live


@pytest.mark.parametrize("hours", [1, -1, 5000])
def test_our_clock_is_set(hours: float) -> None:
    """A computer without a clock of its own goes on where it ended, until the time server tells."""
    clock, leap = ChargerClock(), timedelta(hours=hours)
    assert clock.take_time(after(0), 0.0) == timedelta()
    clock.observe(after(-leap.total_seconds()), after(0))
    assert clock.take_time(after(60) + leap, 60.0) == leap
    clock.observe(after(60), after(60) + leap)
    assert is_live(clock.instant(after(60), after(60) + leap), after(60) + leap)


def test_a_time_server_moves_our_clock_a_little() -> None:
    clock = ChargerClock()
    clock.take_time(after(0), 0.0)
    clock.observe(after(7200), after(0))
    assert clock.take_time(after(30), 60.0) == timedelta()
    assert clock.offset_s == 7200
