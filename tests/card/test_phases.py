"""The phases of a house in a browser: against the fuse, exporting, silent, and of which house."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .stage import DEVICE, SITE, SNAPSHOT, set_stage
from .test_bad_input import look

CARD = {"type": "custom:evse-ocpp-phases-card", "device": DEVICE}


def site(**changed: Any) -> dict[str, Any]:
    """A snapshot with a house that is changed."""
    usual = {"has_meter": True, "sum_only": False, "grid_a": [18.0, 14.0, 10.0]}
    return {**SNAPSHOT, "loaded": True, "site": {**SNAPSHOT["site"], **usual, **changed}}


@pytest.mark.parametrize(
    ("grid_a", "told"),
    [
        (18.0, "18.0 A of 25 A, room for 7 A, cars 10.7 A"),
        (27.3, "27.3 A of 25 A, 2.3 A above the fuse, cars 10.7 A"),
        (-8.2, "-8.2 A of 25 A, exports 8.2 A, cars 10.7 A"),
        (None, "– A of 25 A, house not measured, cars 10.7 A"),
        (1e9, "1B A of 25 A, 1B A above the fuse, cars 10.7 A"),
    ],
)
def test_a_phase_is_told_against_its_fuse(stage: Page, grid_a: float | None, told: str) -> None:
    errors = set_stage(stage, CARD, snapshot=site(grid_a=[grid_a, 14.0, 10.0]))
    card = stage.locator("evse-ocpp-phases-card")
    look(card, errors)
    expect(card.get_by_role("meter", name="L1")).to_have_attribute("aria-valuetext", told)
    expect(card.get_by_role("meter")).to_have_count(3)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"meter_lost": True, "grid_a": [None] * 3}, "The meter of the house is silent."),
        ({"has_meter": False, "grid_a": [None] * 3}, "Nothing measures the house"),
        ({"sum_only": True}, "an even share of it"),
        ({"grid_a": [-3.0, -3.0, -3.0], "surplus_w": 2070.0}, "Surplus 2.1 kW"),
        ({"price": -0.0213}, "Price now -0.021 EUR"),
        ({"name": "بيت"}, "بيت"),
    ],
)
def test_what_is_special_about_a_house_is_told(
    stage: Page, changed: dict[str, Any], told: str
) -> None:
    errors = set_stage(stage, CARD, snapshot=site(**changed))
    assert told in look(stage.locator("evse-ocpp-phases-card"), errors)


def test_a_house_of_one_phase_has_one_bar(stage: Page) -> None:
    one = site(fuse_a=[40.0], grid_a=[12.0], cars_a=[7.0])
    set_stage(stage, CARD, snapshot=one)
    expect(stage.get_by_role("meter", name="Fuse")).to_have_attribute("aria-valuemax", "40")


@pytest.mark.parametrize(
    ("snapshot", "told"),
    [
        ({**SNAPSHOT, "loaded": True, "site": None}, "belongs to no site"),
        ({**SNAPSHOT, "loaded": False, "site": None}, "goes on by itself"),
    ],
)
def test_without_a_house_it_says_why(stage: Page, snapshot: dict[str, Any], told: str) -> None:
    errors = set_stage(stage, CARD, snapshot=snapshot)
    assert told in look(stage.locator("evse-ocpp-phases-card"), errors)


HOUSE = {"entry_id": "e", "site_id": SITE, "name": "House", "device_id": "house"}
BARN = {"entry_id": "e", "site_id": "other", "name": "Barn", "device_id": "barn"}
WALLBOX = {"entry_id": "e", "site_id": SITE, "connectors": [{"device_id": DEVICE}]}


@pytest.mark.parametrize(
    ("config", "sites", "told"),
    [
        ({}, [HOUSE], "L1"),
        ({"site": "house"}, [HOUSE, BARN], "L1"),
        ({"site": "gone"}, [HOUSE], "This house is no longer there"),
        ({"site": 7}, [HOUSE], "site: “7” is not possible"),
        ({}, [], "No house yet"),
        ({"site": "barn"}, [HOUSE, BARN], "No wallbox at this house yet"),
        ({}, [HOUSE, BARN], "Which house?"),
    ],
)
def test_the_house_is_found(
    stage: Page, config: dict[str, Any], sites: list[dict[str, Any]], told: str
) -> None:
    listed = {"wallboxes": [WALLBOX], "sites": sites, "people": [], "cards": []}
    card = {"type": CARD["type"], **config}
    errors = set_stage(stage, card, snapshot=site(), listed=listed)
    expect(stage.locator("evse-ocpp-phases-card")).to_contain_text(told)
    look(stage.locator("evse-ocpp-phases-card"), errors)


def test_one_of_several_houses_is_chosen_in_the_card(stage: Page) -> None:
    listed = {"wallboxes": [WALLBOX], "sites": [HOUSE, BARN], "people": [], "cards": []}
    set_stage(stage, {"type": CARD["type"]}, snapshot=site(), listed=listed)
    stage.get_by_role("button", name="House").click()
    expect(stage.get_by_role("meter")).to_have_count(3)


def test_it_is_drawn_only_when_the_house_changes(stage: Page) -> None:
    set_stage(stage, CARD, snapshot=site())
    expect(stage.get_by_role("meter")).to_have_count(3)
    drawn = """([states, snapshot]) => {
      const inner = window.cards[0].shadowRoot.querySelector('evse-ocpp-phases');
      let count = 0;
      const render = inner.render;
      inner.render = function () { count += 1; return render.call(this); };
      for (let turn = 0; turn < 20; turn++) window.tell(states, snapshot);
      return new Promise(done => setTimeout(() => { inner.render = render; done(count); }, 60));
    }"""
    assert stage.evaluate(drawn, [{"sensor.power": "1"}, None]) == 0
    assert stage.evaluate(drawn, [{}, {**site(), "power_w": 1.0}]) == 0
    assert stage.evaluate(drawn, [{}, site(grid_a=[1.0, 2.0, 3.0])]) == 1
