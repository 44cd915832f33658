"""The step of the options that puts wallboxes on dashboards: in the sidebar, and that of energy."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import Household

from .test_pages import open_page, settle
from .test_setup_pictures import INTEGRATION, choose, click, dialog_of

SIDEBAR_TICK = "Dashboard “Charging” in the sidebar"


def open_step(page: Page, household: Household) -> None:
    open_page(page, household, INTEGRATION)
    entry = page.locator("ha-config-entry-row").first
    configure = entry.get_by_label("Configure").first
    before_2025_7 = page.locator(".config_entry ha-button", has_text="Configure").first
    configure.or_(before_2025_7).first.click()
    settle(page)
    choose(page, "Dashboards")


def tick_energy(page: Page) -> Locator:
    return dialog_of(page).locator("ha-selector-select").get_by_text("total_energy").first


def energy_devices(household: Household) -> list[dict[str, Any]]:
    preferences = household.home_assistant.websocket(type="energy/get_prefs")
    return list(preferences["device_consumption"])


def dashboards(household: Household) -> list[str]:
    return [
        each["url_path"]
        for each in household.home_assistant.websocket(type="lovelace/dashboards/list")
    ]


def test_ticked_it_is_there_and_unticked_it_is_gone(
    browser_page: Page, household: Household, pictures: Path
) -> None:
    entities = household.entities
    open_step(browser_page, household)
    click(browser_page, SIDEBAR_TICK)
    tick_energy(browser_page).click()
    settle(browser_page)
    browser_page.screenshot(path=pictures / "setup-dashboards.png")
    choose(browser_page, "Submit")
    wait_until(lambda: "evse-ocpp" in dashboards(household), "the dashboard", 10)
    (device,) = energy_devices(household)
    assert device["stat_consumption"] == entities["energy"]
    assert device.get("stat_rate", entities["power"]) == entities["power"]  # 2025.4 has none
    choose(browser_page, "Finish")
    open_page(browser_page, household, "/evse-ocpp")
    expect(browser_page.get_by_text("Charging", exact=True).first).to_be_visible()

    open_step(browser_page, household)
    click(browser_page, SIDEBAR_TICK)
    tick_energy(browser_page).click()
    choose(browser_page, "Submit")
    wait_until(lambda: "evse-ocpp" not in dashboards(household), "no dashboard", 10)
    assert energy_devices(household) == []
