"""The plan in a browser: read, entered, changed, refused, by mouse and by keys."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .stage import DEVICE, PLAN, SNAPSHOT, set_stage, states
from .test_bad_input import look, shown

NOW = "2026-11-26T12:00:00+01:00"
"""A Thursday noon in Paris, where the stage's house is."""
CARD = {"type": "custom:evse-ocpp-plan-card", "device": DEVICE}
WORK: dict[str, Any] = {
    "plan": "work",
    "amount": 80,
    "unit": "percent",
    "ready_by": "07:00:00",
    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
    "most_starts": 2,
    "precondition": 20,
    "enabled": True,
}


def hours(values: list[float]) -> list[dict[str, Any]]:
    """Slots of an hour from noon on; the day has 24 of them."""
    names = [
        f"2026-11-{26 + (12 + hour) // 24}T{(12 + hour) % 24:02}:00:00+01:00"
        for hour in range(len(values) + 1)
    ]
    return [
        {"start": start, "end": end, "value": value}
        for start, end, value in zip(names, names[1:], values, strict=False)
    ]


def plan(*, met: bool = True, **changed: Any) -> dict[str, Any]:
    """A night with cheap hours from one to three, planned for the goal `work`."""
    slot = {"power_w": 11_000, "from_sun_w": 0, "cost": 1.1}
    return {
        **PLAN,
        "prices": hours([0.3] * 13 + [0.1] * 2 + [0.3] * 9),
        "sun": hours([2000.0, 1500.0, 500.0] + [0.0] * 21),
        "goals": [WORK],
        "planned": {
            "goal_id": "work",
            "due": "2026-11-27T07:00:00+01:00",
            "met": met,
            "needed_kwh": 22,
            "possible_kwh": 22 if met else 14.5,
            "starts_at": "2026-11-27T01:00:00+01:00",
            "ready_at": "2026-11-27T03:00:00+01:00" if met else "2026-11-27T08:15:00+01:00",
            "cost": 2.2,
            "slots": [
                {"start": "2026-11-27T01:00:00+01:00", "end": "2026-11-27T02:00:00+01:00", **slot},
                {"start": "2026-11-27T02:00:00+01:00", "end": "2026-11-27T03:00:00+01:00", **slot},
            ],
        },
        "soc_known": True,
        **changed,
    }


def opened(stage: Page, answer: dict[str, Any], **more: Any) -> tuple[Locator, list[str]]:
    """The plan's card on its stage at NOW."""
    stage.clock.set_fixed_time(NOW)
    more = {"language": "en-GB", **more}
    errors = set_stage(stage, CARD, plan=answer, **more)
    card = stage.locator("evse-ocpp-plan-card")
    expect(card.locator("evse-ocpp-plan .head")).to_be_visible()
    return card, errors


def called(stage: Page) -> list[Any]:
    """What the card had Home Assistant do."""
    told: list[Any] = stage.evaluate("window.called")
    return told


def test_a_plan_says_when_how_much_and_for_how_much(stage: Page) -> None:
    card, errors = opened(stage, plan())
    told = look(card, errors)
    assert "Ready by Fri 07:00" in told
    assert "22 kWh · charges Fri 01:00–03:00 · about €2.20" in told
    assert "Mon–Fri 07:00" in told
    assert "up to 80 %" in told


def test_the_chart_is_read_with_keys(stage: Page) -> None:
    card, _ = opened(stage, plan())
    chart = card.get_by_role("slider", name="Prices and planned charging")
    chart.focus()
    stage.keyboard.press("ArrowRight")
    expect(chart).to_have_attribute(
        "aria-valuetext", "12:00–13:00, Price 0.3 EUR/kWh, Sun forecast 2.0 kW"
    )
    stage.keyboard.press("End")
    expect(chart).to_have_attribute("aria-valuetext", "Fri 11:00–12:00, Price 0.3 EUR/kWh")
    for _ in range(10):
        stage.keyboard.press("ArrowLeft")
    expect(chart).to_have_attribute(
        "aria-valuetext", "Fri 01:00–02:00, Price 0.1 EUR/kWh, Charging 11.0 kW"
    )
    stage.keyboard.press("Escape")
    expect(card.locator(".read")).to_have_text("EUR/kWh")


