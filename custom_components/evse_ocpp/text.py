"""Settings of a wallbox that are words."""

from homeassistant.components.text import TextEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .configuration import MAXIMUM_STATE, ConfigurationEntity, async_add_configuration
from .hub import EvseOcppConfigEntry

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the texts of each wallbox."""
    async_add_configuration(entry, async_add_entities, Platform.TEXT, ConfigurationText)


class ConfigurationText(ConfigurationEntity, TextEntity):
    """A configuration key with a text."""

    _attr_native_max = MAXIMUM_STATE

    @property
    def native_value(self) -> str | None:
        """The text, as the wallbox told it last."""
        return self.told

    async def async_set_value(self, value: str) -> None:
        """Write it."""
        await self.write(value)
