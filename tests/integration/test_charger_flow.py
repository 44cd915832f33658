"""Add and change a wallbox: every path, every error then success, and the password shown once."""

from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.brands import CONF_BRAND
from custom_components.evse_ocpp.const import (
    CONF_CLOSE_HARD,
    CONF_ENERGY_UNIT,
    CONF_IDENTITY,
    CONF_MAXIMUM_A,
    CONF_OCPP_VERSION,
    CONF_PASSWORD_HASH,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    CONF_RELAY_MODE,
    CONF_RELAY_PASSWORD,
    CONF_RELAY_URL,
    CONF_SECURITY,
    CONF_TLS,
    CONF_TLS_PORT,
    SECTION_CONNECTION,
    SUBENTRY_CHARGER,
)
from custom_components.evse_ocpp.credentials import ALPHABET, matches
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import RelaySettings, WallboxSettings

from .support import IDENTITY, PASSWORD, connected, subentry_data, until


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


@pytest.mark.parametrize(
    ("subentries", "told"),
    [([], "first_wallbox"), ([subentry_data()], None)],
    ids=["first", "next"],
)
async def test_who_adds_the_first_wallbox_is_told_of_dashboards(
    hass: HomeAssistant, entry: MockConfigEntry, told: str | None
) -> None:
    form = await _add(hass, entry, settings(**{CONF_IDENTITY: "CP-2"}))
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    assert result["description"] == told


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


async def test_connection_is_set_with_a_new_wallbox(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    connection = {
        CONF_SECURITY: "password",
        CONF_OCPP_VERSION: "2.0.1",
        CONF_ENERGY_UNIT: "kWh",
        CONF_CLOSE_HARD: True,
    }
    form = await _add(
        hass, entry, settings(**{CONF_IDENTITY: "CP-2", SECTION_CONNECTION: connection})
    )
    await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    added = list(entry.subentries.values())[-1]
    assert connection.items() <= added.data.items()


@pytest.mark.parametrize(
    ("security", "passwordless", "error"),
    [("tls_password", False, "tls_is_off"), ("password", True, "password_needed")],
)
async def test_new_wallbox_whose_security_cannot_be_then_success(
    hass: HomeAssistant, entry: MockConfigEntry, security: str, passwordless: bool, error: str
) -> None:
    bad = settings(**{CONF_IDENTITY: "CP-2", CONF_PASSWORDLESS: passwordless})
    connection = {
        CONF_SECURITY: security,
        CONF_OCPP_VERSION: "auto",
        CONF_ENERGY_UNIT: "auto",
        CONF_CLOSE_HARD: False,
    }
    form = await _add(hass, entry, bad | {SECTION_CONNECTION: connection})
    assert form["errors"] == {"base": error}
    form = await hass.config_entries.subentries.async_configure(
        form["flow_id"], settings(**{CONF_IDENTITY: "CP-2"})
    )
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_hint_of_the_brand_and_address_of_tls_are_shown(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    hass.config.config_dir = str(tmp_path)  # for the certificates
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_TLS: "own", CONF_TLS_PORT: 9001}
    )
    connection = {
        CONF_SECURITY: "tls_password",
        CONF_OCPP_VERSION: "auto",
        CONF_ENERGY_UNIT: "auto",
        CONF_CLOSE_HARD: False,
    }
    form = await _add(
        hass,
        entry,
        settings(**{CONF_IDENTITY: "CP-2", CONF_BRAND: "goe", SECTION_CONNECTION: connection}),
    )
    shown = form["description_placeholders"]
    assert "*Internet*" in shown["hint"]
    assert "(/api/evse_ocpp_root/" in shown["hint"]
    assert shown["full_url"] == "wss://127.0.0.1:9001/ocpp/CP-2"
    (qr,) = [field for field in form["data_schema"].schema.values() if hasattr(field, "config")][
        -1:
    ]
    assert qr.config["data"] == shown["full_url"]


async def test_connection_changes_and_an_error_is_told_first(hass: HomeAssistant, hub: Hub) -> None:
    form = await _reconfigure(hass, hub.entry, "connection")
    wanted = {
        CONF_SECURITY: "tls_certificate",
        CONF_OCPP_VERSION: "1.6",
        CONF_ENERGY_UNIT: "auto",
        CONF_CLOSE_HARD: True,
    }
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], wanted)
    assert form["errors"] == {CONF_SECURITY: "tls_is_off"}
    async with connected(hub) as client:
        result = await hass.config_entries.subentries.async_configure(
            form["flow_id"], wanted | {CONF_SECURITY: "password"}
        )
        assert result["reason"] == "reconfigure_successful"
        await until(lambda: client.websocket.close_code is not None)  # it has to come back
    (wallbox,) = hub.wallboxes.values()
    assert (wallbox.settings.security, wallbox.settings.ocpp_version) == ("password", "1.6")
    assert wallbox.settings.close_hard
    assert wallbox.password_accepted(PASSWORD)


