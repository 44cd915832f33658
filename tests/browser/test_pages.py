"""What a homeowner sees and clicks: the device's page, the dashboard, the form for a wallbox."""

import time
from pathlib import Path

from playwright.sync_api import Page, expect

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import CHARGER_NAME, Household

QUIET_MS = 700


def settle(page: Page) -> None:
    """Wait until two pictures in a row are alike: nothing is loading or moving any more."""
    end, before = time.monotonic() + 20, b""
    while time.monotonic() < end:
        page.wait_for_timeout(QUIET_MS)
        now = page.screenshot()
        if now == before:
            return
        before = now


def open_page(page: Page, household: Household, path: str) -> None:
    page.goto(household.home_assistant.url + path)
    page.locator("home-assistant-main").wait_for()
    settle(page)


def offered_a(household: Household) -> float:
    status = household.wallbox.request(command="status")
    return float(status["connectors"]["1"]["offered_a"])


def test_the_dashboard_moves_the_car(
    browser_page: Page, household: Household, dashboard: str, pictures: Path
) -> None:
    open_page(browser_page, household, dashboard)
    page, entities = household.home_assistant, household.entities
    expect(browser_page.get_by_text("Charging", exact=True).first).to_be_visible()
    wait_until(lambda: offered_a(household) == 16, "16 A", 30)

    # The slider of the current limit, moved with the keyboard as a person does.
    slider = browser_page.get_by_role("slider").first
    slider.focus()
    for amps in (15, 14, 13, 12):  # each press starts from the value that is shown
        slider.press("ArrowLeft")
        wait_until(lambda: page.number(entities["current_limit"]) == amps, f"{amps} A", 15)  # noqa: B023
        expect(slider).to_have_attribute("aria-valuenow", str(amps))
    wait_until(lambda: offered_a(household) == 12, "12 A at the pilot", 15)
    wait_until(lambda: world_car_a(household) < 12.1, "the car at 12 A", 15)
    assert page.number(entities["current_limit"]) == 12

    # The switch: stop, and go on.
    switch = browser_page.locator("hui-toggle-card-feature ha-control-switch").first
    switch.click()
    wait_until(lambda: world_car_a(household) == 0, "the car at rest", 20)
    expect(browser_page.get_by_text("Suspended by the wallbox").first).to_be_visible()
    switch.click()
    wait_until(lambda: world_car_a(household) > 10, "the car charging", 30)
    wait_until(lambda: (page.number(entities["power"]) or 0) > 5000, "power", 20)
    settle(browser_page)
    browser_page.screenshot(path=pictures / "dashboard.png")


def world_car_a(household: Household) -> float:
    world = household.wallbox.request(command="status")["world"]
    return float(world["connectors"]["1"]["car_a"][0])


def test_the_device_page_shows_everything(
    browser_page: Page, household: Household, pictures: Path
) -> None:
    devices = household.home_assistant.websocket(type="config/device_registry/list")
    device = next(item["id"] for item in devices if item["name"] == CHARGER_NAME)
    browser_page.set_viewport_size({"width": 1280, "height": 1500})
    open_page(browser_page, household, f"/config/devices/device/{device}")
    for name in ("Current limit", "Limited by", "House connection maximum current", "Total energy"):
        expect(browser_page.get_by_text(name, exact=True).first).to_be_visible()
    browser_page.screenshot(path=pictures / "device.png")
    browser_page.set_viewport_size({"width": 1280, "height": 900})


def test_a_wallbox_is_added_with_its_own_password(
    browser_page: Page, household: Household, pictures: Path
) -> None:
    open_page(browser_page, household, "/config/integrations/integration/evse_ocpp")
    add = browser_page.get_by_text("Add wallbox").first
    add.wait_for(state="attached")
    if not add.is_visible():  # before 2025.7 it stands in the menu of the entry
        menu = browser_page.locator("ha-md-button-menu", has_text="Add wallbox")
        menu.locator("ha-icon-button").first.click()
    add.click()
    dialog = browser_page.locator("dialog-data-entry-flow")
    dialog.get_by_text("Enter a wallbox by hand").first.click()
    settle(browser_page)  # the fields of the form are loaded one by one
    dialog.locator("input:not([type=number])").locator("visible=true").first.fill("carport")
    dialog.get_by_text("Submit", exact=True).locator("visible=true").last.click()
    expect(dialog.get_by_text("ws://").first).to_be_visible()
    browser_page.set_viewport_size({"width": 1280, "height": 1080})
    settle(browser_page)
    browser_page.screenshot(path=pictures / "add-wallbox.png")
    browser_page.set_viewport_size({"width": 1280, "height": 900})
