"""Diagnostics: what helps to find why a wallbox does not connect or does not obey."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from .const import CONF_PASSWORD_HASH
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

_SECRET_KEYS = {
    CONF_PASSWORD_HASH,
    "password",  # of the second back office
    "serial",
    "id_tag",
    "start_key",  # contains the card's number
}
# Configuration keys of which the value is a secret, a card, or a person's connection.
_SECRET_CONFIGURATION = (
    "key",
    "password",
    "pin",
    "tag",
    "token",
    "identifier",
    "serial",
    "url",
    "apn",
)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
) -> dict[str, Any]:
    """Return the entry, the last attempts to connect, and each wallbox."""
    hub = entry.runtime_data
    return {
        "data": dict(entry.data),
        "options": dict(entry.options),
        "attempts": [asdict(attempt) for attempt in hub.server.attempts],
        "wallboxes": [_wallbox(wallbox) for wallbox in hub.wallboxes.values()],
    }


def _wallbox(wallbox: Wallbox) -> dict[str, Any]:
    charger = wallbox.charger
    return async_redact_data(
        {
            "identity": charger.identity,
            "settings": asdict(wallbox.settings),
            "connected_since": charger.connected_since,
            "connection_count": charger.connection_count,
            "clock_offset_s": charger.clock_offset_s,
            "violations": dict(charger.violations),
            "problem": wallbox.steering.problem,
            "configuration": {
                name: key.value if not _is_secret(name) else "**REDACTED**"
                for name, key in charger.configuration.items()
            },
            "connectors": [asdict(connector) for connector in charger.connectors.values()],
            "stored": wallbox.to_dict(),
        },
        _SECRET_KEYS,
    )


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_CONFIGURATION)
