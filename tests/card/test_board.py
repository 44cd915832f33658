"""The dashboard's cards on the stage: strange values, refusals, every reader, and no idle work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .accessible import violations
from .stage import DEVICE, set_stage
from .test_bad_input import look

CARDS = ("sessions", "month", "energy", "faults")
HUGE = 3.2e12
ROW: dict[str, Any] = {
    "uid": "1",
    "wallbox": "مرآب المنزل",
    "device_id": None,
    "connector_id": None,
    "started_at": "2026-11-20T09:12:00+01:00",
    "ended_at": "2026-11-20T11:12:00+01:00",
    "energy_wh": HUGE,
    "cost": HUGE,
    "currency": "EUR",
    "unpriced_wh": 0,
    "sun_wh": HUGE / 3,
    "battery_wh": 0,
    "grid_wh": HUGE / 2,
    "co2_g": None,
    "card": None,
    "person": "محمد " * 12,
    "reason": None,
    "owner": "person:person.m",
}
POOR = ROW | {
    "uid": "2",
    "wallbox": "W" * 80,
    "ended_at": None,
    "energy_wh": 0,
    "cost": None,
    "currency": None,
    "unpriced_wh": 900,
    "sun_wh": None,
    "battery_wh": None,
    "grid_wh": None,
    "person": None,
    "owner": "nobody",
}
SUMS = {"sessions": 2, "energy_wh": HUGE, "cost": None, "currency": None, "sun_wh": None}
SESSIONS: dict[str, Any] = {
    "rows": [ROW, POOR],
    "count": 2,
    "energy_wh": HUGE,
    "cost": {"EUR": HUGE, "CHF": 3},
    "sun_wh": HUGE / 3,
    "owners": [
        SUMS | {"owner": "person:person.m", "name": "محمد " * 12},
        SUMS | {"owner": "nobody", "name": None, "energy_wh": 0},
    ],
    "wallboxes": [
        SUMS | {"device_id": DEVICE, "name": "W" * 80},
        SUMS | {"device_id": None, "name": "removed"},
    ],
}
NONE = SESSIONS | {"rows": [], "count": 0, "energy_wh": 0, "cost": {}, "owners": [], "sun_wh": None}
MONTH_MS = 28 * 86_400_000
STATISTICS = {
    "sensor.energy": [{"start": 1_779_000_000_000 + n * MONTH_MS, "change": HUGE} for n in range(9)]
}
ISSUE = {
    "domain": "evse_ocpp",
    "issue_id": "clock_wrong",
    "severity": "warning",
    "created": "2026-11-20T09:12:00+01:00",
}
ANSWERS: dict[str, Any] = {
    "evse_ocpp/sessions": SESSIONS,
    "evse_ocpp/list": {"wallboxes": [], "sites": [], "people": [], "cards": []},
    "recorder/statistics_during_period": STATISTICS,
    "repairs/list_issues": {"issues": [ISSUE]},
}
TELL = """answers => {
  window.hass = {...window.hass, callWS: async ({type}) => {
    if (!(type in answers)) throw {code: 'unknown_command', message: `Unknown command ${type}`};
    return answers[type];
  }};
}"""


def play(page: Page, *cards: str, answers: Mapping[str, Any] = ANSWERS, **stage: Any) -> list[str]:
    """Show some of the cards in a house that answers so; return what goes wrong in the page."""
    house = {"sensor.status": ("faulted", {}), "sensor.energy": ("12", {})}
    errors = set_stage(page, told=house, **stage)
    page.evaluate(TELL, dict(answers))
    page.evaluate(
        "configs => window.play(configs)",
        [{"type": f"custom:evse-ocpp-{card}-card"} for card in cards],
    )
    page.wait_for_timeout(300)
    return errors


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("card", CARDS)
def test_strange_values_keep_their_place(stage: Page, card: str, direction: str) -> None:
    errors = play(stage, card, direction=direction)
    look(stage.locator(f"evse-ocpp-{card}-card"), errors)


@pytest.mark.parametrize("card", CARDS)
def test_without_anything_it_says_so(stage: Page, card: str) -> None:
    nothing = {
        "evse_ocpp/sessions": NONE,
        "recorder/statistics_during_period": {},
        "repairs/list_issues": {"issues": []},
    }
    errors = play(stage, card, answers=ANSWERS | nothing)
    look(stage.locator(f"evse-ocpp-{card}-card"), errors)


@pytest.mark.parametrize("card", ["sessions", "month", "energy"])
def test_what_home_assistant_refuses_is_told(stage: Page, card: str) -> None:
    play(stage, card, answers={})
    told = stage.locator(f"evse-ocpp-{card}-card").get_by_role("alert")
    expect(told).to_contain_text("Unknown command")


@pytest.mark.parametrize("card", CARDS)
def test_a_mistake_in_its_configuration_is_told(stage: Page, card: str) -> None:
    set_stage(stage)
    stage.evaluate(TELL, ANSWERS)
    wrong = {"type": f"custom:evse-ocpp-{card}-card", "devices": 7}
    stage.evaluate("config => window.play([config])", wrong)
    told = stage.locator(f"evse-ocpp-{card}-card").get_by_role("alert").first
    expect(told).to_contain_text("devices")
    expect(told).to_contain_text("7")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("card", CARDS)
def test_for_everybody(stage: Page, card: str, dark: bool) -> None:
    play(stage, card, dark=dark)
    assert violations(stage) == []


def test_states_of_the_house_are_no_work(stage: Page) -> None:
    """A house changes hundreds of states a minute; only those that a card shows draw it anew."""
    play(stage, *CARDS)
    drawn = stage.evaluate(
        """async () => {
          const count = Object.fromEntries(window.cards.map(card => [card.localName, 0]));
          for (const card of window.cards) {
            const render = card.render.bind(card);
            card.render = () => { count[card.localName] += 1; return render(); };
          }
          for (let n = 0; n < 100; n += 1) {
            window.tell({'sensor.power': String(n)});
            await Promise.all(window.cards.map(card => card.updateComplete));
          }
          window.tell({'sensor.status': 'charging'});
          await Promise.all(window.cards.map(card => card.updateComplete));
          return count;
        }"""
    )
    faults = drawn.pop("evse-ocpp-faults-card")
    assert set(drawn.values()) == {0}
    assert 1 <= faults <= 3  # the new state, and the repairs which are asked for again


def test_an_answer_that_comes_together_with_a_state_is_drawn(stage: Page) -> None:
    """A state of the house that is none of the card's must not swallow the repairs."""
    play(stage, "faults", answers=ANSWERS | {"repairs/list_issues": {"issues": []}})
    stage.evaluate(
        """answers => {
          const card = window.cards[0];
          card.hass.callWS = async ({type}) => answers[type];
          card.requestUpdate = (...of) => {
            delete card.requestUpdate;
            card.requestUpdate(...of);
            window.tell({'sensor.outside': '7'});
          };
          card.repairs.again();
        }""",
        ANSWERS,
    )
    expect(stage.locator("evse-ocpp-faults-card")).to_contain_text("clock_wrong")


