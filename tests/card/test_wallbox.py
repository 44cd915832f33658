"""The card of a wallbox in a browser: what is pressed is told once, shown when confirmed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .accessible import violations
from .stage import DEVICE, SNAPSHOT, set_stage, states
from .test_bad_input import look

CARD = {"type": "custom:evse-ocpp-card", "device": DEVICE}
REST_MS = 900
"""More than an arrow key's rest in limit.ts, after which the wish is told."""
SMALLEST_TARGET_PX = 44


def snapshot(**changed: Any) -> dict[str, Any]:
    return copy.deepcopy(SNAPSHOT) | changed


def card_of(stage: Page) -> Locator:
    return stage.locator("evse-ocpp-card").first


def called(stage: Page) -> list[list[Any]]:
    """What the card asked Home Assistant to do: [domain, action, data]."""
    calls: list[list[Any]] = stage.evaluate("window.called")
    return calls


def refuse(stage: Page, words: str) -> None:
    """Have Home Assistant refuse every action from now on, with these words."""
    stage.evaluate(
        """words => {
          const refuse = async () => { throw {code: 'home_assistant_error', message: words}; };
          window.hass = {...window.hass, callService: refuse};
          window.cards.forEach(card => { card.hass = window.hass; });
        }""",
        words,
    )


# ------------------------------------------------------------------- the limit


THREE_KEYS = """slider => {
  for (const key of [1, 2, 3]) {
    slider.stepDown();
    for (const kind of ['input', 'change']) {
      slider.dispatchEvent(new Event(kind, {bubbles: true, composed: true}));
    }
  }
  return window.called.length;
}"""
"""Quicker than a busy machine presses them: what each key does, and how often it was told then."""


def test_keys_in_a_row_are_one_wish(stage: Page) -> None:
    set_stage(stage, CARD)
    slider = card_of(stage).get_by_role("slider", name="Current limit")
    assert slider.evaluate(THREE_KEYS) == 0
    expect(card_of(stage).locator("output")).to_have_text("13 A")
    stage.wait_for_timeout(REST_MS)
    told = ["number", "set_value", {"entity_id": "number.current_limit", "value": 13}]
    assert called(stage) == [told]


def test_the_slider_goes_back_to_what_holds_when_nobody_confirms(stage: Page) -> None:
    set_stage(stage, CARD)
    card_of(stage).get_by_role("slider").press("ArrowLeft")
    stage.wait_for_timeout(REST_MS)
    expect(card_of(stage).locator("output")).to_have_text("16 A")


def test_the_confirmed_value_is_shown(stage: Page) -> None:
    set_stage(stage, CARD)
    card_of(stage).get_by_role("slider").press("ArrowLeft")
    stage.wait_for_timeout(REST_MS)
    stage.evaluate("window.tell({'number.current_limit': '15'})")
    expect(card_of(stage).locator("output")).to_have_text("15 A")
    stage.evaluate("window.tell({'number.current_limit': '9'})")
    expect(card_of(stage).locator("output")).to_have_text("9 A")
    expect(card_of(stage).get_by_role("slider")).to_have_value("9")


def test_a_refused_limit_is_told_and_taken_back(stage: Page) -> None:
    set_stage(stage, CARD)
    refuse(stage, "The wallbox refused 15 A")
    card_of(stage).get_by_role("slider").press("ArrowLeft")
    expect(card_of(stage).get_by_role("alert")).to_contain_text("The wallbox refused 15 A")
    expect(card_of(stage).locator("output")).to_have_text("16 A")
    card_of(stage).get_by_role("button", name="Close").click()
    expect(card_of(stage).get_by_role("alert")).to_have_count(0)


def test_a_drag_is_told_when_it_is_let_go(stage: Page) -> None:
    set_stage(stage, CARD)
    box = card_of(stage).get_by_role("slider").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    stage.mouse.move(box["x"] + box["width"] * 0.9, middle)
    stage.mouse.down()
    stage.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
    stage.wait_for_timeout(REST_MS)
    assert called(stage) == []
    stage.mouse.up()
    stage.wait_for_timeout(REST_MS)
    assert [call[2]["value"] for call in called(stage)] == [11]


