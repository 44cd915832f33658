"""What a homeowner sees while setting up: each dialogue is walked through, and pictured."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import Household

from .conftest import PICTURES
from .test_pages import QUIET_MS, open_page, settle

COMMISSIONING_MS = 420_000
"""Its usual time is three minutes."""
INTEGRATION = "/config/integrations/integration/evse_ocpp"


RELOAD_S = 32
"""Home Assistant loads an entry again 30 s after one of its entities was enabled, which the
household's set-up does; a dialogue that is open then ends."""


@pytest.fixture(scope="module", autouse=True)
def _loaded_for_good(household: Household, started_s: float) -> None:
    assert household.connected()
    time.sleep(max(0.0, started_s + RELOAD_S - time.monotonic()))


def port_of(household: Household) -> int:
    notes = json.loads((household.folder / "household.json").read_text())
    return int(notes["url"].rpartition(":")[2].partition("/")[0])


@contextmanager
def foreign_wallbox(
    household: Household, identity: str, password: str | None = None
) -> Iterator[ClientConnection]:
    """A wallbox of another maker that boots and accepts everything."""
    credentials = "" if password is None else f"{identity}:{password}@"
    url = f"ws://{credentials}127.0.0.1:{port_of(household)}/ocpp/{identity}"
    with connect(url, subprotocols=[Subprotocol("ocpp1.6")], proxy=None) as link:
        boot = {
            "chargePointVendor": "Contoso",
            "chargePointModel": "Street 11",
            "firmwareVersion": "3.2",
        }
        link.send(json.dumps([2, "boot", "BootNotification", boot]))
        answering = threading.Thread(target=_answer, args=(link,), daemon=True)
        answering.start()
        yield link
    answering.join(5)


def _answer(link: ClientConnection) -> None:
    try:
        for text in link:
            message: list[Any] = json.loads(text)
            if message[0] == 2:
                link.send(json.dumps([3, message[1], {"status": "Accepted"}]))
    except ConnectionClosed:
        return


def knock(household: Household, identity: str) -> None:
    """Call without a password, and be refused."""
    with pytest.raises(InvalidStatus), foreign_wallbox(household, identity):
        pass


def dialog_of(page: Page) -> Locator:
    return page.locator("dialog-data-entry-flow")


def click(page: Page, text: str) -> None:
    dialog_of(page).get_by_text(text, exact=True).locator("visible=true").last.click()


def choose(page: Page, text: str) -> None:
    """Click on an option of a menu, or on a button, of the dialogue."""
    click(page, text)
    settle(page)


def begin_adding(page: Page) -> None:
    """Press “Add wallbox” on the integration's page."""
    add = page.get_by_text("Add wallbox").first
    add.wait_for(state="attached")
    if not add.is_visible():  # before 2025.7 it stands in the menu of the entry
        menu = page.locator("ha-md-button-menu", has_text="Add wallbox")
        menu.locator("ha-icon-button").first.click()
    add.click()
    settle(page)


def add_wallbox(page: Page, household: Household) -> None:
    open_page(page, household, INTEGRATION)
    begin_adding(page)


def wallboxes(household: Household) -> dict[str, str]:
    """The wallboxes that were added: title → id of the subentry."""
    kind, entry_id = "config_entries/subentries/list", household.entry_id
    listed = household.home_assistant.websocket(type=kind, entry_id=entry_id)
    return {each["title"]: each["subentry_id"] for each in listed}


def remove_wallbox(household: Household, title: str) -> None:
    household.home_assistant.websocket(
        type="config_entries/subentries/delete",
        entry_id=household.entry_id,
        subentry_id=wallboxes(household)[title],
    )


def test_first_form(browser_page: Page, household: Household, pictures: Path) -> None:
    open_page(browser_page, household, "/config/integrations/dashboard/add?domain=evse_ocpp")
    if (ok := browser_page.get_by_text("OK", exact=True).locator("visible=true")).count():
        ok.last.click()  # "do you want to set up …?"
        settle(browser_page)
    expect(dialog_of(browser_page).get_by_text("Server for wallboxes").first).to_be_visible()
    browser_page.screenshot(path=pictures / "setup-server.png")


