"""What goals need, and when they are due."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy.goal import Car, Goal, GoalUnit, due, need_wh, slow_wh

ROME = ZoneInfo("Europe/Rome")
KWH, PERCENT, KM = GoalUnit.KWH, GoalUnit.PERCENT, GoalUnit.KM


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


def goal(amount: float = 20.0, unit: GoalUnit = KWH, **more) -> Goal:
    return Goal("g", amount, unit, **({"ready_time": time(7)} | more))


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("amount", {"amount": 0.0}),
        ("amount", {"amount": float("nan")}),
        ("amount", {"amount": 101.0, "unit": PERCENT}),
        ("ready_at, ready_time", {"ready_time": None}),
        ("ready_at, ready_time", {"ready_at": rome("2026-03-10T07:00")}),
        (
            "ready_at",
            {"ready_time": None, "ready_at": rome("2026-03-10T07:00").replace(tzinfo=None)},
        ),
        ("weekdays", {"weekdays": frozenset({7})}),
        ("most_starts", {"most_starts": 0}),
        ("precondition_s", {"precondition_s": -1.0}),
    ],
)
def test_bad_fields_are_named(field, fields):
    with pytest.raises(ValueError, match=rf"Goal\.{field}: .*; allowed is"):
        goal(**fields)


@pytest.mark.parametrize(
    ("what", "car", "expected"),
    [
        (goal(25.0), Car(), 25_000),
        (goal(200.0, KM), Car(kwh_per_100_km=18.0, efficiency=0.9), 40_000),
        (goal(60.0, PERCENT), Car(soc_percent=40.0, battery_kwh=77.0, efficiency=0.88), 17_500),
        (goal(60.0, PERCENT), Car(soc_percent=61.0, battery_kwh=77.0), 0),
        # Nobody tells the state of charge: the battery counts as empty.
        (goal(60.0, PERCENT), Car(battery_kwh=50.0, efficiency=1.0), 30_000),
        # Nobody said how large it is.
        (goal(50.0, PERCENT), Car(soc_percent=0.0, efficiency=1.0), 30_000),
    ],
)
def test_need(what, car, expected):
    assert need_wh(what, car) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("soc", "target", "expected"), [(20.0, 80.0, 0), (20.0, 95.0, 10_000), (90.0, 100.0, 10_000)]
)
def test_what_is_charged_slowly(soc, target, expected):
    car = Car(soc_percent=soc, battery_kwh=100.0, efficiency=1.0)
    assert slow_wh(goal(target, PERCENT), car, 1e6) == pytest.approx(expected)
    assert slow_wh(goal(target), car, 1e6) == 0.0


@pytest.mark.parametrize(
    ("fields", "now", "expected"),
    [
        ({}, "2026-03-10T06:59", "2026-03-10T07:00"),
        ({}, "2026-03-10T07:00", "2026-03-11T07:00"),
        ({"weekdays": frozenset({4})}, "2026-03-13T07:00", "2026-03-20T07:00"),
        ({"weekdays": frozenset({0, 4})}, "2026-03-13T08:00", "2026-03-16T07:00"),
        ({"ready_time": time(2, 30)}, "2026-03-28T12:00", "2026-03-29T03:30"),
        ({"ready_time": time(7)}, "2026-10-24T12:00", "2026-10-25T07:00"),
    ],
)
def test_due(fields, now, expected):
    assert due(goal(**fields), rome(now)) == rome(expected).astimezone(UTC)


def test_once_is_due_once():
    once = goal(ready_time=None, ready_at=rome("2026-03-13T07:00"))
    assert due(once, rome("2026-03-10T12:00")) == rome("2026-03-13T07:00")
    assert due(once, rome("2026-03-13T07:00")) is None
