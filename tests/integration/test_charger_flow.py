"""Add and change a wallbox: every path, every error then success, and the password shown once."""

from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.const import (
    CONF_IDENTITY,
    CONF_MAXIMUM_A,
    CONF_PASSWORD_HASH,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    SUBENTRY_CHARGER,
)
from custom_components.evse_ocpp.credentials import ALPHABET, matches
from custom_components.evse_ocpp.hub import Hub

from .support import IDENTITY, PASSWORD, subentry_data


def settings(**changes: Any) -> dict[str, Any]:
    return {
        CONF_NAME: "Carport",
        CONF_MAXIMUM_A: 32.0,
        CONF_PHASES: "3",
        CONF_PASSWORDLESS: False,
        **changes,
    }


async def _add(hass: HomeAssistant, entry: MockConfigEntry, user_input: dict[str, Any]) -> Any:
    menu = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_CHARGER), context={"source": SOURCE_USER}
    )
    assert menu["type"] is FlowResultType.MENU
    form = await hass.config_entries.subentries.async_configure(
        menu["flow_id"], {"next_step_id": "manual"}
    )
    assert form["step_id"] == "manual"
    return await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)


async def _reconfigure(hass: HomeAssistant, entry: MockConfigEntry, choice: str) -> Any:
    (subentry_id,) = entry.subentries
    menu = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_CHARGER),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
    )
    assert menu["type"] is FlowResultType.MENU
    return await hass.config_entries.subentries.async_configure(
        menu["flow_id"], {"next_step_id": choice}
    )


async def test_wallbox_gets_a_password_which_is_shown_once(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await _add(hass, entry, settings(**{CONF_IDENTITY: " CP-2 "}))
    assert form["step_id"] == "password"
    shown = form["description_placeholders"]
    assert shown["identity"] == "CP-2"
    assert shown["url"] == "ws://127.0.0.1:0/ocpp"
    assert shown["full_url"] == "ws://127.0.0.1:0/ocpp/CP-2"
    assert len(shown["password"]) == 20
    assert set(shown["password"]) <= set(ALPHABET)
    assert len(entry.subentries) == 1  # nothing is saved before it was seen

    result = await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    added = list(entry.subentries.values())[-1]
    assert (added.title, added.unique_id) == ("Carport", "CP-2")
    assert matches(shown["password"], added.data[CONF_PASSWORD_HASH])
    assert shown["password"] not in str(added.data)
    assert {key: added.data[key] for key in (CONF_MAXIMUM_A, CONF_PHASES)} == {
        CONF_MAXIMUM_A: 32,
        CONF_PHASES: 3,
    }


async def test_wallbox_without_password_is_shown_the_address_only(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await _add(
        hass, entry, settings(**{CONF_IDENTITY: "CP-2", CONF_NAME: "", CONF_PASSWORDLESS: True})
    )
    assert form["step_id"] == "address"
    await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    added = list(entry.subentries.values())[-1]
    assert added.title == "CP-2"  # no name: the identity
    assert added.data[CONF_PASSWORD_HASH] is None
    assert added.data[CONF_PASSWORDLESS] is True


@pytest.mark.parametrize(
    ("identity", "error"),
    [
        ("", "invalid_identity"),
        ("two words", "invalid_identity"),
        ("a/b", "invalid_identity"),
        ("käfer", "invalid_identity"),
        ("x" * 49, "invalid_identity"),
        (IDENTITY, "identity_taken"),
        (IDENTITY.lower(), "identity_taken"),
    ],
)
async def test_bad_identity_then_success(
    hass: HomeAssistant, entry: MockConfigEntry, identity: str, error: str
) -> None:
    form = await _add(hass, entry, settings(**{CONF_IDENTITY: identity}))
    assert form["errors"] == {CONF_IDENTITY: error}
    form = await hass.config_entries.subentries.async_configure(
        form["flow_id"], settings(**{CONF_IDENTITY: "x" * 48})
    )
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("maximum_a", [3, 200])
async def test_maximum_out_of_range_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, maximum_a: int
) -> None:
    with pytest.raises(InvalidData):
        await _add(hass, entry, settings(**{CONF_IDENTITY: "CP-2", CONF_MAXIMUM_A: maximum_a}))


async def test_settings_change_and_the_password_stays(hass: HomeAssistant, hub: Hub) -> None:
    form = await _reconfigure(hass, hub.entry, "settings")
    assert form["description_placeholders"] == {"identity": IDENTITY}
    result = await hass.config_entries.subentries.async_configure(
        form["flow_id"], settings(**{CONF_MAXIMUM_A: 10, CONF_PHASES: "1"})
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    (wallbox,) = hub.wallboxes.values()
    assert (wallbox.name, wallbox.charger.max_current_a) == ("Carport", 10.0)
    assert wallbox.charger.phases == 1
    assert wallbox.password_accepted(PASSWORD)


async def test_new_password_holds_as_soon_as_it_was_seen(hass: HomeAssistant, hub: Hub) -> None:
    form = await _reconfigure(hass, hub.entry, "new_password")
    assert form["step_id"] == "password"
    new = form["description_placeholders"]["password"]
    (wallbox,) = hub.wallboxes.values()
    assert wallbox.password_accepted(PASSWORD)
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert wallbox.password_accepted(new)
    assert not wallbox.password_accepted(PASSWORD)
    assert not wallbox.password_accepted(None)


@pytest.mark.parametrize("subentries", [[subentry_data(passwordless=True, password_hash=None)]])
async def test_password_is_made_when_one_is_wanted_from_now_on(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await _reconfigure(hass, entry, "settings")
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], settings())
    assert form["step_id"] == "password"
    await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    (subentry,) = entry.subentries.values()
    assert matches(form["description_placeholders"]["password"], subentry.data[CONF_PASSWORD_HASH])
