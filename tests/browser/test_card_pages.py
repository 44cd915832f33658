"""The card as a guest on pages of Home Assistant: added by its dialogue, there at each load, quiet.

What it shows and does is in test_card.py.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.harness.home_assistant import HomeAssistant, free_port
from scripts.harness.house import LOOPBACK
from scripts.harness.show import DASHBOARD, FIRST_NAME, SECOND_NAME, Show
from tests.card.accessible import violations

from .conftest import logged_in
from .test_card import make_dashboard
from .test_pages import settle
from .test_views import PHONE, picture

DESKTOP = {"width": 1400, "height": 1000}
PATIENT_MS = 30_000
OVERVIEW = f"{DASHBOARD}/overview"
OURS = "evse-ocpp-card, evse-ocpp-phases-card"
LOADS = 10
WATCHED_MS = 20_000
MOST_SHIFT = 0.02
"""Of the layout shift score; up to 0.1 counts as good (web.dev/cls)."""
YAML_MODE = "lovelace:\n  mode: yaml\n"
YAML_DASHBOARD = """title: By hand
views:
  - title: Home
    cards:
      - type: custom:evse-ocpp-card
"""

COUNT = """elements => {
  window.drawn = new Map();
  const inside = root => [...root.querySelectorAll('*')].flatMap(each =>
    [each, ...(each.shadowRoot ? inside(each.shadowRoot) : [])]);
  const ours = elements.flatMap(each => [each, ...inside(each.shadowRoot)])
    .filter(each => each.localName.startsWith('evse-ocpp-'));
  for (const each of ours) {
    const count = {name: each.localName, hass: 0, changes: 0, drawn: 0};
    window.drawn.set(each, count);
    const draw = each.render;
    each.render = () => { count.drawn += 1; return draw.call(each); };
  }
  for (const card of elements) {
    const count = window.drawn.get(card);
    const accessor = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(card), 'hass');
    let before = card.hass;
    // The states that are a wallbox's own, and those of the device that it hangs on.
    const own = hass => Object.values(hass.entities)
      .filter(each => each.platform === 'evse_ocpp').map(each => hass.states[each.entity_id]);
    Object.defineProperty(card, 'hass', {
      configurable: true,
      get: () => accessor.get.call(card),
      set: hass => {
        count.hass += 1;
        const then = own(before);
        if (own(hass).some((each, index) => each !== then[index])) count.changes += 1;
        before = hass;
        accessor.set.call(card, hass);
      },
    });
  }
}"""
"""Counts, of our elements: new `hass`, those in which a state of ours differs, and drawings."""

SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => window.shifts.push(...list.getEntries()
  .filter(each => !each.hadRecentInput).map(each => [each.startTime, each.value])))
  .observe({type: 'layout-shift', buffered: true});
window.sizes = [];
const find = root => {
  for (const each of root.querySelectorAll('*')) {
    if (each.localName === 'evse-ocpp-card') return each;
    const found = each.shadowRoot && find(each.shadowRoot);
    if (found) return found;
  }
};
let card;
const look = () => {
  card = card?.isConnected ? card : find(document);
  const height = card?.getBoundingClientRect().height;
  if (height > 0 && window.sizes.at(-1)?.[1] !== height) {
    window.sizes.push([performance.now(), height]);
  }
  requestAnimationFrame(look);
};
look();
"""


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    expect.set_options(timeout=PATIENT_MS)
    yield
    expect.set_options(timeout=5_000)


def card_of(page: Page, name: str) -> Locator:
    heading = page.get_by_role("heading", name=name)
    return page.locator("evse-ocpp-card").filter(has=heading)


def open_overview(page: Page, show: Show) -> None:
    page.goto(show.page.url + OVERVIEW)
    for name in show.names:
        expect(card_of(page, name).get_by_role("slider")).to_be_enabled()


# ------------------------------------------------------------------- there, and quiet


def test_it_is_there_at_each_of_ten_cold_loads(chromium: Browser, show: Show) -> None:
    """A page that is loaded anew may ask for the card before its script is there."""
    for _ in range(LOADS):
        with logged_in(chromium, show.page, viewport=DESKTOP) as page:
            open_overview(page, show)
            assert page.locator("hui-error-card, hui-warning").count() == 0


def test_nothing_moves_when_it_has_come(chromium: Browser, show: Show) -> None:
    with logged_in(chromium, show.page, viewport=PHONE) as page:
        page.add_init_script(SHIFTS)
        open_overview(page, show)
        page.wait_for_timeout(2_000)
        sizes: list[list[float]] = page.evaluate("window.sizes")
        shifts: list[list[float]] = page.evaluate("window.shifts")
    came_ms, _ = sizes[0]
    assert sum(value for at_ms, value in shifts if at_ms >= came_ms) < MOST_SHIFT


