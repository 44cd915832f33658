"""Actions: the call that each makes, what it answers, and every error in the user's words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, call
from zoneinfo import ZoneInfo

import pytest
import voluptuous as vol
import yaml
from homeassistant.core import Context, HomeAssistant, SupportsResponse
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.evse_ocpp import (
    action_certificates,
    action_device,
    action_files,
    action_records,
    action_replay,
    action_statements,
    acts,
)
from custom_components.evse_ocpp.actions import FOR_ADMINISTRATORS
from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.charger import ConfigurationKey
from custom_components.evse_ocpp.central.commands import (
    CallHeld,
    CommandRefused,
    CommandUnanswered,
    CompositeSchedule,
    DataTransferAnswer,
    LocalEntry,
    LogKind,
    NotSupported,
    Period,
)
from custom_components.evse_ocpp.central.connector import Reservation
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox
from scripts import action_table

from .support import act

ACTIONS = (
    *action_device.ACTIONS,
    *action_files.ACTIONS,
    *action_records.ACTIONS,
    *action_certificates.ACTIONS,
    *action_replay.ACTIONS,
    *action_statements.ACTIONS,
)
INTEGRATION = Path(action_device.__file__).parent
LATER = datetime(2036, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("set_charging_profile", {"profile": {"chargingProfileId": 5}}),
        ("clear_charging_profile", {"purpose": "TxDefaultProfile"}),
    ],
)
async def test_after_foreign_profiles_ours_are_written_again(
    hass: HomeAssistant,
    commands: AsyncMock,
    wallbox: Wallbox,
    device_id: str,
    name: str,
    data: dict[str, Any],
) -> None:
    wallbox.charger.fallback_a = 6.0
    commands.set_fallback.side_effect = CommandUnanswered("SetChargingProfile")
    await act(hass, name, device_id=device_id, **data)
    assert wallbox.charger.fallback_a is None


async def test_what_no_message_can_carry_is_told(
    hass: HomeAssistant, commands: AsyncMock, device_id: str
) -> None:
    commands.change_configuration.side_effect = ValueError("value: 600 characters came")
    with pytest.raises(ServiceValidationError, match="600 characters came"):
        await act(hass, "set_configuration", device_id=device_id, key="A", value="x" * 600)


def test_actions_for_administrators_exist() -> None:
    assert {each.name for each in ACTIONS if each.for_administrators} == FOR_ADMINISTRATORS


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("set_configuration", {"key": "MaxCurrent", "value": "80"}),
        ("get_configuration", {}),
        ("set_charging_profile", {"profile": {"chargingProfileId": 5}}),
    ],
)
async def test_of_people_only_administrators_go_past_our_limits(
    hass: HomeAssistant,
    commands: AsyncMock,
    device_id: str,
    hass_read_only_user: MockUser,
    hass_admin_user: MockUser,
    name: str,
    data: dict[str, Any],
) -> None:
    response = hass.services.supports_response(DOMAIN, name) is not SupportsResponse.NONE

    async def by(user_id: str | None) -> None:
        await hass.services.async_call(
            DOMAIN,
            name,
            {"device_id": device_id} | data,
            blocking=True,
            return_response=response,
            context=Context(user_id=user_id),
        )

    with pytest.raises(Unauthorized):
        await by(hass_read_only_user.id)
    with pytest.raises(UnknownUser):
        await by("gone")
    assert not commands.change_configuration.await_count
    assert not commands.set_profile.await_count
    commands.read_configuration.return_value = None
    await by(hass_admin_user.id)
    await by(None)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_fields_are_described(action: Any) -> None:
    described = yaml.safe_load((INTEGRATION / "services.yaml").read_text())[action.name]["fields"]
    assert set(described) == {str(field) for field in action.fields}
    required = {str(field) for field in action.fields if isinstance(field, vol.Required)}
    assert {name for name, field in described.items() if field.get("required")} == required
    for language in ("en", "it", "de", "es", "fr"):
        path = INTEGRATION / "translations" / f"{language}.json"
        texts = json.loads(path.read_text())["services"][action.name]
        assert set(texts["fields"]) == set(described)
        assert all(each["name"] and each["description"] for each in texts["fields"].values())


@pytest.mark.parametrize(
    ("name", "data", "command", "arguments"),
    [
        ("cancel_reservation", {"reservation_id": 7}, "cancel_reservation", call(7)),
        ("clear_cache", {}, "clear_cache", call()),
        ("reset", {}, "reset", call(False)),
        ("reset", {"hard": True}, "reset", call(True)),
        ("unlock", {}, "unlock", call(1)),
        ("trigger", {"message": "MeterValues"}, "trigger", call("MeterValues", None)),
        (
            "trigger",
            {"message": "Heartbeat", "connector_id": 2},
            "trigger",
            call("Heartbeat", 2),
        ),
        ("change_availability", {"operative": False}, "change_availability", call(1, False)),
        (
            "change_availability",
            {"operative": True, "connector_id": 0},
            "change_availability",
            call(0, True),
        ),
        (
            "set_charging_profile",
            {"profile": {"chargingProfileId": 5, "stackLevel": 1}},
            "set_profile",
            call(1, {"chargingProfileId": 5, "stackLevel": 1}),
        ),
        (
            "set_charging_profile",
            {"profile": {"id": 400}, "connector_id": 0},
            "set_profile",
            call(0, {"id": 400}),
        ),
        (
            "clear_charging_profile",
            {"profile_id": 5},
            "clear_profiles",
            call(profile_id=5, connector_id=None, purpose=None, stack_level=None),
        ),
        (
            "clear_charging_profile",
            {"purpose": "TxProfile", "stack_level": 3, "connector_id": 1},
            "clear_profiles",
            call(profile_id=None, connector_id=1, purpose="TxProfile", stack_level=3),
        ),
        (
            "reserve",
            {"id_tag": "CARD", "until": LATER.isoformat()},
            "reserve",
            call(1, 42, "CARD", LATER),
        ),
        (
            "reserve",
            {
                "id_tag": "CARD",
                "until": LATER.isoformat(),
                "reservation_id": 7,
                "connector_id": 0,
            },
            "reserve",
            call(0, 7, "CARD", LATER),
        ),
        (
            "update_firmware",
            {"url": "ftp://host/a.bin", "at": LATER.isoformat()},
            "update_firmware",
            call("ftp://host/a.bin", LATER, signing_certificate=None, signature=None),
        ),
        (
            "get_diagnostics",
            {"url": "ftp://host/in", "since": LATER.isoformat(), "kind": "SecurityLog"},
            "get_log",
            call("ftp://host/in", LogKind.SECURITY, since=LATER, until=None),
        ),
    ],
)
async def test_what_is_sent(
    hass: HomeAssistant,
    wallbox: Wallbox,
    commands: AsyncMock,
    device_id: str,
    name: str,
    data: dict[str, Any],
    command: str,
    arguments: Any,
) -> None:
    wallbox.charger.reservations[41] = Reservation(41, 1, "OTHER", LATER)
    commands.clear_profiles.return_value = True
    commands.get_log.return_value = "log.zip"
    await act(hass, name, device_id=device_id, **data)
    assert getattr(commands, command).await_args_list == [arguments]


@pytest.mark.parametrize(
    ("name", "data", "command", "returned", "response"),
    [
        (
            "set_configuration",
            {"key": "A", "value": "1"},
            "change_configuration",
            True,
            {"restart_required": True},
        ),
        (
            "clear_charging_profile",
            {"profile_id": 5},
            "clear_profiles",
            False,
            {"cleared": False},
        ),
        (
            "get_composite_schedule",
            {"unit": "A"},
            "composite_schedule",
            CompositeSchedule("A", LATER, (Period(0, 16.0, 3), Period(60, 6.0))),
            {
                "unit": "A",
                "start": LATER.isoformat(),
                "periods": [
                    {"start": 0, "limit": 16.0, "phases": 3},
                    {"start": 60, "limit": 6.0, "phases": None},
                ],
            },
        ),
        (
            "get_composite_schedule",
            {},
            "composite_schedule",
            CompositeSchedule("W", None, ()),
            {"unit": "W", "start": None, "periods": []},
        ),
        (
            "data_transfer",
            {"vendor_id": "v", "message_id": "m", "data": "d"},
            "data_transfer",
            DataTransferAnswer("UnknownVendorId", "why"),
            {"status": "UnknownVendorId", "data": "why"},
        ),
        (
            "get_diagnostics",
            {"url": "https://host/in"},
            "get_log",
            None,
            {"file_name": None},
        ),
    ],
)
async def test_what_is_answered(
    hass: HomeAssistant,
    commands: AsyncMock,
    device_id: str,
    name: str,
    data: dict[str, Any],
    command: str,
    returned: Any,
    response: dict[str, Any],
) -> None:
    getattr(commands, command).return_value = returned
    assert await act(hass, name, device_id=device_id, **data) == response


async def test_configuration_is_read_anew(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, device_id: str
) -> None:
    wallbox.charger.configuration |= {
        "A": ConfigurationKey("1", readonly=True),
        "B": ConfigurationKey(None, readonly=False),
    }
    answer = await act(hass, "get_configuration", device_id=device_id, keys=["A", "C"])
    assert answer == {
        "configuration": {"A": {"value": "1", "readonly": True}},
        "unknown_keys": ["C"],
    }
    commands.read_configuration.assert_awaited_once_with(["A", "C"])
    answer = await act(hass, "get_configuration", device_id=device_id)
    assert {"A", "B"} <= set(answer["configuration"])


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("set_charging_profile", {"profile": {}}, "profile_without_id"),
        ("set_charging_profile", {"profile": {"id": True}}, "profile_without_id"),
        ("set_charging_profile", {"profile": {"id": "5"}}, "profile_without_id"),
        ("set_charging_profile", {"profile": {"chargingProfileId": 101}}, "own_profile"),
        ("set_charging_profile", {"profile": {"chargingProfileId": 3201}}, "own_profile"),
        ("clear_charging_profile", {"profile_id": 100}, "own_profile"),
        ("clear_charging_profile", {}, "clears_everything"),
        ("clear_charging_profile", {"connector_id": 1}, "clears_everything"),
        ("reserve", {"id_tag": "A", "until": "2020-01-01 12:00"}, "in_the_past"),
        ("send_local_list", {}, "no_local_list"),
        ("stop_session", {}, "no_session"),
        ("update_firmware", {}, "file_or_url"),
        ("update_firmware", {"file": "a", "url": "http://host/a"}, "file_or_url"),
        (
            "update_firmware",
            {"url": "http://host/a", "signature": "s"},
            "signature_and_certificate",
        ),
        ("update_firmware", {"file": "gone.bin"}, "no_firmware"),
        ("update_firmware", {"file": "../secrets.yaml"}, "no_firmware"),
        ("update_firmware", {"file": ".."}, "no_firmware"),
        ("update_firmware", {"file": "/etc/passwd"}, "no_firmware"),
    ],
)
async def test_what_cannot_be_meant(
    hass: HomeAssistant,
    commands: AsyncMock,
    device_id: str,
    name: str,
    data: dict[str, Any],
    key: str,
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, name, device_id=device_id, **data)
    assert caught.value.translation_key == key
    for command in ("set_profile", "clear_profiles", "reserve", "update_firmware"):
        getattr(commands, command).assert_not_awaited()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("reset", {"hard": "perhaps"}),
        ("set_configuration", {"key": "", "value": "1"}),
        ("set_configuration", {"key": "A"}),
        ("trigger", {"message": "x" * 51}),
        ("trigger", {"message": "A", "connector_id": 17}),
        ("set_charging_profile", {"profile": "text"}),
        ("get_composite_schedule", {"unit": "kW"}),
        ("get_composite_schedule", {"duration": 0}),
        ("clear_charging_profile", {"purpose": "Other"}),
        ("update_firmware", {"url": "file:///etc/passwd"}),
        ("update_firmware", {"url": "http://"}),
        ("get_diagnostics", {"wait": 0}),
        ("get_diagnostics", {"unknown": 1}),
    ],
)
async def test_what_is_no_input(
    hass: HomeAssistant, device_id: str, name: str, data: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await act(hass, name, device_id=device_id, **data)


async def test_device_of_others(hass: HomeAssistant, device_id: str) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "unlock", device_id="none")
    assert caught.value.translation_key == "no_wallbox"


@pytest.mark.parametrize(
    ("error", "key", "placeholder"),
    [
        (CommandRefused("Reset", "Rejected"), "command_refused", "Rejected"),
        (CommandUnanswered("Reset"), "no_answer", "Garage"),
        (NotSupported("Reset"), "not_supported", "Reset"),
        (CallHeld("Reset", "Reset Hard"), "call_held", "Reset Hard"),
    ],
)
async def test_refused_in_the_wallboxs_own_words(
    hass: HomeAssistant,
    commands: AsyncMock,
    device_id: str,
    error: Exception,
    key: str,
    placeholder: str,
) -> None:
    commands.reset.side_effect = error
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "reset", device_id=device_id)
    assert caught.value.translation_key == key
    assert caught.value.translation_placeholders is not None
    assert placeholder in caught.value.translation_placeholders.values()


async def test_wallbox_that_is_away(hass: HomeAssistant, wallbox: Wallbox, device_id: str) -> None:
    wallbox.charger.link_down()
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "reset", device_id=device_id)
    assert caught.value.translation_key == "not_connected"


async def test_local_list_is_written_whole(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, commands: AsyncMock, device_id: str
) -> None:
    await deaf_hub.async_set_card(Card("A", "Anna"))
    wallbox.charger.configuration["LocalAuthListEnabled"] = ConfigurationKey("true", readonly=True)
    commands.local_list_version.return_value = 4
    answer = await act(hass, "send_local_list", device_id=device_id)
    assert answer == {"version": 6}
    commands.send_local_list.assert_awaited_once_with(6, (LocalEntry("A"),), full=True)


async def test_session_of_a_card(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, device_id: str
) -> None:
    await act(hass, "start_session", device_id=device_id, id_tag="CARD")
    (started,) = commands.remote_start.await_args_list
    assert started.args[:2] == (1, "CARD")
    assert started.args[2] == 16
    transaction = wallbox.charger.start_transaction(1, "CARD", dt_util.utcnow(), 0, "key")
    with pytest.raises(ServiceValidationError, match="running"):
        await act(hass, "start_session", device_id=device_id, id_tag="CARD")
    await act(hass, "stop_session", device_id=device_id)
    commands.remote_stop.assert_awaited_once_with(transaction.id)


async def test_session_without_a_card_is_the_charging_switch(
    hass: HomeAssistant, wallbox: Wallbox, device_id: str
) -> None:
    await wallbox.steering.set_charging(False)
    await act(hass, "start_session", device_id=device_id)
    assert wallbox.steering.choices.charging


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("boost", {"duration": {"days": 1e9}}),
        ("boost", {"duration": -(2**63)}),
        ("reserve", {"until": "9999-12-31T23:59:59-23:59", "id_tag": "A"}),
        ("get_diagnostics", {"since": "0001-01-01T00:00:00+23:59"}),
        ("list_sessions", {"start": "0001-01-01T00:00:00+23:59"}),
        ("list_sessions", {"person": -1}),
        ("export_statement", {"person": [True]}),
        ("set_card", {"id_tag": "A", "person": 1.5}),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_name(
    hass: HomeAssistant, device_id: str, name: str, data: dict[str, Any]
) -> None:
    """Home Assistant's own checks raise other errors for these, which tell nobody the field."""
    if name in {"boost", "reserve", "get_diagnostics"}:
        data = {**data, "device_id": device_id}
    with pytest.raises(vol.Invalid, match=str(next(key for key in data if key != "id_tag"))):
        await act(hass, name, **data)


