"""What a wallbox is to have charged by when, what counts as cheap for it, and what is planned.

The next departure is a goal like the others, with an id of its own, so that a number and an instant
on a dashboard are enough for it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from . import goal_record
from .energy.goal import Goal, GoalUnit
from .energy.plan import Plan
from .energy.prices import Cheap

_LOGGER = logging.getLogger(__name__)

NEXT: Final = "next"
"""Id of the next departure."""
MOST_GOALS: Final = 50
_CHEAP_HOURS: Final = 4.0
"""So that the mode of cheap hours charges from the first day: about 40 kWh with 11 kW."""


@dataclass(frozen=True, slots=True)
class Departure:
    """The next departure: `amount_kwh` (0: none) by `ready_at` (aware; None: not chosen)."""

    amount_kwh: float = 0.0
    ready_at: datetime | None = None

    @property
    def goal(self) -> Goal | None:
        """The goal that it is, once both are chosen."""
        if self.ready_at is None or self.amount_kwh <= 0:
            return None
        return Goal(NEXT, self.amount_kwh, ready_at=self.ready_at)


type Save = Callable[[Mapping[str, Any]], Awaitable[None]]


async def _nowhere(_: Mapping[str, Any]) -> None:
    """Keep nothing: a book that no storage took yet."""


class PlanBook:
    """Goals of one wallbox. `changed` is called after each change; `plans` by connector."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._save: Save = _nowhere
        self._goals: dict[str, Goal] = {}
        self.departure = Departure()
        self.cheap = Cheap(hours=_CHEAP_HOURS)
        self.plans: Mapping[int, Plan] = {}

    def open(self, stored: Mapping[str, Any] | None, save: Save) -> None:
        """Take what was kept (from `to_dict`), and where to keep changes."""
        self._save = save
        if stored is None:
            return
        try:
            goals = [goal_record.from_dict(each) for each in stored["goals"]]
            ready_at = stored["ready_at"] and datetime.fromisoformat(stored["ready_at"])
            self.departure = Departure(float(stored["amount_kwh"]), ready_at)
            self.cheap = Cheap(stored["cheap_limit"], stored["cheap_hours"])
            self._goals = {goal.id: goal for goal in goals}
        except (KeyError, TypeError, ValueError):
            _LOGGER.exception("What was stored of a plan is damaged and left out")

    def to_dict(self) -> dict[str, Any]:
        """Return what `open` needs, as JSON values."""
        return {
            "goals": [goal_record.to_dict(goal) for goal in self._goals.values()],
            "amount_kwh": self.departure.amount_kwh,
            "ready_at": self.departure.ready_at and self.departure.ready_at.isoformat(),
            "cheap_limit": self.cheap.limit,
            "cheap_hours": self.cheap.hours,
        }

    def goals(self, now: datetime) -> tuple[Goal, ...]:
        """Return all goals but those of one time that lie far back; the next departure is one."""
        known = [*self._goals.values()]
        if (departure := self.departure.goal) is not None:
            known.append(departure)
        return tuple(goal for goal in known if not goal_record.over(goal, now))

    def plan(self, connector_id: int) -> Plan | None:
        """Return what is planned at a connector now."""
        return self.plans.get(connector_id)

    async def put(self, goal: Goal, now: datetime) -> None:
        """Add or change a goal; GoalError, StorageError or TimeoutError when it was not."""
        if goal.id == NEXT:
            if goal.ready_at is None or goal.unit is not GoalUnit.KWH:
                raise goal_record.GoalError("id", NEXT, "kWh, 2026-12-24 07:00")
            self.departure = Departure(goal.amount, goal.ready_at)
        else:
            kept = {
                each.id: each for each in self._goals.values() if not goal_record.over(each, now)
            }
            if goal.id not in kept and len(kept) >= MOST_GOALS:
                raise goal_record.GoalError("plan", len(kept) + 1, f"1…{MOST_GOALS}")
            self._goals = {**kept, goal.id: goal}
        await self._keep()

    async def set_departure(self, departure: Departure) -> None:
        """Choose the next departure."""
        self.departure = departure
        await self._keep()

    async def remove(self, goal_id: str) -> bool:
        """Remove a goal; False if there is none of that id."""
        if goal_id == NEXT and self.departure.goal is not None:
            self.departure = Departure()
        elif self._goals.pop(goal_id, None) is None:
            return False
        await self._keep()
        return True

    async def set_cheap(self, cheap: Cheap) -> None:
        """Choose when it is cheap."""
        self.cheap = cheap
        await self._keep()

    def take(self, plans: Mapping[int, Plan]) -> None:
        """Take over what is planned now."""
        if plans != self.plans:
            self.plans = dict(plans)
            self._changed()

    async def _keep(self) -> None:
        self._changed()
        await self._save(self.to_dict())
