"""Prices in order whatever a provider gives: holes, doubles, overlaps, disorder, odd days."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.evse_ocpp.energy import prices
from custom_components.evse_ocpp.energy.prices import Prices, Slot

ROME = ZoneInfo("Europe/Rome")
MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)


def slot(first_min: float, last_min: float, value: float) -> Slot:
    minutes = timedelta(minutes=1)
    return Slot(MIDNIGHT + first_min * minutes, MIDNIGHT + last_min * minutes, value)


def told(slots) -> list[tuple[float, float, float]]:
    minute = timedelta(minutes=1)
    return [((a - MIDNIGHT) / minute, (b - MIDNIGHT) / minute, value) for a, b, value in slots]


@pytest.mark.parametrize(
    ("given_slots", "expected"),
    [
        ([], []),
        ([(60, 120, 2.0), (0, 60, 1.0)], [(0, 60, 1.0), (60, 120, 2.0)]),
        ([(0, 60, 1.0), (0, 60, 3.0)], [(0, 60, 3.0)]),
        ([(0, 60, 1.0), (15, 30, 2.0)], [(0, 15, 1.0), (15, 30, 2.0), (30, 60, 1.0)]),
        ([(0, 60, 1.0), (30, 90, 2.0)], [(0, 30, 1.0), (30, 90, 2.0)]),
        ([(0, 15, -0.5), (45, 60, 0.0)], [(0, 15, -0.5), (45, 60, 0.0)]),
        ([(0, 15, float("nan")), (15, 15, 1.0), (30, 20, 1.0), (30, 45, 1.0)], [(30, 45, 1.0)]),
    ],
    ids=["none", "disorder", "double", "finer", "overlap", "gap, negative", "no number, no length"],
)
def test_of_orders_what_comes(given_slots, expected):
    assert told(Prices.of(slot(*each) for each in given_slots).slots) == expected


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        Prices.of([Slot(MIDNIGHT.replace(tzinfo=None), MIDNIGHT, 1.0)])


_times = st.integers(0, 96)


@given(st.lists(st.tuples(_times, _times, st.floats(-1, 1)), max_size=40))
def test_order_and_no_overlap_whatever_comes(layers):
    seen = Prices.of(slot(a * 15, b * 15, value) for a, b, value in layers).slots
    assert all(one.end <= other.start for one, other in pairwise(seen))
    assert all(each.start < each.end for each in seen)
    covered = {minute for a, b, _ in layers for minute in range(a, b)}
    assert sum(each.hours for each in seen) == pytest.approx(len(covered) / 4)


def test_at_and_until():
    known = Prices.of([slot(0, 60, 1.0), slot(120, 180, 2.0)])
    minute = timedelta(minutes=1)
    at = {each: known.at(MIDNIGHT + each * minute) for each in (-1, 0, 59, 60, 119, 120, 180)}
    values = {each: found and found.value for each, found in at.items()}
    assert values == {-1: None, 0: 1.0, 59: 1.0, 60: None, 119: None, 120: 2.0, 180: None}
    assert known.until == MIDNIGHT + 180 * minute
    assert Prices().until is None
    assert Prices().at(MIDNIGHT) is None


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)]
)
def test_a_local_day_has_its_hours(day, hours):
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    hour = timedelta(hours=1)
    many = [Slot(start + each * hour, start + (each + 1) * hour, each) for each in range(72)]
    random.Random(day.day).shuffle(many)
    of_day = prices.of_day(Prices.of(many).slots, day, ROME)
    assert len(of_day) == hours
    assert of_day[0].start.astimezone(ROME).hour == 0
    assert of_day[-1].end.astimezone(ROME).date() == day + timedelta(1)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0.0, []),
        (1.0, [(60, 120, 1.0)]),
        (1.5, [(0, 30, 2.0), (60, 120, 1.0)]),
        (2.0, [(0, 60, 2.0), (60, 120, 1.0)]),
        (9.0, [(0, 60, 2.0), (60, 120, 1.0), (120, 180, 2.0)]),
    ],
)
def test_cheapest_hours(hours, expected):
    known = [slot(0, 60, 2.0), slot(60, 120, 1.0), slot(120, 180, 2.0)]
    assert told(prices.cheapest(known, hours)) == expected


def test_mean_is_over_time():
    assert prices.mean([slot(0, 15, 4.0), slot(15, 60, 0.0)]) == pytest.approx(1.0)
    assert prices.mean([]) is None
