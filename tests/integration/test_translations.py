"""Every language says everything, with the same placeholders, and in words of its own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from custom_components.evse_ocpp import (
    binary_sensor,
    button,
    calendar,
    card_flow,
    event,
    image,
    number,
    select,
    sensor,
    switch,
    update,
)
from custom_components.evse_ocpp import (
    datetime as datetime_platform,
)
from custom_components.evse_ocpp import (
    time as time_platform,
)
from custom_components.evse_ocpp.binary_sensor_site import SITE_BINARY_SENSORS
from custom_components.evse_ocpp.drafts import FIRST_WALLBOX
from custom_components.evse_ocpp.event_site import POINT_EVENTS, SITE_EVENTS
from custom_components.evse_ocpp.number_plan import plan_numbers
from custom_components.evse_ocpp.problem_repairs import PROBLEM_GONE, REMEDIES
from custom_components.evse_ocpp.sensor_plan import plan_sensors
from custom_components.evse_ocpp.sensor_sessions import PERSON_SENSORS, session_sensors
from custom_components.evse_ocpp.sensor_site import SITE_SENSORS
from custom_components.evse_ocpp.sensor_tally import tally_sensors
from custom_components.evse_ocpp.sensor_why import why_sensors

ROOT = Path(sensor.__file__).parent
LANGUAGES = ("en", "de", "es", "fr", "it")
PLACEHOLDER = re.compile(r"{(\w+)}")


def texts(language: str) -> dict[str, str]:
    def flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
        for key, value in tree.items():
            if isinstance(value, dict):
                yield from flat(value, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}", value

    file = ROOT / "translations" / f"{language}.json"
    return dict(flat(json.loads(file.read_text(encoding="utf-8"))))


ENGLISH = texts("en")


def test_these_are_the_languages() -> None:
    assert {file.stem for file in (ROOT / "translations").iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_complete(language: str) -> None:
    assert texts(language).keys() == ENGLISH.keys()
    assert all(text.strip() for text in texts(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language: str) -> None:
    for key, text in texts(language).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(ENGLISH[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_apostrophes_do_not_swallow_placeholders(language: str) -> None:
    """In the ICU message format an ASCII apostrophe before a brace quotes it."""
    assert not [key for key, text in texts(language).items() if "'{" in text or "}'" in text]


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_sentences_are_translated(language: str) -> None:
    """A text of more than three words that equals the English one was forgotten."""
    same = [key for key, text in texts(language).items() if text == ENGLISH[key]]
    assert not [key for key in same if len(ENGLISH[key].split()) > 3]


@pytest.mark.parametrize(
    ("platform", "descriptions"),
    [
        ("binary_sensor", (*binary_sensor.BINARY_SENSORS, *SITE_BINARY_SENSORS)),
        ("button", button.BUTTONS),
        ("calendar", calendar.CALENDARS),
        ("datetime", datetime_platform.DATETIMES),
        ("event", (*event.EVENTS, *POINT_EVENTS, *SITE_EVENTS)),
        ("image", image.IMAGES),
        ("select", select.SELECTS),
        ("number", (*number.NUMBERS, *plan_numbers("EUR"))),
        (
            "sensor",
            (
                *sensor.SENSORS,
                *session_sensors(Mock(), "EUR"),
                *tally_sensors(Mock(), "EUR"),
                *PERSON_SENSORS,
                *SITE_SENSORS,
                *why_sensors(Mock()),
                *plan_sensors("EUR"),
            ),
        ),
        ("switch", switch.SWITCHES),
        ("time", time_platform.TIMES),
        ("update", update.UPDATES),
    ],
)
def test_every_entity_has_a_name_and_its_states(platform: str, descriptions: Any) -> None:
    keys = {key for key in ENGLISH if key.startswith(f"entity.{platform}.")}
    wanted = set()
    for description in descriptions:
        prefix = f"entity.{platform}.{description.translation_key}"
        wanted.add(f"{prefix}.name")
        wanted |= {
            f"{prefix}.state.{option}" for option in getattr(description, "options", None) or ()
        }
        wanted |= {
            f"{prefix}.state_attributes.event_type.state.{event_type}"
            for event_type in getattr(description, "event_types", None) or ()
        }
    assert keys == wanted


def test_unique_keys() -> None:
    """Unique IDs are made of keys; two entities of one platform must not share one."""
    keys = [description.key for description in sensor.SENSORS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "key",
    [
        *(
            f"unknown_card.fix_flow.error.{key}"
            for key in (card_flow._NAME_MISSING, card_flow._IN_THE_PAST)
        ),
        f"unknown_card.fix_flow.abort.{card_flow._NOT_STORED}",
        *(f"{problem}.fix_flow.abort.{PROBLEM_GONE}" for problem in REMEDIES),
    ],
)
def test_dialogues_of_repairs_have_their_errors(key: str) -> None:
    assert f"issues.{key}" in ENGLISH


@pytest.mark.parametrize("flow", ["config", "config_subentries.charger"])
def test_the_first_wallbox_ends_with_a_hint(flow: str) -> None:
    assert "Dashboards" in ENGLISH[f"{flow}.create_entry.{FIRST_WALLBOX}"]
