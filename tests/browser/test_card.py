"""The card in a real Home Assistant: what is pressed moves the cars at the simulated wallboxes.

The house is that of the show: Anna's car in the garage goes by the sun, Ben's at the carport fast.
"""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.harness.home_assistant import wait_until
from scripts.harness.show import BEN, DASHBOARD, FIRST_NAME, SECOND_NAME, Show
from scripts.harness.solar_day import ZONE

from .conftest import logged_in
from .flow import film
from .test_pages import settle
from .test_views import PHONE, picture

DESKTOP = {"width": 1500, "height": 900}
LAPTOP = {"width": 1280, "height": 800}
PATIENT_MS = 30_000
MOST_S = 60
"""A wallbox is told of a limit at once; a car takes some seconds to follow."""
THUMB_PX = 16
"""Chromium's slider moves by the middle of a handle so wide."""
PAUSE_MS = 800
"""So long a film rests where something is to be seen."""
MARGIN_PX = 16
GOAL_KM = 1
GOAL_KWH = 0.2
"""As much as 1 km takes: with three phases of 16 A somewhat more than a minute."""
DONE_S = 240


@pytest.fixture(scope="module", autouse=True)
def as_before(show: Show) -> Iterator[None]:
    """Ben's wallbox is left as it was found."""
    expect.set_options(timeout=PATIENT_MS)
    yield
    expect.set_options(timeout=5_000)
    act(show, "number.set_value", "current_limit", value=32)
    act(show, "select.select_option", "mode", option="fast")
    show.go(SECOND_NAME)
    wait_until(lambda: state(show, "status") == "available", "the car has gone", MOST_S)
    show.come(SECOND_NAME, BEN)
    show.plan(SECOND_NAME, 20)
    wait_until(lambda: car_a(show) > 6, "Ben's car charges", MOST_S)


@pytest.fixture(scope="module")
def without_goals(show: Show) -> None:
    """No other car wants the cheapest hours."""
    show.page.act("evse_ocpp.remove_plan", device_id=show.page.device(SECOND_NAME), plan="work")


@pytest.fixture(scope="module")
def mine(show: Show) -> str:
    """The path of a dashboard of its own: a wide card, and beside it a compact one."""
    garage, carport = map(show.page.device, (FIRST_NAME, SECOND_NAME))
    card: dict[str, Any] = {"type": "custom:evse-ocpp-card"}
    wide = {**card, "device": garage, "grid_options": {"columns": "full"}}
    compact = {**card, "device": carport, "layout": "compact"}
    sections = [
        {"type": "grid", "column_span": 2, "cards": [wide]},
        {"type": "grid", "cards": [compact, {"type": "custom:evse-ocpp-phases-card"}]},
    ]
    view = {"title": "Home", "type": "sections", "max_columns": 3, "sections": sections}
    make_dashboard(show, "my-cards", [view])
    return "/my-cards/0"


def make_dashboard(show: Show, path: str, views: list[dict[str, Any]]) -> None:
    """Make one that is not in the sidebar: pictures show only what everybody has."""
    show.page.websocket(
        type="lovelace/dashboards/create",
        url_path=path,
        title="Mine",
        mode="storage",
        show_in_sidebar=False,
    )
    show.page.websocket(type="lovelace/config/save", url_path=path, config={"views": views})


def act(show: Show, action: str, key: str, **data: Any) -> None:
    entity_id = show.household.entities_of(SECOND_NAME)[key]
    show.page.act(action, entity_id=entity_id, **data)


def state(show: Show, key: str) -> str:
    return show.page.state(show.household.entities_of(SECOND_NAME)[key])


def car_a(show: Show) -> float:
    """What Ben's car takes, as the simulated world knows it."""
    world = show.household.wallboxes[SECOND_NAME].request(command="status")["world"]
    return float(world["connectors"]["1"]["car_a"][0])


def open_card(page: Page, show: Show, path: str = f"{DASHBOARD}/overview") -> Locator:
    """Open a dashboard; return the card of Ben's wallbox, which knows its state."""
    page.goto(show.page.url + path)
    heading = page.get_by_role("heading", name=SECOND_NAME)
    card = page.locator("evse-ocpp-card").filter(has=heading)
    expect(card.get_by_role("slider")).to_be_enabled()
    settle(page)
    return card