def test_a_finger_on_the_chart_reads_it(stage: Page) -> None:
    card, _ = opened(stage, plan())
    box = card.locator(".field").bounding_box()
    assert box is not None
    stage.mouse.move(box["x"] + box["width"] * 13.5 / 24, box["y"] + 20)
    expect(card.locator(".read")).to_contain_text("Fri 01:00–02:00")
    expect(card.locator(".read")).to_contain_text("11.0 kW")


def test_the_chart_is_a_table_too(stage: Page) -> None:
    card, _ = opened(stage, plan())
    card.get_by_role("button", name="As a table").click()
    row = card.get_by_role("row").filter(has_text="Fri 01:00–03:00")
    expect(row).to_contain_text("€2.20")
    # 12–15 with the sun, until one, charging, the rest: alike is one row.
    expect(card.get_by_role("row")).to_have_count(1 + 3)


def test_a_goal_is_entered(stage: Page) -> None:
    card, _ = opened(stage, plan())
    card.get_by_role("button", name="Add goal").click()
    card.get_by_role("textbox", name="How much").fill("27,5")
    card.get_by_role("button", name="Today").click()
    card.get_by_label("Time", exact=True).fill("18:30")
    card.get_by_role("button", name="Save").click()
    expect(card.locator("evse-ocpp-goal-form")).to_have_count(0)
    data = {"device_id": DEVICE, "amount": 27.5, "unit": "kwh", "ready_by": "2026-11-26 18:30"}
    assert called(stage) == [
        ["evse_ocpp", "set_plan", {**data, "precondition": 0, "enabled": True}]
    ]


def test_a_goal_is_entered_by_keys_alone(stage: Page) -> None:
    card, _ = opened(stage, plan())
    card.get_by_role("button", name="Add goal").focus()
    stage.keyboard.press("Enter")
    expect(card.get_by_role("heading", name="New goal")).to_be_focused()
    stage.keyboard.press("Tab")
    stage.keyboard.press("ArrowRight")  # percent
    stage.keyboard.press("Tab")
    stage.keyboard.press("Tab")
    stage.keyboard.type("90")
    stage.keyboard.press("Control+A")
    stage.keyboard.type("90")
    stage.keyboard.press("Enter")
    expect(card.locator("evse-ocpp-goal-form")).to_have_count(0)
    [[_, _, data]] = called(stage)
    assert (data["amount"], data["unit"], data["ready_by"]) == (90, "percent", "2026-11-27 07:00")


def test_a_goal_is_changed_with_what_the_form_does_not_show(stage: Page) -> None:
    card, _ = opened(stage, plan())
    card.get_by_role("button", name="Change 80 %").click()
    card.get_by_role("checkbox", name="Saturday").check(force=True)
    card.get_by_role("button", name="Save").click()
    expect(card.locator("evse-ocpp-goal-form")).to_have_count(0)
    [[_, action, data]] = called(stage)
    weekdays = [*WORK["weekdays"], "sat"]
    assert (action, data) == (
        "set_plan",
        {"device_id": DEVICE, **WORK, "ready_by": "07:00", "weekdays": weekdays},
    )


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"How much": "much"}, "“much” is no number. Allowed: 0.5 to 200 kWh"),
        ({"How much": "500"}, "500 kWh is not possible. Allowed: 0.5 to 200 kWh"),
        ({"Date": "2026-11-25"}, "This is in the past. Choose a later time."),
        ({"Time": ""}, "Choose a time."),
    ],
)
def test_what_cannot_be_meant_is_told_where_it_stands(
    stage: Page, fields: dict[str, str], told: str
) -> None:
    card, errors = opened(stage, plan())
    card.get_by_role("button", name="Add goal").click()
    for name, value in fields.items():
        textbox = card.get_by_role("textbox", name=name)
        (textbox if name == "How much" else card.get_by_label(name, exact=True)).fill(value)
    card.get_by_role("button", name="Save").click()
    assert told in look(card, errors)
    expect(card.locator("[aria-invalid=true]")).to_be_focused()
    assert called(stage) == []


