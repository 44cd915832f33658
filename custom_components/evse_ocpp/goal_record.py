"""Goals of plans as given, written and stored: "60 %", "25 kWh", "200 km" by when. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from .energy.goal import Goal, GoalUnit, due


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


def made(**fields: Any) -> Goal:
    """Make a goal (fields as in `Goal`) that can be meant; GoalError otherwise.

    The bounds here are those of cars; `Goal` itself has those of arithmetic.
    """
    amount, unit = fields["amount"], GoalUnit(fields.get("unit", GoalUnit.KWH))
    least, most = AMOUNTS[unit]
    if not least <= amount <= most:  # neither is a number that is none
        sign = SIGNS[unit]
        raise GoalError("amount", f"{amount:g} {sign}", f"{least:g}…{most:g} {sign}")
    starts, precondition_s = fields.get("most_starts"), fields.get("precondition_s", 0.0)
    if starts is not None and not STARTS.least <= starts <= STARTS.most:
        raise GoalError("most_starts", starts, f"{STARTS.least:g}…{STARTS.most:g}")
    if not 0 <= precondition_s <= PRECONDITION_MIN.most * 60:
        allowed = f"0…{PRECONDITION_MIN.most:g} min"
        raise GoalError("precondition", f"{precondition_s / 60:g} min", allowed)
    ready_at = fields.get("ready_at")
    if (ready_at is None) is (fields.get("ready_time") is None):
        raise GoalError("ready_by", ready_at, "2026-12-24 07:00; 07:00")
    try:
        return Goal(**{**fields, "unit": unit})
    except ValueError as error:
        raise GoalError("plan", str(error), "") from error


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
    """Return each instant (UTC) after `start`, up to `end`, at which a goal is due, in order."""
    found: list[datetime] = []
    instant = due(goal, start.astimezone(zone))
    while instant is not None and instant <= end:
        found.append(instant)
        instant = due(goal, instant.astimezone(zone))
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
