"""From a device of Home Assistant to the wallbox behind it."""

from typing import NamedTuple

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox


class Place(NamedTuple):
    """A connector of a wallbox."""

    wallbox: Wallbox
    connector_id: int


@callback
def async_wallboxes(hass: HomeAssistant) -> list[Wallbox]:
    """Return all wallboxes of this Home Assistant, as long as their servers run."""
    entries: list[EvseOcppConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [wallbox for entry in entries for wallbox in entry.runtime_data.wallboxes.values()]


@callback
def async_find(hass: HomeAssistant, device_id: str) -> Place | None:
    """Return what a device stands for; None when it is none of ours, or its server does not run."""
    device = dr.async_get(hass).async_get(device_id)
    if device is None:
        return None
    for wallbox in async_wallboxes(hass):
        for connector_id in wallbox.charger.connectors:
            if wallbox.device_identifier(connector_id) in device.identifiers:
                return Place(wallbox, connector_id)
    return None


@callback
def async_device(
    hass: HomeAssistant, entry_id: str, identifier: tuple[str, str]
) -> dr.DeviceEntry | None:
    """Return the device of an entry by its identifier; None when there is none (any more)."""
    entries = dr.async_entries_for_config_entry(dr.async_get(hass), entry_id)
    return next((device for device in entries if identifier in device.identifiers), None)


@callback
def async_get(hass: HomeAssistant, device_id: str) -> Place:
    """Return what a device stands for; ServiceValidationError when that is no wallbox."""
    place = async_find(hass, device_id)
    if place is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_wallbox",
            translation_placeholders={"device": device_id},
        )
    return place
