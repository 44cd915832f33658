"""Settings over the API, by the table of permissions (ETEK manual, 5.8.2), row by row."""

from typing import Any

import pytest

from evse.settings.fact import Button
from evse.settings.rows import ROWS, permission
from evse.settings.setting import Kind, Permission, Role, Setting
from evse.settings.words import label
from evse.texts import LANGUAGES
from tests.firmware.web.api.conftest import Api, MakePage, Page


async def rows_of(api: Api, **query: Any) -> dict[str, dict[str, Any]]:
    pages = (await api.ok("GET", "settings", **query))["pages"]
    return {row["key"]: row for page in pages for row in page["rows"]}


@pytest.mark.parametrize("role", Role)
async def test_each_row_is_shown_as_the_table_says(page: Page, role: Role) -> None:
    shown = await rows_of(await page.role(role))
    expected = {
        row.key: str(permission(row, role))
        for row in ROWS
        if permission(row, role) is not Permission.NONE
    }
    assert {key: row["access"] for key, row in shown.items()} == expected


@pytest.mark.parametrize("role", Role)
async def test_a_write_is_refused_as_the_table_says(page: Page, role: Role) -> None:
    """Whoever may not see a row cannot tell it from one that there is not."""
    api = await page.role(role)
    unknown = await api("PUT", "settings", {"changes": {"no.such": 1}})
    for row in ROWS:
        if permission(row, role) is Permission.READ_WRITE and isinstance(row, Setting):
            continue
        answer = await api("PUT", "settings", {"changes": {row.key: 1}})
        if permission(row, role) is Permission.NONE:
            assert answer.status == unknown.status == 404
            assert answer.error == unknown.error | {
                "field": row.key,
                "message": unknown.error["message"].replace("no.such", row.key),
            }
        else:
            assert (answer.status, answer.error["code"]) == (403, "read_only"), row.key
            assert answer.error["field"] == row.key


@pytest.mark.parametrize("role", Role)
async def test_every_writable_setting_takes_its_own_value(page: Page, role: Role) -> None:
    api = await page.role(role)
    shown = await rows_of(api)
    changes = {
        key: row["value"]
        for key, row in shown.items()
        if row["kind"] == "setting" and row["access"] == "RW" and not row["secret"]
    }
    answer = await api.ok("PUT", "settings", {"changes": changes})
    assert answer == {"changed": [], "restart_needed": False, "trial": None}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_rows_speak_the_language_that_is_asked_for(page: Page, language: str) -> None:
    shown = await rows_of(await page.role("manufacturer"), language=language)
    assert all(shown[row.key]["label"] == label(row, language) for row in ROWS)
    assert all(row["help"] for row in shown.values())


async def test_a_secret_is_never_shown(page: Page) -> None:
    api = await page.role("manufacturer")
    await api.ok("PUT", "settings", {"changes": {"ocpp.password": "not to be seen 16"}})
    answer = await api("GET", "settings")
    shown = (await rows_of(api))["ocpp.password"]
    assert (shown["value"], shown["default"], shown["is_set"]) == ("", "", True)
    assert "not to be seen" not in str(answer.body)


async def test_all_changes_or_none(page: Page) -> None:
    api = await page.role("operator")
    changes = {
        "ocpp.heartbeat_interval_s": 300,
        "ocpp.meter_value_sample_interval_s": -1,
        "ocpp.url": "http://wrong",
    }
    answer = await api("PUT", "settings", {"changes": changes})
    assert answer.status == 422
    errors = {error["field"]: error for error in answer.body["errors"]}
    assert set(errors) == {"ocpp.meter_value_sample_interval_s", "ocpp.url"}
    assert errors["ocpp.url"]["came"] == "http://wrong"
    assert "ws://" in errors["ocpp.url"]["allowed"]
    assert page.wallbox.settings["ocpp.heartbeat_interval_s"] == 900
    del changes["ocpp.url"], changes["ocpp.meter_value_sample_interval_s"]
    answer = await api("PUT", "settings", {"changes": changes})
    assert answer.body["changed"] == ["ocpp.heartbeat_interval_s"]
    assert page.wallbox.settings["ocpp.heartbeat_interval_s"] == 300


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_a_value_is_refused_is_said_with_the_names_of_the_page(
    page: Page, language: str
) -> None:
    api, key = await page.role("operator"), "ocpp.heartbeat_interval_s"
    answer = await api("PUT", "settings", {"changes": {key: 0}}, language=language)
    shown = (await rows_of(api, language=language))[key]
    assert answer.status == 422
    assert (answer.error["field"], answer.error["came"]) == (key, 0)
    assert shown["label"] in answer.error["message"]
    assert answer.error["allowed"] == shown["allowed"]


