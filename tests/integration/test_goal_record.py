"""Goals as people give them, and as they are stored."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp import goal_record
from custom_components.evse_ocpp.energy.goal import Goal, GoalUnit
from custom_components.evse_ocpp.goal_record import GoalError, amount_of, amount_text, dues, made

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 3, 6, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("60 %", 60.0, GoalUnit.PERCENT),
        (" 25kWh for work", 25.0, GoalUnit.KWH),
        ("12,5 KWH", 12.5, GoalUnit.KWH),
        ("200 km", 200.0, GoalUnit.KM),
    ],
)
def test_amounts(text: str, amount: float, unit: GoalUnit) -> None:
    assert amount_of(text) == (amount, unit)


@pytest.mark.parametrize("text", ["", "full", "60", "kWh 25", "-5 kWh", "25 miles"])
def test_what_is_no_amount_names_what_is_allowed(text: str) -> None:
    with pytest.raises(GoalError, match="60 %, 25 kWh, 200 km"):
        amount_of(text)


GOOD: dict[str, Any] = {"id": "work", "amount": 25.0, "unit": "kwh", "ready_at": FRIDAY}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0.0}, "amount"),
        ({"amount": float("nan")}, "amount"),
        ({"amount": 201.0}, "amount"),
        ({"amount": 101.0, "unit": "percent"}, "amount"),
        ({"most_starts": 0}, "most_starts"),
        ({"most_starts": 11}, "most_starts"),
        ({"precondition_s": -1.0}, "precondition"),
        ({"precondition_s": 15_000.0}, "precondition"),
        ({"ready_at": None}, "ready_by"),
        ({"ready_time": time(7)}, "ready_by"),
        ({"ready_at": datetime(2026, 3, 6, 7)}, "plan"),  # noqa: DTZ001 - without a zone
    ],
)
def test_goals_that_cannot_be_meant(change: dict[str, Any], field: str) -> None:
    with pytest.raises(GoalError) as caught:
        made(**{**GOOD, **change})
    assert caught.value.field == field


@pytest.mark.parametrize(
    "goal",
    [
        made(**GOOD),
        made(id="week", amount=60, unit="percent", ready_time=time(7), weekdays=frozenset({0, 4})),
        Goal("x", 3.0, ready_at=FRIDAY, most_starts=2, precondition_s=600.0, enabled=False),
    ],
)
def test_stored_and_restored(goal: Goal) -> None:
    assert goal_record.from_dict(goal_record.to_dict(goal)) == goal
    assert amount_of(amount_text(goal)) == (goal.amount, goal.unit)


def test_weekly_dues_are_local_over_a_clock_change() -> None:
    goal = made(id="w", amount=5.0, ready_time=time(7), weekdays=frozenset({5, 6}))
    found = dues(goal, datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC), BERLIN)
    assert [each.hour for each in found] == [6, 5]


def test_a_due_of_one_time() -> None:
    goal = made(**GOOD)
    assert dues(goal, FRIDAY.replace(hour=0), FRIDAY, UTC) == [FRIDAY]
    assert dues(goal, FRIDAY, FRIDAY.replace(hour=9), UTC) == []
    assert not goal_record.over(goal, FRIDAY.replace(day=7))
    assert goal_record.over(goal, FRIDAY.replace(day=8))
