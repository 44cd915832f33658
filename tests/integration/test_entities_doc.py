"""docs/entities.md has the tables of the code, and a wallbox is no wall of entities."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.evse_ocpp.wallbox import Wallbox
from scripts.entity_meanings import MEANINGS
from scripts.entity_table import DOCUMENT, THERE_WHEN, descriptions, tables

from .support import device_of


def test_document_has_the_tables_of_the_code() -> None:
    """Else run scripts/entity_table.py --write."""
    assert tables() in DOCUMENT.read_text(encoding="utf-8")


def test_every_entity_has_a_meaning() -> None:
    assert MEANINGS.keys() == {f"{platform}.{each.key}" for platform, each in descriptions()}


def test_every_condition_is_used() -> None:
    features = {str(each.feature) for _, each in descriptions() if getattr(each, "feature", None)}
    assert features <= THERE_WHEN.keys()


async def test_about_twelve_are_on_by_default(hass: HomeAssistant, wallbox: Wallbox) -> None:
    """The issue: about twelve for a wallbox with one connector, no wall of `unavailable`."""
    entities = er.async_entries_for_device(er.async_get(hass), device_of(hass).id)
    assert {entity.unique_id.removeprefix("CP-1/") for entity in entities} == {
        "1/status",
        "1/car",
        "1/cable",
        "1/power",
        "1/session_energy",
        "1/energy",
        "1/limited_by",
        "1/why",
        "connected",
        "charging",
        "free_charging",
        "current_limit",
        "mode",
    }
    shown = [state for state in hass.states.async_all() if "garage" in state.entity_id]
    assert not [state.entity_id for state in shown if state.state == "unavailable"]
