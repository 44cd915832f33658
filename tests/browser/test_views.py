"""What an owner sees day by day: the wallbox's page, sessions, a repair, an action, diagnostics.

No raw key, no unknown state and no untranslated text may show in any of them.
"""

import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import CHARGER_NAME, Household

from .test_pages import open_page, settle
from .test_setup_pictures import foreign_wallbox, remove_wallbox

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 412, "height": 915}
RAW_TEXTS = ("component.evse_ocpp", "state.unknown", "[object Object]", "undefined")


def shown(page: Page) -> str:
    """All text of the page, also that of the shadow trees which the frontend is made of."""
    return page.locator("home-assistant").evaluate(
        """root => { const texts = [];
          const walk = node => {
            if (node.shadowRoot) walk(node.shadowRoot);
            for (const child of node.childNodes) {
              if (child.nodeType === Node.TEXT_NODE) texts.push(child.data.trim());
              else if (!["STYLE", "SCRIPT"].includes(child.nodeName)) walk(child);
            }
          };
          walk(root);
          return texts.filter(Boolean).join("\\n"); }"""
    )


def picture(page: Page, file: Path) -> None:
    """Picture a page that has settled, when nothing raw shows on it."""
    settle(page)
    text = shown(page)
    assert not [raw for raw in RAW_TEXTS if raw in text]
    page.screenshot(path=file)


def test_the_device_page_on_a_phone(
    browser_page: Page, household: Household, pictures: Path
) -> None:
    device = household.home_assistant.device(CHARGER_NAME)
    browser_page.set_viewport_size({"width": PHONE["width"], "height": 1500})
    open_page(browser_page, household, f"/config/devices/device/{device}")
    for name in ("Charging", "Current limit", "Status"):
        expect(browser_page.get_by_text(name, exact=True).first).to_be_visible()
    picture(browser_page, pictures / "device-phone.png")
    browser_page.set_viewport_size(DESKTOP)


def test_a_new_card_is_a_repair(browser_page: Page, household: Household, pictures: Path) -> None:
    _, password = household.home_assistant.add_charger(
        household.entry_id, "carport", name="Carport", maximum_current=16
    )
    with foreign_wallbox(household, "carport", password) as link:
        card = {"idTag": "04A1B2C3D4E5F6"}
        link.send(json.dumps([2, "card", "Authorize", card]))
        open_page(browser_page, household, "/config/repairs")
        browser_page.get_by_text("New card at Carport").first.click()
        dialog = browser_page.locator("dialog-data-entry-flow")
        expect(dialog.get_by_text("04A1B2C3D4E5F6").first).to_be_visible()
        picture(browser_page, pictures / "repair-card.png")
    remove_wallbox(household, "Carport")


def test_sessions_in_the_calendar(browser_page: Page, household: Household, pictures: Path) -> None:
    page, entities = household.home_assistant, household.entities
    household.wallbox.request(command="unplug")
    wait_until(lambda: page.state(entities["status"]) == "available", "the session's end", 30)
    open_page(browser_page, household, "/calendar")
    event = browser_page.get_by_text("kWh").first
    expect(event).to_be_visible()
    event.click()
    picture(browser_page, pictures / "calendar.png")
    household.wallbox.request(command="plug", max_a=32)


def test_the_form_of_an_action(browser_page: Page, household: Household, pictures: Path) -> None:
    open_page(browser_page, household, "/developer-tools/action")
    where = urlsplit(browser_page.url).path  # newer versions lead elsewhere, without the query
    open_page(browser_page, household, f"{where}?service=evse_ocpp.export_sessions")
    expect(browser_page.get_by_text("Writes charging sessions to a file").first).to_be_visible()
    picture(browser_page, pictures / "action.png")


def test_diagnostics(browser_page: Page, household: Household, pictures: Path) -> None:
    """The file that the button on the device page gives, as a text viewer shows it."""
    page = household.home_assistant
    device = page.device(CHARGER_NAME)
    path = f"/api/diagnostics/config_entry/{household.entry_id}/device/{device}"
    told: dict[str, Any] = page.api("GET", path)["data"]
    text = json.dumps(told, indent=2, ensure_ascii=False)
    notes = json.loads((household.folder / "household.json").read_text())
    for password in notes["passwords"].values():
        assert password not in text
    log = json.dumps(told["wallbox"]["messages"][-8:], indent=2, ensure_ascii=False)
    columns = (text, f'"messages": {log}')
    style = "font: 11px/1.35 monospace; margin: 12px; overflow: hidden; height: 95vh"
    browser_page.set_viewport_size({"width": 1000, "height": 640})
    browser_page.set_content(
        "<body style='margin: 0; display: grid; grid-template-columns: 1fr 2fr'>"
        + "".join(f'<pre style="{style}">{html.escape(column)}</pre>' for column in columns)
    )
    browser_page.screenshot(path=pictures / "diagnostics.png")
    browser_page.set_viewport_size(DESKTOP)
