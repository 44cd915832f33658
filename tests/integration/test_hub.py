"""The hub with real websockets: wallboxes come, go and change while it runs, and are kept."""

import json
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from types import MappingProxyType
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_PORT, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.evse_ocpp import async_remove_config_entry_device
from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.const import (
    CONF_FALLBACK_A,
    CONF_LEASE_S,
    KEY_DLB_MAXIMUM_CURRENT,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.storage import database_path
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import (
    IDENTITY,
    Client,
    connected,
    device_of,
    on_disk,
    set_up,
    state,
    subentry_data,
    until,
)


def write_on_disk(hass: HomeAssistant, hub: Hub, identity: str, stored: dict[str, Any]) -> None:
    with closing(sqlite3.connect(database_path(hass, hub.entry))) as connection, connection:
        values = (json.dumps(stored), identity)
        connection.execute("UPDATE charger SET state = ? WHERE identity = ?", values)


def add_subentry(hass: HomeAssistant, hub: Hub, identity: str, name: str) -> ConfigSubentry:
    data = subentry_data(identity, name)
    subentry = ConfigSubentry(
        data=MappingProxyType(data["data"]),
        subentry_type=data["subentry_type"],
        title=name,
        unique_id=identity,
    )
    hass.config_entries.async_add_subentry(hub.entry, subentry)
    return subentry


def limits(client: Client) -> list[tuple[str, float]]:
    """Return purpose and limit of each charging profile that was written."""
    profiles = (
        payload["csChargingProfiles"]
        for action, payload in client.calls
        if action == "SetChargingProfile"
    )
    return [
        (
            profile["chargingProfilePurpose"],
            profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"],
        )
        for profile in profiles
    ]


async def test_wallbox_comes_and_goes(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
        await client.status("Charging")
        await until(lambda: state(hass, "sensor.garage_status") == "charging")
        assert state(hass, "binary_sensor.garage_connection") == "on"
    await until(lambda: state(hass, "binary_sensor.garage_connection") == "off")
    assert state(hass, "sensor.garage_status") == "unavailable"


async def test_only_a_connector_that_is_gone_may_be_deleted(hass: HomeAssistant, hub: Hub) -> None:
    charger = hub.chargers[IDENTITY]
    charger.connector(2)
    charger.publish()
    await hass.async_block_till_done()
    first, second = (device_of(hass, name) for name in (IDENTITY, f"{IDENTITY}/2"))
    assert not await async_remove_config_entry_device(hass, hub.entry, first)
    charger.connector(2).status = ChargerStatus.AVAILABLE
    assert not await async_remove_config_entry_device(hass, hub.entry, second)
    charger.connector(2).status = None
    assert await async_remove_config_entry_device(hass, hub.entry, second)
    assert list(charger.connectors) == [1]
    assert await async_remove_config_entry_device(hass, hub.entry, second)  # nobody's


async def test_connector_whose_device_was_deleted_comes_back_with_its_entities(
    hass: HomeAssistant, hub: Hub
) -> None:
    charger, entity_id = hub.chargers[IDENTITY], "sensor.garage_connector_2_status"
    for status in ("preparing", "charging"):
        charger.connector(2).status = ChargerStatus(status)
        async with connected(hub) as client:
            await client.boot()
            await until(lambda status=status: state(hass, entity_id) == status)
        charger.connector(2).status = None
        device = device_of(hass, f"{IDENTITY}/2")
        assert await async_remove_config_entry_device(hass, hub.entry, device)
        dr.async_get(hass).async_remove_device(device.id)
        await hass.async_block_till_done()
        assert state(hass, entity_id) is None


async def test_another_wallbox_is_added_and_removed_live(hass: HomeAssistant, hub: Hub) -> None:
    """Nobody else's connection is touched (lbbrhzn/ocpp #1975: some never come back)."""
    async with connected(hub) as client:
        await client.boot()
        subentry = add_subentry(hass, hub, "CP-2", "Carport")
        await hass.async_block_till_done()
        async with connected(hub, "CP-2") as second:
            await second.boot()
            await until(lambda: state(hass, "binary_sensor.carport_connection") == "on")
            hass.config_entries.async_remove_subentry(hub.entry, subentry.subentry_id)
            await second.websocket.wait_closed()
        await hass.async_block_till_done()
        assert hass.states.get("binary_sensor.carport_connection") is None
        assert "CP-2" not in hub.chargers
        await client.status("Preparing")
        await until(lambda: state(hass, "sensor.garage_status") == "preparing")
    assert hub.chargers[IDENTITY].connection_count == 1


async def test_connection_that_does_not_close_holds_up_nobody(
    hass: HomeAssistant, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    (subentry_id,) = hub.entry.subentries
    with patch.object(hub.server, "disconnect", side_effect=TimeoutError):
        hass.config_entries.async_remove_subentry(hub.entry, subentry_id)
        add_subentry(hass, hub, "CP-2", "Carport")
        await hass.async_block_till_done()
    assert list(hub.chargers) == ["CP-2"]
    assert "its connection does not close" in caplog.text


async def test_changed_wallbox_keeps_its_connection(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
        (subentry,) = hub.entry.subentries.values()
        hass.config_entries.async_update_subentry(
            hub.entry,
            subentry,
            title="Yard",
            data={**subentry.data, "maximum_current": 10},
        )
        await hass.async_block_till_done()
        number = hass.states.get("number.garage_current_limit")
        assert number is not None
        assert (number.state, number.attributes["max"]) == ("10.0", 10.0)
        assert device_of(hass, IDENTITY).name == "Yard"
        await client.status("Preparing")
    assert hub.chargers[IDENTITY].connection_count == 1


async def test_new_password_ends_the_old_connection(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        (subentry,) = hub.entry.subentries.values()
        data = subentry_data()["data"]
        hass.config_entries.async_update_subentry(hub.entry, subentry, data=data)
        await client.websocket.wait_closed()
        assert client.websocket.protocol.close_code == 1012


async def test_options_reach_the_running_charge(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
        await client.status("Charging")
        await until(lambda: ("TxDefaultProfile", 6) in limits(client))
        hass.config_entries.async_update_entry(
            hub.entry, options={**hub.entry.options, CONF_FALLBACK_A: 32, CONF_LEASE_S: 600}
        )
        # Never above the maximum of the wallbox, which is 16 A.
        await until(lambda: ("TxDefaultProfile", 16) in limits(client))


async def test_limit_becomes_a_lease_at_the_wallbox(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
        await client.status("Charging")
        await client.start()
        await until(lambda: ("TxProfile", 16) in limits(client))
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": "number.garage_current_limit", "value": 9},
            blocking=True,
        )
        assert limits(client)[-1] == ("TxProfile", 9)
        assert state(hass, "number.garage_current_limit") == "9.0"


async def test_restart_in_a_charge_loses_nothing(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
        await client.status("Charging")
        transaction_id = await client.start()
        await hass.services.async_call(
            "switch", "turn_off", {"entity_id": "switch.garage_charging"}, blocking=True
        )
        hub.chargers[IDENTITY].connector(1).meter.total_wh = 12_345.0
        assert await hass.config_entries.async_unload(hub.entry.entry_id)
    again = await set_up(hass, hub.entry)
    transaction = again.chargers[IDENTITY].connector(1).transaction
    assert transaction is not None
    assert transaction.id == transaction_id
    assert state(hass, "sensor.garage_total_energy") == "12.345"
    assert state(hass, "switch.garage_charging") == "off"
    assert state(hass, "sensor.garage_power") == "unavailable"


async def test_what_a_wallbox_has_is_known_before_it_is_back(hass: HomeAssistant, hub: Hub) -> None:
    charger = hub.chargers[IDENTITY]
    charger.configuration[KEY_DLB_MAXIMUM_CURRENT] = ConfigurationKey("25", readonly=False)
    charger.house_current_a = (1.0, 2.0, 3.0)
    charger.publish()
    await hass.config_entries.async_reload(hub.entry.entry_id)
    assert state(hass, "number.garage_house_connection_maximum_current") == "unavailable"
    assert state(hass, "sensor.garage_house_current_l1") == "unavailable"


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: stored.pop("charger"),
        lambda stored: stored["choices"].update(window_start="tea time"),
        lambda stored: stored["choices"].update(unknown=1),
        lambda stored: stored.update(features=["teleport"]),
    ],
)
async def test_damaged_storage_does_not_stop_the_start(
    hass: HomeAssistant,
    hub: Hub,
    damage: Callable[[dict[str, Any]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await hass.config_entries.async_unload(hub.entry.entry_id)
    stored = on_disk(hass, hub)[IDENTITY]
    damage(stored)
    write_on_disk(hass, hub, IDENTITY, stored)
    await set_up(hass, hub.entry)
    assert "part of what was stored is damaged" in caplog.text
    assert state(hass, "switch.garage_charging") == "on"


async def test_port_is_free_after_unload(hass: HomeAssistant, hub: Hub) -> None:
    port = hub.server.port
    async with connected(hub) as client:
        assert await hass.config_entries.async_unload(hub.entry.entry_id)
        await client.websocket.wait_closed()
        assert client.websocket.protocol.close_code == 1012
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))


async def test_port_is_free_after_a_failed_start(
    hass: HomeAssistant, entry: MockConfigEntry, socket_enabled: None
) -> None:
    """lbbrhzn/ocpp #738: a server that was left behind made every further start fail."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: port})
    with patch.object(
        hass.config_entries, "async_forward_entry_setups", side_effect=ConfigEntryError
    ):
        assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_stored_limit_above_the_maximum_is_lowered(hass: HomeAssistant, hub: Hub) -> None:
    """The maximum was changed while the entry was not loaded."""
    assert await hass.config_entries.async_unload(hub.entry.entry_id)
    (subentry,) = hub.entry.subentries.values()
    hass.config_entries.async_update_subentry(
        hub.entry, subentry, data={**subentry.data, "maximum_current": 10}
    )
    await set_up(hass, hub.entry)
    assert state(hass, "number.garage_current_limit") == "10.0"


async def test_port_is_free_when_home_assistant_stops(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await client.websocket.wait_closed()
        assert client.websocket.protocol.close_code == 1012


async def test_port_in_use_is_retried(
    hass: HomeAssistant, entry: MockConfigEntry, socket_enabled: None
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: port})
        assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "port_unavailable"
    placeholders = entry.error_reason_translation_placeholders
    assert placeholders is not None
    assert (placeholders["interface"], placeholders["port"]) == ("127.0.0.1", str(port))
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_removed_entry_leaves_nothing(hass: HomeAssistant, hub: Hub) -> None:
    path = database_path(hass, hub.entry)
    path.with_name(f"{path.name}.damaged-x").touch()
    assert path.exists()
    await hass.config_entries.async_remove(hub.entry.entry_id)
    assert not list(path.parent.glob(f"*{hub.entry.entry_id}*"))
    assert not er.async_entries_for_config_entry(er.async_get(hass), hub.entry.entry_id)


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("subentries", [[subentry_data(phases=1)]])
async def test_single_phase_wallbox_grows_by_two_phases(hass: HomeAssistant, hub: Hub) -> None:
    assert hass.states.get("sensor.garage_current_l1") is not None
    assert hass.states.get("sensor.garage_current_l2") is None
    (subentry,) = hub.entry.subentries.values()
    hass.config_entries.async_update_subentry(
        hub.entry, subentry, data={**subentry.data, "phases": 3}
    )
    await hass.async_block_till_done()
    assert hass.states.get("sensor.garage_current_l2") is not None


async def test_lower_maximum_that_is_refused_is_kept(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, deaf_hub: Hub
) -> None:
    commands.set_lease.side_effect = CommandRefused("SetChargingProfile", "Rejected")
    wallbox.charger.start_transaction(1, "TAG", dt_util.utcnow(), 0, "key")
    (subentry,) = deaf_hub.entry.subentries.values()
    hass.config_entries.async_update_subentry(
        deaf_hub.entry, subentry, data={**subentry.data, "maximum_current": 8}
    )
    await hass.async_block_till_done()
    await wallbox.steering.turn()
    assert state(hass, "number.garage_current_limit") == "8.0"
    assert wallbox.steering.allowance(1).limit_a == 8