def drag(page: Page, slider: Locator, value: float) -> None:
    """Move the handle from where it is to a value, as a finger does."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    low, high, now = (float(slider.get_attribute(name) or 0) for name in ("min", "max", "value"))
    now = float(slider.input_value())

    def at(amps: float) -> float:
        return box["x"] + THUMB_PX / 2 + (amps - low) / (high - low) * (box["width"] - THUMB_PX)

    middle, steps = box["y"] + box["height"] / 2, 20
    page.mouse.move(at(now), middle)
    page.mouse.down()
    for step in range(1, steps + 1):
        page.mouse.move(at(now + (value - now) * step / steps), middle)
        page.wait_for_timeout(30)
    page.mouse.up()


def around(part: Locator) -> Any:
    """The place of a part on the page, with a margin."""
    box = part.bounding_box()
    assert box is not None
    wide, high = box["width"] + 2 * MARGIN_PX, box["height"] + 2 * MARGIN_PX
    return {"x": box["x"] - MARGIN_PX, "y": box["y"] - MARGIN_PX, "width": wide, "height": high}


def test_slider_and_modes_on_a_phone(
    chromium: Browser, show: Show, pictures: Path, edition: str
) -> None:
    wait_until(lambda: car_a(show) > 15, "Ben's car at 16 A", MOST_S)
    wait_until(lambda: float(state(show, "power")) > 3500, "power told", MOST_S)
    with logged_in(chromium, show.page, viewport=PHONE) as page:
        card = open_card(page, show)
        with film(page, pictures / f"flow-slider{edition}.webp", width=400, always=True):
            drag(page, card.get_by_role("slider", name="Current limit"), 10)
            shown = card.locator("evse-ocpp-limit output")
            expect(shown).to_have_text(re.compile(r"^\s*(9|10|11) A\s*$"))
            amps = int((shown.text_content() or "").split()[0])
            limit = show.household.entities_of(SECOND_NAME)["current_limit"]
            wait_until(lambda: show.page.number(limit) == amps, f"{amps} A told", MOST_S)
            wait_until(lambda: amps - 1 < car_a(show) <= amps, "the car follows", MOST_S)
            expect(card).to_contain_text(re.compile(rf"{amps - 1}[.\d]*|{amps}(\.0)? A"))

            modes = card.get_by_role("radiogroup", name="Charging mode")
            modes.get_by_role("radio", name="Off").click()
            wait_until(lambda: car_a(show) == 0, "the car at rest", MOST_S)
            expect(card.locator(".ring")).to_contain_text("Suspended")
            assert state(show, "mode") == "off"
            wait_until(lambda: float(state(show, "power")) == 0, "no power told", MOST_S)
            page.wait_for_timeout(PAUSE_MS)
            modes.get_by_role("radio", name="Solar only").click()
            expect(modes.get_by_role("radio", checked=True)).to_have_text("Solar only")
            wait_until(lambda: state(show, "mode") == "solar", "the mode", MOST_S)
            page.wait_for_timeout(PAUSE_MS)
            modes.get_by_role("radio", name="Fast").click()
            wait_until(lambda: car_a(show) > amps - 1, "the car goes on", MOST_S)
            expect(card.locator(".ring")).to_contain_text("Charging")
            wait_until(lambda: float(state(show, "power")) > 1000, "power told", MOST_S)
            page.wait_for_timeout(PAUSE_MS)
        assert car_a(show) <= amps


def test_the_card_in_the_dark_on_a_phone(
    chromium: Browser, show: Show, pictures: Path, edition: str
) -> None:
    with logged_in(chromium, show.page, viewport=PHONE, color_scheme="dark") as page:
        open_card(page, show)
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= PHONE["width"]
        picture(page, pictures / f"card-phone{edition}.png")


def test_the_card_on_a_desktop(
    chromium: Browser, show: Show, mine: str, pictures: Path, edition: str
) -> None:
    with logged_in(chromium, show.page, viewport=DESKTOP) as page:
        compact = open_card(page, show, mine)
        expect(page.locator("evse-ocpp-card")).to_have_count(2)
        picture(page, pictures / f"card-desktop{edition}.png")
        compact.screenshot(path=pictures / "card-compact.png")


@pytest.mark.usefixtures("without_goals")
def test_a_plan_is_entered(chromium: Browser, show: Show, mine: str, pictures: Path) -> None:
    """On the wide card of Anna's wallbox, for tomorrow morning; then it is taken away again."""
    with logged_in(chromium, show.page, viewport=LAPTOP) as page:
        open_card(page, show, mine)
        heading = page.get_by_role("heading", name=FIRST_NAME)
        card = page.locator("evse-ocpp-card").filter(has=heading)
        with film(page, pictures / "flow-plan.webp"):
            card.get_by_role("button", name="Plan", exact=False).last.click()
            plan = card.locator("evse-ocpp-plan")
            plan.get_by_role("button", name="Add goal").click()
            page.wait_for_timeout(PAUSE_MS)
            form = plan.locator("evse-ocpp-goal-form")
            form.get_by_role("button", name="30 kWh").click()
            page.wait_for_timeout(PAUSE_MS)
            form.get_by_role("button", name="More").click()
            page.wait_for_timeout(PAUSE_MS)
            form.get_by_role("button", name="Tomorrow").click()
            form.locator("input[type=time]").fill("06:30")
            page.wait_for_timeout(PAUSE_MS)
            form.get_by_role("button", name="Save").click()
            goals = plan.get_by_role("list", name="Goals")
            expect(goals.get_by_role("listitem")).to_have_count(1)
            expect(plan.get_by_role("heading", level=2)).to_contain_text("6:30 AM")
            card.locator(".plan").evaluate("plan => plan.scrollIntoView({block: 'center'})")
            settle(page)
        told = show.page.api(
            "POST",
            "/api/services/evse_ocpp/list_plans?return_response",
            {"device_id": show.page.device(FIRST_NAME)},
        )
        (goal,) = told["service_response"]["plans"]
        assert (goal["amount"], goal["unit"]) == (31, "kwh")
        page.mouse.move(0, 0)
        page.screenshot(path=pictures / "card-plan.png", clip=around(card.locator(".plan")))
        goals.get_by_role("button", name="Remove").click()
        expect(plan.get_by_role("status").last).to_contain_text("31 kWh")
        expect(plan.get_by_role("heading", level=2)).to_contain_text("No goal")


