"""The buttons of the pages: who may press which, and what it does."""

from typing import Any

import pytest

from evse.front import whitelist_of
from evse.settings.fact import Button
from evse.settings.rows import ROWS, permission
from evse.settings.setting import Page as SettingsPage
from evse.settings.setting import Permission, Role
from evse.settings.table import BY_KEY
from evse.storage.history import Wanted
from evse.web.api import actions
from evse.web.api.exports import RECENT_S, Exports
from evse.web.api.factory_reset import forgotten
from tests.firmware.web.api.conftest import MakePage, Page
from tests.firmware.web.test_certificate import key_pem, pem

BUTTONS = [row for row in ROWS if isinstance(row, Button)]
PASSWORDS = {Role.MANUFACTURER: "the maker's 1", Role.OPERATOR: "the owner's 2"} | {
    Role.USER: "the user's 33"
}


@pytest.mark.parametrize("role", Role)
async def test_a_button_is_there_for_whom_the_table_says(page: Page, role: Role) -> None:
    api = await page.role(role)
    nothing = await api("POST", "actions/no.such", {})
    assert nothing.status == 404
    for button in BUTTONS:
        answer = None
        match permission(button, role):
            case Permission.NONE:
                answer = await api("POST", f"actions/{button.key}", {})
                assert answer.status == 404, button.key
                assert answer.error["message"] == nothing.error["message"].replace(
                    "no.such", button.key
                )
            case Permission.READ:
                answer = await api("POST", f"actions/{button.key}", {})
                assert answer.status == 403, button.key


async def test_every_button_does_something(page: Page) -> None:
    assert set(actions._presses(page.context, Exports())) == {row.key for row in BUTTONS}


@pytest.mark.parametrize(("key", "hard"), [("system.soft_reset", False), ("system.restart", True)])
async def test_restart_lets_the_car_go_first(page: Page, key: str, hard: bool) -> None:
    api = await page.role("user")
    await page.wallbox.charge()
    assert (await api.ok("POST", f"actions/{key}", {}))["done"] is True
    restart = page.wallbox.station.restart_wanted
    assert not restart.is_set()
    await page.wallbox.until(restart.is_set, 30)
    (ended,) = page.wallbox.central.stopped
    assert ended.reason == ("HardReset" if hard else "SoftReset")
    assert not page.wallbox.closed()


async def test_the_whitelists_buttons(page: Page) -> None:
    api = await page.role("user")
    tag = {"argument": "04A1B2C3"}
    assert (await api.ok("POST", "actions/whitelist.insert", tag))["added"] is True
    assert len((await api.ok("POST", "actions/whitelist.search", tag))["cards"]) == 1
    # An empty box deletes nothing: somebody forgot the number.
    assert (await api("POST", "actions/whitelist.delete", {})).status == 422
    await api.ok("POST", "actions/whitelist.delete", tag)
    assert (await api.ok("GET", "cards"))["count"] == 0
    assert "cleared" in await api.ok("POST", "actions/whitelist.clear_cache", {})


async def test_a_simulated_swipe_is_the_manufacturers(page: Page) -> None:
    page.run_front()
    page.wallbox.plug()
    await page.wallbox.until(lambda: page.wallbox.status() == "Preparing")
    body = {"argument": "04A1B2C3"}
    for role, status in ((Role.USER, 404), (Role.OPERATOR, 404), (Role.MANUFACTURER, 200)):
        api = await page.role(role)
        answer = await api("POST", "actions/manufacturer.simulate_swipe_card", body)
        assert answer.status == status
    await page.wallbox.until(lambda: page.wallbox.status() == "Charging")


async def test_the_register_list_is_where_the_button_says(page: Page) -> None:
    api = await page.role("operator")
    told = await api.ok("POST", "actions/loadmanagement.download_register_list", {})
    table = await api("GET", told["url"].removeprefix("/api/v1/"))
    assert table.status == 200
    assert table.body.decode("utf-8-sig").startswith("Meter,Function code,Format,L1,L2,L3")
    listed = (await api.ok("GET", "meters/registers"))["meters"]
    assert len(table.body.splitlines()) == len(listed) + 1 > 10