def test_document_describes_all_actions() -> None:
    """Else run scripts/action_table.py --write."""
    assert action_table.descriptions() in action_table.DOCUMENT.read_text(encoding="utf-8")


async def test_an_hour_of_boost_is_one_also_when_the_clocks_are_put_back(
    wallbox: Wallbox,
) -> None:
    rome = ZoneInfo("Europe/Rome")
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 by the clock, for the first time
    await acts.boost(wallbox, timedelta(hours=1), before.astimezone(rome))
    choices = wallbox.steering.choices
    assert choices.boosted((before + timedelta(minutes=59)).astimezone(rome))
    assert not choices.boosted((before + timedelta(minutes=61)).astimezone(rome))


async def test_a_boost_is_made_longer_and_ended(
    hass: HomeAssistant, wallbox: Wallbox, device_id: str
) -> None:
    first = await act(hass, "boost", device_id=device_id)
    second = await act(hass, "boost", device_id=device_id, duration={"minutes": 30})
    longer = datetime.fromisoformat(second["until"]) - datetime.fromisoformat(first["until"])
    assert longer == timedelta(minutes=30)
    assert wallbox.steering.choices.boosted(dt_util.now())
    assert await act(hass, "boost", device_id=device_id, duration=0) == {"until": None}
    assert not wallbox.steering.choices.boosted(dt_util.now())
    with pytest.raises(vol.Invalid):
        await act(hass, "boost", device_id=device_id, duration={"hours": 25})
