"""What the user allows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .central.charger import ChargerStatus, Connector
from .configuration import ConfigurationEntity, async_add_configuration
from .entity import (
    EvseDescription,
    EvseEntity,
    async_add_described,
    command_errors,
    commands_of,
)
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class EvseSwitchDescription(EvseDescription, SwitchEntityDescription):
    """Describes a switch. `set_fn` returns when the wallbox has accepted it."""

    set_fn: Callable[[Wallbox, Connector, bool], Awaitable[None]]


def _charging(wallbox: Wallbox, connector: Connector) -> bool:
    """Whether charging goes on, or would by itself: a car that waits to be started shows off."""
    choices, status = wallbox.steering.choices, connector.status
    waits = status is ChargerStatus.FINISHING or (
        status is ChargerStatus.PREPARING and not choices.free_charging
    )
    return choices.charging and not (waits and connector.transaction is None)


def _in_service(_: Wallbox, connector: Connector) -> bool | None:
    return None if connector.status is None else connector.status is not ChargerStatus.UNAVAILABLE


async def _set_in_service(wallbox: Wallbox, connector: Connector, on: bool) -> None:
    """Change it; while a car charges the wallbox does so later, and the switch shows it then."""
    await commands_of(wallbox, "ChangeAvailability").change_availability(connector.id, on)


SWITCHES = (
    EvseSwitchDescription(
        key="charging",
        translation_key="charging",
        per_connector=False,
        available_offline=True,
        value_fn=_charging,
        set_fn=lambda wallbox, _, on: wallbox.steering.set_charging(on),
    ),
    EvseSwitchDescription(
        key="free_charging",
        translation_key="free_charging",
        per_connector=False,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.steering.choices.free_charging,
        set_fn=lambda wallbox, _, on: wallbox.steering.set_free_charging(on),
    ),
    EvseSwitchDescription(
        key="charging_window",
        translation_key="charging_window",
        per_connector=False,
        available_offline=True,
        entity_registry_enabled_default=False,
        value_fn=lambda wallbox, _: wallbox.steering.choices.window_enabled,
        set_fn=lambda wallbox, _, on: wallbox.steering.set_window(enabled=on),
    ),
    EvseSwitchDescription(
        key="in_service",
        translation_key="in_service",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        value_fn=_in_service,
        set_fn=_set_in_service,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of each wallbox."""
    async_add_described(entry, async_add_entities, EvseSwitch, SWITCHES)
    async_add_configuration(entry, async_add_entities, Platform.SWITCH, ConfigurationSwitch)


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
            await self.entity_description.set_fn(self.wallbox, self.connector, on)


class ConfigurationSwitch(ConfigurationEntity, SwitchEntity):
    """A configuration key that is true or false."""

    @property
    def is_on(self) -> bool | None:
        """Whether it is true."""
        return None if self.told is None else self.told.lower() == "true"

    async def async_turn_on(self, **_kwargs: Any) -> None:
        """Write `true`."""
        await self.write("true")

    async def async_turn_off(self, **_kwargs: Any) -> None:
        """Write `false`."""
        await self.write("false")
