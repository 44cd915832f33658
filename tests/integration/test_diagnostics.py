"""Diagnostics tell what helps, and no secret."""

import json
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import JSONEncoder
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.central.charger import ConfigurationKey
from custom_components.evse_ocpp.const import CONF_PASSWORD_HASH
from custom_components.evse_ocpp.diagnostics import async_get_config_entry_diagnostics
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.steering import Steering
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import connected


async def test_nothing_secret_is_told(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox) -> None:
    charger, now = wallbox.charger, datetime.now(UTC)
    charger.booted("EVSE", "One", "SERIAL-4711", "1.2", now)
    charger.start_transaction(1, "CARD-SECRET", now, 0, "key CARD-SECRET")
    charger.stop_transaction(99, now, "Local", None)
    charger.configuration = {
        "AuthorizationKey": ConfigurationKey("KEY-SECRET", readonly=False),
        "FreeChargingTagID": ConfigurationKey("CARD-SECRET", readonly=False),
        "HeartbeatInterval": ConfigurationKey("60", readonly=False),
    }
    told = await async_get_config_entry_diagnostics(hass, deaf_hub.entry)
    text = json.dumps(told, cls=JSONEncoder)
    password_hash = wallbox.settings.password_hash
    assert password_hash is not None
    for secret in ("CARD-SECRET", "KEY-SECRET", "SERIAL-4711", password_hash):
        assert secret not in text
    (shown,) = told["wallboxes"]
    assert shown["configuration"]["HeartbeatInterval"] == "60"
    assert shown["settings"][CONF_PASSWORD_HASH] == "**REDACTED**"
    assert shown["connectors"][0]["transaction"]["id_tag"] == "**REDACTED**"


async def test_attempts_to_connect_are_told(hass: HomeAssistant, hub: Hub) -> None:
    """lbbrhzn/ocpp #1872: why a wallbox never appears is the most frequent question."""
    with pytest.raises(InvalidStatus):
        async with connected(hub, "CP-9", "secret"):
            pass
    async with connected(hub) as client:
        await client.boot()
    told = await async_get_config_entry_diagnostics(hass, hub.entry)
    attempts = [
        (each["identity"], each["address"], each["path"], each["outcome"])
        for each in told["attempts"]
    ]
    assert attempts == [
        ("CP-9", "127.0.0.1", "/ocpp/CP-9", "unknown"),
        ("CP-1", "127.0.0.1", "/ocpp/CP-1", "admitted"),
    ]
    assert "secret" not in json.dumps(told, cls=JSONEncoder)


@pytest.mark.usefixtures("wallbox")
async def test_problem_is_told(hass: HomeAssistant, deaf_hub: Hub) -> None:
    with patch.object(Steering, "problem", "SetChargingProfile: NotSupported"):
        told = await async_get_config_entry_diagnostics(hass, deaf_hub.entry)
    assert told["wallboxes"][0]["problem"] == "SetChargingProfile: NotSupported"
