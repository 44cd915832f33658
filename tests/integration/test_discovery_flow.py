"""A wallbox with our own firmware, found by mDNS: a PIN or the key, and all else by itself."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_ZEROCONF
from homeassistant.const import CONF_NAME, CONF_PIN, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.central.authority import AuthorityError
from custom_components.evse_ocpp.const import (
    CONF_MAXIMUM_A,
    CONF_PASSWORD_HASH,
    CONF_PHASES,
    CONF_SECURITY,
    CONF_SERIAL,
    CONF_TLS,
    CONF_TLS_PORT,
    DEFAULT_OPTIONS,
    DOMAIN,
)
from custom_components.evse_ocpp.credentials import matches
from custom_components.evse_ocpp.discovery_flow import CONF_DEVICE_KEY
from custom_components.evse_ocpp.hub import Hub

from .own_firmware import KEY, PIN, SERIAL, OwnFirmware, own_firmware
from .support import connected, subentry_data

BIND = "custom_components.evse_ocpp.discovery_flow.bind_error"
SETTINGS = {CONF_NAME: "Garage", CONF_MAXIMUM_A: 16, CONF_PHASES: "3"}

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def firmware(tmp_path: Path, socket_enabled: None) -> AsyncGenerator[OwnFirmware]:
    async with own_firmware(tmp_path) as served:
        yield served


async def discover(hass: HomeAssistant, announcement: Any) -> Any:
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=announcement
    )


async def choose(hass: HomeAssistant, announcement: Any, step: str) -> Any:
    menu = await discover(hass, announcement)
    assert menu["step_id"] == "found"
    return await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": step})


async def submit(hass: HomeAssistant, form: Any, **secret: str) -> Any:
    return await hass.config_entries.flow.async_configure(form["flow_id"], {**SETTINGS, **secret})


async def test_wallbox_joins_the_server_that_is_there(
    hass: HomeAssistant, hub: Hub, firmware: OwnFirmware
) -> None:
    menu = await discover(hass, firmware.announcement("garage-2"))
    assert menu["description_placeholders"] == {
        "name": "garage-2",
        "product": "EVSE OCPP Simulated",
        "serial": SERIAL,
        "identity": "garage-2",
        "address": "127.0.0.1",
    }
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"] == {"name": "garage-2"}
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "show_pin"}
    )
    assert (form["step_id"], form["errors"], firmware.pins_shown) == ("pin", {}, 1)
    result = await submit(hass, form, **{CONF_PIN: f" {PIN} "})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wallbox_added")
    (told,) = firmware.paired
    assert told["url"] == "ws://127.0.0.1:0/ocpp"
    assert told["identity"] == "garage-2"
    added = list(hub.entry.subentries.values())[-1]
    assert (added.title, added.unique_id) == ("Garage", "garage-2")
    assert added.data[CONF_SERIAL] == SERIAL
    assert matches(told["password"], added.data[CONF_PASSWORD_HASH])
    await hass.async_block_till_done()
    async with connected(hub, told["identity"], told["password"]) as client:
        await client.boot()


async def test_wallbox_comes_by_tls_where_we_make_certificates(
    hass: HomeAssistant, entry: MockConfigEntry, firmware: OwnFirmware, tmp_path: Path
) -> None:
    hass.config.config_dir = str(tmp_path)
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_TLS: "own", CONF_TLS_PORT: 9443}
    )
    form = await choose(hass, firmware.announcement(), "device_key")
    await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    (told,) = firmware.paired
    assert told["url"] == "wss://127.0.0.1:9443/ocpp"
    assert told["ca"].startswith("-----BEGIN CERTIFICATE-----")
    added = list(entry.subentries.values())[-1]
    assert added.data[CONF_SECURITY] == "tls_password"


async def test_damaged_authority_is_told_then_success(
    hass: HomeAssistant, entry: MockConfigEntry, firmware: OwnFirmware, tmp_path: Path
) -> None:
    hass.config.config_dir = str(tmp_path)
    hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_TLS: "own"})
    form = await choose(hass, firmware.announcement(), "device_key")
    with patch(
        "custom_components.evse_ocpp.discovery_flow.root_certificate_pem",
        side_effect=AuthorityError("damaged"),
    ):
        form = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert form["errors"] == {"base": "no_root_certificate"}
    assert not firmware.paired
    result = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert result["reason"] == "wallbox_added"


async def test_first_wallbox_brings_a_server_along(
    hass: HomeAssistant, firmware: OwnFirmware
) -> None:
    form = await choose(hass, firmware.announcement(), "device_key")
    assert form["step_id"] == "device_key"
    with (
        patch(BIND, side_effect=["port_in_use", None]),
        patch("custom_components.evse_ocpp.async_setup_entry", return_value=True),
    ):
        result = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "first_wallbox"  # what it says is in the translations
    entry = result["result"]
    assert (entry.title, entry.data[CONF_PORT], entry.unique_id) == ("OCPP 9001", 9001, None)
    assert entry.options == DEFAULT_OPTIONS
    assert type(result["options"]) is dict  # it has to become JSON
    (wallbox,) = entry.subentries.values()
    assert wallbox.unique_id == "garage"
    assert firmware.paired[0]["url"].endswith(":9001/ocpp")


@pytest.mark.parametrize(
    ("secret", "wrong", "field", "error"),
    [
        ("show_pin", {CONF_PIN: "000000"}, CONF_PIN, "wrong_pin"),
        ("device_key", {CONF_DEVICE_KEY: "AAAAA"}, CONF_DEVICE_KEY, "wrong_key"),
    ],
)
async def test_wrong_secret_then_success(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    firmware: OwnFirmware,
    secret: str,
    wrong: dict[str, str],
    field: str,
    error: str,
) -> None:
    form = await choose(hass, firmware.announcement(), secret)
    form = await submit(hass, form, **wrong)
    assert form["errors"] == {field: error}
    assert not firmware.paired
    right = PIN if field == CONF_PIN else KEY
    result = await submit(hass, form, **{field: right})
    assert result["reason"] == "wallbox_added"
    assert len(entry.subentries) == 2


@pytest.mark.parametrize(
    ("refusal", "errors"),
    [
        ((429, {"errors": [{"code": "too_many_attempts"}]}), {"base": "too_many_attempts"}),
        ((422, {"errors": [{"code": "mistyped"}]}), {CONF_DEVICE_KEY: "mistyped_key"}),
        ((500, {"errors": [{"code": "internal"}]}), {"base": "refused"}),
        ((404, "<html>a router</html>"), {"base": "refused"}),
    ],
)
async def test_refusal_then_success(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    firmware: OwnFirmware,
    refusal: tuple[int, Any],
    errors: dict[str, str],
) -> None:
    form = await choose(hass, firmware.announcement(), "device_key")
    firmware.refusal = refusal
    form = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert form["errors"] == errors
    firmware.refusal = None
    result = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert result["reason"] == "wallbox_added"


async def test_pin_that_is_not_shown_may_be_there_already(
    hass: HomeAssistant, entry: MockConfigEntry, firmware: OwnFirmware
) -> None:
    firmware.refusal = (429, {"errors": [{"code": "pin_wait"}]})
    form = await choose(hass, firmware.announcement(), "show_pin")
    assert (form["step_id"], form["errors"]) == ("pin", {"base": "pin_wait"})
    firmware.refusal = None
    result = await submit(hass, form, **{CONF_PIN: PIN})
    assert result["reason"] == "wallbox_added"


async def test_other_device_at_its_address_is_told_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, firmware: OwnFirmware
) -> None:
    form = await choose(hass, firmware.announcement(fp="ab" * 32), "device_key")
    form = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert form["errors"] == {"base": "wrong_certificate"}
    assert not firmware.paired


async def test_wallbox_that_does_not_answer(
    hass: HomeAssistant, entry: MockConfigEntry, firmware: OwnFirmware
) -> None:
    form = await choose(hass, firmware.announcement(port=1), "device_key")
    form = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert form["errors"] == {"base": "cannot_connect"}


@pytest.mark.parametrize(
    "change",
    [
        {"serial": ""},
        {"serial": None},
        {"path": "api"},
        {"port": None},
        {"fp": ""},
        {"fp": "xyz"},
        {"fp": "abcd"},
    ],
)
async def test_announcement_that_is_none_of_ours(
    hass: HomeAssistant, change: dict[str, Any]
) -> None:
    announcement = OwnFirmware(port=443, fingerprint="ab" * 32).announcement(**change)
    result = await discover(hass, announcement)
    assert result["reason"] == "invalid_announcement"


async def test_no_port_is_free_for_a_first_server(
    hass: HomeAssistant, firmware: OwnFirmware
) -> None:
    form = await choose(hass, firmware.announcement(), "device_key")
    with patch(BIND, return_value="port_in_use"):
        result = await submit(hass, form, **{CONF_DEVICE_KEY: KEY})
    assert result["reason"] == "no_free_port"
    assert not firmware.paired


@pytest.mark.parametrize("subentries", [[subentry_data(serial=SERIAL)]])
async def test_wallbox_that_was_paired_is_known(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    announcement = OwnFirmware(port=443, fingerprint="ab" * 32).announcement()
    assert (await discover(hass, announcement))["reason"] == "wallbox_known"


async def test_wallbox_that_was_added_by_hand_is_known(hass: HomeAssistant, deaf_hub: Hub) -> None:
    (wallbox,) = deaf_hub.wallboxes.values()
    announcement = OwnFirmware(port=443, fingerprint="ab" * 32).announcement()
    assert (await discover(hass, announcement))["step_id"] == "found"
    wallbox.charger.serial = SERIAL
    for flow in hass.config_entries.flow.async_progress():
        hass.config_entries.flow.async_abort(flow["flow_id"])
    assert (await discover(hass, announcement))["reason"] == "wallbox_known"


async def test_discovery_can_be_ignored(hass: HomeAssistant) -> None:
    announcement = OwnFirmware(port=443, fingerprint="ab" * 32).announcement()
    await discover(hass, announcement)
    assert (await discover(hass, announcement))["reason"] == "already_in_progress"
    await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": SERIAL, "title": "garage"},
    )
    assert (await discover(hass, announcement))["reason"] == "already_configured"


@pytest.mark.parametrize("subentries", [[subentry_data("garage")]])
@pytest.mark.parametrize(
    ("name", "identity"),
    [("garage", SERIAL), ("Garage next door", SERIAL), ("CP-5", "CP-5")],
)
async def test_identity_is_one_that_may_be(
    hass: HomeAssistant, entry: MockConfigEntry, name: str, identity: str
) -> None:
    announcement = OwnFirmware(port=443, fingerprint="ab" * 32).announcement(name)
    menu = await discover(hass, announcement)
    assert menu["description_placeholders"]["identity"] == identity


@pytest.mark.parametrize("subentries", [[subentry_data("garage"), subentry_data(SERIAL)]])
async def test_identity_of_last_resort(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    announcement = OwnFirmware(port=443, fingerprint="ab" * 32).announcement()
    menu = await discover(hass, announcement)
    assert menu["description_placeholders"]["identity"] == "wallbox-3034424345324536"