async def test_what_can_harm_somebody_has_to_be_meant(page: Page) -> None:
    api = await page.role("operator")
    body: dict[str, Any] = {"changes": {"dlb.maximum_current_a": 63}}
    answer = await api("PUT", "settings", body)
    assert (answer.status, answer.error["code"]) == (409, "confirm_safety")
    assert answer.error["field"] == "dlb.maximum_current_a"
    assert page.wallbox.settings["dlb.maximum_current_a"] != 63
    await api.ok("PUT", "settings", body | {"confirm_safety": True})
    assert page.wallbox.settings["dlb.maximum_current_a"] == 63
    # What is so already needs no word.
    await api.ok("PUT", "settings", body)


async def test_what_waits_for_a_restart_is_told(page: Page) -> None:
    api = await page.role("manufacturer")
    answer = await api.ok("PUT", "settings", {"changes": {"manufacturer.vendor": "Us"}})
    assert answer["restart_needed"] is True
    assert (await rows_of(api))["manufacturer.vendor"]["waiting"] is True
    assert (await api.ok("GET", "settings"))["waiting"] == ["manufacturer.vendor"]
    assert (await api.ok("GET", "state"))["waiting"] == ["manufacturer.vendor"]
    assert {"code": "restart_needed"} in (await api.ok("GET", "state"))["alerts"]


async def test_a_hidden_setting_that_waits_is_not_told(page: Page) -> None:
    hidden = next(
        row
        for row in ROWS
        if isinstance(row, Setting)
        and row.reboot
        and row.kind is Kind.INT
        and permission(row, Role.USER) is Permission.NONE
    )
    owner, user = await page.role("manufacturer"), await page.role("user")
    value = page.wallbox.settings[hidden.key] + 1
    body = {"changes": {hidden.key: value}, "confirm_safety": True}
    await owner.ok("PUT", "settings", body)
    assert (await owner.ok("GET", "state"))["waiting"] == [hidden.key]
    assert (await user.ok("GET", "state"))["waiting"] == []
    assert (await user.ok("GET", "settings"))["waiting"] == []


async def test_the_simulation_is_no_page_of_a_real_board(make_page: MakePage) -> None:
    page = await make_page()
    pages = (await (await page.role("manufacturer")).ok("GET", "settings"))["pages"]
    assert "SIMULATION" in {each["page"] for each in pages}


async def test_the_log_of_changes_names_who_and_what(page: Page) -> None:
    api = await page.role("operator")
    await api.ok("PUT", "settings", {"changes": {"ocpp.heartbeat_interval_s": 300}})
    (entry,) = [
        each
        for each in (await api.ok("GET", "audit"))["entries"]
        if each["key"] == "ocpp.heartbeat_interval_s"
    ]
    assert (entry["role"], entry["old"], entry["new"]) == ("operator", 900, 300)


def test_every_row_is_of_a_kind_that_the_page_knows() -> None:
    assert all(isinstance(row, Setting | Button) or row.choices is not None for row in ROWS)


# ---- export and import


async def exported(api: Api, **query: Any) -> str:
    answer = await api("GET", "settings/export", **query)
    assert answer.status == 200, answer.body
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.body.decode()


