"""What an owner sees of sun, battery and prices: the modes, the plan, the reason, the dashboard.

The site of `scripts/demo --solar` is added to the household while these tests run.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scripts.harness.dashboard import make_dashboard
from scripts.harness.home_assistant import wait_until
from scripts.harness.house import CHARGER_NAME, Household
from scripts.harness.solar_day import (
    SITE_NAME,
    Background,
    SolarDay,
    fill_energy_dashboard,
    set_up_site,
)
from scripts.harness.solar_demo import FAST_SPEED, choose, plan

from .conftest import PICTURES
from .test_pages import QUIET_MS, open_page
from .test_setup_pictures import INTEGRATION, RELOAD_S, dialog_of, wallboxes
from .test_setup_pictures import choose as choose_in_dialogue
from .test_views import DESKTOP, PHONE, picture

LIMIT_S = 30
SENTENCE = re.compile(r"\w+ .+ \w+.*\.")
NOON_S = 13 * 3600.0
HISTORY_S = 110
"""For the pictures so much of a fast day passes first, so that its graph shows something."""


@pytest.fixture(scope="module")
def sunny(household: Household) -> Iterator[Household]:
    """The household at a sunny noon, with a site, a goal, and mode Solar only."""
    speed, begins_s = (FAST_SPEED, NOON_S - HISTORY_S * FAST_SPEED) if PICTURES else (1.0, NOON_S)
    day = SolarDay(household, speed=speed, begins_s=begins_s)
    page, entities = household.home_assistant, household.entities
    with Background(day):
        set_up_site(household, fast=bool(PICTURES))
        fill_energy_dashboard(household)
        choose(household, "solar")
        plan(household)
        if PICTURES:
            time.sleep(HISTORY_S)
        yield household
        page.act("select.select_option", entity_id=entities["mode"], option="fast")
        page.websocket(
            type="config_entries/subentries/delete",
            entry_id=household.entry_id,
            subentry_id=wallboxes(household)[SITE_NAME],
        )


@pytest.fixture(scope="module")
def view(sunny: Household) -> str:
    """The path of the demo's dashboard with the view of the sun."""
    return make_dashboard(sunny, SITE_NAME, 1.2 * HISTORY_S / 3600)


def pick(page: Page, name: str) -> None:
    """Choose a mode in the list of the tile, and wait until it has closed."""
    option = page.get_by_role("menuitem", name=name).or_(page.get_by_role("option", name=name)).last

    def opened() -> bool:
        if not option.is_visible():
            page.locator("hui-select-options-card-feature").first.click()
            page.wait_for_timeout(QUIET_MS)
        return option.is_visible()

    wait_until(opened, f"{name} in the list", LIMIT_S)
    option.click()
    expect(option).to_be_hidden(timeout=LIMIT_S * 1000)


def test_modes_plan_and_reason(
    browser_page: Page, sunny: Household, view: str, pictures: Path
) -> None:
    page, entities = sunny.home_assistant, sunny.entities
    wait_until(lambda: page.state(entities["status"]) == "charging", "sun in the car", 2 * LIMIT_S)
    browser_page.set_viewport_size({"width": 1280, "height": 1000})
    open_page(browser_page, sunny, view)
    expect(browser_page.get_by_text("Solar only", exact=True).first).to_be_visible()
    chart = browser_page.locator("hui-picture-entity-card img").first
    expect(chart).to_be_visible()
    loaded = "image => image.complete && image.naturalWidth > 0"
    wait_until(lambda: chart.evaluate(loaded), "the chart's picture", LIMIT_S)
    sentence = browser_page.locator("hui-markdown-card").first
    expect(sentence).to_contain_text(SENTENCE)
    picture(browser_page, pictures / "energy-modes.png")
    chart.screenshot(path=pictures / "energy-plan.png")

    for mode, name in (("cheap", "When cheap"), ("solar", "Solar only")):
        pick(browser_page, name)
        wait_until(lambda: page.state(entities["mode"]) == mode, mode, LIMIT_S)  # noqa: B023
    assert len(page.state(entities["why"]).split()) > 3
    browser_page.set_viewport_size(DESKTOP)


def test_the_reason_on_a_phone(
    browser_page: Page, sunny: Household, view: str, pictures: Path
) -> None:
    page, entities = sunny.home_assistant, sunny.entities
    if PICTURES:  # a car that was paused by the test before takes its time
        charging = "Charging"
        wait_until(lambda: page.state(entities["why"]).startswith(charging), charging, 3 * LIMIT_S)
    browser_page.set_viewport_size(PHONE)
    open_page(browser_page, sunny, view)
    said = browser_page.locator("hui-markdown-card").first
    expect(said).to_contain_text(SENTENCE)
    picture(browser_page, pictures / "energy-why.png")
    browser_page.set_viewport_size(DESKTOP)


def test_the_energy_dashboard(browser_page: Page, sunny: Household, pictures: Path) -> None:
    browser_page.set_viewport_size({"width": 1280, "height": 1000})
    open_page(browser_page, sunny, "/energy")
    newer = browser_page.get_by_text("Electricity", exact=True).first
    if newer.is_visible():  # since 2026 it has a page of its own
        newer.click()
    shown = browser_page.get_by_text(re.compile(r"\d kWh")).locator("visible=true").first
    expect(shown).to_be_visible(timeout=LIMIT_S * 1000)
    picture(browser_page, pictures / "energy-dashboard.png")
    browser_page.set_viewport_size(DESKTOP)


def test_the_check_of_a_site(
    browser_page: Page, sunny: Household, started_s: float, pictures: Path
) -> None:
    # A dialogue that is open while the entry is loaded again ends.
    time.sleep(max(0.0, started_s + RELOAD_S - time.monotonic()))
    open_page(browser_page, sunny, INTEGRATION)
    change = browser_page.get_by_label("Change site").or_(browser_page.get_by_title("Change site"))
    before_2025_7 = browser_page.locator(".sub-entry", has_text=SITE_NAME).get_by_text("Configure")
    change.or_(before_2025_7).first.click()
    choose_in_dialogue(browser_page, "Check and save")
    expect(dialog_of(browser_page).get_by_text(re.compile("The roof gives")).first).to_be_visible()
    picture(browser_page, pictures / "site-setup-check.png")
    assert sunny.home_assistant.device(CHARGER_NAME)
