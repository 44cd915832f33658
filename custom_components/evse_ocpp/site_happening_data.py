"""What happens at sites as plain data: for event entities, automations and the logbook."""

from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .happening_data import EVENT
from .hub import EvseOcppConfigEntry, Hub
from .site_entity import site_identifier
from .site_happenings import SiteHappening
from .wallbox import Wallbox

_DECIMALS = 3


def site_happening_data(happening: SiteHappening) -> dict[str, Any]:
    """Return the details as JSON values; units are in the names, times are ISO 8601."""
    event = happening.event
    data: dict[str, Any] = {"at": happening.at.isoformat(), "site": happening.site.config.name}
    if event.point is not None:
        data["connector"] = _place(event.point)[1]
    for name, value in event.values.items():
        data[name] = round(value, _DECIMALS) if isinstance(value, float) else value
    return data


def is_at(happening: SiteHappening, wallbox: Wallbox, connector_id: int) -> bool:
    """Whether it happened at a connector."""
    point = happening.event.point
    return point is not None and _place(point) == (wallbox.charger.identity, connector_id)


def _place(point: str) -> tuple[str, int]:
    identity, _, connector = point.rpartition("/")
    return identity, int(connector)


@callback
def async_fire_site_happenings(hass: HomeAssistant, entry: EvseOcppConfigEntry) -> None:
    """Fire `EVENT` for what happens at the sites of an entry, until it is unloaded."""
    hub = entry.runtime_data

    @callback
    def fire(happening: SiteHappening) -> None:
        data: dict[str, Any] = {"type": str(happening.event.kind)}
        if happening.event.point is not None:
            data["identity"] = _place(happening.event.point)[0]
        identifier = _device_identifier(hub, happening)
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
            if identifier in device.identifiers:
                data["device_id"] = device.id
        hass.bus.async_fire(EVENT, data | site_happening_data(happening))

    entry.async_on_unload(hub.site_happenings.listen(fire))


def _device_identifier(hub: Hub, happening: SiteHappening) -> tuple[str, str] | None:
    """Return that of the connector or the site; None for a wallbox that was removed meanwhile."""
    point = happening.event.point
    if point is None:
        return site_identifier(happening.site)
    identity, connector_id = _place(point)
    if identity not in hub.chargers:
        return None
    return hub.wallbox(identity).device_identifier(connector_id)
