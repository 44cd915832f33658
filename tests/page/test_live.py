"""The state page: what is, why, stop; and what it says when the wallbox is not there."""

from contextlib import suppress
from pathlib import Path

from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect

from scripts.harness.home_assistant import wait_until
from tests.page.conftest import (
    CHARGING_TIMEOUT_S,
    DESKTOP,
    HOUSE,
    PASSWORDS,
    PHONE,
    Box,
    OpenView,
    start_box,
)
from tests.page.test_pictures import picture


def test_a_charge_is_shown_explained_and_stopped(open_view: OpenView, idle_box: Box) -> None:
    page = open_view("user", PHONE, at=idle_box).to("/")
    card = page.locator(".connector")
    expect(card.get_by_role("heading")).to_have_text("Available")
    idle_box.wallbox.request(command="plug", max_a=16)
    expect(card.get_by_role("heading", level=2)).to_have_text(
        "Charging", timeout=1000 * CHARGING_TIMEOUT_S
    )
    expect(card.locator(".sentence")).to_contain_text("Charging at")
    expect(card.locator(".level")).to_have_count(3)
    card.get_by_text("Why?").click()
    expect(card.locator(".wins")).to_have_count(1)
    card.get_by_role("button", name="Stop charging").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop charging").click()
    expect(card.get_by_role("heading", level=2)).to_have_text("Finished")


def test_a_lost_wallbox_is_said_to_be_lost(open_view: OpenView, idle_box: Box) -> None:
    view = open_view("operator", at=idle_box)
    page = view.to("/charges")
    idle_box.wallbox.kill()
    expect(page.get_by_role("alert")).to_contain_text("No connection with the wallbox")
    idle_box.wallbox.start()
    wait_until(idle_box.serves, "the page", 120)
    with suppress(NotInTime):  # after a long start the page has tried again by itself
        page.get_by_role("alert").get_by_role("button").click(timeout=5_000)
    # A session ends with the program; one is led back to where one was.
    expect(page.get_by_text("The session has ended.")).to_be_visible()
    view.log_in("operator")
    expect(page.locator("main")).to_have_attribute("data-path", "/charges")
    expect(page.locator(".banners [role=alert]")).to_have_count(0)


def test_a_fault_says_what_to_do_and_cannot_be_ended_here(
    open_view: OpenView, idle_box: Box
) -> None:
    page = open_view(size=PHONE, at=idle_box).to("/faults")
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()
    idle_box.wallbox.request(command="fault", fault="ResidualCurrent")
    fault = page.locator(".notice.bad").first
    expect(fault).to_contain_text("in front of the wallbox")
    assert fault.get_by_role("button").count() == 0


def test_charts_have_a_table(open_view: OpenView) -> None:
    page = open_view().to("/")
    page.get_by_role("button", name="24 h").click()
    figure = page.locator("figure", has_text="Currents of the house")
    figure.get_by_text("As a table").click()
    expect(figure.locator("tbody tr")).to_have_count(48)
    expect(figure.locator("thead th")).to_have_count(5)


def test_two_sockets_stand_side_by_side(open_view: OpenView, tmp_path: Path) -> None:
    box = start_box(tmp_path / "two", installation__connectors=2, **HOUSE)
    try:
        box.post("claim", {"device_key": box.device_key, "passwords": PASSWORDS})
        box.wallbox.request(command="plug", connector=2, max_a=16)
        view = open_view("user", at=box)
        cards = view.to("/").locator(".connector")
        expect(cards).to_have_count(2)
        expect(cards.nth(0)).to_contain_text("Connector 1")
        expect(cards.nth(1).get_by_role("heading", level=2)).to_have_text(
            "Charging", timeout=1000 * CHARGING_TIMEOUT_S
        )
        expect(cards.nth(0).get_by_role("heading", level=2)).to_have_text("Available")
        picture(view, "two-sockets-desktop-en", DESKTOP)
    finally:
        box.wallbox.kill()