def test_what_is_not_possible_is_told_before_it_is_saved(stage: Page) -> None:
    card, _ = opened(stage, plan())
    card.get_by_role("button", name="Add goal").click()
    card.get_by_role("button", name="Today").click()
    card.get_by_label("Time", exact=True).fill("14:00")
    card.get_by_role("textbox", name="How much").fill("30")
    expect(card.get_by_role("status").filter(has_text="22 kWh at most")).to_be_visible()


def test_a_plan_that_cannot_be_met_says_what_is_possible(stage: Page) -> None:
    card, errors = opened(stage, plan(met=False))
    told = look(card, errors)
    assert "22 kWh by Fri 07:00 are not possible, 14.5 kWh at most." in told
    assert "All of it will be in by Fri 08:15." in told


def test_what_home_assistant_refuses_is_told_in_its_words(stage: Page) -> None:
    card, _ = opened(stage, plan())
    stage.evaluate(
        "() => { window.hass.callService = async () => { throw {message: 'Too many goals.'}; };"
        " window.cards[0].hass = {...window.hass}; }"
    )
    card.get_by_role("button", name="Add goal").click()
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("alert")).to_contain_text("Too many goals.")
    expect(card.locator("evse-ocpp-goal-form")).to_be_visible()
    card.get_by_role("button", name="Cancel").click()
    expect(card.get_by_role("alert")).to_have_count(0)
    card.get_by_role("button", name="Remove 80 %").click()
    expect(card.get_by_role("alert")).to_contain_text("Too many goals.")
    expect(card.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_removed_goal_comes_back(stage: Page) -> None:
    card, _ = opened(stage, plan())
    card.get_by_role("button", name="Remove 80 %").click()
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("button", name="Undo")).to_have_count(0)
    removed, restored = called(stage)
    assert removed == ["evse_ocpp", "remove_plan", {"device_id": DEVICE, "plan": "work"}]
    assert restored == ["evse_ocpp", "set_plan", {"device_id": DEVICE, **WORK}]


def test_a_goal_is_switched_off_and_the_departure_of_the_page_cannot_be(stage: Page) -> None:
    departure = {**WORK, "plan": "next", "unit": "kwh", "amount": 10}
    card, _ = opened(stage, plan(goals=[WORK, departure]))
    switch = card.get_by_role("switch")
    expect(switch).to_have_count(1)
    switch.click(force=True)
    expect(switch).to_be_enabled()
    assert called(stage) == [
        ["evse_ocpp", "set_plan", {"device_id": DEVICE, **WORK, "enabled": False}]
    ]


def test_a_mode_that_does_not_follow_the_plan_is_told_and_changed(stage: Page) -> None:
    card, _ = opened(stage, plan(), told=states(mode="fast"))
    card.get_by_role("button", name="Follow the plan").click()
    assert called(stage) == [
        ["select", "select_option", {"entity_id": "select.mode", "option": "plan"}]
    ]
    stage.evaluate("window.tell({'select.mode': 'plan'})")
    expect(card.get_by_role("button", name="Follow the plan")).to_have_count(0)


def test_without_a_goal_it_says_what_to_do(stage: Page) -> None:
    card, errors = opened(stage, PLAN)
    assert "No goal yet" in look(card, errors)


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        (WORK, "as soon as a car is plugged in"),
        ({**WORK, "enabled": False}, "All goals are switched off or over."),
        ({**WORK, "ready_by": "2026-11-26T07:00:00+01:00", "weekdays": []}, "All goals are"),
    ],
)
def test_goals_without_a_plan_say_why(stage: Page, goal: dict[str, Any], told: str) -> None:
    card, errors = opened(stage, {**PLAN, "goals": [goal]})
    assert told in look(card, errors)


