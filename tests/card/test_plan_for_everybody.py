"""Plan and phases for everybody: contrast, names and roles, and targets that a finger hits."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .accessible import violations
from .stage import states
from .test_phases import CARD as PHASES
from .test_phases import set_stage, site
from .test_plan import opened, plan

FINGER_PX = 44
_SMALL = """least => {
  const small = [];
  const walk = root => root.querySelectorAll('*').forEach(each => {
    if (each.shadowRoot) walk(each.shadowRoot);
    if (!each.matches('button, a, input, select, summary')) return;
    // A box that only screen readers see is pressed at its label.
    const place = each.matches(".hidden") ? each.closest("label") : each;
    const {width, height} = place.getBoundingClientRect();
    if (width && Math.min(width, height) < least) small.push(each.outerHTML);
  });
  walk(document);
  return small;
}"""


def look(stage: Page) -> None:
    """Nothing that axe minds, nothing too small."""
    assert violations(stage) == []
    assert stage.evaluate(_SMALL, FINGER_PX) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_plan_is_for_everybody(stage: Page, dark: bool) -> None:
    card, _ = opened(stage, plan(met=False), dark=dark, told=states(mode="fast"))
    card.get_by_role("button", name="As a table").click()
    expect(card.get_by_role("table")).to_be_visible()
    look(stage)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_form_of_a_goal_is_for_everybody(stage: Page, dark: bool) -> None:
    card, _ = opened(stage, plan(soc_known=False), dark=dark)
    card.get_by_role("button", name="Change 80 %").click()
    amount = card.get_by_role("textbox", name="How much")
    amount.fill("101")
    amount.press("Tab")
    expect(card.get_by_text("101 % is not possible")).to_be_visible()
    look(stage)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("grid_a", [[27.3, 23.4, 12.0], [-8.0, -6.0, 4.0], [None] * 3])
def test_phases_are_for_everybody(stage: Page, grid_a: list[Any], dark: bool) -> None:
    set_stage(stage, PHASES, snapshot=site(grid_a=grid_a, meter_lost=grid_a[0] is None), dark=dark)
    expect(stage.get_by_role("meter")).to_have_count(3)
    look(stage)
