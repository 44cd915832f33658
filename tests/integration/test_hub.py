"""The hub with real websockets: admission, devices, storage, and changes while it runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryData, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.const import CONF_IGNORED, DOMAIN
from custom_components.evse_ocpp.hub import Hub

from .support import IDENTITY, PASSWORD, connected, set_up, subentry_data, until


async def test_wallbox_connects_and_is_shown(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
        await client.status("Charging")
        await until(lambda: hass.states.get("sensor.garage_status").state == "charging")
        assert hass.states.get("binary_sensor.garage_connection").state == "on"
    await until(lambda: hass.states.get("binary_sensor.garage_connection").state == "off")
    assert hass.states.get("sensor.garage_status").state == "unavailable"
