"""What a car is to have by when: the goals of a plan, and what a car needs for them. Pure."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class GoalUnit(StrEnum):
    """In what a goal is counted: energy or distance to be added, or percent to be reached."""

    KWH = "kwh"
    PERCENT = "percent"
    KM = "km"


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: `amount` by `ready_at` (aware), or at `ready_time` on `weekdays` (0: Monday).

    `most_starts`: into how few runs the plan is joined, None: as is cheapest. `precondition_s`: so
    long before the end it charges in any case, for a warm battery.
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
