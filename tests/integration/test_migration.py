"""An entry as the first version stored it goes on working, and one of a later version is left."""

from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PATH, CONF_PORT
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.const import (
    CONF_DEFAULT_MAXIMUM_A,
    CONF_FALLBACK_A,
    CONF_IGNORED,
    CONF_INTERFACE,
    CONF_LEASE_S,
    DEFAULT_OPTIONS,
    DOMAIN,
)

from .support import connected, subentry_data

OPTIONS_OF_1_1 = {
    CONF_LEASE_S: 90,
    CONF_FALLBACK_A: 8,
    CONF_DEFAULT_MAXIMUM_A: 32,
    CONF_IGNORED: ["CP-8"],
}


def stored(**version: int) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        data={CONF_PORT: 0, CONF_INTERFACE: "127.0.0.1", CONF_PATH: "/ocpp"},
        options=OPTIONS_OF_1_1,
        subentries_data=[subentry_data()],
        **version,
    )


@pytest.mark.usefixtures("enable_custom_integrations", "socket_enabled")
async def test_entry_of_the_first_version(hass: HomeAssistant) -> None:
    entry: Any = stored(version=1, minor_version=1)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (entry.version, entry.minor_version) == (1, 2)
    assert entry.options == {**DEFAULT_OPTIONS, **OPTIONS_OF_1_1}
    async with connected(entry.runtime_data) as client:
        await client.boot()
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_entry_of_a_later_version_is_not_touched(hass: HomeAssistant) -> None:
    entry = stored(version=2)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert entry.options == OPTIONS_OF_1_1
