"""Connect the next wallbox that calls, on a real websocket: each way to its end."""

import asyncio
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.const import (
    CONF_IGNORED,
    CONF_MAXIMUM_A,
    CONF_PASSWORD_HASH,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    SUBENTRY_CHARGER,
)
from custom_components.evse_ocpp.credentials import as_authorization_key, matches
from custom_components.evse_ocpp.hub import Hub

from .support import Client, connected, until

SETTINGS = {
    CONF_NAME: "Carport",
    CONF_MAXIMUM_A: 16,
    CONF_PHASES: "3",
    CONF_PASSWORDLESS: False,
}


async def open_window(hass: HomeAssistant, entry: Any) -> Any:
    subentries = hass.config_entries.subentries
    menu = await subentries.async_init(
        (entry.entry_id, SUBENTRY_CHARGER), context={"source": SOURCE_USER}
    )
    return await subentries.async_configure(menu["flow_id"], {"next_step_id": "pairing"})


async def guest_form(hass: HomeAssistant, flow_id: str) -> Any:
    """The form which the dialogue shows once somebody has called."""
    await hass.async_block_till_done()
    return await hass.config_entries.subentries.async_configure(flow_id)


class Stubborn(Client):
    """A wallbox that refuses some spellings of the password."""

    accepts = staticmethod(lambda _value: False)

    async def _answer(self, message_id: str, action: str, payload: dict[str, Any]) -> None:
        if action == "ChangeConfiguration" and payload["key"] == "AuthorizationKey":
            self.calls.append((action, payload))
            status = "Accepted" if self.accepts(payload["value"]) else "Rejected"
            await self.websocket.send(f'[3,"{message_id}",{{"status":"{status}"}}]')
        else:
            await super()._answer(message_id, action, payload)


class TakesPlain(Stubborn):
    """One that takes 20 characters at most."""

    accepts = staticmethod(lambda value: len(value) == 20)


async def test_caller_becomes_a_wallbox_and_gets_its_password(
    hass: HomeAssistant, hub: Hub
) -> None:
    progress = await open_window(hass, hub.entry)
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    assert progress["description_placeholders"] == {
        "urls": "`ws://127.0.0.1:0/ocpp`",
        "minutes": "10",
    }
    async with connected(hub, "CP-9", None) as client:
        await client.boot()
        form = await guest_form(hass, progress["flow_id"])
        assert form["step_id"] == "guest"
        assert form["description_placeholders"] == {
            "identity": "CP-9",
            "address": "127.0.0.1",
            "device": "EVSE One",
        }
        assert len(hub.wallboxes) == 1  # a guest is nobody's wallbox
        result = await hass.config_entries.subentries.async_configure(form["flow_id"], SETTINGS)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        (told,) = [
            payload["value"]
            for action, payload in client.calls
            if action == "ChangeConfiguration" and payload["key"] == "AuthorizationKey"
        ]
        await until(lambda: client.websocket.close_code is not None)  # as a guest no more
    added = list(hub.entry.subentries.values())[-1]
    assert (added.title, added.unique_id) == ("Carport", "CP-9")
    assert matches(told, added.data[CONF_PASSWORD_HASH])
    assert not hub.pairing.is_open
    await hass.async_block_till_done()
    for password in (told, bytes.fromhex(told).decode()):
        async with connected(hub, "CP-9", password) as client:
            await client.boot()
    with pytest.raises(InvalidStatus):
        async with connected(hub, "CP-9", None):
            pass