# ------------------------------------------------------------- modes and actions


def test_arrows_move_between_modes_and_enter_chooses(stage: Page) -> None:
    """To try each mode on the way would steer the wallbox."""
    set_stage(stage, CARD)
    modes = card_of(stage).get_by_role("radiogroup", name="Charging mode")
    expect(modes.get_by_role("radio", checked=True)).to_have_text("solar")
    modes.get_by_role("radio", checked=True).press("ArrowLeft")
    stage.keyboard.press("ArrowLeft")
    assert called(stage) == []
    stage.keyboard.press("Enter")
    told = ["select", "select_option", {"entity_id": "select.mode", "option": "fast"}]
    assert called(stage) == [told]


def test_the_mode_that_holds_is_not_told_again(stage: Page) -> None:
    set_stage(stage, CARD)
    card_of(stage).get_by_role("radio", name="solar", exact=True).click()
    assert called(stage) == []


@pytest.mark.parametrize("layout", ["full", "compact"])
def test_boost_begins_and_ends(stage: Page, layout: str) -> None:
    set_stage(stage, {**CARD, "layout": layout})
    card_of(stage).locator("[data-action=boost]").click()
    assert called(stage) == [["button", "press", {"entity_id": "button.boost"}]]
    running = snapshot(boost_until="2099-01-01T12:00:00+01:00")
    stage.evaluate("told => window.tell({}, told)", running)
    expect(card_of(stage).get_by_role("button", name="Boost until")).to_be_visible()
    card_of(stage).locator("[data-action=boost]").click()
    end = ["evse_ocpp", "boost", {"device_id": DEVICE, "duration": {"seconds": 0}}]
    assert called(stage)[1:] == [end]


def test_a_car_that_waits_can_be_started(stage: Page) -> None:
    set_stage(stage, CARD, told=states(status="preparing", charging="on"))
    card_of(stage).get_by_role("button", name="Start").click()
    assert called(stage) == [["switch", "turn_on", {"entity_id": "switch.charging"}]]


def test_another_charger_is_paused_and_goes_on(stage: Page) -> None:
    config = {"type": CARD["type"], "entities": {"charging": "switch.charging"}}
    set_stage(stage, config)
    card_of(stage).get_by_role("button", name="Pause").click()
    stage.evaluate("window.tell({'switch.charging': 'off'})")
    card_of(stage).get_by_role("button", name="Start").click()
    assert [call[1] for call in called(stage)] == ["turn_off", "turn_on"]


def test_the_ring_opens_the_details(stage: Page) -> None:
    set_stage(stage, CARD)
    stage.evaluate(
        "window.addEventListener('hass-more-info', e => { window.more = e.detail.entityId; })"
    )
    card_of(stage).locator("button.ring").click()
    assert stage.evaluate("window.more") == "sensor.status"


def test_the_plan_unfolds(stage: Page) -> None:
    set_stage(stage, CARD)
    fold = card_of(stage).get_by_role("button", name="Plan")
    expect(fold).to_have_attribute("aria-expanded", "false")
    assert card_of(stage).locator("evse-ocpp-plan").count() == 0
    fold.click()
    expect(card_of(stage).locator("evse-ocpp-plan")).to_be_visible()


# ------------------------------------------------------------------ which wallbox


def test_of_several_wallboxes_one_is_chosen_in_the_card(stage: Page) -> None:
    errors = set_stage(stage)
    stage.evaluate(
        """device => {
          const second = {entity_id: 'sensor.two', device_id: 'two', platform: 'evse_ocpp',
            translation_key: 'status'};
          window.hass.entities['sensor.two'] = second;
          window.hass.devices.two = {id: 'two', name: 'Street', identifiers: []};
        }"""
    )
    stage.evaluate("config => window.play([config])", {"type": CARD["type"]})
    assert "Which wallbox?" in look(card_of(stage), errors)
    card_of(stage).get_by_role("button", name="Street").click()
    expect(card_of(stage).locator("h2")).to_have_text("Street")


