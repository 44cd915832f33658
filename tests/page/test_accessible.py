"""axe-core finds nothing on any page, light or dark; the keyboard reaches what matters."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scripts.environments import UnavailableError
from scripts.node_packages import node_modules
from tests.page import places
from tests.page.conftest import DESKTOP, PHONE, OpenView

MANIFEST = Path(__file__).resolve().parents[2] / "firmware" / "web-ui" / "package.json"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    try:
        return (node_modules(MANIFEST) / "axe-core" / "axe.min.js").read_text()
    except UnavailableError as error:
        pytest.skip(f"axe-core cannot be had: {error}")


def violations(page: Page, axe: str) -> list[str]:
    """What axe says is wrong, with the place in the page."""
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(
        f"axe.run(document, {json.dumps(RULES)}).then(found => found.violations)"
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(
    ("size", "dark"), [(PHONE, False), (DESKTOP, True)], ids=["phone, light", "desktop, dark"]
)
def test_no_violation_on_any_page(
    open_view: OpenView, axe: str, size: tuple[int, int], dark: bool
) -> None:
    view = open_view(size=size, dark=dark)
    found = {path: violations(view.to(path), axe) for path in places.ALL}
    assert [f"{path}: {one}" for path, wrong in found.items() for one in wrong] == []


def test_no_violation_at_the_log_in(open_view: OpenView, axe: str) -> None:
    view = open_view(role=None, size=PHONE)
    view.page.locator("main h1").wait_for()
    assert violations(view.page, axe) == []


def test_no_violation_in_dialogs(open_view: OpenView, axe: str) -> None:
    page = open_view(size=PHONE).to("/settings")
    page.get_by_role("button", name="Import & export").click()
    assert violations(page, axe) == []


def test_keyboard_goes_straight_to_the_content(open_view: OpenView) -> None:
    page = open_view().to("/charges")
    page.reload()
    page.locator("main h1").wait_for()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_heading_of_another_page_gets_the_focus(open_view: OpenView) -> None:
    page = open_view().to("/")
    page.get_by_role("link", name="Faults").click()
    expect(page.locator("h1")).to_be_focused()
    expect(page).to_have_title("Faults · Cabur EV PLUS 22")


def test_a_dialog_keeps_the_focus_and_gives_it_back(open_view: OpenView) -> None:
    page = open_view().to("/settings")
    button = page.get_by_role("button", name="Import & export")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
