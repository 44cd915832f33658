"""Diagnostics: what helps to find why a wallbox does not connect or does not obey."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from . import files
from .central.relay import Relay
from .const import CONF_PASSWORD_HASH, CONF_RELAY_PASSWORD, CONF_RELAY_URL
from .diagnostics_frontend import card_diagnostics
from .diagnostics_site import site_diagnostics
from .hub import EvseOcppConfigEntry, Hub
from .redaction import HIDDEN, is_secret, redacted_frame, redacted_path, redacted_url
from .site_entity import site_identifier
from .wallbox import Wallbox

_SECRET_KEYS = {
    CONF_PASSWORD_HASH,
    CONF_RELAY_PASSWORD,
    "password",  # of the second back office
    "serial",
    "meter_serial",
    "id_tag",
    "start_key",  # contains the card's number
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: EvseOcppConfigEntry
) -> dict[str, Any]:
    """Return the entry, the last attempts to connect, and each wallbox with its messages."""
    hub = entry.runtime_data
    uploads = await hass.async_add_executor_job(files.stored, hass, files.DIAGNOSTICS)
    return {
        "data": dict(entry.data),
        "options": dict(entry.options),
        "attempts": _attempts(hub),
        "database_bytes": await hass.async_add_executor_job(hub.storage.database.size_bytes),
        "cards": {"policy": hub.cards.policy, "count": len(hub.cards.all)},
        "uploads": [path.name for path in uploads],
        "wallboxes": [_wallbox(hass, hub, wallbox) for wallbox in hub.wallboxes.values()],
        "sites": [site_diagnostics(site) for site in hub.sites.values()],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant,
    entry: EvseOcppConfigEntry,
    device: DeviceEntry,
) -> dict[str, Any]:
    """Return one wallbox, and its attempts to connect; or one site."""
    hub = entry.runtime_data
    for wallbox in hub.wallboxes.values():
        identifiers = map(wallbox.device_identifier, wallbox.charger.connectors)
        if not device.identifiers.isdisjoint(identifiers):
            return {
                "attempts": _attempts(hub, wallbox.charger.identity),
                "wallbox": _wallbox(hass, hub, wallbox),
            }
    for site in hub.sites.values():
        if site_identifier(site) in device.identifiers:
            return {"site": site_diagnostics(site)}
    return {}


def _attempts(hub: Hub, identity: str | None = None) -> list[dict[str, Any]]:
    return [
        {**asdict(attempt), "path": redacted_path(attempt.path)}
        for attempt in hub.server.attempts
        if identity in (None, attempt.identity)
    ]


def _relay(relay: Relay | None) -> dict[str, Any] | None:
    if relay is None:
        return None
    return {
        "connected": relay.connected,
        "problem": relay.problem,
        "waiting": relay.waiting,
        "dropped": dict(relay.dropped),
    }


def _wallbox(hass: HomeAssistant, hub: Hub, wallbox: Wallbox) -> dict[str, Any]:
    charger = wallbox.charger
    settings = asdict(wallbox.settings)
    if settings.get("relay"):
        settings["relay"]["url"] = redacted_url(settings["relay"]["url"])
    return async_redact_data(
        {
            "identity": charger.identity,
            "settings": settings,
            "ocpp_version": charger.ocpp_version,
            "feature_profiles": sorted(charger.feature_profiles),
            "connected_since": charger.connected_since,
            "connection_count": charger.connection_count,
            "clock_offset_s": charger.clock_offset_s,
            "local_list_version": charger.local_list_version,
            "violations": dict(charger.violations),
            "restarts_after": dict(charger.quarantine.restarts),
            "held_calls": list(charger.quarantine.held),
            "suspects": dict(charger.suspects),
            "problem": wallbox.steering.refusals.problem,
            "obeyed": wallbox.steering.watch.obeyed,
            "relay": _relay(wallbox.relay),
            "control": charger.control.to_dict(),
            "configuration": {
                name: HIDDEN if is_secret(name) else key.value
                for name, key in charger.configuration.items()
            },
            "connectors": [asdict(connector) for connector in charger.connectors.values()],
            "cards_are_told": card_diagnostics(hass, hub, wallbox),
            "stored": wallbox.to_dict(),
            "messages": [
                {
                    "at": frame.at,
                    "to_wallbox": frame.outgoing,
                    "frame": redacted_frame(frame.text),
                }
                for frame in (charger.frames.frames() if charger.frames else ())
            ],
        },
        _SECRET_KEYS | {CONF_RELAY_URL},
    )
