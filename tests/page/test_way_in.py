"""First start, log-in, the end of a session, and languages at the door."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page.conftest import PASSWORDS, PHONE, Box, OpenView, start_box
from tests.page.test_pictures import picture


@pytest.fixture
def new_box(tmp_path: Path) -> Iterator[Box]:
    """A wallbox that nobody has claimed."""
    box = start_box(tmp_path / "new")
    yield box
    box.wallbox.kill()


@pytest.mark.parametrize("language", ["en", "de"])
def test_first_start(open_view: OpenView, new_box: Box, language: str) -> None:
    view = open_view(None, PHONE, language, at=new_box)
    page = view.page
    expect(page.locator("h1")).to_be_visible()
    picture(view, f"first-start-phone-{language}", PHONE)
    submit = page.locator("form button[type=submit]")
    fields = page.locator("form input[type=password]")
    page.locator("form input").first.fill("AAAAA-AAAAA-AAAAA-AAAAA")
    for place in range(3):
        fields.nth(place).fill("short")
    expect(submit).to_be_disabled()
    for place in range(3):
        fields.nth(place).fill(PASSWORDS["user"])
    expect(submit).to_be_disabled()  # each role has its own
    for place, password in enumerate(PASSWORDS.values()):
        fields.nth(place).fill(password)
    submit.click()
    expect(page.get_by_role("alert")).to_be_visible()  # this is not the key
    page.locator("form input").first.fill(new_box.device_key)
    submit.click()
    expect(page.locator("nav.main")).to_be_visible()
    assert new_box.get("session")["claimed"]


def test_a_wrong_password_is_told_and_nothing_else(open_view: OpenView) -> None:
    view = open_view(None, PHONE)
    page = view.page
    page.locator("input[autocomplete=username]").fill("operator")
    page.locator("input[autocomplete=current-password]").fill("not the right one")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong")
    expect(page.locator("nav.main")).to_have_count(0)
    view.log_in("operator")


def test_log_in_in_the_browsers_language(open_view: OpenView) -> None:
    view = open_view(None, PHONE, "it")
    expect(view.page.get_by_role("button", name="Accedi")).to_be_visible()
    view.page.get_by_label("Lingua").select_option("es")
    expect(view.page.get_by_role("button", name="Entrar")).to_be_visible()
    view.page.reload()
    expect(view.page.get_by_role("button", name="Entrar")).to_be_visible()


def test_after_the_session_has_ended_one_is_back_where_one_was(open_view: OpenView) -> None:
    view = open_view()
    page = view.to("/settings/NETWORK")
    hostname = page.locator('[data-key="network.hostname"] input')
    hostname.fill("garage")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The session has ended.")).to_be_visible()
    view.log_in("manufacturer")
    expect(page.locator("main")).to_have_attribute("data-path", "/settings/NETWORK")
    expect(hostname).to_have_value("garage")  # what was typed is still there


def test_another_role_does_not_find_what_was_typed(open_view: OpenView) -> None:
    view = open_view()
    page = view.to("/settings/NETWORK")
    page.locator('[data-key="network.hostname"] input').fill("garage")
    page.get_by_role("button", name="Log out").first.click()
    view.log_in("operator")
    expect(page.locator(".savebar")).to_have_count(0)
