"""A config entry with one wallbox.

`wallbox` is fed through the charger model, and its commands are a mock: enough for entities. A real
websocket to the real server of `hub` is `support.connected`.
"""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, create_autospec, patch

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PATH, CONF_PORT
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.commands import Commands
from custom_components.evse_ocpp.const import CONF_INTERFACE, DEFAULT_OPTIONS, DOMAIN
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import device_of, plug_in, set_up, subentry_data


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    """The wallboxes of the entry; a test may choose others."""
    return [subentry_data()]


@pytest.fixture
def entry(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    subentries: list[dict[str, Any]],
    tmp_path: Path,
) -> MockConfigEntry:
    """An entry that is not set up yet. Port 0: any free one. Its files are the test's alone."""
    hass.config.config_dir = str(tmp_path)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="OCPP 9000",
        data={CONF_PORT: 0, CONF_INTERFACE: "127.0.0.1", CONF_PATH: "/ocpp"},
        options=dict(DEFAULT_OPTIONS),
        minor_version=2,
        subentries_data=subentries,
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def hub(
    hass: HomeAssistant, entry: MockConfigEntry, socket_enabled: None
) -> AsyncGenerator[Hub]:
    """The hub with its server on 127.0.0.1."""
    yield await set_up(hass, entry)
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def deaf_hub(hass: HomeAssistant, entry: MockConfigEntry) -> AsyncGenerator[Hub]:
    """The hub with a server that does not listen."""
    with patch("custom_components.evse_ocpp.hub.CentralSystem.start", AsyncMock()):
        yield await set_up(hass, entry)
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def commands() -> AsyncMock:
    """What the wallbox is asked for; it accepts everything."""
    mock: AsyncMock = create_autospec(Commands, instance=True)
    return mock


@pytest.fixture
def all_enabled() -> Iterator[None]:
    """Enable also what is off by default. Name it before the fixture of a hub or a wallbox."""
    with patch("homeassistant.helpers.entity.Entity.entity_registry_enabled_default", new=True):
        yield


@pytest.fixture
def wallbox(deaf_hub: Hub, commands: AsyncMock) -> Wallbox:
    """A connected wallbox with an idle connector."""
    (wallbox,) = deaf_hub.wallboxes.values()
    plug_in(wallbox.charger, commands, ChargerStatus.AVAILABLE)
    return wallbox


@pytest.fixture
def device_id(hass: HomeAssistant, wallbox: Wallbox) -> str:
    """The device of the wallbox, as actions want it."""
    return device_of(hass).id
