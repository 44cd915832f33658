"""Options of the server: limits and tariff, ways to connect, doctor; every error, then success."""

import socket
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.const import (
    CONF_CARD_POLICY,
    CONF_DEFAULT_MAXIMUM_A,
    CONF_FALLBACK_A,
    CONF_HOME_ASSISTANT_PORT,
    CONF_IGNORED,
    CONF_LEASE_S,
    CONF_TARIFF_ENTITY,
    CONF_TLS,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_PORT,
    DEFAULT_OPTIONS,
)
from custom_components.evse_ocpp.hub import Hub

from .self_signed import self_signed

BIND = "custom_components.evse_ocpp.options_flow.bind_error"
GOOD = {CONF_LEASE_S: 180, CONF_FALLBACK_A: 6, CONF_DEFAULT_MAXIMUM_A: 16}


async def open_step(hass: HomeAssistant, entry: Any, step: str) -> Any:
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    return await hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": step}
    )


async def test_limits_are_stored_and_the_rest_stays(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await open_step(hass, entry, "wallboxes")
    assert CONF_IGNORED not in form["data_schema"].schema
    result = await hass.config_entries.options.async_configure(
        form["flow_id"],
        {
            CONF_LEASE_S: 90.0,
            CONF_FALLBACK_A: 8.0,
            CONF_DEFAULT_MAXIMUM_A: 32.0,
            CONF_TARIFF_ENTITY: "sensor.price",
            CONF_CARD_POLICY: "known",
        },
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {
        **DEFAULT_OPTIONS,
        CONF_LEASE_S: 90,
        CONF_FALLBACK_A: 8,
        CONF_DEFAULT_MAXIMUM_A: 32,
        CONF_TARIFF_ENTITY: "sensor.price",
        CONF_CARD_POLICY: "known",
    }


async def test_tariff_can_be_taken_away(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_TARIFF_ENTITY: "sensor.price"}
    )
    form = await open_step(hass, entry, "wallboxes")
    await hass.config_entries.options.async_configure(form["flow_id"], GOOD)
    assert CONF_TARIFF_ENTITY not in entry.options


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (CONF_LEASE_S, 59),
        (CONF_LEASE_S, 86_401),
        (CONF_FALLBACK_A, 3),
        (CONF_FALLBACK_A, 200),
        (CONF_DEFAULT_MAXIMUM_A, 3),
        (CONF_DEFAULT_MAXIMUM_A, 200),
    ],
)
async def test_limits_out_of_range_are_refused(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, value: int
) -> None:
    form = await open_step(hass, entry, "wallboxes")
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(form["flow_id"], GOOD | {key: value})
    result = await hass.config_entries.options.async_configure(form["flow_id"], GOOD)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_ignored_wallbox_can_be_taken_off_the_list(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_IGNORED: ["CP-8", "CP-9"]}
    )
    form = await open_step(hass, entry, "wallboxes")
    await hass.config_entries.options.async_configure(
        form["flow_id"], GOOD | {CONF_IGNORED: ["CP-9"]}
    )
    assert entry.options[CONF_IGNORED] == ["CP-9"]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A certificate and its key, as an owner has them."""
    made = self_signed(tmp_path)
    return {CONF_TLS_CERTIFICATE: str(made.certificate), CONF_TLS_KEY: str(made.key)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({CONF_TLS_CERTIFICATE: "/no/such/file"}, {CONF_TLS_CERTIFICATE: "file_unreadable"}),
        ({CONF_TLS_CERTIFICATE: ""}, {CONF_TLS_CERTIFICATE: "file_unreadable"}),
        ({CONF_TLS_CERTIFICATE: __file__}, {CONF_TLS_CERTIFICATE: "certificate_unusable"}),
        ({CONF_TLS_PORT: 9000}, {CONF_TLS_PORT: "port_of_ws"}),
        ({CONF_TLS_PORT: "taken"}, {CONF_TLS_PORT: "port_in_use"}),
    ],
)
async def test_bad_way_to_connect_then_success(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    files: dict[str, str],
    change: dict[str, Any],
    errors: dict[str, str],
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, "port": 9000})
    good = {CONF_TLS: "files", CONF_TLS_PORT: free_port(), CONF_HOME_ASSISTANT_PORT: True, **files}
    form = await open_step(hass, entry, "connections")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        if change.get(CONF_TLS_PORT) == "taken":
            change = {CONF_TLS_PORT: other.getsockname()[1]}
        form = await hass.config_entries.options.async_configure(form["flow_id"], good | change)
    assert form["errors"] == errors
    result = await hass.config_entries.options.async_configure(form["flow_id"], good)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {**DEFAULT_OPTIONS, **good}


@pytest.mark.usefixtures("socket_enabled")
async def test_own_certificates_need_a_port_only_and_their_port_is_not_tried_again(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    wanted = {CONF_TLS: "own", CONF_TLS_PORT: free_port(), CONF_HOME_ASSISTANT_PORT: False}
    with patch("custom_components.evse_ocpp.certificates.Certificates.async_apply", AsyncMock()):
        for _ in range(2):
            form = await open_step(hass, deaf_hub.entry, "connections")
            result = await hass.config_entries.options.async_configure(form["flow_id"], wanted)
            assert result["type"] is FlowResultType.CREATE_ENTRY
            await hass.async_block_till_done()
            with patch(BIND, side_effect=AssertionError("our own server holds it")):
                form = await open_step(hass, deaf_hub.entry, "connections")
                await hass.config_entries.options.async_configure(form["flow_id"], wanted)
    assert deaf_hub.entry.options[CONF_TLS] == "own"


async def test_tls_is_switched_off_whatever_else_stands_there(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_TLS: "files", CONF_TLS_CERTIFICATE: "/gone"}
    )
    form = await open_step(hass, entry, "connections")
    off = {CONF_TLS: "none", CONF_TLS_PORT: 9001, CONF_HOME_ASSISTANT_PORT: False}
    await hass.config_entries.options.async_configure(form["flow_id"], off)
    assert entry.options == DEFAULT_OPTIONS


async def test_doctor_shows_attempts_and_looks_again(hass: HomeAssistant, deaf_hub: Hub) -> None:
    menu = await open_step(hass, deaf_hub.entry, "doctor")
    assert "Nobody has tried" in menu["description_placeholders"]["attempts"]
    for step in ("doctor", "init"):
        menu = await hass.config_entries.options.async_configure(
            menu["flow_id"], {"next_step_id": step}
        )
        assert menu["step_id"] == step


async def test_doctor_needs_a_running_server(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    result = await open_step(hass, entry, "doctor")
    assert result["reason"] == "not_running"
