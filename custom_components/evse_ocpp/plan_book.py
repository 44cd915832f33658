"""What a wallbox is to have charged by when, what counts as cheap for it, and what is planned.

The next departure is a goal like the others, with an id of its own, so that a number and an instant
on a dashboard are enough for it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from . import goal_record
from .energy.goal import Goal
from .energy.plan import Plan
from .energy.prices import Cheap

_LOGGER = logging.getLogger(__name__)

NEXT: Final = "next"
"""Id of the next departure."""
MOST_GOALS: Final = 50

type Save = Callable[[Mapping[str, Any]], Awaitable[None]]


async def _nowhere(_: Mapping[str, Any]) -> None:
    """Keep nothing: a book that no storage took yet."""


class PlanBook:
    """Goals of one wallbox. `changed` is called after each change; `plans` by connector."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._save: Save = _nowhere
        self._goals: dict[str, Goal] = {}
        self._next = Goal(NEXT, 0.0, enabled=False)
        self.cheap = Cheap()
        self.plans: Mapping[int, Plan] = {}

    def open(self, stored: Mapping[str, Any] | None, save: Save) -> None:
        """Take what was kept (from `to_dict`), and where to keep changes."""
        self._save = save
        if stored is None:
            return
        try:
            goals = [goal_record.from_dict(each) for each in stored["goals"]]
            self._next = goal_record.from_dict(stored["next"])
            self.cheap = Cheap(stored["cheap_limit"], stored["cheap_hours"])
            self._goals = {goal.id: goal for goal in goals}
        except (KeyError, TypeError, ValueError):
            _LOGGER.exception("What was stored of a plan is damaged and left out")

    def to_dict(self) -> dict[str, Any]:
        """Return what `open` needs, as JSON values."""
        return {
            "goals": [goal_record.to_dict(goal) for goal in self._goals.values()],
            "next": goal_record.to_dict(self._next),
            "cheap_limit": self.cheap.limit,
            "cheap_hours": self.cheap.hours,
        }

    def goals(self, now: datetime) -> tuple[Goal, ...]:
        """Return all goals but those of one time that lie far back; the next departure is one."""
        known = [*self._goals.values()]
        if self._next.amount > 0 and self._next.ready_at is not None:
            known.append(self._next)
        return tuple(goal for goal in known if not goal_record.over(goal, now))

    @property
    def next_departure(self) -> Goal:
        """Amount (kWh, 0: none) and instant (None: not chosen) of the next departure."""
        return self._next

    def plan(self, connector_id: int) -> Plan | None:
        """Return what is planned at a connector now."""
        return self.plans.get(connector_id)

    async def put(self, goal: Goal, now: datetime) -> None:
        """Add or change a goal; GoalError, StorageError or TimeoutError when it was not."""
        goal_record.checked(goal)
        if goal.id == NEXT:
            self._next = goal
        else:
            kept = {
                each.id: each for each in self._goals.values() if not goal_record.over(each, now)
            }
            if goal.id not in kept and len(kept) >= MOST_GOALS:
                raise goal_record.GoalError("plan", len(kept) + 1, f"1…{MOST_GOALS}")
            self._goals = {**kept, goal.id: goal}
        await self._keep()

    async def set_next(
        self, *, amount_kwh: float | None = None, ready_at: datetime | None = None
    ) -> None:
        """Change the next departure; it counts once both are chosen and the amount is not 0."""
        goal = self._next
        if amount_kwh is not None:
            goal = replace(goal, amount=amount_kwh)
        if ready_at is not None:
            goal = replace(goal, ready_at=ready_at)
        self._next = replace(goal, enabled=goal.amount > 0 and goal.ready_at is not None)
        await self._keep()

    async def remove(self, goal_id: str) -> bool:
        """Remove a goal; False if there is none of that id."""
        if goal_id == NEXT and self._next.enabled:
            self._next = Goal(NEXT, 0.0, enabled=False)
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