@pytest.mark.parametrize("form", ["manual", "evse"])
@pytest.mark.parametrize("role", Role)
async def test_what_was_exported_changes_nothing(page: Page, role: Role, form: str) -> None:
    api = await page.role(role)
    content = await exported(api, format=form)
    told = await api.ok("POST", "settings/import", {"content": content, "apply": True})
    assert (told["differences"], told["unknown"], told["applied"]) == ([], [], True)
    hidden = next(row for row in ROWS if permission(row, Role.USER) is Permission.NONE)
    assert role is not Role.USER or hidden.key not in content


async def test_an_import_shows_the_difference_first(page: Page) -> None:
    api, settings = await page.role("operator"), page.wallbox.settings
    content = "[dlb]\nmaximum_current_a = 63\n[ocpp]\nheartbeat_interval_s = 300\n[no]\nsuch = 1\n"
    body: dict[str, Any] = {"content": content, "apply": False}
    told = await api.ok("POST", "settings/import", body)
    assert {each["key"]: (each["old"], each["new"]) for each in told["differences"]} == {
        "dlb.maximum_current_a": ("25", "63"),
        "ocpp.heartbeat_interval_s": ("900", "300"),
    }
    assert told["unknown"] == ["no.such"]
    assert any("dlb.maximum_current_a" in warning for warning in told["warnings"])
    assert settings["ocpp.heartbeat_interval_s"] == 900
    refused = await api("POST", "settings/import", body | {"apply": True})
    assert (refused.status, refused.error["code"]) == (409, "confirm_safety")
    assert settings["ocpp.heartbeat_interval_s"] == 900
    meant = body | {"apply": True, "confirm_safety": True}
    assert (await api.ok("POST", "settings/import", meant))["applied"] is True
    assert (settings["dlb.maximum_current_a"], settings["ocpp.heartbeat_interval_s"]) == (63, 300)


@pytest.mark.parametrize(
    "content", ["{", "[[[", "\u0000", "[ocpp]\nurl = 5", '[{"_maxl": "99"}]', "ocpp.url = 'x'"]
)
async def test_a_broken_file_changes_nothing(page: Page, content: str) -> None:
    api = await page.role("manufacturer")
    before = dict(page.wallbox.settings.values)
    answer = await api("POST", "settings/import", {"content": content, "apply": True})
    assert answer.status == 422
    assert answer.error["message"]
    assert dict(page.wallbox.settings.values) == before


async def test_an_import_cannot_do_what_the_role_may_not(page: Page) -> None:
    api, before = await page.role("user"), dict(page.wallbox.settings.values)
    read_only = await api(
        "POST", "settings/import", {"content": "[ocpp]\nurl = 'ws://evil'", "apply": True}
    )
    assert (read_only.status, read_only.error["field"]) == (403, "ocpp.url")
    # One that he may not see is as one that there is not.
    hidden = await api.ok(
        "POST", "settings/import", {"content": "[meter.dlb]\nfunction_code = '04'", "apply": True}
    )
    assert (hidden["unknown"], hidden["differences"]) == (["meter.dlb.function_code"], [])
    assert dict(page.wallbox.settings.values) == before


async def test_secrets_are_exported_on_demand_and_not_to_everybody(page: Page) -> None:
    owner, user = await page.role("operator"), await page.role("user")
    wifi = {"network.ssid": "Our house", "network.ssid_password": "hidden words"}
    await page.wallbox.settings.set_many(wifi, "test")
    assert "hidden words" not in await exported(owner)
    assert "hidden words" in await exported(owner, secrets="true")
    assert "hidden words" not in await exported(user)
    assert (await user("GET", "settings/export", secrets="true")).status == 403


async def test_an_export_lets_a_factory_reset_begin(page: Page) -> None:
    api = await page.role("operator")
    await exported(api)
    assert (await api("POST", "actions/system.factory_reset", {})).status == 200
