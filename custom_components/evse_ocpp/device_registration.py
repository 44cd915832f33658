"""The devices of a wallbox in Home Assistant's registry."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .wallbox import Wallbox


@callback
def async_register_devices(hass: HomeAssistant, entry: ConfigEntry, wallbox: Wallbox) -> None:
    """Register the wallbox, and each further connector as a device below it."""
    registry = dr.async_get(hass)
    charger = wallbox.charger
    parent = registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        config_subentry_id=wallbox.subentry_id,
        identifiers={wallbox.device_identifier()},
        name=wallbox.name,
        manufacturer=charger.vendor,
        model=charger.model,
        serial_number=charger.serial,
        sw_version=charger.firmware_version,
    )
    for connector_id in charger.connectors.keys() - {1}:
        registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            config_subentry_id=wallbox.subentry_id,
            identifiers={wallbox.device_identifier(connector_id)},
            translation_key="connector",
            translation_placeholders={"name": wallbox.name, "connector": str(connector_id)},
            manufacturer=charger.vendor,
            model=charger.model,
            **_via(parent),
        )


def _via(parent: dr.DeviceEntry) -> dict[str, Any]:
    """Return a device's parent as this Home Assistant names it: `via_device_id` since 2026.8."""
    if "via_device_id" in dr.DeviceInfo.__annotations__:
        return {"via_device_id": parent.id}
    return {"via_device": next(iter(parent.identifiers))}
