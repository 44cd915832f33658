"""Actions on plans: goals of a wallbox, what is planned for them, and the prices behind it."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any, Final
from uuid import uuid4

import voluptuous as vol
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from . import goal_record
from .actions import async_hub_of, device_action, wrong
from .calendar_plan import goal_wrong
from .devices import Place
from .energy.goal import Goal, GoalUnit
from .energy.plan import Plan
from .energy.prices import Slot
from .goal_record import GoalError

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_ID = 40


async def set_plan(call: ServiceCall, place: Place) -> ServiceResponse:
    """Add or change a goal; return its id."""
    data = call.data
    goal_id = data.get("plan") or uuid4().hex[:8]
    ready = _ready(data["ready_by"], data.get("weekdays", []))
    try:
        goal = goal_record.made(
            id=goal_id,
            amount=data["amount"],
            unit=GoalUnit(data["unit"]),
            most_starts=data.get("most_starts"),
            precondition_s=60.0 * data["precondition"],
            enabled=data["enabled"],
            **ready,
        )
        await place.wallbox.plan_book.put(goal, dt_util.utcnow())
    except GoalError as error:
        raise goal_wrong(error) from error
    return {"plan": goal_id}


def _ready(ready_by: str, weekdays: list[str]) -> dict[str, Any]:
    """Return when a goal is due: an instant, or a local time on weekdays (all without any)."""
    clock = dt_util.parse_time(ready_by) if ":" in ready_by[:3] else None
    if clock is not None:
        days = frozenset(WEEKDAYS.index(day) for day in weekdays)
        return {"ready_time": clock, "weekdays": days}
    instant = dt_util.parse_datetime(ready_by)
    if instant is None:
        raise goal_wrong(GoalError("ready_by", ready_by, "2026-12-24 07:00; 07:00"))
    if weekdays:
        raise goal_wrong(GoalError("weekdays", ", ".join(weekdays), "ready_by: 07:00"))
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=dt_util.get_default_time_zone())
    if instant <= dt_util.utcnow():
        raise wrong("in_the_past", field="ready_by", value=ready_by)
    return {"ready_at": instant}


async def remove_plan(call: ServiceCall, place: Place) -> ServiceResponse:
    """Remove a goal."""
    if not await place.wallbox.plan_book.remove(call.data["plan"]):
        raise wrong("no_plan", plan=call.data["plan"])
    return None


async def list_plans(call: ServiceCall, place: Place) -> ServiceResponse:  # noqa: ARG001
    """Return all goals, and what is planned for that which is first."""
    book, now = place.wallbox.plan_book, dt_util.utcnow()
    planned = book.plan(place.connector_id)
    return {
        "plans": [goal_told(goal) for goal in book.goals(now)],
        "planned": None if planned is None else _plan(planned),
    }


async def forecast(call: ServiceCall, place: Place) -> ServiceResponse:
    """Return what is known of the coming prices (money per kWh) and the sun (W)."""
    site = async_hub_of(call.hass, place).site_of(place.wallbox)
    if site is None:
        raise wrong("no_site", charger=place.wallbox.name)
    now = dt_util.utcnow()
    return {
        "currency": call.hass.config.currency,
        "prices": slots_told(site.prices.slots, now),
        "sun": slots_told(site.sun.slots, now),
        "co2": site.co2,
    }


def goal_told(goal: Goal) -> dict[str, Any]:
    """Return a goal as it is told, and as `set_plan` takes it."""
    due: datetime | time | None = goal.ready_time
    if goal.ready_at is not None:
        due = dt_util.as_local(goal.ready_at)
    return {
        "plan": goal.id,
        "amount": goal.amount,
        "unit": goal.unit.value,
        "ready_by": due.isoformat() if due is not None else None,
        "weekdays": [WEEKDAYS[day] for day in sorted(goal.weekdays)],
        "most_starts": goal.most_starts,
        "precondition": goal.precondition_s / 60,
        "enabled": goal.enabled,
    }


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan.goal_id,
        "due": _local(plan.due),
        "met": plan.met,
        "needed_kwh": round(plan.need_wh / 1000, 2),
        "possible_kwh": round(plan.possible_wh / 1000, 2),
        "ready_at": _local(plan.ready_at),
        "cost": None if plan.cost is None else round(plan.cost, 3),
        "starts": plan.starts,
        "soc_unknown": plan.soc_unknown,
        "slots": planned_slots_told(plan),
    }


def planned_slots_told(plan: Plan) -> list[dict[str, Any]]:
    """Return when the car is to be charged with how much (W), and how much of that is sun."""
    return [
        {
            "start": _local(slot.start),
            "end": _local(slot.end),
            "power_w": round(slot.power_w),
            "from_sun_w": round(slot.from_sun_w),
            "cost": None if slot.cost is None else round(slot.cost, 3),
        }
        for slot in plan.slots
    ]


def slots_told(slots: Iterable[Slot], now: datetime) -> list[JsonValueType]:
    """Return the slots that are not over."""
    return [
        {"start": _local(slot.start), "end": _local(slot.end), "value": round(slot.value, 5)}
        for slot in slots
        if slot.end > now
    ]


def _local(instant: datetime | None) -> str | None:
    return None if instant is None else dt_util.as_local(instant).isoformat()


_PLAN = vol.All(cv.string, vol.Length(min=1, max=_LONGEST_ID))

ACTIONS = (
    device_action(
        "set_plan",
        set_plan,
        {
            vol.Required("amount"): vol.Coerce(float),
            vol.Optional("unit", default=GoalUnit.KWH.value): vol.In([*GoalUnit]),
            vol.Required("ready_by"): cv.string,
            vol.Optional("weekdays"): vol.All(cv.ensure_list, [vol.In(WEEKDAYS)]),
            vol.Optional("most_starts"): vol.Coerce(int),
            vol.Optional("precondition", default=0): vol.Coerce(float),
            vol.Optional("enabled", default=True): cv.boolean,
            vol.Optional("plan"): _PLAN,
        },
        SupportsResponse.OPTIONAL,
    ),
    device_action("remove_plan", remove_plan, {vol.Required("plan"): _PLAN}),
    device_action("list_plans", list_plans, response=SupportsResponse.ONLY),
    device_action("forecast", forecast, response=SupportsResponse.ONLY),
)
