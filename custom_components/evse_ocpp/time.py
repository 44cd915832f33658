"""Begin and end of the daily charging window, in local time; there once a window was chosen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import EvseDescription, EvseEntity, async_add_described, command_errors
from .features import Feature
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class EvseTimeDescription(EvseDescription, TimeEntityDescription):
    """Describes a time. `set_fn` returns when the wallbox has accepted what follows from it."""

    set_fn: Callable[[Wallbox, time], Awaitable[None]]


TIMES = (
    EvseTimeDescription(
        key="window_start",
        translation_key="window_start",
        entity_category=EntityCategory.CONFIG,
        per_connector=False,
        feature=Feature.WINDOW,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.steering.choices.window_start,
        set_fn=lambda wallbox, value: wallbox.steering.set_window(start=value),
    ),
    EvseTimeDescription(
        key="window_stop",
        translation_key="window_stop",
        entity_category=EntityCategory.CONFIG,
        per_connector=False,
        feature=Feature.WINDOW,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.steering.choices.window_stop,
        set_fn=lambda wallbox, value: wallbox.steering.set_window(stop=value),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the times of each wallbox."""
    async_add_described(entry, async_add_entities, EvseTime, TIMES)


class EvseTime(EvseEntity, TimeEntity):
    """One edge of the window."""

    entity_description: EvseTimeDescription

    def _show(self, value: Any) -> None:
        self._attr_native_value = value

    async def async_set_value(self, value: time) -> None:
        """Set the edge; HomeAssistantError when the wallbox refuses what follows from it."""
        with command_errors(self.wallbox):
            await self.entity_description.set_fn(self.wallbox, value)
