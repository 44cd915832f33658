"""A card that is given nonsense says what is wrong and what to do; it is never blank, never red."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from .stage import DEVICE, SITE, SNAPSHOT, set_stage, states

CARD = {"type": "custom:evse-ocpp-card", "device": DEVICE}
ALL_CARDS = (
    "evse-ocpp-card",
    "evse-ocpp-plan-card",
    "evse-ocpp-phases-card",
    "evse-ocpp-sessions-card",
    "evse-ocpp-month-card",
    "evse-ocpp-energy-card",
    "evse-ocpp-faults-card",
)
NEVER = ("undefined", "NaN", "[object", "Infinity", "null", "Invalid Date")
"""What no sentence for people contains."""


_WALK = """(card, wanted) => {
  const found = [];
  const walk = node => {
    if (node.nodeName === 'STYLE' || node.nodeName === 'SCRIPT') return;
    if (wanted === null) { if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent); }
    else if (node.matches?.(wanted)) found.push(node.textContent);
    for (const child of (node.shadowRoot ?? node).childNodes) walk(child);
  };
  walk(card);
  return found.map(each => each.replace(/\\s+/g, ' ').trim()).filter(each => each);
}"""
HEADINGS = "h2, h3, .hint strong"
TOLD = (
    "dd, td, output, .big, .word, .value, .words .quiet, .hint p, .hint li, p.hint, .note, .error"
)
WAYS = ".ways > *"
VALUE_OR_SENTENCE = re.compile(r"\d|–|\S \S")


def shown(card: Locator) -> str:
    """What the card shows, whatever shadows it is in."""
    return " ".join(card.evaluate(_WALK, None))


def look(card: Locator, errors: list[str]) -> str:
    """The card's words: a heading, and a value or a hint; no nonsense, not outgrown its page."""
    told = shown(card)
    assert card.evaluate(_WALK, HEADINGS), f"a card without a heading: {told}"
    parts = card.evaluate(_WALK, TOLD)
    ways = card.evaluate(_WALK, WAYS)
    assert ways or any(map(VALUE_OR_SENTENCE.search, parts)), f"neither value nor hint: {told}"
    assert [word for word in NEVER if word in told] == [], told
    assert errors == []
    assert card.evaluate("card => card.scrollWidth <= card.clientWidth + 1"), "it is too wide"
    return told


@pytest.mark.parametrize("inside", ["", "<h2>Wallbox</h2>", "<p class=hint>Nothing is there</p>"])
def test_a_blank_card_is_seen(stage: Page, inside: str) -> None:
    """The look that all others take: neither a heading alone nor words without one are enough."""
    set_stage(stage)
    stage.set_content(f"<main>{inside}</main>")
    with pytest.raises(AssertionError):
        look(stage.locator("main"), [])


