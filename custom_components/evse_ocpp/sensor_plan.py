"""What is planned for the car at a connector: from when, until when, and for how much."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass

from .central.charger import Connector
from .energy.plan import Plan
from .features import Feature
from .sensor_description import EvseSensorDescription
from .wallbox import Wallbox


def of_plan(read: Callable[[Plan], Any]) -> Callable[[Wallbox, Connector], Any]:
    """Return what reads a connector's plan; None without one."""

    def value(wallbox: Wallbox, connector: Connector) -> Any:
        plan = wallbox.plan_book.plan(connector.id)
        return None if plan is None else read(plan)

    return value


def minute(instant: datetime) -> datetime:
    """Return the nearest minute: a plan that is made anew moves by seconds, which is no news."""
    return (instant + timedelta(seconds=30)).replace(second=0, microsecond=0)


def outline(plan: Plan | None) -> object:
    """Return what of a plan is to be seen on a picture."""
    return plan and (
        plan.met,
        plan.due,
        [(minute(each.start), minute(each.end)) for each in plan.slots],
    )


def _cost(plan: Plan) -> float | None:
    return None if plan.cost is None else round(plan.cost, 2)


def plan_sensors(currency: str) -> tuple[EvseSensorDescription, ...]:
    """Return the rows; costs are in the currency of Home Assistant."""
    return (
        EvseSensorDescription(
            key="plan_start",
            translation_key="plan_start",
            device_class=SensorDeviceClass.TIMESTAMP,
            feature=Feature.SITE,
            available_offline=True,
            value_fn=of_plan(lambda plan: minute(plan.slots[0].start) if plan.slots else None),
        ),
        EvseSensorDescription(
            key="plan_ready",
            translation_key="plan_ready",
            device_class=SensorDeviceClass.TIMESTAMP,
            feature=Feature.SITE,
            available_offline=True,
            value_fn=of_plan(lambda plan: plan.ready_at and minute(plan.ready_at)),
        ),
        EvseSensorDescription(
            key="plan_cost",
            translation_key="plan_cost",
            device_class=SensorDeviceClass.MONETARY,
            native_unit_of_measurement=currency,
            suggested_display_precision=2,
            feature=Feature.SITE,
            available_offline=True,
            entity_registry_enabled_default=False,
            value_fn=of_plan(_cost),
        ),
    )