def test_without_a_site_it_says_what_a_plan_needs(stage: Page) -> None:
    card, errors = opened(stage, PLAN, snapshot={**SNAPSHOT, "site": None})
    assert "Add site" in look(card, errors)


def test_a_plan_that_cannot_be_had_is_asked_for_again(stage: Page) -> None:
    stage.clock.set_fixed_time(NOW)
    set_stage(stage, CARD)
    card = stage.locator("evse-ocpp-plan-card")
    expect(card.locator(".head")).to_be_visible()
    stage.evaluate(
        "() => { window.hass.callWS = async () => { throw {code: 'x', message: 'No database.'}; };"
        " const card = document.createElement('evse-ocpp-plan-card');"
        f" card.setConfig({{device: '{DEVICE}'}}); card.hass = {{...window.hass}};"
        " document.querySelector('main').replaceChildren(card); }"
    )
    expect(card.get_by_role("alert")).to_contain_text("No database.")
    stage.evaluate(
        "plan => { const card = document.querySelector('evse-ocpp-plan-card');"
        " card.hass = {...window.hass, callWS: async () => plan}; }",
        plan(),
    )
    card.get_by_role("button", name="Try again").click()
    expect(card.locator("evse-ocpp-plan .head")).to_contain_text("Ready by")


def test_it_is_drawn_only_for_what_it_shows(stage: Page) -> None:
    """At most one render per change, none for the rest of the house."""
    opened(stage, plan())
    drawn = """changed => {
      const plan = window.cards[0].shadowRoot.querySelector('evse-ocpp-plan');
      let count = 0;
      const render = plan.render;
      plan.render = function () { count += 1; return render.call(this); };
      %s
      return new Promise(done => setTimeout(() => { plan.render = render; done(count); }, 60));
    }"""
    house = "for (let turn = 0; turn < 20; turn++) window.tell({'sensor.power': String(turn)});"
    assert stage.evaluate(drawn % house) == 0
    flows = copy.deepcopy(SNAPSHOT) | {"power_w": 4711.0}
    assert stage.evaluate(drawn % "window.tell({}, changed);", flows) == 0
    assert stage.evaluate(drawn % "window.tell({'select.mode': 'fast'});") == 1


def test_an_answer_is_heard_beside_a_state_that_says_nothing_here(stage: Page) -> None:
    """Both come in one turn of the page: what is left out of one must not hide the other."""
    card, _ = opened(stage, PLAN)
    stage.evaluate(
        """async answer => {
          let told;
          window.hass.callWS = () => new Promise(done => { told = done; });
          const inner = window.cards[0].shadowRoot.querySelector('evse-ocpp-plan');
          inner.hass = {...window.hass};
          inner.snapshot = {...inner.snapshot, plan_revision: 2};
          await inner.updateComplete;
          told(answer);
          for (let turn = 0; turn < 20; turn++) {
            inner.hass = {...window.hass};
            await null;
          }
        }""",
        plan(),
    )
    expect(card.locator("evse-ocpp-plan .head")).to_contain_text("Ready by")


@pytest.mark.parametrize("language", ["de", "es", "fr", "it"])
def test_it_speaks_the_user_s_language_on_a_small_phone(stage: Page, language: str) -> None:
    stage.set_viewport_size({"width": 360, "height": 800})
    card, errors = opened(stage, plan(met=False), language=language, told=states(mode="fast"))
    expect(card.locator(".add")).not_to_contain_text("Add goal")  # its words come a moment later
    card.locator(".add").click()
    expect(card.locator("evse-ocpp-goal-form")).to_be_visible()
    assert "How much" not in shown(card)
    assert errors == []
    assert card.evaluate("card => card.scrollWidth <= card.clientWidth + 1"), "it is too wide"
