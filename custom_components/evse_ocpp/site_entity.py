"""The base of a site's entities: its device, and values that change when it is worth a state."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .hub import EvseOcppConfigEntry
from .site import Site


def site_identifier(site: Site) -> tuple[str, str]:
    """Return the identifier of a site's device."""
    return DOMAIN, f"site/{site.config.subentry_id}"


@dataclass(frozen=True, kw_only=True)
class SiteDescription(EntityDescription):
    """Describes an entity of a site.

    `value_fn` returns its value, None for unknown. `step`: a number is shown anew only when it has
    changed by at least so much, as a site decides each second.
    """

    value_fn: Callable[[Site], Any]
    step: float = 0.0


class SiteEntity(Entity):
    """Follows the decisions of a site."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    entity_description: SiteDescription
    _value: Any = None

    def __init__(self, site: Site, description: SiteDescription) -> None:
        self.site = site
        self.entity_description = description
        self._attr_unique_id = f"site/{site.config.subentry_id}/{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={site_identifier(site)},
            name=site.config.name,
            entry_type=DeviceEntryType.SERVICE,
        )
        self._read()

    async def async_added_to_hass(self) -> None:
        """Follow the site."""
        self.async_on_remove(self.site.subscribe(self._on_decision))
        self._read()

    @callback
    def _on_decision(self) -> None:
        if self._read():
            self.async_write_ha_state()

    def _read(self) -> bool:
        """Take what the site says now; return whether that is worth a new state."""
        value, shown = self.entity_description.value_fn(self.site), self._value
        if value == shown:
            return False
        numbers = isinstance(value, float) and isinstance(shown, float)
        if numbers and abs(value - shown) < self.entity_description.step:
            return False
        self._value = value
        self._show(value)
        return True

    @abstractmethod
    def _show(self, value: Any) -> None:
        """Take the value into the attribute of the platform."""


@callback
def async_add_site_entities[DescriptionT: SiteDescription](
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: Callable[[Site, DescriptionT], SiteEntity],
    descriptions: Iterable[DescriptionT],
) -> None:
    """Add the entities of all sites, and of those that come."""
    described = tuple(descriptions)

    @callback
    def add(site: Site) -> None:
        async_add_entities(
            [entity_class(site, description) for description in described],
            config_subentry_id=site.config.subentry_id,
        )

    entry.async_on_unload(entry.runtime_data.async_on_site(add))