@pytest.mark.usefixtures("without_goals")
def test_a_goal_is_carried_out(chromium: Browser, show: Show) -> None:
    """1 km by in two minutes: the car charges for it, as soon as it is saved, and stops with it."""
    act(show, "number.set_value", "current_limit", value=32)
    show.go(SECOND_NAME)
    wait_until(lambda: state(show, "status") == "available", "the car has gone", MOST_S)
    with logged_in(chromium, show.page, viewport=DESKTOP) as page:
        card = open_card(page, show)
        card.get_by_role("radio", name="Plan").click()
        wait_until(lambda: state(show, "mode") == "plan", "the mode", MOST_S)
        show.come(SECOND_NAME, BEN, phases=3)
        expect(card.locator(".why")).to_contain_text("there is no plan")
        assert car_a(show) == 0

        card.locator("button.fold").click()
        plan = card.locator("evse-ocpp-plan")
        plan.get_by_role("button", name="Add goal").click()
        form = plan.locator("evse-ocpp-goal-form")
        form.get_by_text("km to add").click()
        form.get_by_label("How much").fill(str(GOAL_KM))
        ready = soon(datetime.now(ZONE))
        form.locator("input[type=date]").fill(ready.strftime("%Y-%m-%d"))
        form.locator("input[type=time]").fill(ready.strftime("%H:%M"))
        form.get_by_role("button", name="Save").click()
        wait_until(lambda: car_a(show) > 5, "the car charges for the plan", MOST_S)

        reached = re.compile("there is no plan, or all of it is reached")
        expect(card.locator(".why")).to_contain_text(reached, timeout=DONE_S * 1000)
        wait_until(lambda: car_a(show) == 0, "the car at rest", MOST_S)
        charged = float(state(show, "session_energy"))
        assert math.isclose(charged, GOAL_KWH, abs_tol=0.06)


def soon(now: datetime) -> datetime:
    """The next whole minute that leaves enough time for the goal."""
    return (now + timedelta(seconds=150)).replace(second=0, microsecond=0)
