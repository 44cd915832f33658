"""Ways through menus (*A → B → C*) in the pages for the home name what is really shown there."""

import json
import re

import pytest

from tests.docs.conftest import ROOT

PACKAGE = ROOT / "custom_components" / "evse_ocpp"
PAGES = (
    "actions",
    "card",
    "cards-and-people",
    "connecting",
    "dashboard",
    "energy-dashboard",
    "first-charge",
    "install",
    "off-peak",
    "plans",
    "several-cars",
    "site",
    "solar",
    "statements",
    "troubleshooting",
    "user-guide",
)
HOME_ASSISTANT = {
    # what Home Assistant and HACS call it
    *("Settings", "Devices & services", "Add integration", "Discovered", "Configure", "Options"),
    *("System", "Network", "Repairs", "Logs", "System information", "Restart Home Assistant"),
    *("Dashboards", "Energy", "Individual devices", "Add device", "Solar panels", "forecast"),
    *("People", "Updates", "Delete", "Remove", "Redownload", "Custom repositories", "Enabled"),
    *("Developer tools", "Actions", "Add trigger", "Device", "Download diagnostics", "HACS"),
    *("Add dashboard", "Raw configuration editor", "Take control"),
    *("Edit dashboard", "Add card", "Companion app", "Debugging", "Reset frontend cache"),
    *("Automations & scenes", "Import blueprint", "Media", "SMTP"),
    *("Automations", "Blueprints", "Import", "EVSE OCPP", "Reconfigure"),
    # their symbols and places
    *("⋮", "⋮ (top right)", "⏻ (top right)", "gear of the server"),
}


def texts(value: object) -> set[str]:
    """Return all texts of a translation file; menus explain themselves after a colon."""
    if isinstance(value, dict):
        return set().union(*map(texts, value.values()))
    text = re.sub(r"\{\w+\}", "…", str(value)).replace("’", "'")
    return {text, text.partition(":")[0]}


SHOWN = texts(json.loads((PACKAGE / "translations" / "en.json").read_text())) | HOME_ASSISTANT


def ways_in(page: str) -> set[str]:
    """Return each step of the ways that a page writes in italics."""
    text = (ROOT / "docs" / f"{page}.md").read_text()
    text = (
        re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
        .replace("**", "")
        .replace("’", "'")
    )
    ways = re.findall(r"(?<![*\w])\*([^*|]*?→[^*|]*?)\*(?!\*)", text)
    steps = {re.sub(r"\s+", " ", step) for way in ways for step in way.split("→")}
    return {step.strip(" .,:") for step in steps} - {""}


@pytest.mark.parametrize("page", PAGES)
def test_each_step_of_a_way_is_shown(page: str) -> None:
    assert ways_in(page) - SHOWN == set()


def test_ways_are_found() -> None:
    assert {"Settings", "Devices & services", "Add integration"} <= ways_in("install")
