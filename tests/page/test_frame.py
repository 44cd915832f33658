"""What is around every page: the menu of a phone, deep links, the clock, languages on the way."""

from typing import Any

from playwright.sync_api import expect

from tests.page.conftest import PHONE, OpenView
from tests.page.test_tools import answer

CLOCK: dict[str, Any] = {
    "available": True,
    "reason": "",
    "now": "2021-07-27T10:07:31+02:00",
    "time_zone": "Europe/Rome",
    "ntp": False,
    "synchronized": False,
    "can_ntp": True,
}


def test_the_menu_of_a_phone_leads_everywhere(open_view: OpenView) -> None:
    page = open_view("user", PHONE).to("/")
    more = page.locator("nav.main button")
    expect(page.get_by_role("link", name="Reports")).to_be_hidden()
    more.click()
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="Changes")).to_have_count(0)  # not for this role
    page.get_by_role("link", name="Reports").click()
    expect(page.locator("h1")).to_have_text("Reports")
    expect(more).to_have_attribute("aria-expanded", "false")


def test_a_link_leads_to_its_page(open_view: OpenView) -> None:
    view = open_view(None)
    view.page.goto(f"{view.box.url}/#/settings/BACKEND")
    view.log_in("operator")
    expect(view.page.locator("h1")).to_have_text("Backend")


def test_an_address_that_is_none_says_so(open_view: OpenView) -> None:
    page = open_view("user").to("/nothing")
    expect(page.locator("h1")).to_have_text("There is no such page")
    page.locator("main").get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Now")


def test_the_language_changes_under_way(open_view: OpenView) -> None:
    view = open_view("user", PHONE)
    view.to("/about").get_by_label("Language", exact=True).select_option("fr")
    expect(view.page.locator("h1")).to_have_text("À propos")
    sentence = view.to("/").locator(".sentence")
    expect(sentence).to_contain_text("Charge à")  # the wallbox's own words as well
    expect(view.to("/settings/NETWORK").locator("html")).to_have_attribute("lang", "fr")


def test_the_clock_is_set_from_the_browser(open_view: OpenView) -> None:
    """Cabur manual, 8.1.2, 13."""
    view = open_view()
    sent = answer(view.page, "time", CLOCK)
    page = view.to("/settings/SYSTEM")
    page.get_by_role("button", name="Take the time of this device").click()
    expect(page.locator(".toast")).to_contain_text("The time is set")
    (request,) = [one for one in sent if one.method == "PUT"]
    assert request.post_data_json["at"].endswith("Z")