WRONG: dict[str, tuple[Mapping[str, Any], str]] = {
    "a device that is gone": ({"device": "removed"}, "removed"),
    "a device that is no text": ({"device": 7}, "device"),
    "entities that are a list": ({"device": None, "entities": ["sensor.x"]}, "entities"),
    "an entity that is missing": (
        {"device": None, "entities": {"power": "sensor.nowhere"}},
        "sensor.nowhere",
    ),
    "an entity of another kind": (
        {"device": None, "entities": {"current_limit": "sensor.power"}},
        "current_limit",
    ),
    "a part that there is none of": ({"entities": {"banana": "sensor.power"}}, "banana"),
    "a layout that there is none of": ({"layout": "huge"}, "layout"),
    "parts that are no choices": ({"show": "everything"}, "show"),
    "a name that is no text": ({"name": {"a": 1}}, "name"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_configuration_is_told(stage: Page, case: str) -> None:
    """The hint names the field or what came."""
    wrong, named = WRONG[case]
    config = {key: value for key, value in {**CARD, **wrong}.items() if value is not None}
    errors = set_stage(stage, config)
    assert named in look(stage.locator("evse-ocpp-card"), errors)


@pytest.mark.parametrize("element", ALL_CARDS)
@pytest.mark.parametrize("config", [{}, {"device": "removed"}, {"site": 3}, {"device": [1]}])
def test_no_card_throws(stage: Page, element: str, config: dict[str, Any]) -> None:
    errors = set_stage(stage, {"type": f"custom:{element}", **config})
    look(stage.locator(element), errors)


def snapshot(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    told = copy.deepcopy(SNAPSHOT)
    change(told)
    return told


def _huge(told: dict[str, Any]) -> None:
    told["power_w"] = 1e12
    told["session"] |= {"energy_wh": 1e15, "cost": 1e12, "sun_wh": 1e15}
    told["site"] |= {"grid_a": [99_999.0, -99_999.0, 1e9], "surplus_w": -1e12}


def _unknown(told: dict[str, Any]) -> None:
    told |= {"power_w": None, "currents_a": [], "limit_a": None, "offered_a": None}
    told |= {"session": None, "why": None, "plan": None, "site": None}


def _no_price(told: dict[str, Any]) -> None:
    told["session"] |= {"cost": None, "currency": None, "sun_wh": None, "battery_wh": None}
    told["session"] |= {"grid_wh": None, "co2_g": None, "card": None, "person": None}
    told["site"] |= {"price": None}


def _silent_meter(told: dict[str, Any]) -> None:
    told["site"] |= {"grid_a": [None, None, None], "meter_lost": True, "surplus_w": None}


def _right_to_left(told: dict[str, Any]) -> None:
    told["name"] = "شاحن المرآب"
    told["session"] |= {"card": "\N{RIGHT-TO-LEFT OVERRIDE}evil", "person": "דנה"}


def _endless(told: dict[str, Any]) -> None:
    told["name"] = "W" * 300
    told["fault"] = "F" * 400
    told["why"] |= {"sentence": "because " * 60, "then": None}
    told["session"] |= {"card": "C" * 200, "person": "P" * 200}


def _markup(told: dict[str, Any]) -> None:
    told["name"] = "<img src=x onerror=alert(1)>"
    told["why"] |= {"sentence": "<script>alert(1)</script>"}
    told["session"] |= {"card": "<b>bold</b>"}


def _dark_ages(told: dict[str, Any]) -> None:
    told["session"] |= {"started_at": "1970-01-01T00:00:00+00:00", "energy_wh": -5.0}
    told["why"] |= {"next_change": "not a time"}


STRANGE = {
    "huge numbers": _huge,
    "nothing known": _unknown,
    "no price": _no_price,
    "a silent meter": _silent_meter,
    "right-to-left names": _right_to_left,
    "endless names": _endless,
    "markup in names": _markup,
    "a clock of 1970": _dark_ages,
}


@pytest.mark.parametrize("layout", ["full", "compact"])
@pytest.mark.parametrize("case", STRANGE)
def test_strange_values_keep_their_place(stage: Page, case: str, layout: str) -> None:
    errors = set_stage(stage, {**CARD, "layout": layout}, snapshot=snapshot(STRANGE[case]))
    look(stage.locator("evse-ocpp-card"), errors)
    assert stage.locator("evse-ocpp-card img, evse-ocpp-card b").count() == 0


@pytest.mark.parametrize("case", STRANGE)
def test_the_phases_with_strange_values(stage: Page, case: str) -> None:
    card = {"type": "custom:evse-ocpp-phases-card", "device": DEVICE}
    errors = set_stage(stage, card, snapshot=snapshot(STRANGE[case]))
    look(stage.locator("evse-ocpp-phases-card"), errors)


def test_a_house_that_runs_from_right_to_left(stage: Page) -> None:
    errors = set_stage(stage, CARD, direction="rtl", snapshot=snapshot(_right_to_left))
    look(stage.locator("evse-ocpp-card"), errors)


@pytest.mark.parametrize("state", ["unavailable", "unknown", "banana", "-1", "1e400", ""])
def test_states_that_say_nothing(stage: Page, state: str) -> None:
    told = states(**dict.fromkeys(("status", "power", "current_limit", "mode", "why"), state))
    errors = set_stage(stage, CARD, told=told, snapshot=snapshot(_unknown))
    look(stage.locator("evse-ocpp-card"), errors)


def test_a_charger_with_few_entities(stage: Page) -> None:
    """Of another integration: only what there is is shown."""
    few = {"status": "sensor.status", "power": "sensor.power", "charging": "switch.charging"}
    errors = set_stage(stage, {"type": CARD["type"], "entities": few}, refused="unknown_command")
    told = look(stage.locator("evse-ocpp-card"), errors)
    assert "7.4" in told or "7,360" in told or "7.36" in told


@pytest.mark.parametrize("refused", ["not_found", "not_loaded", "unknown_command", "failed"])
def test_an_integration_that_does_not_answer(stage: Page, refused: str) -> None:
    """The entities alone are enough for what they tell."""
    errors = set_stage(stage, CARD, refused=refused, snapshot=None)
    look(stage.locator("evse-ocpp-card"), errors)


def test_a_wallbox_that_is_not_connected_is_explained(stage: Page) -> None:
    away = dict.fromkeys(("status", "power", "car", "current_limit"), "unavailable")
    told = snapshot(lambda told: told.update(connected=False, power_w=None))
    errors = set_stage(stage, CARD, told=states(connected="off", **away), snapshot=told)
    assert "connected" in look(stage.locator("evse-ocpp-card"), errors)


def test_sites_are_found_by_any_card_of_theirs(stage: Page) -> None:
    errors = set_stage(stage, {"type": "custom:evse-ocpp-phases-card", "site": SITE})
    look(stage.locator("evse-ocpp-phases-card"), errors)