@pytest.mark.parametrize("part", ["why", "modes", "limit", "session", "phases", "plan"])
def test_a_part_can_be_left_out(stage: Page, part: str) -> None:
    places = {"limit": "evse-ocpp-limit", "phases": "evse-ocpp-phases"}
    place = places.get(part, f".{part}")
    set_stage(stage, CARD, {**CARD, "show": {part: False}})
    whole, without = stage.locator("evse-ocpp-card").all()
    assert whole.locator(place).count() == 1
    assert without.locator(place).count() == 0


# ------------------------------------------------------------- drawing and reading


def test_it_is_drawn_once_for_a_change_of_its_own_and_never_for_others(stage: Page) -> None:
    set_stage(stage, CARD)
    stage.evaluate(
        """() => { const card = window.cards[0], draw = card.render;
          window.drawn = 0;
          card.render = () => { window.drawn += 1; return draw.call(card); }; }"""
    )

    def drawn(change: str) -> int:
        before = stage.evaluate("window.drawn")
        stage.evaluate(f"async () => {{ {change}; await window.cards[0].updateComplete; }}")
        return int(stage.evaluate("window.drawn")) - int(before)

    assert drawn("for (let i = 0; i < 50; i += 1) window.tell({'sensor.outside': String(i)})") == 0
    assert drawn("window.tell({'sensor.status': 'suspended_ev'})") == 1
    assert drawn("window.tell({'sensor.status': 'charging', 'number.current_limit': '8'})") == 1


def test_nothing_moves_while_it_loads(stage: Page) -> None:
    """The place of the phases and the plan is kept until the integration has told of the site."""
    set_stage(stage, CARD, refused="unknown_command", snapshot=None)
    before = card_of(stage).bounding_box()
    set_stage(stage, CARD, snapshot=snapshot(why=SNAPSHOT["why"] | {"then": None}))
    after = card_of(stage).bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["height"] - after["height"]) < 30


AWAY = dict.fromkeys(("status", "power", "car"), "unavailable")
MISSED = {
    "goal_id": "g",
    "due": "2026-11-20T12:00:00+01:00",
    "met": False,
    "needed_kwh": 30.0,
    "possible_kwh": 14.5,
    "starts_at": None,
    "ready_at": None,
    "cost": None,
}
SCENES: dict[str, dict[str, Any]] = {
    "charging": {},
    "away": {"told": states(connected="off", **AWAY), "snapshot": snapshot(connected=False)},
    "a fault": {"told": states(status="faulted"), "snapshot": snapshot(fault="GroundFailure")},
    "boosted": {"snapshot": snapshot(boost_until="2099-01-01T12:00:00+01:00")},
    "ready": {"told": states(status="preparing"), "snapshot": snapshot(session=None)},
    "too late": {"snapshot": snapshot(plan=MISSED)},
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("scene", SCENES)
def test_everybody_can_use_it(stage: Page, scene: str, dark: bool) -> None:
    """Contrast, names and roles by axe; what is pressed is large enough for a finger."""
    wrong = {**CARD, "layout": "huge"}
    set_stage(stage, CARD, {**CARD, "layout": "compact"}, wrong, dark=dark, **SCENES[scene])
    assert violations(stage) == []
    small = stage.evaluate(
        """least => {
          const small = [];
          const walk = root => root.querySelectorAll('*').forEach(each => {
            const {width, height} = each.getBoundingClientRect();
            const pressed = each.matches('button, a, input, select, summary');
            if (pressed && width && Math.min(width, height) < least) small.push(each.outerHTML);
            if (each.shadowRoot) walk(each.shadowRoot);
          });
          walk(document);
          return small;
        }""",
        SMALLEST_TARGET_PX,
    )
    assert small == []