async def test_password_goes_plain_where_hex_is_refused(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    with patch("tests.integration.support.Client", TakesPlain):
        async with connected(hub, "CP-9", None) as client:
            form = await guest_form(hass, progress["flow_id"])
            assert form["description_placeholders"]["device"] == "–"  # it has not booted
            result = await hass.config_entries.subentries.async_configure(form["flow_id"], SETTINGS)
            assert result["type"] is FlowResultType.CREATE_ENTRY
            written = [
                payload["value"]
                for _, payload in client.calls
                if payload.get("key") == "AuthorizationKey"
            ]
    assert written == [as_authorization_key(written[1]), written[1]]
    added = list(hub.entry.subentries.values())[-1]
    assert matches(written[1], added.data[CONF_PASSWORD_HASH])


async def test_password_goes_into_the_variable_of_ocpp_2(
    hass: HomeAssistant, hub: Hub, commands: AsyncMock
) -> None:
    progress = await open_window(hass, hub.entry)
    async with connected(hub, "CP-9", None):
        form = await guest_form(hass, progress["flow_id"])
        guest = hub.pairing.guest
        assert guest is not None
        guest.charger.ocpp_version, guest.charger.commands = "2.0.1", commands
        await hass.config_entries.subentries.async_configure(form["flow_id"], SETTINGS)
    ((key, password),) = [call.args for call in commands.change_configuration.await_args_list]
    assert key == "SecurityCtrlr.BasicAuthPassword"
    added = list(hub.entry.subentries.values())[-1]
    assert matches(password, added.data[CONF_PASSWORD_HASH])


@pytest.mark.parametrize("choice", ["by_hand", "without_password"])
async def test_who_takes_no_password_is_asked_about(
    hass: HomeAssistant, hub: Hub, choice: str
) -> None:
    subentries = hass.config_entries.subentries
    progress = await open_window(hass, hub.entry)
    with patch("tests.integration.support.Client", Stubborn):
        async with connected(hub, "CP-9", None):
            form = await guest_form(hass, progress["flow_id"])
            menu = await subentries.async_configure(form["flow_id"], SETTINGS)
            assert menu["step_id"] == "password_refused"
            result = await subentries.async_configure(menu["flow_id"], {"next_step_id": choice})
            if choice == "by_hand":
                assert result["step_id"] == "password"
                password = result["description_placeholders"]["password"]
                result = await subentries.async_configure(menu["flow_id"], {})
            assert result["type"] is FlowResultType.CREATE_ENTRY
    added = list(hub.entry.subentries.values())[-1]
    if choice == "by_hand":
        assert matches(password, added.data[CONF_PASSWORD_HASH])
        assert added.data[CONF_PASSWORDLESS] is False
    else:
        assert added.data[CONF_PASSWORD_HASH] is None
        assert added.data[CONF_PASSWORDLESS] is True


async def test_guest_that_charges_is_answered_and_nothing_of_it_is_kept(
    hass: HomeAssistant, hub: Hub
) -> None:
    """It is nobody's wallbox: as one it begins anew, and then its charge is met while it runs."""
    progress = await open_window(hass, hub.entry)
    async with connected(hub, "CP-9", None) as client:
        await client.boot()
        await guest_form(hass, progress["flow_id"])
        assert await client.start() > 0
    assert "CP-9" not in await hub.storage.database.chargers()


async def test_guest_that_left_is_asked_about_too(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    async with connected(hub, "CP-9", None):
        form = await guest_form(hass, progress["flow_id"])
    guest = hub.pairing.guest
    assert guest is not None
    await until(lambda: not guest.charger.connected)
    menu = await hass.config_entries.subentries.async_configure(form["flow_id"], SETTINGS)
    assert menu["step_id"] == "password_refused"


async def test_guest_that_does_not_answer_is_asked_about_too(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    with patch("custom_components.evse_ocpp.pairing_flow.PASSWORD_TIMEOUT_S", 0.0):
        async with connected(hub, "CP-9", None):
            form = await guest_form(hass, progress["flow_id"])
            menu = await hass.config_entries.subentries.async_configure(form["flow_id"], SETTINGS)
    assert menu["step_id"] == "password_refused"


async def test_user_may_want_no_password_from_the_start(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    async with connected(hub, "CP-9", None) as client:
        form = await guest_form(hass, progress["flow_id"])
        result = await hass.config_entries.subentries.async_configure(
            form["flow_id"], SETTINGS | {CONF_PASSWORDLESS: True}
        )
        assert not [each for _, each in client.calls if each.get("key") == "AuthorizationKey"]
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_when_nobody_calls_it_may_wait_again(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    hub.pairing.close()  # as when its time is over
    menu = await guest_form(hass, progress["flow_id"])
    assert menu["step_id"] == "nobody_called"
    progress = await hass.config_entries.subentries.async_configure(
        menu["flow_id"], {"next_step_id": "pairing"}
    )
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    async with connected(hub, "CP-9", None):
        form = await guest_form(hass, progress["flow_id"])
        assert form["step_id"] == "guest"


async def test_closing_the_dialogue_closes_the_window(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    async with connected(hub, "CP-9", None) as client:
        await guest_form(hass, progress["flow_id"])
        hass.config_entries.subentries.async_abort(progress["flow_id"])
        await until(lambda: client.websocket.close_code is not None)
    with pytest.raises(InvalidStatus):
        async with connected(hub, "CP-9", None):
            pass
    assert len(hub.wallboxes) == 1


async def test_identity_that_may_not_be_is_no_guest_to_keep(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    async with connected(hub, "a%23b", None):
        result = await guest_form(hass, progress["flow_id"])
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "invalid_identity"


async def test_ignored_wallbox_is_no_guest(hass: HomeAssistant, hub: Hub) -> None:
    hass.config_entries.async_update_entry(
        hub.entry, options={**hub.entry.options, CONF_IGNORED: ["CP-9"]}
    )
    await open_window(hass, hub.entry)
    with pytest.raises(InvalidStatus):
        async with connected(hub, "CP-9", None):
            pass
    assert hub.pairing.is_open
    assert hub.pairing.guest is None


@pytest.mark.parametrize("step", ["pairing", "doctor"])
async def test_both_need_a_running_server(
    hass: HomeAssistant, entry: MockConfigEntry, step: str
) -> None:
    subentries = hass.config_entries.subentries
    menu = await subentries.async_init(
        (entry.entry_id, SUBENTRY_CHARGER), context={"source": SOURCE_USER}
    )
    result = await subentries.async_configure(menu["flow_id"], {"next_step_id": step})
    assert result["reason"] == "not_running"


async def test_stop_of_the_server_ends_the_waiting(hass: HomeAssistant, hub: Hub) -> None:
    progress = await open_window(hass, hub.entry)
    await hub.async_stop()
    async with asyncio.timeout(5):
        menu = await guest_form(hass, progress["flow_id"])
    assert menu["step_id"] == "nobody_called"
