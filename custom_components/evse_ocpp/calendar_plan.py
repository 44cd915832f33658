"""The charging plan as a calendar: what is planned, and the goals, which can be made here.

A goal is an event whose title begins with "60 %", "25 kWh" or "200 km" and whose end is when the
car is to be ready; one that repeats each week is a weekly goal. Times in which the car is charged
are events too, but come from the plan and cannot be changed.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import CalendarEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from . import goal_record
from .actions import storage_errors, wrong
from .energy.goal import Goal
from .entity import EvseEntity
from .goal_record import GoalError, amount_of, amount_text, dues
from .texts import text

_AHEAD = timedelta(days=8)
_SHOWN = timedelta(minutes=30)
"""How long before its end the event of a goal is shown to begin."""
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_RULE_PART = re.compile(r"(?P<name>[A-Z]+)=(?P<value>[A-Z0-9,:]+)")
_RULES = "FREQ=WEEKLY;BYDAY=MO,TU; FREQ=DAILY"


class PlanCalendar(EvseEntity, CalendarEntity):
    """Goals and planned times of one wallbox."""

    entity_description: Any
    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )

    def _show(self, value: Any) -> None:
        """Show nothing: events are drawn up when they are asked for."""

    @property
    def event(self) -> CalendarEvent | None:
        """The planned time or goal of now, else the next one."""
        now = dt_util.now()
        coming = (each for each in self._events(now, now + _AHEAD) if each.end > now)
        return min(coming, key=lambda event: event.start, default=None)

    async def async_get_events(
        self,
        hass: HomeAssistant,  # noqa: ARG002
        start_date: datetime,
        end_date: datetime,
    ) -> list[CalendarEvent]:
        """Return what is planned and to be reached between two instants, in order."""
        events = self._events(dt_util.as_local(start_date), dt_util.as_local(end_date))
        return sorted(events, key=lambda event: event.start)

    def _events(self, start: datetime, end: datetime) -> Iterator[CalendarEvent]:
        book, zone = self.wallbox.plan_book, dt_util.get_default_time_zone()
        for goal in book.goals(dt_util.utcnow()):
            for due in dues(goal, start, end, zone):
                local = due.astimezone(zone)
                yield CalendarEvent(
                    local - _SHOWN,
                    local,
                    amount_text(goal),
                    uid=goal.id,
                    recurrence_id=None if goal.ready_time is None else local.isoformat(),
                    rrule=rule_of(goal),
                )
        plan = book.plan(self.connector.id)
        for begins, ends, energy_wh in _runs(plan.slots if plan else ()):
            if begins < end and ends > start:
                summary = text(self.hass, "calendar", "planned", energy=f"{energy_wh / 1000:.1f}")
                yield CalendarEvent(begins.astimezone(zone), ends.astimezone(zone), summary)

    async def async_create_event(self, **kwargs: Any) -> None:
        """Make a goal of a new event."""
        await self._put(uuid4().hex[:8], kwargs)

    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change a goal; all weeks of a weekly one."""
        self._check_whole(recurrence_id, recurrence_range, uid)
        await self._put(uid, event)

    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Remove a goal; all weeks of a weekly one."""
        self._check_whole(recurrence_id, recurrence_range, uid)
        with storage_errors():
            if not await self.wallbox.plan_book.remove(uid):
                raise wrong("no_plan", plan=uid)

    def _check_whole(
        self, recurrence_id: str | None, recurrence_range: str | None, uid: str
    ) -> None:
        """Refuse to touch a single week: a goal is the same in each."""
        if recurrence_id and not recurrence_range:
            raise wrong("plan_single_week", plan=uid)

    async def _put(self, goal_id: str, event: dict[str, Any]) -> None:
        try:
            goal = goal_of(goal_id, event)
            with storage_errors():
                await self.wallbox.plan_book.put(goal, dt_util.utcnow())
        except GoalError as error:
            raise goal_wrong(error) from error


def goal_wrong(error: GoalError) -> Exception:
    """Return what a person is told of a goal that cannot be meant."""
    return wrong("wrong_goal", field=error.field, value=error.value, allowed=error.allowed)


def goal_of(goal_id: str, event: dict[str, Any]) -> Goal:
    """Return the goal that an event means; GoalError when it means none.

    `dtstart`, `dtend` (aware), `summary`, and `rrule` as in RFC 5545, weekly or daily without end.
    """
    start, end = event["dtstart"], event["dtend"]
    amount, unit = amount_of(str(event.get("summary") or ""))
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise GoalError("dtend", end, "2026-12-24 07:00")
    local = dt_util.as_local(end)
    if not (rule := event.get("rrule")):
        if end <= dt_util.utcnow():
            raise GoalError("dtend", local.isoformat(), f"> {dt_util.now():%Y-%m-%d %H:%M}")
        return goal_record.made(id=goal_id, amount=amount, unit=unit, ready_at=end)
    # The rule tells the days on which it begins; a goal has those of its end.
    later = (local.date() - dt_util.as_local(start).date()).days
    days = _days(str(rule), local.weekday() - later)
    return goal_record.made(
        id=goal_id,
        amount=amount,
        unit=unit,
        ready_time=local.time(),
        weekdays=frozenset((day + later) % 7 for day in days),
    )


def _days(rule: str, begins: int) -> frozenset[int]:
    """Return the weekdays of a rule; without BYDAY it is the day on which the event begins."""
    parts = dict(_RULE_PART.findall(rule.upper()))
    frequency, names = parts.pop("FREQ", ""), parts.pop("BYDAY", "")
    parts.pop("WKST", None)
    if parts.pop("INTERVAL", "1") != "1" or parts or frequency not in ("WEEKLY", "DAILY"):
        raise GoalError("rrule", rule, _RULES)
    if frequency == "DAILY" and not names:
        return frozenset(range(7))
    if not names:
        return frozenset({begins % 7})
    try:
        return frozenset(_WEEKDAYS.index(name) for name in names.split(","))
    except ValueError as error:
        raise GoalError("rrule", rule, _RULES) from error


def rule_of(goal: Goal) -> str | None:
    """Return the rule of a weekly goal as RFC 5545 has it; None of one that is for one time."""
    if goal.ready_time is None:
        return None
    days = sorted(goal.weekdays) or range(7)
    return f"FREQ=WEEKLY;BYDAY={','.join(_WEEKDAYS[day] for day in days)}"


def _runs(slots: Any) -> Iterator[tuple[datetime, datetime, float]]:
    """Yield begin, end and energy (Wh) of each run of planned times without a pause."""
    run: tuple[datetime, datetime, float] | None = None
    for slot in slots:
        if run is not None and slot.start == run[1]:
            run = run[0], slot.end, run[2] + slot.energy_wh
            continue
        if run is not None:
            yield run
        run = slot.start, slot.end, slot.energy_wh
    if run is not None:
        yield run