def test_it_is_drawn_at_most_once_for_a_change(chromium: Browser, show: Show) -> None:
    """In a house whose meters change each second."""
    with logged_in(chromium, show.page, viewport=DESKTOP) as page:
        open_overview(page, show)
        settle(page)
        page.locator(OURS).evaluate_all(COUNT)
        told = """async device => {
          window.told = 0;
          const {hass} = document.querySelector('home-assistant');
          await hass.connection.subscribeMessage(() => { window.told += 1; },
            {type: 'evse_ocpp/subscribe', device_id: device, language: hass.language});
        }"""
        page.evaluate(told, show.page.device(FIRST_NAME))
        page.wait_for_timeout(WATCHED_MS)
        counts: list[dict[str, Any]] = page.evaluate("[...window.drawn.values()]")
        snapshots = int(page.evaluate("window.told"))
    cards = [each for each in counts if each["name"] == "evse-ocpp-card"]
    assert len(cards) == 2
    for each in cards:
        assert each["hass"] > 0
        assert 0 < each["drawn"] <= each["changes"] + snapshots


@pytest.mark.parametrize(
    ("size", "theme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone, light", "desktop, dark"]
)
def test_everybody_can_use_it(
    chromium: Browser, show: Show, size: dict[str, int], theme: str
) -> None:
    """On the page with all that is round it: contrast against the theme's own colours."""
    with logged_in(chromium, show.page, viewport=size, color_scheme=theme) as page:
        open_overview(page, show)
        card = card_of(page, FIRST_NAME)
        card.locator("button.fold").click()
        expect(card.locator("evse-ocpp-plan-chart")).to_be_visible()
        settle(page)
        assert violations(page, OURS) == []


# ------------------------------------------------------------------- by Home Assistant's dialogue


def begin_to_add(page: Page, show: Show, path: str) -> Locator:
    """Make an empty dashboard, and press Add card in it; return the dialogue."""
    make_dashboard(show, path, [{"title": "Home", "cards": []}])
    page.goto(f"{show.page.url}/{path}/0?edit=1")
    add = page.get_by_text("Add card").or_(page.get_by_label("Add card"))
    add.locator("visible=true").last.click()
    settle(page)
    return page.locator("hui-dialog-create-card")


def saved_card(show: Show, path: str) -> dict[str, Any]:
    config = show.page.websocket(type="lovelace/config", url_path=path)
    (card,) = config["views"][0]["cards"]
    return dict(card)


def test_it_is_added_by_the_dialogue_and_changed_in_its_form(
    chromium: Browser, show: Show, pictures: Path, edition: str
) -> None:
    with logged_in(chromium, show.page, viewport=DESKTOP) as page:
        dialogue = begin_to_add(page, show, "added-card")
        if not edition:
            dialogue.get_by_text("By card", exact=True).click()
            settle(page)
        page.keyboard.type("EVSE OCPP")
        settle(page)
        # What is picked lies below a sheet of glass: a card in a list is not to be used.
        dialogue.get_by_text("EVSE OCPP", exact=True).first.click(force=True)
        editor = page.locator("hui-dialog-edit-card")
        editor.locator("ha-selector-text input").first.fill("My own")
        heading = editor.locator("evse-ocpp-card").get_by_role("heading", name="My own")
        expect(heading).to_be_visible()
        picture(page, pictures / "card-editor.png")
        editor.get_by_text("Save", exact=True).last.click()
        added = page.locator("hui-view").get_by_role("heading", name="My own")
        expect(added).to_be_visible()
    saved = saved_card(show, "added-card")
    assert saved.pop("device") in map(show.page.device, show.names)
    assert saved == {"type": "custom:evse-ocpp-card", "name": "My own"}


def test_it_is_suggested_for_an_entity_of_a_wallbox(
    chromium: Browser, show: Show, edition: str
) -> None:
    if edition:
        pytest.skip("before 2026.6 Home Assistant suggests no cards")
    with logged_in(chromium, show.page, viewport=DESKTOP) as page:
        dialogue = begin_to_add(page, show, "suggested-card")
        page.keyboard.type(f"{SECOND_NAME} status")
        settle(page)
        dialogue.get_by_text("Status", exact=True).first.click()
        suggested = dialogue.locator("evse-ocpp-card").first
        expect(suggested).to_be_visible()
        settle(page)
        suggested.click(force=True, position={"x": 60, "y": 30})
        added = page.locator("hui-view").get_by_role("heading", name=SECOND_NAME)
        expect(added).to_be_visible()
    device = show.page.device(SECOND_NAME)
    assert saved_card(show, "suggested-card") == {"type": "custom:evse-ocpp-card", "device": device}


# ------------------------------------------------------------------- dashboards in YAML


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[HomeAssistant]:
    """A Home Assistant whose dashboard is a file that somebody wrote."""
    home = HomeAssistant(
        tmp_path / "by-hand",
        Path(os.environ["EVSE_HOME_ASSISTANT"]),
        more_configuration=YAML_MODE,
    )
    home.folder.mkdir(parents=True)
    (home.folder / "ui-lovelace.yaml").write_text(YAML_DASHBOARD)
    try:
        home.start()
        yield home
    finally:
        home.kill()


def test_it_is_there_where_dashboards_are_yaml(chromium: Browser, by_hand: HomeAssistant) -> None:
    """Resources are a list in YAML there, into which an integration cannot write."""
    by_hand.add_integration(free_port(), **LOOPBACK)
    with logged_in(chromium, by_hand, viewport=PHONE) as page:
        page.goto(f"{by_hand.url}/lovelace/0")
        card = page.locator("evse-ocpp-card")
        expect(card).to_contain_text("No wallbox yet")
        expect(page.locator("hui-error-card")).to_have_count(0)
