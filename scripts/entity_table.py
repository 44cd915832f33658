#!/usr/bin/env python3
"""Prints the tables of docs/entities.md, from the integration's own tables of entities.

scripts/entity_table.py            # print them
scripts/entity_table.py --write    # put them into the document, between their markers

It needs a Python with Home Assistant. tests/integration/test_entities_doc.py fails when the
document has other tables, or when an entity has no meaning here.
"""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "entities.md"
PACKAGE = ROOT / "custom_components" / "evse_ocpp"
sys.path.insert(0, str(ROOT))

from scripts.entity_meanings import MEANINGS  # noqa: E402
from scripts.marked import put_between_markers  # noqa: E402

COLUMNS = ("name", "key", "unit, class", "kind", "on", "there when", "what it tells or does")
TABLES = {
    "sensor": "SENSORS",
    "binary_sensor": "BINARY_SENSORS",
    "number": "NUMBERS",
    "switch": "SWITCHES",
    "select": "SELECTS",
    "time": "TIMES",
    "button": "BUTTONS",
    "event": "EVENTS",
    "calendar": "CALENDARS",
    "datetime": "DATETIMES",
    "image": "IMAGES",
    "update": "UPDATES",
}
THERE_WHEN = {
    "dlb": "it has load balancing of its own",
    "export": "it measures it",
    "firmware_update": "it tells FirmwareManagement",
    "frequency": "it measures it",
    "house_meter": "it has a house meter",
    "power_factor": "it measures it",
    "price": "there was a price once",
    "reactive_power": "it measures it",
    "site": "a site supplies it",
    "soc": "the car tells it",
    "temperature": "it measures it",
    "relay": "it has a second back office",
    "three_phases": "it has three phases",
    "window": "a window was chosen once",
}


def descriptions() -> Iterator[tuple[str, Any]]:
    """Yield (platform, description) of every entity; configuration keys are none of them."""
    package = "custom_components.evse_ocpp"
    for platform, table in TABLES.items():
        for description in getattr(import_module(f"{package}.{platform}"), table):
            yield platform, description
    sessions = import_module(f"{package}.sensor_sessions")
    for description in (*sessions.session_sensors(None, "€"), *sessions.PERSON_SENSORS):
        yield "sensor", description
    for description in import_module(f"{package}.sensor_tally").tally_sensors(None, "€"):
        yield "sensor", description
    for description in import_module(f"{package}.sensor_plan").plan_sensors("€"):
        yield "sensor", description
    for description in import_module(f"{package}.number_plan").plan_numbers("€"):
        yield "number", description
    for description in import_module(f"{package}.sensor_why").why_sensors(None):
        yield "sensor", description
    for description in import_module(f"{package}.sensor_site").SITE_SENSORS:
        yield "sensor", description
    events = import_module(f"{package}.event_site")
    for description in (*events.POINT_EVENTS, *events.SITE_EVENTS):
        yield "event", description
    for description in import_module(f"{package}.binary_sensor_site").SITE_BINARY_SENSORS:
        yield "binary_sensor", description


def row(platform: str, description: Any) -> tuple[str, ...]:
    """The cells of an entity's row, in the order of COLUMNS."""
    names = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))
    name = names["entity"][platform][description.translation_key]["name"]
    category = description.entity_category
    return (
        name.replace("{person}", "*Person*"),
        f"`{description.key}`",
        _unit(description),
        "" if category is None else str(category.value),
        "on" if description.entity_registry_enabled_default else "",
        _there_when(description),
        MEANINGS[f"{platform}.{description.key}"],
    )


def _unit(description: Any) -> str:
    shown = getattr(description, "suggested_unit_of_measurement", None)
    unit = shown or getattr(description, "native_unit_of_measurement", None)
    words = [str(word) for word in (unit, description.device_class) if word]
    return ", ".join(words)


def _there_when(description: Any) -> str:
    feature = getattr(description, "feature", None)
    if feature is not None:
        return THERE_WHEN[str(feature)]
    if hasattr(description, "step"):
        return "each site"
    if not hasattr(description, "per_connector"):
        return "the person has a card"
    return "each connector" if description.per_connector else "each wallbox"


def tables() -> str:
    """The tables, one for each platform."""
    parts: dict[str, list[tuple[str, ...]]] = {}
    for platform, description in descriptions():
        parts.setdefault(platform, []).append(row(platform, description))
    return "\n\n".join(f"### {platform}\n\n{_table(rows)}" for platform, rows in parts.items())


def _table(rows: list[tuple[str, ...]]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        put_between_markers("entities", tables(), DOCUMENT)
    else:
        sys.stdout.write(f"{tables()}\n")
