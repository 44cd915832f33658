"""Diagnostics tell what helps, and no secret."""

import json
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import JSONEncoder
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.central.charger import ConfigurationKey
from custom_components.evse_ocpp.const import CONF_PASSWORD_HASH
from custom_components.evse_ocpp.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.refusals import Refusals
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import connected, subentry_data


async def test_nothing_secret_is_told(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox) -> None:
    charger, now = wallbox.charger, datetime.now(UTC)
    charger.booted("EVSE", "One", "SERIAL-4711", "1.2", now, meter_serial="METER-4711")
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
    for secret in ("CARD-SECRET", "KEY-SECRET", "SERIAL-4711", "METER-4711", password_hash):
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
    with patch.object(Refusals, "problem", "SetChargingProfile: NotSupported"):
        told = await async_get_config_entry_diagnostics(hass, deaf_hub.entry)
    assert told["wallboxes"][0]["problem"] == "SetChargingProfile: NotSupported"


async def test_messages_are_told_without_cards(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
        await client.start("CARD-SECRET")
        told = await async_get_config_entry_diagnostics(hass, hub.entry)
    text = json.dumps(told, cls=JSONEncoder)
    assert "CARD-SECRET" not in text
    assert "SN-4711" not in text
    (shown,) = told["wallboxes"]
    (card,) = shown["cards_are_told"]
    assert card["session"]["card"] == "**REDACTED**"
    assert card["why"]["sentence"] == card["why"]["key"]
    frames = [message["frame"] for message in shown["messages"]]
    assert any("StartTransaction" in frame for frame in frames)
    assert {message["to_wallbox"] for message in shown["messages"]} == {True, False}
    assert told["database_bytes"] > 0


async def test_one_wallbox_is_told(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox) -> None:
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, deaf_hub.entry.entry_id)
    (device,) = (each for each in devices if wallbox.device_identifier() in each.identifiers)
    told = await async_get_device_diagnostics(hass, deaf_hub.entry, device)
    assert told["wallbox"]["identity"] == "CP-1"
    assert told["attempts"] == []
    other = registry.async_get_or_create(
        config_entry_id=deaf_hub.entry.entry_id, identifiers={("evse_ocpp", "other")}
    )
    assert await async_get_device_diagnostics(hass, deaf_hub.entry, other) == {}


@pytest.mark.parametrize(
    "subentries",
    [[subentry_data(relay_url="wss://me:RELAY-SECRET@host/ocpp", relay_password="RELAY-SECRET")]],
)
async def test_second_back_office_keeps_its_secrets(hass: HomeAssistant, deaf_hub: Hub) -> None:
    told = await async_get_config_entry_diagnostics(hass, deaf_hub.entry)
    text = json.dumps(told, cls=JSONEncoder)
    assert "RELAY-SECRET" not in text
    (wallbox,) = told["wallboxes"]
    assert wallbox["relay"].keys() == {"connected", "problem", "waiting", "dropped"}
    assert wallbox["relay"]["connected"] is False
    assert "@host/ocpp" in text
