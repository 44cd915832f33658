"""The audit log: who changed what, what each role sees of it, and taking a change back."""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evse.settings.rows import ROWS, permission
from evse.settings.setting import Permission, Role, Setting
from evse.storage import audit as storage
from evse.storage.audit import AuditTable, Entry
from evse.storage.database import Database
from evse.web.api import audit
from evse.web.context import Context
from evse.web.endpoint import ALL, Call, Endpoint
from tests.firmware.web.door import Browser, Door, door, errors

PATH = "/api/v1/audit"
LIMIT = "installation.output_current_limit_a"


def make(context: Context) -> Iterable[Endpoint]:
    """The audit log, and what changes settings without asking about rights."""

    async def change(call: Call) -> None:
        await context.settings.set_many(call.body, call.origin)

    yield from audit.endpoints(context)
    yield Endpoint(
        "PUT", "/api/v1/change", change, "X", {}, roles=ALL, takes={"type": "object"}, status=204
    )


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Door]:
    async with door(tmp_path, make) as made:
        yield made


async def change(browser: Browser, **changes: object) -> None:
    body = {key.replace("__", "."): value for key, value in changes.items()}
    assert (await browser.ask("PUT", "/api/v1/change", json=body)).status == 204


def writable(role: Role, *, hidden_from: Role | None = None) -> str:
    """A setting that a role may write; one that another does not see."""
    return next(
        each.key
        for each in ROWS
        if isinstance(each, Setting)
        and not each.secret
        and each.kind == "str"
        and permission(each, role) is Permission.READ_WRITE
        and (hidden_from is None or permission(each, hidden_from) is Permission.NONE)
    )


async def entries(browser: Browser, query: str = "") -> list[dict[str, Any]]:
    told = await browser.get(PATH + query)
    found: list[dict[str, Any]] = told["entries"]
    return found


async def test_a_change_stands_there_with_what_was_before(there: Door) -> None:
    before = there.settings[LIMIT]
    await change(there.browser(Role.OPERATOR), **{LIMIT: 20.0})
    (entry,) = await entries(there.browser(Role.OPERATOR), "?language=en")
    assert (entry["key"], entry["old"], entry["new"]) == (LIMIT, before, 20.0)
    assert (entry["role"], entry["origin"]) == ("operator", "operator from 127.0.0.1 (web)")
    assert entry["label"] != LIMIT
    assert not entry["undone"]
    assert datetime.fromisoformat(entry["at"]).tzinfo is not None


async def test_changes_from_elsewhere_stand_there_too(there: Door) -> None:
    await there.settings.set(LIMIT, 21.0, "ChangeConfiguration of the central system")
    (entry,) = await entries(there.browser(Role.OPERATOR))
    assert (entry["role"], entry["new"]) == ("", 21.0)
    assert "web" not in entry["origin"]


async def test_secrets_do_not(there: Door) -> None:
    await change(there.browser(Role.MANUFACTURER), **{"ocpp.password": "sesame-open-up-now"})
    (entry,) = await entries(there.browser(Role.MANUFACTURER))
    assert (entry["key"], entry["old"], entry["new"]) == ("ocpp.password", None, None)
    response = await undo(there.browser(Role.MANUFACTURER), entry["id"])
    assert response.status == 409
    rows = await there.security.audit._table.page(0, 10)
    assert "sesame" not in str(rows)


async def undo(browser: Browser, number: int) -> Any:
    return await browser.ask("POST", f"{PATH}/{number}/undo")


async def test_undo_sets_what_was_before_once(there: Door) -> None:
    browser, before = there.browser(Role.OPERATOR), there.settings[LIMIT]
    await change(browser, **{LIMIT: 20.0})
    (entry,) = await entries(browser)
    response = await undo(browser, entry["id"])
    assert await response.json() == {"key": LIMIT, "value": before}
    assert there.settings[LIMIT] == before
    newest, undone = await entries(browser)
    assert (newest["old"], newest["new"], newest["undone"]) == (20.0, before, False)
    assert undone["undone"]
    again = await undo(browser, entry["id"])
    assert (again.status, (await errors(again))[0]["code"]) == (409, "undo")
    assert (await undo(browser, newest["id"])).status == 200  # and an undo can be undone
    assert there.settings[LIMIT] == 20.0


async def test_what_was_changed_since_is_not_overwritten(there: Door) -> None:
    browser = there.browser(Role.OPERATOR)
    await change(browser, **{LIMIT: 20.0})
    await change(browser, **{LIMIT: 16.0})
    first = (await entries(browser))[-1]
    response = await undo(browser, first["id"])
    assert response.status == 409
    assert "16" in (await errors(response))[0]["message"]
    assert there.settings[LIMIT] == 16.0


async def test_a_role_sees_and_undoes_what_its_rows_allow(there: Door) -> None:
    """A value that is hidden from the operator (UV) is hidden here, too."""
    hidden = writable(Role.MANUFACTURER, hidden_from=Role.OPERATOR)
    manufacturer, operator = there.browser(Role.MANUFACTURER), there.browser(Role.OPERATOR)
    await change(manufacturer, **{hidden: "another"})
    (entry,) = await entries(manufacturer)
    told = await operator.get(PATH)
    assert told == {"count": 0, "entries": []}
    assert (await undo(operator, entry["id"])).status == 404
    assert (await undo(manufacturer, entry["id"])).status == 200


async def test_who_may_only_read_a_setting_does_not_undo_it(there: Door) -> None:
    only_read = next(
        each.key
        for each in ROWS
        if isinstance(each, Setting)
        and each.kind == "str"
        and not each.pattern
        and permission(each, Role.OPERATOR) is Permission.READ
        and permission(each, Role.MANUFACTURER) is Permission.READ_WRITE
    )
    await change(there.browser(Role.MANUFACTURER), **{only_read: "another"})
    operator = there.browser(Role.OPERATOR)
    (entry,) = await entries(operator)
    assert (await undo(operator, entry["id"])).status == 403
    assert there.settings[only_read] == "another"


async def test_an_event_is_not_undone(there: Door) -> None:
    there.security.audit.note("system.restart")
    there.security.audit.note("session.opened", "user")
    for entry in await entries(there.browser(Role.MANUFACTURER)):
        assert (await undo(there.browser(Role.MANUFACTURER), entry["id"])).status == 409


async def test_pages(there: Door) -> None:
    for number in range(5):
        there.security.audit.note("session.opened", f"user {number}")
    told = await there.browser(Role.OPERATOR).get(f"{PATH}?offset=1&limit=2")
    assert told["count"] == 5
    assert [entry["new"] for entry in told["entries"]] == ["user 3", "user 2"]


async def test_a_disk_that_takes_nothing_does_not_stop_work_and_loses_nothing(
    there: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_table: object, _entries: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(AuditTable, "add", full)
        await change(there.browser(Role.OPERATOR), **{LIMIT: 20.0})
    (entry,) = await entries(there.browser(Role.OPERATOR))
    assert entry["new"] == 20.0


async def test_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MAX_ENTRIES", 10)
    database = await Database.open(tmp_path / "evse.sqlite")
    table = AuditTable(database)
    now = datetime.now(UTC)
    await table.add([Entry(now, "", "test", "first")])
    await table.add([Entry(now, "", "test", "undo of the first", undoes=1)])
    for number in range(9):
        await table.add([Entry(now, "", "test", f"event {number}")])
    count, kept = await table.page(0, 100)
    assert (count, kept[-1].entry.key, kept[-1].entry.undoes) == (10, "undo of the first", None)
    await database.close()
