"""By when the car is to be ready for the next departure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from homeassistant.components.datetime import DateTimeEntity, DateTimeEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .actions import storage_errors, wrong
from .entity import EvseDescription, EvseEntity, async_add_described
from .features import Feature
from .hub import EvseOcppConfigEntry

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class EvseDateTimeDescription(EvseDescription, DateTimeEntityDescription):
    """Describes an instant."""


DATETIMES = (
    EvseDateTimeDescription(
        key="plan_ready_by",
        translation_key="plan_ready_by",
        per_connector=False,
        feature=Feature.SITE,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.plan_book.departure.ready_at,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the instant of each wallbox that a site supplies."""
    async_add_described(entry, async_add_entities, EvseDateTime, DATETIMES)


class EvseDateTime(EvseEntity, DateTimeEntity):
    """The instant of the next departure."""

    entity_description: EvseDateTimeDescription

    def _show(self, value: Any) -> None:
        self._attr_native_value = value

    async def async_set_value(self, value: datetime) -> None:
        """Keep it; ServiceValidationError for what is past."""
        if value <= dt_util.utcnow():
            raise wrong("in_the_past", field="datetime", value=dt_util.as_local(value).isoformat())
        book = self.wallbox.plan_book
        with storage_errors():
            await book.set_departure(replace(book.departure, ready_at=value))
