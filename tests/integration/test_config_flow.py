"""Config flow and reconfiguration of the server: every path, every error then success."""

import socket
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_PATH, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.const import (
    CONF_INTERFACE,
    DEFAULT_OPTIONS,
    DOMAIN,
    SECTION_ADVANCED,
)
from custom_components.evse_ocpp.hub import Hub

BIND = "custom_components.evse_ocpp.config_flow.bind_error"


def server_input(
    port: int = 9000, interface: str = "0.0.0.0", path: str = "/ocpp"
) -> dict[str, Any]:
    return {CONF_PORT: port, SECTION_ADVANCED: {CONF_INTERFACE: interface, CONF_PATH: path}}


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None: ...


@pytest.fixture
def _no_setup() -> Any:
    with patch("custom_components.evse_ocpp.async_setup_entry", return_value=True):
        yield


async def _submit(hass: HomeAssistant, user_input: dict[str, Any]) -> dict[str, Any]:
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["step_id"] == "user"
    return await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)


@pytest.mark.usefixtures("_no_setup")
@pytest.mark.parametrize(
    ("path", "stored"), [("/ocpp", "/ocpp"), ("ocpp/", "/ocpp"), ("", "/"), ("/a/b.c", "/a/b.c")]
)
async def test_server_is_created(hass: HomeAssistant, path: str, stored: str) -> None:
    with patch(BIND, return_value=None):
        result = await _submit(hass, server_input(path=path))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "OCPP 9000"
    assert result["data"] == {CONF_PORT: 9000, CONF_INTERFACE: "0.0.0.0", CONF_PATH: stored}
    assert result["options"] == DEFAULT_OPTIONS


@pytest.mark.usefixtures("_no_setup")
@pytest.mark.parametrize(
    ("bad", "bind", "errors"),
    [
        (server_input(), "port_in_use", {CONF_PORT: "port_in_use"}),
        (server_input(80), "port_not_permitted", {CONF_PORT: "port_not_permitted"}),
        (server_input(), "address_not_available", {"base": "address_not_available"}),
        (server_input(interface="wallbox.local"), None, {"base": "invalid_interface"}),
        (server_input(path="/o c p p"), None, {"base": "invalid_path"}),
        (server_input(path="/ocpp?x=1"), None, {"base": "invalid_path"}),
    ],
)
async def test_error_then_success(
    hass: HomeAssistant, bad: dict[str, Any], bind: str | None, errors: dict[str, str]
) -> None:
    with patch(BIND, return_value=bind):
        result = await _submit(hass, bad)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    with patch(BIND, return_value=None):
        result = await hass.config_entries.flow.async_configure(result["flow_id"], server_input())
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("_no_setup", "socket_enabled")
async def test_port_of_another_program_is_in_use(hass: HomeAssistant) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        result = await _submit(hass, server_input(other.getsockname()[1], "127.0.0.1"))
    assert result["errors"] == {CONF_PORT: "port_in_use"}


@pytest.mark.usefixtures("_no_setup", "socket_enabled")
async def test_address_of_the_wallbox_is_not_ours(hass: HomeAssistant) -> None:
    """lbbrhzn/ocpp #468: users enter the wallbox's address. 192.0.2.0/24 is no one's (RFC 5737)."""
    result = await _submit(hass, server_input(interface="192.0.2.7"))
    assert result["errors"] == {"base": "address_not_available"}


async def test_one_entry_for_each_port(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: 9000})
    result = await _submit(hass, server_input(9000))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_reconfigure_moves_the_running_server(hass: HomeAssistant, hub: Hub) -> None:
    """Error, then success; the entry is loaded again at its new place."""
    flow = await hub.entry.start_reconfigure_flow(hass)
    assert flow["step_id"] == "reconfigure"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], server_input(port, "127.0.0.1")
        )
        assert flow["errors"] == {CONF_PORT: "port_in_use"}
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], server_input(port, "127.0.0.1")
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert hub.entry.runtime_data is not hub
    assert hub.entry.runtime_data.server.port == port
    assert hub.entry.title == "OCPP 9000"  # not the name which follows the port: the user's own


async def test_reconfigure_does_not_stumble_over_our_own_server(
    hass: HomeAssistant, hub: Hub
) -> None:
    """The port is ours already; and as nothing changes, nothing restarts."""
    port = hub.server.port
    hass.config_entries.async_update_entry(hub.entry, data={**hub.entry.data, CONF_PORT: port})
    flow = await hub.entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], server_input(port, "127.0.0.1")
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert hub.entry.runtime_data is hub
    assert hub.server.port == port


async def test_reconfigure_helps_an_entry_that_could_not_start(
    hass: HomeAssistant, entry: MockConfigEntry, socket_enabled: None
) -> None:
    """lbbrhzn/ocpp #1650: the port was taken at start; once it is free, it is accepted."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: port})
        assert not await hass.config_entries.async_setup(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
    flow = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], server_input(port, "127.0.0.1", "/other")
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_unload(entry.entry_id)
