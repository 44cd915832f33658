"""The path of a new user, as README.md and docs/first-charge.md have it: from nothing to a charge.

Home Assistant is fresh. HACS, which only fetches the folder, is the one step that is not taken.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.harness.home_assistant import HomeAssistant, free_port, wait_until
from scripts.harness.wallbox import Wallbox

from .conftest import logged_in
from .flow import film
from .test_pages import QUIET_MS, settle
from .test_setup_pictures import INTEGRATION, begin_adding, choose, click, dialog_of
from .test_views import shown

IDENTITY = "EVSE-0042"
NAME = "Garage"
LIMIT_MS = 40_000
SIZE = {"width": 1000, "height": 760}
PATIENT_S = 600
"""A person takes about ten minutes (docs/first-charge.md): nothing here may take longer."""


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[HomeAssistant]:
    home = HomeAssistant(tmp_path / "new", Path(os.environ["EVSE_HOME_ASSISTANT"]), language="en")
    try:
        home.start()
        yield home
    finally:
        home.kill()


@pytest.fixture
def wallbox(tmp_path: Path) -> Iterator[Wallbox]:
    wallbox = Wallbox(tmp_path / "wallbox", simulation__house="quiet")
    yield wallbox
    wallbox.kill()


def go(page: Page, home: HomeAssistant, path: str) -> None:
    page.goto(home.url + path)
    page.locator("home-assistant-main").wait_for()
    settle(page)


def finish(page: Page) -> None:
    """Close the word of success, which newer versions call by other names."""
    done = dialog_of(page).get_by_text("Finish", exact=True)
    older = dialog_of(page).get_by_text("Skip and finish", exact=True)
    done.or_(older).locator("visible=true").last.click()
    settle(page)


def install(page: Page, port: int) -> None:
    """In Settings → Devices & services: Add integration → EVSE OCPP."""
    page.get_by_text("Add integration").locator("visible=true").last.click()
    settle(page)
    page.keyboard.type("EVSE OCPP")
    settle(page)
    page.get_by_text("EVSE OCPP", exact=True).locator("visible=true").last.click()
    settle(page)
    dialog_of(page).locator("input").first.fill(str(port))
    choose(page, "Submit")
    finish(page)


def add_the_wallbox_that_calls(
    page: Page, home: HomeAssistant, wallbox: Wallbox, port: int
) -> None:
    """Add wallbox → Connect the next wallbox that calls; it calls, and it is ours."""
    go(page, home, INTEGRATION)
    begin_adding(page)
    click(page, "Connect the next wallbox that calls")
    expect(dialog_of(page).get_by_text(f":{port}/ocpp").first).to_be_visible()
    wallbox.start(ocpp__url=f"ws://127.0.0.1:{port}/ocpp", ocpp__identity=IDENTITY)
    called = dialog_of(page).get_by_text(f"Wallbox {IDENTITY} has called").first
    expect(called).to_be_visible(timeout=LIMIT_MS)
    settle(page)
    dialog_of(page).locator("input").first.fill(NAME)
    choose(page, "Submit")
    finish(page)


def see(page: Page, word: str) -> None:
    """Wait until the page shows it, in whatever element."""
    wait_until(lambda: word in shown(page).split("\n"), f"{word} on the page", LIMIT_MS / 1000)


def charge(page: Page, home: HomeAssistant, wallbox: Wallbox) -> None:
    """Open the device, plug in, switch Charging on."""
    entities = home.entities(NAME)
    wait_until(lambda: home.state(entities["connected"]) == "on", "the connection", 60)
    go(page, home, f"/config/devices/device/{home.device(NAME)}")
    see(page, "Available")
    wallbox.request(command="plug", max_a=16)
    see(page, "Preparing")
    page.locator("ha-entity-toggle").first.click()
    wait_until(lambda: home.state(entities["status"]) == "charging", "the car charging", 60)
    see(page, "Charging")


def show_the_dashboard(page: Page, home: HomeAssistant) -> None:
    """Configure → Dashboards: a tick, and the dashboard is in the sidebar."""
    go(page, home, INTEGRATION)
    gear = page.get_by_label("Configure").or_(page.get_by_title("Configure"))
    words = page.get_by_text("Configure", exact=True)
    gear.or_(words).locator("visible=true").first.click()
    settle(page)
    choose(page, "Dashboards")
    dialog_of(page).locator("ha-switch, ha-selector-boolean").first.click()
    choose(page, "Submit")
    finish(page)
    page.get_by_role("link", name="Charging").or_(
        page.locator("a", has_text="Charging")
    ).first.click()
    card = page.locator("evse-ocpp-card").first
    expect(card.get_by_text("Charging").first).to_be_visible(timeout=LIMIT_MS)
    page.wait_for_timeout(QUIET_MS)


def test_from_nothing_to_the_first_charge(
    chromium: Browser, new_home: HomeAssistant, wallbox: Wallbox, pictures: Path
) -> None:
    port = free_port()
    with logged_in(chromium, new_home, viewport=SIZE) as page:
        go(page, new_home, "/config/integrations/dashboard")
        began_s = time.monotonic()
        with film(page, pictures / "first-charge.webp"):
            install(page, port)
            add_the_wallbox_that_calls(page, new_home, wallbox, port)
            charge(page, new_home, wallbox)
            charging_s = time.monotonic() - began_s
            show_the_dashboard(page, new_home)
    print(f"from the first click to the first charge: {charging_s:.0f} s")
    assert charging_s < PATIENT_S
