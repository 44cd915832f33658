"""What the integration's documents name is there, and what people meet is explained in them."""

import json
import re
from pathlib import Path

import pytest
from homeassistant.const import CONF_ENTITY_ID, CONF_FOR

from custom_components.evse_ocpp.const import MAXIMUM_CURRENT_A, MINIMUM_CURRENT_A
from custom_components.evse_ocpp.device_action import CONF_CURRENT
from custom_components.evse_ocpp.device_trigger import CONF_TO
from custom_components.evse_ocpp.sensor_charging import LIMITED_BY

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "custom_components" / "evse_ocpp"
ENGLISH = json.loads((PACKAGE / "translations" / "en.json").read_text())
GUIDE, CONNECTING, TROUBLESHOOTING, ARCHITECTURE, INVARIANTS, ENTITIES = (
    (DOCS / f"{name}.md").read_text()
    for name in (
        "user-guide",
        "connecting",
        "troubleshooting",
        "architecture",
        "invariants",
        "entities",
    )
)
DOCUMENTS = (
    "actions",
    "architecture",
    "brands",
    "cards-and-people",
    "chargers",
    "connecting",
    "entities",
    "first-charge",
    "install",
    "invariants",
    "ocpp-central",
    "off-peak",
    "performance",
    "plans",
    "several-cars",
    "site",
    "statements",
    "solar",
    "troubleshooting",
    "user-guide",
)
CHARGER_STEPS = ENGLISH["config_subentries"]["charger"]["step"]
SITE_STEPS = ENGLISH["config_subentries"]["site"]["step"]
SITE_FIELDS = {
    label
    for step in (*SITE_STEPS.values(), ENGLISH["config_subentries"]["circuit"]["step"]["user"])
    for part in (step, *step.get("sections", {}).values())
    for label in part.get("data", {}).values()
} | {label for step in ("supply", "car") for label in CHARGER_STEPS[step]["data"].values()}
OPTION_STEPS = ENGLISH["options"]["step"]
MODES = ENGLISH["entity"]["select"]["mode"]["state"]
BRAND_NAMES = {
    key: name for key, name in ENGLISH["selector"]["brand"]["options"].items() if key != "other"
}


def section(text: str, heading: str) -> str:
    """Return the text from a heading to the next of its level."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_pictures_lead_somewhere(name: str) -> None:
    document = DOCS / f"{name}.md"
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (DOCS / path) if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize(
    "path",
    sorted(
        set(
            re.findall(
                r"`([\w/]*test_\w+\.py)`", section(INVARIANTS, "The Home Assistant integration")
            )
        )
    ),
)
def test_the_tests_of_the_invariants_exist(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "tests" / "integration" / path).exists()


@pytest.mark.parametrize(
    "name",
    sorted(set(re.findall(r"`((?:\w+/)?\w+\.py)`", section(ARCHITECTURE, "The integration")))),
)
def test_the_modules_of_the_architecture_exist(name: str) -> None:
    assert any((PACKAGE / room / name).exists() for room in ("", "central", "energy"))


@pytest.mark.parametrize("issue", ENGLISH["issues"].values(), ids=ENGLISH["issues"])
def test_every_repair_is_explained(issue: dict[str, str]) -> None:
    for words in re.split(r"\{\w+\}", issue["title"]):
        assert words.strip() in section(TROUBLESHOOTING, "Repairs")


OUTCOMES = ENGLISH["selector"]["attempt"]["options"]


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_every_finding_of_the_doctor_is_explained(outcome: str) -> None:
    assert re.split(r"[.:,]", outcome)[0] in section(TROUBLESHOOTING, "Connection doctor")


@pytest.mark.parametrize("state", LIMITED_BY)
def test_every_limit_is_explained(state: str) -> None:
    label = ENGLISH["entity"]["sensor"]["limited_by"]["state"][state]
    assert f"{label} (`{state}`)" in section(GUIDE, "Why is my car charging at 8 A?")


@pytest.mark.parametrize(
    ("step", "text"),
    [
        pytest.param(OPTION_STEPS["wallboxes"], GUIDE, id="options"),
        pytest.param(OPTION_STEPS["connections"], CONNECTING, id="ways to connect"),
        pytest.param(CHARGER_STEPS["connection"], CONNECTING, id="connection"),
        pytest.param(CHARGER_STEPS["relay"], CONNECTING, id="second back office"),
        pytest.param(CHARGER_STEPS["manual"], GUIDE, id="by hand"),
        pytest.param(ENGLISH["config"]["step"]["user"], GUIDE, id="server"),
    ],
)
def test_every_field_is_explained(step: dict[str, dict[str, str]], text: str) -> None:
    for label in step["data"].values():
        assert label.replace("’", "'") in text


@pytest.mark.parametrize("step", ["user", "reconfigure"])
def test_every_entry_of_a_wallboxs_menus_is_explained(step: str) -> None:
    for label in CHARGER_STEPS[step]["menu_options"].values():
        assert label.partition(":")[0] in GUIDE


@pytest.mark.parametrize("label", sorted(SITE_FIELDS))
def test_every_field_of_a_site_is_explained(label: str) -> None:
    rows = (DOCS / "site.md").read_text().splitlines()
    assert any(label in row.split("|")[1] for row in rows if row.startswith("| "))


@pytest.mark.parametrize("brand", BRAND_NAMES.values(), ids=BRAND_NAMES)
def test_every_brand_with_a_hint_has_its_place(brand: str) -> None:
    assert re.split(r"[ ,(]", brand)[0] in "".join(
        re.findall(r"^### .*$", (DOCS / "brands.md").read_text(), re.MULTILINE)
    )


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_every_mode_is_told_where_it_is_used(mode: str) -> None:
    """Solar, off-peak and the user guide say them by the names that are shown."""
    pages = [GUIDE, *((DOCS / f"{name}.md").read_text() for name in ("solar", "off-peak"))]
    assert any(f"*{mode}*" in page or f"**{mode}**" in page for page in pages)


@pytest.mark.parametrize("kind", ENGLISH["selector"]["meter_kind"]["options"].values())
def test_every_kind_of_meter_is_explained(kind: str) -> None:
    assert f"| {kind} |" in (DOCS / "site.md").read_text()


def _automations() -> list[tuple[str, str]]:
    texts = ENGLISH["device_automation"]
    return [
        (name, label.replace("{entity_name}", "*Status*"))
        for kind in ("trigger_type", "condition_type", "action_type")
        for name, label in texts[kind].items()
    ]


@pytest.mark.parametrize(("name", "label"), _automations())
def test_every_device_automation_is_explained(name: str, label: str) -> None:
    rows = [row for row in section(ENTITIES, "Automations").splitlines() if f"`{name}`" in row]
    assert any(label in row for row in rows)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (
            "set_limit",
            f"`{CONF_CURRENT}`: A per phase, {MINIMUM_CURRENT_A} to {MAXIMUM_CURRENT_A};",
        ),
        ("status_changed", f"`{CONF_TO}`:"),
        ("status_changed", f"`{CONF_FOR}`:"),
        ("status_changed", f"`{CONF_ENTITY_ID}`:"),
    ],
)
def test_every_field_of_a_device_automation_is_explained(name: str, field: str) -> None:
    rows = section(ENTITIES, "Automations").splitlines()
    assert field in next(row for row in rows if f"| `{name}` |" in row)