def test_a_page_of_sessions_that_are_gone_leads_back(stage: Page) -> None:
    """Old sessions may be deleted while their page is looked at."""
    play(stage, "sessions", answers=ANSWERS | {"evse_ocpp/sessions": SESSIONS | {"count": 30}})
    card = stage.locator("evse-ocpp-sessions-card")
    for _ in range(2):
        card.get_by_role("button", name="Older sessions").click()
    expect(card).to_contain_text("25–30 of 30")
    fewer = ANSWERS | {"evse_ocpp/sessions": SESSIONS | {"count": 14}}
    stage.evaluate(TELL, fewer)
    stage.evaluate("() => { window.cards[0].hass = {...window.hass, devices: {}}; }")
    stage.evaluate("() => window.cards[0].told.again()")
    expect(card).to_contain_text("13–14 of 14")


@pytest.mark.parametrize(("language", "loaded"), [("en", "en"), ("de-AT", "de"), ("nl", "en")])
def test_a_page_loads_the_words_of_one_language(stage: Page, language: str, loaded: str) -> None:
    stage.add_init_script(f"localStorage.setItem('selectedLanguage', '\"{language}\"')")
    asked: list[str] = []
    stage.on("request", lambda request: asked.append(request.url.rpartition("/texts/")[2]))
    play(stage, *CARDS, language=language)
    assert [name for name in asked if name.endswith(".json")] == [f"{loaded}.json"]