@pytest.mark.parametrize("subentries", [[subentry_data(security="password")]])
async def test_password_cannot_be_given_up_while_security_needs_it(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await _reconfigure(hass, entry, "settings")
    form = await hass.config_entries.subentries.async_configure(
        form["flow_id"], settings(**{CONF_PASSWORDLESS: True})
    )
    assert form["errors"] == {"base": "password_needed"}
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], settings())
    assert result["reason"] == "reconfigure_successful"


@pytest.mark.parametrize("url", ["office.test", "http://office.test", "ws://", "ws://[office"])
async def test_second_back_office_is_set_after_an_error_and_removed(
    hass: HomeAssistant, entry: MockConfigEntry, url: str
) -> None:
    form = await _reconfigure(hass, entry, "relay")
    wanted = {CONF_RELAY_URL: url, CONF_RELAY_MODE: "full", CONF_RELAY_PASSWORD: "secret"}
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], wanted)
    assert form["errors"] == {CONF_RELAY_URL: "invalid_url"}
    await hass.config_entries.subentries.async_configure(
        form["flow_id"], wanted | {CONF_RELAY_URL: " wss://office.test/ocpp "}
    )
    (subentry,) = entry.subentries.values()
    relay = WallboxSettings.of(subentry).relay
    assert relay == RelaySettings("wss://office.test/ocpp", IDENTITY, "secret", "full")
    form = await _reconfigure(hass, entry, "relay")
    await hass.config_entries.subentries.async_configure(
        form["flow_id"], {CONF_RELAY_MODE: "read_only"}
    )
    (subentry,) = entry.subentries.values()
    assert WallboxSettings.of(subentry).relay is None


async def test_changed_settings_keep_what_their_form_does_not_have(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, CONF_CLOSE_HARD: True}
    )
    for step in ("settings", "new_password"):
        form = await _reconfigure(hass, entry, step)
        await hass.config_entries.subentries.async_configure(
            form["flow_id"], settings() if step == "settings" else {}
        )
        (subentry,) = entry.subentries.values()
        assert subentry.data[CONF_CLOSE_HARD] is True


async def test_doctor_of_a_wallbox_shows_its_own_attempts(hass: HomeAssistant, hub: Hub) -> None:
    for identity in (IDENTITY, "CP-9"):
        with pytest.raises(InvalidStatus):
            async with connected(hub, identity, "wrong"):
                pass
    menu = await _reconfigure(hass, hub.entry, "doctor")
    report = menu["description_placeholders"]["attempts"]
    assert IDENTITY in report
    assert "CP-9" not in report
    menu = await hass.config_entries.subentries.async_configure(
        menu["flow_id"], {"next_step_id": "reconfigure"}
    )
    assert menu["step_id"] == "reconfigure"


async def test_doctor_of_a_new_wallbox_shows_everybody(hass: HomeAssistant, hub: Hub) -> None:
    with pytest.raises(InvalidStatus):
        async with connected(hub, "CP-9", None):
            pass
    menu = await hass.config_entries.subentries.async_init(
        (hub.entry.entry_id, SUBENTRY_CHARGER), context={"source": SOURCE_USER}
    )
    for step in ("doctor", "doctor", "user"):
        menu = await hass.config_entries.subentries.async_configure(
            menu["flow_id"], {"next_step_id": step}
        )
        if step == "doctor":
            assert "CP-9" in menu["description_placeholders"]["attempts"]
    assert menu["step_id"] == "user"


async def test_address_is_shown_again_and_nothing_changes(hass: HomeAssistant, hub: Hub) -> None:
    form = await _reconfigure(hass, hub.entry, "show_address")
    assert form["step_id"] == "address"
    assert form["description_placeholders"]["full_url"] == f"ws://127.0.0.1:0/ocpp/{IDENTITY}"
    async with connected(hub) as client:
        await hass.config_entries.subentries.async_configure(form["flow_id"], {})
        await hass.async_block_till_done()
        await client.boot()
