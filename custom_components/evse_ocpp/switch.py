"""What the user allows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import EvseDescription, EvseEntity, async_add_described, command_errors
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class EvseSwitchDescription(EvseDescription, SwitchEntityDescription):
    """Describes a switch. `set_fn` returns when the wallbox has accepted it."""

    set_fn: Callable[[Wallbox, bool], Awaitable[None]]


SWITCHES = (
    EvseSwitchDescription(
        key="charging",
        translation_key="charging",
        per_connector=False,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.steering.choices.charging,
        set_fn=lambda wallbox, on: wallbox.steering.set_charging(on),
    ),
    EvseSwitchDescription(
        key="free_charging",
        translation_key="free_charging",
        per_connector=False,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.steering.choices.free_charging,
        set_fn=lambda wallbox, on: wallbox.steering.set_free_charging(on),
    ),
    EvseSwitchDescription(
        key="charging_window",
        translation_key="charging_window",
        per_connector=False,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.steering.choices.window_enabled,
        set_fn=lambda wallbox, on: wallbox.steering.set_window(enabled=on),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of each wallbox."""
    async_add_described(entry, async_add_entities, EvseSwitch, SWITCHES)


class EvseSwitch(EvseEntity, SwitchEntity):
    """One choice; while the wallbox is away it is kept for when it comes back."""

    entity_description: EvseSwitchDescription

    def _show(self, value: Any) -> None:
        self._attr_is_on = value

    async def async_turn_on(self, **_kwargs: Any) -> None:
        """Allow it; HomeAssistantError when the wallbox refuses."""
        await self._set(on=True)

    async def async_turn_off(self, **_kwargs: Any) -> None:
        """Forbid it; HomeAssistantError when the wallbox refuses."""
        await self._set(on=False)

    async def _set(self, *, on: bool) -> None:
        with command_errors(self.wallbox):
            await self.entity_description.set_fn(self.wallbox, on)
