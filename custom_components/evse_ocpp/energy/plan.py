"""A plan: when one car is charged with how much, and what that costs. Shapes only."""

from dataclasses import dataclass, field
from datetime import datetime

from .model import PointId


@dataclass(frozen=True, slots=True)
class PlanSlot:
    """A stretch (UTC) in which the car is charged with `power_w`; `cost`: None, if no price is
    known. `from_sun_w`: how much of the power the forecast expects from the roof.
    """

    start: datetime
    end: datetime
    power_w: float
    cost: float | None = None
    from_sun_w: float = 0.0

    @property
    def energy_wh(self) -> float:
        """What is charged in it."""
        return self.power_w * (self.end - self.start).total_seconds() / 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned for a point, for one goal.

    `due`: when it is to be ready. `need_wh`: what is missing, at the wallbox. `met`: it will be
    ready in time; if not, `possible_wh` will be in by then, and all of it at `ready_at`.
    `latest_start`: from when on there is no time left to wait. `overrun`: the time is over, and it
    goes on until done. `soc_unknown`: the goal is in percent and nobody tells the car's state of
    charge, so the battery counts as empty when the goal began. `cost`: of what is still to be
    charged, without what has no known price; None where none is known. `starts`: into how many
    runs it falls.
    """

    point: PointId
    goal_id: str
    due: datetime
    slots: tuple[PlanSlot, ...] = field(default=())
    need_wh: float = 0.0
    met: bool = True
    possible_wh: float = 0.0
    ready_at: datetime | None = None
    latest_start: datetime | None = None
    cost: float | None = None
    starts: int = 0
    overrun: bool = False
    soc_unknown: bool = False
