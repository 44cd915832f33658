"""The permission table of the manual (5.8.2), cell by cell: what a role sees, what it may change.

Proved on the page, and through API and websocket with the session that the browser has (issue 6,
show 2): what the page does not show, the session of the role does not give either.
"""

import json
import subprocess
import sys
from typing import Any

import pytest
from playwright.sync_api import Page

from evse.settings.setting import Role
from tests.page import places
from tests.page.conftest import OpenView

ROWS_OF_PAGE = """() => Object.fromEntries([...document.querySelectorAll('.row')].map(row => [
    row.dataset.key,
    row.querySelector('.control :is(input, select, button):not([disabled])') ? 'RW' : 'R',
]))"""

SEND = """async ([method, path, body]) => {
    const session = await (await fetch('/api/v1/session')).json();
    const answer = await fetch('/api/v1/' + path, {
        method,
        headers: {'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf},
        body: body === null ? null : JSON.stringify(body),
    });
    return [answer.status, await answer.json().catch(() => null)];
}"""

FIRST_MESSAGE = """() => new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://${location.host}/api/v1/live`);
    socket.onmessage = event => { resolve(event.data); socket.close(); };
    socket.onerror = () => reject(new Error('no websocket'));
})"""


def table() -> list[dict[str, Any]]:
    """The permission table, as `evse settings list --json` gives it."""
    command = [sys.executable, "-m", "evse", "settings", "list", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    rows: list[dict[str, Any]] = json.loads(run.stdout)
    return rows


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return table()


def send(page: Page, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Ask the API with the browser's session, as whoever has stolen it would."""
    status, answer = page.evaluate(SEND, [method, path, body])
    return status, answer


@pytest.mark.parametrize("role", list(Role))
def test_pages_show_what_the_table_says(
    open_view: OpenView, rows: list[dict[str, Any]], role: Role
) -> None:
    view = open_view(role)
    shown: dict[str, str] = {}
    for path in places.SETTINGS:
        here = view.to(path).evaluate(ROWS_OF_PAGE)
        assert not here.keys() & shown.keys(), f"rows of {path} stand on two pages"
        shown |= here
    wanted = {row["key"]: row["roles"][role] for row in rows}
    found = {key: shown.get(key, "UV") for key in wanted}
    assert found == wanted
    assert shown.keys() <= wanted.keys()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.USER])
def test_the_session_gives_no_more_than_the_page(
    open_view: OpenView, rows: list[dict[str, Any]], role: Role
) -> None:
    page = open_view(role).page
    status, answer = send(page, "GET", "settings")
    assert status == 200
    given = {row["key"]: row["access"] for one in answer["pages"] for row in one["rows"]}
    hidden = {row["key"] for row in rows if row["roles"][role] == "UV"}
    assert not hidden & given.keys()
    for row in rows:
        key, permission = row["key"], row["roles"][role]
        if permission == "RW":
            continue
        if row["kind"] == "button":
            status, _ = send(page, "POST", f"actions/{key}", {})
        else:
            status, _ = send(page, "PUT", "settings", {"changes": {key: row["default"] or ""}})
        assert status in ({404} if permission == "UV" else {403, 422}), f"{key}: {status}"
    told = json.loads(page.evaluate(FIRST_MESSAGE))
    assert not hidden & (told["facts"].keys() | set(told["waiting"]))


@pytest.mark.parametrize("role", list(Role))
def test_navigation_leads_to_nothing_forbidden(open_view: OpenView, role: Role) -> None:
    view = open_view(role)
    refused: list[str] = []
    view.page.on(
        "response",
        lambda answer: (
            refused.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    links = view.page.locator("nav.main > ul > li > a").evaluate_all(
        "links => links.map(link => link.hash.slice(1))"
    )
    assert "/" in links
    for path in links:
        view.to(path)
    assert refused == []
