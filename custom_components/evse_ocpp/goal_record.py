"""Goals of plans as given, written and stored: "60 %", "25 kWh", "200 km" by when. Pure."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from .energy.goal import Goal, GoalUnit


class Bounds(NamedTuple):
    """The least and the most of an amount."""

    least: float
    most: float


AMOUNTS: Mapping[GoalUnit, Bounds] = {
    GoalUnit.KWH: Bounds(0.5, 200.0),  # the largest batteries of cars have 200 kWh
    GoalUnit.PERCENT: Bounds(1.0, 100.0),
    GoalUnit.KM: Bounds(1.0, 2000.0),
}
STARTS = Bounds(1, 10)
PRECONDITION_MIN = Bounds(0, 240)
KEPT_AFTER = timedelta(days=1)
"""A goal of one time goes on until it is reached, but not for ever."""
SIGNS: Mapping[GoalUnit, str] = {GoalUnit.KWH: "kWh", GoalUnit.PERCENT: "%", GoalUnit.KM: "km"}
_AMOUNT = re.compile(r"\s*(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>kwh|km|%)", re.IGNORECASE)


class GoalError(ValueError):
    """A goal that cannot be meant: `field`, what came (`value`), and what is `allowed`."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field}: {value!r}; allowed: {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed


def checked(goal: Goal) -> Goal:
    """Return a goal that can be meant; GoalError otherwise."""
    bounds = AMOUNTS[goal.unit]
    if not math.isfinite(goal.amount) or not bounds.least <= goal.amount <= bounds.most:
        sign = SIGNS[goal.unit]
        allowed = f"{bounds.least:g}…{bounds.most:g} {sign}"
        raise GoalError("amount", f"{goal.amount:g} {sign}", allowed)
    if goal.most_starts is not None and not STARTS.least <= goal.most_starts <= STARTS.most:
        raise GoalError("most_starts", goal.most_starts, f"{STARTS.least}…{STARTS.most}")
    if not 0 <= goal.precondition_s <= PRECONDITION_MIN.most * 60:
        minutes = f"{goal.precondition_s / 60:g}"
        raise GoalError("precondition", minutes, f"0…{PRECONDITION_MIN.most} min")
    if goal.ready_at is not None and goal.ready_time is not None:
        raise GoalError("ready_by", f"{goal.ready_at}, {goal.ready_time}", "one of both")
    if goal.ready_at is None and (goal.ready_time is None or not goal.weekdays):
        raise GoalError("ready_by", None, "2026-12-24 07:00; 07:00 + weekdays")
    if goal.ready_at is not None and goal.ready_at.tzinfo is None:
        raise GoalError("ready_by", goal.ready_at.isoformat(), "2026-12-24T07:00+01:00")
    if not goal.weekdays <= frozenset(range(7)):
        raise GoalError("weekdays", sorted(goal.weekdays), "0…6")
    return goal


def amount_of(text: str) -> tuple[float, GoalUnit]:
    """Read "60 %", "25 kWh" or "200 km" at the begin of a text; GoalError for anything else."""
    found = _AMOUNT.match(text)
    if found is None:
        raise GoalError("summary", text, "60 %, 25 kWh, 200 km")
    units = {sign.lower(): unit for unit, sign in SIGNS.items()}
    return float(found["number"].replace(",", ".")), units[found["unit"].lower()]


def amount_text(goal: Goal) -> str:
    """Return the amount as `amount_of` reads it."""
    return f"{goal.amount:g} {SIGNS[goal.unit]}"


def over(goal: Goal, now: datetime) -> bool:
    """Tell whether a goal of one time lies so far back that nobody waits for it."""
    return goal.ready_at is not None and goal.ready_at + KEPT_AFTER < now


def dues(goal: Goal, start: datetime, end: datetime, zone: tzinfo) -> list[datetime]:
    """Return each instant between two at which a goal is due (UTC), in order.

    A local time that a clock change leaves out is an hour later, as clocks show it.
    """
    if goal.ready_at is not None:
        return [goal.ready_at.astimezone(UTC)] if start <= goal.ready_at <= end else []
    if goal.ready_time is None:
        return []
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    found = []
    while day <= last:
        if day.weekday() in goal.weekdays:
            due = datetime.combine(day, goal.ready_time, zone).astimezone(UTC)
            if start <= due <= end:
                found.append(due)
        day += timedelta(days=1)
    return found


def to_dict(goal: Goal) -> dict[str, Any]:
    """Return what `from_dict` needs, as JSON values."""
    return {
        "id": goal.id,
        "amount": goal.amount,
        "unit": goal.unit.value,
        "ready_at": goal.ready_at and goal.ready_at.isoformat(),
        "ready_time": goal.ready_time and goal.ready_time.isoformat(),
        "weekdays": sorted(goal.weekdays),
        "most_starts": goal.most_starts,
        "precondition_s": goal.precondition_s,
        "enabled": goal.enabled,
    }


def from_dict(stored: Mapping[str, Any]) -> Goal:
    """Restore a goal; KeyError, TypeError or ValueError when `stored` is damaged."""
    return Goal(
        id=str(stored["id"]),
        amount=float(stored["amount"]),
        unit=GoalUnit(stored["unit"]),
        ready_at=stored["ready_at"] and datetime.fromisoformat(stored["ready_at"]),
        ready_time=stored["ready_time"] and time.fromisoformat(stored["ready_time"]),
        weekdays=frozenset(stored["weekdays"]),
        most_starts=stored["most_starts"],
        precondition_s=float(stored["precondition_s"]),
        enabled=bool(stored["enabled"]),
    )