# ---- factory reset


async def reset(page: Page, role: Role, **body: Any) -> Any:
    return await (await page.role(role))("POST", "actions/system.factory_reset", body)


async def test_a_factory_reset_asks_for_an_export_first(page: Page) -> None:
    answer = await reset(page, Role.OPERATOR)
    assert (answer.status, answer.error["code"]) == (409, "export_first")
    assert not page.wallbox.station.restart_wanted.is_set()


async def test_a_factory_reset_forgets_the_owner_and_keeps_the_wallbox(page: Page) -> None:
    accounts, settings = page.context.accounts, page.wallbox.settings
    await accounts.claim(PASSWORDS)
    operator = await page.role(Role.OPERATOR)
    await operator.ok("POST", "cards", {"tag": "04A1B2C3"})
    serial = settings["manufacturer.serial"]
    allowed_a = settings["installation.max_output_current_a"]
    await settings.set("installation.max_output_current_a", allowed_a - 10, "manufacturer")
    await settings.set("ocpp.url", "ws://old.example/ocpp", "owner")
    await page.wallbox.charge()
    await page.context.certificate.install(pem(), key_pem())
    damaged = page.context.state_dir / "evse.sqlite.damaged-20261126T120000Z-wal"
    damaged.write_bytes(b"a password")
    answer = await reset(page, Role.OPERATOR, exported=True)
    assert answer.status == 200
    assert not damaged.exists()
    assert page.context.certificate.shown.own
    assert (settings["ocpp.url"], settings["manufacturer.serial"]) == ("", serial)
    # The manufacturer's bound is none that the owner may lift.
    assert settings["installation.max_output_current_a"] == allowed_a - 10
    assert not accounts.claimed
    assert (await operator("GET", "state")).status == 401
    assert len(await whitelist_of(settings, page.wallbox.database)) == 0
    await page.wallbox.until(page.wallbox.station.restart_wanted.is_set, 30)
    assert (await page.context.history.charges(Wanted()))["count"] == 1


@pytest.mark.parametrize("role", Role)
def test_a_reset_forgets_nothing_of_how_the_wallbox_was_built(role: Role) -> None:
    pages = {BY_KEY[key].page for key in forgotten(role)}
    assert SettingsPage.MANUFACTURER not in pages
    assert "board.kind" not in forgotten(role)


def test_an_export_counts_for_a_quarter_of_an_hour_and_for_who_made_it() -> None:
    now_s = 0.0
    exports = Exports(lambda: now_s)
    exports.note("operator from 192.0.2.7 (web)")
    assert exports.recent("operator from 192.0.2.7 (web)")
    assert not exports.recent("operator from 192.0.2.8 (web)")
    now_s = RECENT_S
    assert not exports.recent("operator from 192.0.2.7 (web)")


# ---- passwords


async def test_a_password_is_set_by_who_proves_his_own(page: Page) -> None:
    await page.context.accounts.claim(PASSWORDS)
    api, key = await page.role(Role.OPERATOR), "actions/system.user_password"
    body = {"argument": "another one 5", "own_password": "wrong password"}
    assert (await api("POST", key, body)).status == 403
    answer = await api("POST", key, body | {"own_password": PASSWORDS[Role.OPERATOR]})
    assert (answer.status, answer.body["done"]) == (200, True)
    assert await page.context.accounts.log_in("user", "another one 5") is Role.USER
    assert "another one" not in str((await api.ok("GET", "audit"))["entries"])


async def test_an_update_by_a_button_needs_an_address(make_page: MakePage) -> None:
    page = await make_page()
    api = await page.role("user")
    answer = await api("POST", "actions/system.firmware_update", {})
    assert (answer.status, answer.error["field"]) == (422, "argument")
    body = {"argument": "https://updates.example/box.evse"}
    answer = await api("POST", "actions/system.firmware_update", body)
    assert answer.status == 409  # this wallbox has no slots
    assert "update" in answer.error["message"]