def test_next_wallbox_that_calls(browser_page: Page, household: Household, pictures: Path) -> None:
    add_wallbox(browser_page, household)
    browser_page.screenshot(path=pictures / "setup-add.png")
    click(browser_page, "Connect the next wallbox that calls")  # its progress never settles
    expect(dialog_of(browser_page).get_by_text("ws://").first).to_be_visible()
    browser_page.wait_for_timeout(QUIET_MS)
    browser_page.screenshot(path=pictures / "setup-pairing.png")
    with foreign_wallbox(household, "street-4711"):
        heading = dialog_of(browser_page).get_by_text("Wallbox street-4711 has called")
        expect(heading.first).to_be_visible()
        settle(browser_page)
        expect(dialog_of(browser_page).get_by_text("Contoso Street 11").first).to_be_visible()
        browser_page.screenshot(path=pictures / "setup-guest.png")
        choose(browser_page, "Submit")
        wait_until(lambda: "Street 11" in wallboxes(household), "the new wallbox")
    remove_wallbox(household, "Street 11")


def test_doctor(browser_page: Page, household: Household, pictures: Path) -> None:
    knock(household, "garage")
    knock(household, "porch")
    add_wallbox(browser_page, household)
    choose(browser_page, "Connection doctor")
    expect(dialog_of(browser_page).get_by_text("porch").first).to_be_visible()
    expect(dialog_of(browser_page).get_by_text("The password is wrong").first).to_be_visible()
    browser_page.screenshot(path=pictures / "setup-doctor.png")
    choose(browser_page, "Look again")
    choose(browser_page, "Back")
    expect(dialog_of(browser_page).get_by_text("Enter a wallbox by hand").first).to_be_visible()


def test_repairs(browser_page: Page, household: Household, pictures: Path) -> None:
    knock(household, "carport-2")
    open_page(browser_page, household, "/config/repairs")
    issue = browser_page.get_by_text("Wallbox carport-2 wants to connect").first
    expect(issue).to_be_visible()
    browser_page.screenshot(path=pictures / "setup-repairs.png")
    issue.click()
    settle(browser_page)
    expect(dialog_of(browser_page).get_by_text("Add this wallbox").first).to_be_visible()
    browser_page.screenshot(path=pictures / "setup-unknown.png")


def change_wallbox(page: Page, household: Household) -> None:
    open_page(page, household, INTEGRATION)
    change = page.get_by_label("Change wallbox").or_(page.get_by_title("Change wallbox"))
    before_2025_7 = page.locator(".sub-entry ha-button", has_text="Configure")
    change.or_(before_2025_7).first.click()
    settle(page)


def test_menu_of_a_wallbox(browser_page: Page, household: Household, pictures: Path) -> None:
    change_wallbox(browser_page, household)
    expect(dialog_of(browser_page).get_by_text("Show the address to enter").first).to_be_visible()
    browser_page.screenshot(path=pictures / "setup-change.png")
    choose(browser_page, "Show the address to enter")
    expect(dialog_of(browser_page).get_by_text("ws://").first).to_be_visible()
    choose(browser_page, "Submit")


@pytest.mark.skipif(PICTURES is None, reason="the commissioning test takes three minutes")
def test_commissioning_report(browser_page: Page, household: Household, pictures: Path) -> None:
    change_wallbox(browser_page, household)
    choose(browser_page, "Commissioning test: find out how the wallbox obeys")
    browser_page.screenshot(path=pictures / "setup-commissioning.png")
    choose(browser_page, "Submit")
    table = dialog_of(browser_page).locator("table").first
    expect(table).to_be_visible(timeout=COMMISSIONING_MS)
    settle(browser_page)
    browser_page.screenshot(path=pictures / "setup-commissioning-report.png")
