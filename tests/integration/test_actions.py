"""Actions: the call that each makes, what it answers, and every error in the user's words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, call, patch
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
from homeassistant.helpers import device_registry as dr
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
    files,
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
from custom_components.evse_ocpp.database import StorageError
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox
from scripts import action_table

from .support import IDENTITY

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


@pytest.fixture
def device_id(hass: HomeAssistant, wallbox: Wallbox, deaf_hub: Hub) -> str:
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), deaf_hub.entry.entry_id)
    (device,) = (each for each in devices if (DOMAIN, IDENTITY) in each.identifiers)
    return device.id


async def act(hass: HomeAssistant, name: str, /, **data: Any) -> Any:
    response = hass.services.supports_response(DOMAIN, name) is not SupportsResponse.NONE
    return await hass.services.async_call(
        DOMAIN, name, data, blocking=True, return_response=response
    )


def content(answer: Any) -> bytes:
    return Path(answer["path"]).read_bytes()


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


async def test_firmware_of_ours_is_offered(
    hass: HomeAssistant, commands: AsyncMock, device_id: str, hass_client_no_auth: Any
) -> None:
    path = files.folder(hass, files.FIRMWARE) / "wallbox 1.2.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"firmware" * 1000)
    with patch.object(files, "async_get_source_ip", return_value="192.0.2.7"):
        answer = await act(hass, "update_firmware", device_id=device_id, file=path.name)
    url = answer["url"]
    assert url.startswith("http://192.0.2.7:")
    assert url.endswith("/wallbox_1.2.bin")
    assert commands.update_firmware.await_args.args[0] == url
    client = await hass_client_no_auth()
    fetched = await client.get(url[url.index("/api") :])
    assert await fetched.read() == path.read_bytes()


async def test_diagnostics_come_to_us(
    hass: HomeAssistant, commands: AsyncMock, device_id: str, hass_client_no_auth: Any
) -> None:
    client = await hass_client_no_auth()

    async def upload(url: str, *_: object, **__: object) -> str:
        answer = await client.put(f"{url[url.index('/api') :]}/log.zip", data=b"log" * 100)
        assert answer.status == 201
        return "log.zip"

    commands.get_log.side_effect = upload
    with patch.object(files, "async_get_source_ip", return_value="192.0.2.7"):
        answer = await act(hass, "get_diagnostics", device_id=device_id)
    assert content(answer) == b"log" * 100
    assert (answer["size"], answer["file_name"]) == (300, "log.zip")
    fetched = await client.get(answer["url"])
    assert await fetched.read() == b"log" * 100
    assert (await client.get(answer["url"].partition("?")[0])).status == 401


@pytest.mark.parametrize(("name", "key"), [(None, "no_diagnostics"), ("log.zip", "no_upload")])
async def test_diagnostics_that_do_not_come(
    hass: HomeAssistant, commands: AsyncMock, device_id: str, name: str | None, key: str
) -> None:
    commands.get_log.return_value = name
    with (
        patch.object(files, "async_get_source_ip", return_value="192.0.2.7"),
        patch.object(action_files.asyncio, "timeout", lambda _: action_files.asyncio.Timeout(0)),
        pytest.raises(HomeAssistantError) as caught,
    ):
        await act(hass, "get_diagnostics", device_id=device_id, wait=1)
    assert caught.value.translation_key == key


# Sessions and cards.


@pytest.fixture
async def sessions(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, freezer: Any) -> Hub:
    """Two sessions: Anna's two days ago, and one of an unknown card yesterday."""
    await hass.config.async_set_time_zone("Europe/Rome")
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna K."})
    deaf_hub.tariff.history.set(0.5, datetime(2026, 11, 1, tzinfo=UTC))
    await deaf_hub.async_set_card(Card("A", "Anna", "person.anna"))
    for day, tag in ((24, "A"), (25, "=B")):
        freezer.move_to(datetime(2026, 11, day, 12, tzinfo=UTC))
        transaction = wallbox.charger.start_transaction(1, tag, dt_util.utcnow(), 1000, tag)
        freezer.tick(3600)
        now = dt_util.utcnow()
        wallbox.charger.stop_transaction(transaction.id, now, "Local", 3000.0)
    await deaf_hub.save(wallbox.charger)
    return deaf_hub


async def test_sessions_are_listed(hass: HomeAssistant, sessions: Hub) -> None:
    answer = await act(hass, "list_sessions")
    assert [each["card"] for each in answer["sessions"]] == ["=B", "A"]
    assert (answer["energy"], answer["cost"], answer["unpriced_energy"]) == (4.0, 2.0, 0.0)
    told = answer["sessions"][1]
    told.pop("uid")
    assert told == {
        "charger": "Garage",
        "connector": 1,
        "started_at": "2026-11-24T13:00:00+01:00",
        "ended_at": "2026-11-24T14:00:00+01:00",
        "energy": 2.0,
        "meter_start": 1.0,
        "meter_stop": 3.0,
        "card": "A",
        "name": "Anna",
        "person": "person.anna",
        "reason": "Local",
        "cost": 1.0,
        "currency": "EUR",
        "unpriced_energy": 0.0,
        "sun_energy": None,
        "battery_energy": None,
        "grid_energy": None,
        "co2": None,
        "lost_feed_in": None,
        "recovered": False,
        "unattributed": False,
    }


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ({"limit": 1}, 1),
        ({"start": "2026-11-25 00:00:00"}, 1),
        ({"end": "2026-11-24 13:00:00"}, 0),
        ({"id_tag": "a"}, 1),
        ({"person": "person.anna"}, 1),
        ({"person": "person.bob"}, 0),
    ],
)
async def test_sessions_are_chosen(
    hass: HomeAssistant, sessions: Hub, device_id: str, data: dict[str, Any], count: int
) -> None:
    answer = await act(hass, "list_sessions", **data)
    assert len(answer["sessions"]) == count
    answer = await act(hass, "list_sessions", device_id=device_id, **data)
    assert len(answer["sessions"]) == count


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
    hass: HomeAssistant, sessions: Hub, device_id: str, name: str, data: dict[str, Any]
) -> None:
    """Home Assistant's own checks raise other errors for these, which tell nobody the field."""
    if name in {"boost", "reserve", "get_diagnostics"}:
        data = {**data, "device_id": device_id}
    with pytest.raises(vol.Invalid, match=str(next(key for key in data if key != "id_tag"))):
        await act(hass, name, **data)


