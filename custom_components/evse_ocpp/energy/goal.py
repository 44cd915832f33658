"""What a car is to have by when: the goals of a plan, and what a car needs for them. Pure."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

TYPICAL_BATTERY_KWH = 60.0
"""Where a goal is in percent and nobody said how large the battery is: most cars of 2026 have 50
to 80 kWh. With a state of charge, what is missing is reckoned anew as that rises."""

SLOW_FROM_PERCENT = 85.0
SLOW_SHARE = 0.75
"""Above it a car takes less, on the mean of what is left about so much of its power."""


class GoalUnit(StrEnum):
    """In what a goal is counted: energy or distance to be added, or percent to be reached."""

    KWH = "kwh"
    PERCENT = "percent"
    KM = "km"


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: `amount` by `ready_at` (aware), or at `ready_time` on `weekdays` (0: Monday; empty:
    each day).

    `most_starts`: into how few runs the plan is joined, None: as is cheapest. `precondition_s`: so
    long before the end it charges in any case, for a warm battery. Raises ValueError naming the
    field that is wrong.
    """

    id: str
    amount: float
    unit: GoalUnit = GoalUnit.KWH
    ready_at: datetime | None = None
    ready_time: time | None = None
    weekdays: frozenset[int] = frozenset()
    most_starts: int | None = None
    precondition_s: float = 0.0
    enabled: bool = True

    def __post_init__(self) -> None:
        most = 100.0 if self.unit is GoalUnit.PERCENT else 10_000.0
        _check("amount", self.amount, 0.0 < self.amount <= most, f"more than 0, at most {most:g}")
        _check(
            "ready_at, ready_time",
            (self.ready_at, self.ready_time),
            (self.ready_at is None) is not (self.ready_time is None),
            "one of them",
        )
        aware = self.ready_at is None or self.ready_at.tzinfo is not None
        _check("ready_at", self.ready_at, aware, "an instant with its time zone")
        known_days = self.weekdays <= frozenset(range(7))
        _check("weekdays", sorted(self.weekdays), known_days, "0 (Monday) to 6")
        starts = self.most_starts is None or self.most_starts >= 1
        _check("most_starts", self.most_starts, starts, "1 or more, or none")
        sane = math.isfinite(self.precondition_s) and self.precondition_s >= 0.0
        _check("precondition_s", self.precondition_s, sane, "0 or more")


@dataclass(frozen=True, slots=True)
class Car:
    """What is known of the car at a point. `efficiency`: of what is charged so much gets into its
    battery; `soc_percent`: as an entity tells it, None without one; `power_w`: the most that it was
    seen to take, None: not known.
    """

    soc_percent: float | None = None
    battery_kwh: float | None = None
    kwh_per_100_km: float = 18.0
    efficiency: float = 0.88
    power_w: float | None = None


def due(goal: Goal, at: datetime) -> datetime | None:
    """Return when (UTC) the goal is next to be reached after `at` (local, aware); None: never more.

    A local time that does not exist is the instant after the gap; of one that exists twice the
    first counts.
    """
    if goal.ready_at is not None:
        ready_at = goal.ready_at.astimezone(UTC)
        return ready_at if ready_at > at else None
    if goal.ready_time is None:
        return None
    for days in range(9):
        day = at.date() + timedelta(days)
        if not goal.weekdays or day.weekday() in goal.weekdays:
            instant = datetime.combine(day, goal.ready_time, at.tzinfo).astimezone(UTC)
            if instant > at:
                return instant
    return None


def need_wh(goal: Goal, car: Car) -> float:
    """Return what has to be charged for a goal, Wh at the wallbox, if nothing is in yet.

    Percent go by the car's state of charge. Where nobody tells it, the battery counts as empty:
    rather too much is planned than too little.
    """
    efficiency = min(1.0, max(0.5, car.efficiency))
    if goal.unit is GoalUnit.KWH:
        return goal.amount * 1000.0
    if goal.unit is GoalUnit.KM:
        return goal.amount * car.kwh_per_100_km * 10.0 / efficiency
    return max(0.0, goal.amount - (car.soc_percent or 0.0)) * _percent_wh(car) / efficiency


def slow_wh(goal: Goal, car: Car, missing_wh: float) -> float:
    """Return how much of `missing_wh` is charged while the battery is nearly full; 0 if unknown."""
    if goal.unit is not GoalUnit.PERCENT or car.soc_percent is None:
        return 0.0
    from_percent = max(SLOW_FROM_PERCENT, car.soc_percent)
    above = max(0.0, goal.amount - from_percent) * _percent_wh(car)
    return min(missing_wh, above / min(1.0, max(0.5, car.efficiency)))


def _percent_wh(car: Car) -> float:
    return (car.battery_kwh or TYPICAL_BATTERY_KWH) * 10.0


def _check(field: str, came: object, right: bool, allowed: str) -> None:
    if not right:
        raise ValueError(f"Goal.{field}: {came}; allowed is {allowed}.")
