"""What is cheap for a wallbox, and how much is to be charged for the next departure."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfTime

from .actions import storage_errors, wrong
from .energy.prices import Cheap
from .entity import EvseDescription, EvseEntity
from .features import Feature
from .plan_book import PlanBook


@dataclass(frozen=True, kw_only=True)
class PlanNumberDescription(EvseDescription, NumberEntityDescription):
    """Describes a number of a wallbox's plan. `set_fn` returns when it is kept."""

    set_fn: Callable[[PlanBook, float], Awaitable[None]]


def _set_limit(book: PlanBook, value: float) -> Awaitable[None]:
    return book.set_cheap(Cheap(value, book.cheap.hours))


def _set_hours(book: PlanBook, value: float) -> Awaitable[None]:
    return book.set_cheap(Cheap(book.cheap.limit, value or None))


def _set_energy(book: PlanBook, value: float) -> Awaitable[None]:
    return book.set_departure(replace(book.departure, amount_kwh=value))


def plan_numbers(currency: str) -> tuple[PlanNumberDescription, ...]:
    """Return the rows; prices are in the currency of Home Assistant."""
    return (
        PlanNumberDescription(
            key="cheap_price_limit",
            translation_key="cheap_price_limit",
            native_unit_of_measurement=f"{currency}/kWh",
            native_min_value=-10,
            native_max_value=1000,  # a kilowatt-hour has three digits in some currencies
            native_step=0.001,
            mode=NumberMode.BOX,
            entity_category=EntityCategory.CONFIG,
            per_connector=False,
            feature=Feature.SITE,
            available_offline=True,
            value_fn=lambda wallbox, _: wallbox.plan_book.cheap.limit,
            set_fn=_set_limit,
        ),
        PlanNumberDescription(
            key="cheap_hours",
            translation_key="cheap_hours",
            native_unit_of_measurement=UnitOfTime.HOURS,
            native_min_value=0,
            native_max_value=24,
            native_step=0.25,
            mode=NumberMode.BOX,
            entity_category=EntityCategory.CONFIG,
            per_connector=False,
            feature=Feature.SITE,
            available_offline=True,
            value_fn=lambda wallbox, _: wallbox.plan_book.cheap.hours or 0,
            set_fn=_set_hours,
        ),
        PlanNumberDescription(
            key="plan_energy",
            translation_key="plan_energy",
            device_class=NumberDeviceClass.ENERGY,
            native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
            native_min_value=0,
            native_max_value=200,
            native_step=0.5,
            mode=NumberMode.BOX,
            per_connector=False,
            feature=Feature.SITE,
            available_offline=True,
            value_fn=lambda wallbox, _: wallbox.plan_book.departure.amount_kwh,
            set_fn=_set_energy,
        ),
    )


class PlanNumber(EvseEntity, NumberEntity):
    """A number that is kept here and concerns no setting of the wallbox."""

    entity_description: PlanNumberDescription

    def _show(self, value: Any) -> None:
        self._attr_native_value = value

    async def async_set_native_value(self, value: float) -> None:
        """Keep it; HomeAssistantError when that cannot be done."""
        if not math.isfinite(value):  # Home Assistant checks the range, but lets `nan` through
            raise wrong(
                "not_a_number",
                value=value,
                minimum=f"{self.native_min_value:g}",
                maximum=f"{self.native_max_value:g}",
            )
        with storage_errors():
            await self.entity_description.set_fn(self.wallbox.plan_book, value)