async def test_table_of_sessions(
    hass: HomeAssistant, sessions: Hub, hass_client_no_auth: Any
) -> None:
    answer = await act(hass, "export_sessions")
    assert answer["sessions"] == 2
    _, line, *_ = content(answer).decode("utf-8-sig").splitlines()
    assert line.endswith(
        ",Garage,1,2026-11-24T13:00:00+01:00,2026-11-24T14:00:00+01:00,2.000,1.000,3.000,"
        "A,Anna,Anna K.,Local,1.0000,EUR,0.000,,,,,,"
    )
    client = await hass_client_no_auth()
    fetched = await client.get(answer["url"])
    assert await fetched.read() == content(answer)


@pytest.mark.parametrize("language", [None, "de", "it"])
async def test_statement_of_sessions(
    hass: HomeAssistant, sessions: Hub, language: str | None
) -> None:
    data = {} if language is None else {"language": language}
    answer = await act(hass, "export_sessions", format="pdf", person="person.anna", **data)
    assert answer["sessions"] == 1
    assert content(answer).startswith(b"%PDF")


async def test_old_sessions_are_deleted(hass: HomeAssistant, sessions: Hub, device_id: str) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "purge_sessions", before="2026-11-25", confirm="2026-11-26")
    assert caught.value.translation_key == "not_confirmed"
    data = {"before": "2026-11-25", "confirm": "2026-11-25", "device_id": device_id}
    assert await act(hass, "purge_sessions", **data) == {"deleted": 1}
    assert len((await act(hass, "list_sessions"))["sessions"]) == 1


async def test_cards_are_set_listed_and_removed(hass: HomeAssistant, deaf_hub: Hub) -> None:
    assert await act(hass, "set_card", id_tag="A") == {
        "id_tag": "A",
        "name": "A",
        "person": None,
        "guest": False,
        "blocked": False,
        "expires_at": None,
    }
    await act(hass, "set_card", id_tag="a", name="Anna", person="person.anna")
    await act(hass, "set_card", id_tag="A", guest=True, expires_at=LATER.isoformat())
    await act(hass, "set_card", id_tag="A", blocked=True)
    card = Card("A", "Anna", "person.anna", guest=True, blocked=True, expires_at=LATER)
    assert deaf_hub.cards.all == (card,)
    await act(hass, "set_card", id_tag="A", person=None, expires_at=None)
    answer = await act(hass, "list_cards")
    assert answer["cards"][0]["person"] is None
    await act(hass, "remove_card", id_tag="a")
    assert deaf_hub.cards.all == ()
    assert await act(hass, "import_cards", csv=answer["csv"]) == {"cards": 1}
    assert deaf_hub.cards.name("A") == "Anna"


async def test_card_gets_its_sessions(hass: HomeAssistant, sessions: Hub) -> None:
    await act(hass, "set_card", id_tag="=b", name="Bob", person="person.bob")
    answer = await act(hass, "list_sessions", person="person.bob")
    assert [each["name"] for each in answer["sessions"]] == ["Bob"]


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("list_sessions", {"start": "2026-01-02", "end": "2026-01-01"}, "start_after_end"),
        ("list_sessions", {"device_id": "none"}, "no_wallbox"),
        ("list_sessions", {"config_entry_id": "none"}, "no_server"),
        ("set_card", {"id_tag": "A", "name": " "}, "no_card"),
        ("set_card", {"id_tag": "A\n"}, "no_card"),
        ("remove_card", {"id_tag": "A"}, "unknown_card"),
        ("import_cards", {"csv": "nothing"}, "no_cards"),
    ],
)
async def test_records_that_cannot_be_meant(
    hass: HomeAssistant, deaf_hub: Hub, name: str, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, name, **data)
    assert caught.value.translation_key == key


async def test_several_servers(hass: HomeAssistant, deaf_hub: Hub) -> None:
    with (
        patch.object(
            hass.config_entries, "async_loaded_entries", return_value=[deaf_hub.entry] * 2
        ),
        pytest.raises(ServiceValidationError) as caught,
    ):
        await act(hass, "list_cards")
    assert caught.value.translation_key == "which_server"


@pytest.mark.parametrize("error", [StorageError("disk full"), TimeoutError()])
async def test_what_cannot_be_stored(hass: HomeAssistant, deaf_hub: Hub, error: Exception) -> None:
    with (
        patch.object(deaf_hub.cards, "put", side_effect=error),
        pytest.raises(HomeAssistantError) as caught,
    ):
        await act(hass, "set_card", id_tag="A")
    assert caught.value.translation_key == "not_stored"


async def test_actions_are_there_without_a_server(hass: HomeAssistant, deaf_hub: Hub) -> None:
    await hass.config_entries.async_unload(deaf_hub.entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "list_cards")
    assert caught.value.translation_key == "no_server"


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
