"""EVSE OCPP: Home Assistant as the OCPP central system of the wallboxes at home."""

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from . import actions, certificates, files, frontend_commands, frontend_file, root_download, storage
from .const import DEFAULT_OPTIONS, DOMAIN, PLATFORMS
from .happening_data import async_fire_happenings
from .hub import EvseOcppConfigEntry, Hub
from .site_happening_data import async_fire_site_happenings

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register what there is once, whatever servers run: actions and addresses of files."""
    files.async_register(hass)
    root_download.async_register(hass)
    actions.async_register(hass)
    frontend_commands.async_register(hass)
    await frontend_file.async_register(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: EvseOcppConfigEntry) -> bool:
    """Open the server and show its wallboxes."""
    hub = Hub(hass, entry)
    await hub.async_start()
    entry.async_on_unload(hub.async_stop)  # also when the set-up fails after this
    entry.runtime_data = hub

    async def stop(_: Event) -> None:
        await hub.async_stop()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    entry.async_on_unload(entry.add_update_listener(_async_apply))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_fire_happenings(hass, entry)  # devices are there by now, which events name
    async_fire_site_happenings(hass, entry)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: EvseOcppConfigEntry) -> bool:
    """Bring an older entry up to date; False for one of a newer major version.

    1.2: options for TLS, Home Assistant's own port and the tariff. What a wallbox's subentry does
    not have yet has a default in `WallboxSettings`.
    """
    if entry.version > 1:
        return False
    if entry.minor_version < 2:
        hass.config_entries.async_update_entry(
            entry, options={**DEFAULT_OPTIONS, **entry.options}, minor_version=2
        )
    return True


async def async_unload_entry(hass: HomeAssistant, entry: EvseOcppConfigEntry) -> bool:
    """Remove the entities; the server closes after them, and its port is free again."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: EvseOcppConfigEntry) -> None:
    """Forget what was stored of its wallboxes."""
    await storage.async_remove(hass, entry)
    await certificates.async_remove(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    device: DeviceEntry,
) -> bool:
    """Allow to delete a connector that the wallbox no longer has; a wallbox is a subentry."""
    return entry.runtime_data.async_forget(device.identifiers)


async def _async_apply(_: HomeAssistant, entry: EvseOcppConfigEntry) -> None:
    """Apply changed options and wallboxes live; a moved server reloads the entry by itself."""
    await entry.runtime_data.async_apply()
