"""Diagnostics of the cards: what a dashboard is told of each connector of a wallbox now."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from .devices import async_device
from .frontend_feed import Place, Speech, snapshot
from .hub import Hub
from .wallbox import Wallbox

_WHO = {"card", "person"}
_KEYS = Speech("en", {})
"""Without texts a sentence is its key, which says as much in a report."""


def card_diagnostics(hass: HomeAssistant, hub: Hub, wallbox: Wallbox) -> list[dict[str, Any]]:
    """Return the snapshots; who charges is hidden."""
    told: list[dict[str, Any]] = []
    for connector in wallbox.charger.connectors.values():
        identifier = wallbox.device_identifier(connector.id)
        device = async_device(hass, hub.entry.entry_id, identifier)
        place = Place(hub, wallbox, connector, "" if device is None else device.id)
        told.append(async_redact_data(dict(snapshot(hass, place, _KEYS, 0)), _WHO))
    return told
