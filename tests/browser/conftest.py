"""A real Home Assistant page in a real Chromium, with a wallbox that charges."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from scripts.harness.dashboard import make_dashboard
from scripts.harness.home_assistant import HomeAssistant, wait_until
from scripts.harness.house import Household
from scripts.harness.show import ANNA, BEN, FIRST_NAME, OPTIONS, WALLBOX, Show

CHROMIUM = os.environ.get("EVSE_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
DESKTOP: Any = {"width": 1280, "height": 900}
NOON_S = 12 * 3600
WEEKS = 9
"""So far back the past of the show goes."""
RECORDED_S = 400
"""The recorder writes what is behind hour by hour."""
OLDER = "2025"
"""The year of the oldest Home Assistant."""
PICTURES = os.environ.get("EVSE_PICTURES")
"""A folder for the pictures which the documentation shows; else they are thrown away."""


@pytest.fixture(scope="session")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """A house with measured load and a car that charges at 16 A."""
    home_assistant = os.environ.get("EVSE_HOME_ASSISTANT")
    if home_assistant is None:
        pytest.fail("EVSE_HOME_ASSISTANT is not set: run scripts/test browser")
    house = Household(
        tmp_path_factory.mktemp("house"),
        Path(home_assistant),
        dlb__settle_s=1,
        dlb__fallback_current_a=16,
        simulation__start_minute=250,
    )
    try:
        house.start()
        page, entities = house.home_assistant, house.entities
        page.act("switch.turn_on", entity_id=entities["free_charging"])
        page.act("number.set_value", entity_id=entities["current_limit"], value=16)
        house.wallbox.request(command="plug", max_a=32)
        wait_until(lambda: page.state(entities["status"]) == "charging", "charging", 30)
        yield house
    finally:
        house.kill()


@pytest.fixture(scope="session", autouse=True)
def started_s(household: Household) -> float:
    """When the household had started, on the monotonic clock."""
    return time.monotonic()


@pytest.fixture(scope="session")
def dashboard(household: Household) -> str:
    """The path of the demo's dashboard."""
    return make_dashboard(household)


@pytest.fixture(scope="session")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """A house with sun, battery, prices, two wallboxes and weeks past: at noon both cars charge."""
    household = Household(
        tmp_path_factory.mktemp("show"),
        Path(os.environ["EVSE_HOME_ASSISTANT"]),
        wanted=(),
        name=FIRST_NAME,
        **WALLBOX,
    )
    show = Show(household, begins_s=NOON_S, weeks=WEEKS)
    show.add_second()
    show.seed_registers()
    try:
        household.start(**OPTIONS)
        with show.running():
            show.set_up()
            show.choose(FIRST_NAME, "minimum_solar")
            show.plan(show.second, 20)
            show.come(FIRST_NAME, ANNA)
            show.come(show.second, BEN)
            status = household.entities_of(FIRST_NAME)["status"]
            wait_until(lambda: show.page.state(status) == "charging", "charging", 120)
            wait_until(lambda: all(written(show)), "the past in the statistics", RECORDED_S, 1)
            yield show
    finally:
        household.kill()


def written(show: Show) -> Iterator[bool]:
    """For each wallbox and counter: whether the recorder has written its past."""
    keys = ("energy_sun", "energy_battery", "energy_grid", "cost_total")
    begins = datetime.now(UTC) - timedelta(weeks=WEEKS - 1)
    for name in show.names:
        entities = show.household.entities_of(name)
        ids = [entities[key] for key in keys]
        told = show.page.websocket(
            type="recorder/statistics_during_period",
            start_time=begins.isoformat(),
            statistic_ids=ids,
            period="day",
            types=["change"],
        )
        yield all(len(told.get(each, ())) > 1 for each in ids)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all; there may be no second one in a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def logged_in(chromium: Browser, home_assistant: HomeAssistant, **options: Any) -> Iterator[Page]:
    """A page that is logged in; requests to other hosts are refused, there are none to be made.

    `options`: of the browser's context, such as `viewport`, `locale` or `color_scheme`.
    """
    url = home_assistant.url
    tokens = json.dumps(home_assistant.tokens)
    usual = {"viewport": DESKTOP, "timezone_id": "Europe/Paris", "reduced_motion": "reduce"}
    context = chromium.new_context(service_workers="block", **{**usual, **options})
    context.add_init_script(f"localStorage.setItem('hassTokens', {json.dumps(tokens)})")

    def only_here(route: Route) -> None:
        if route.request.url.startswith((url, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    context.route("**/*", only_here)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.fixture(scope="session")
def browser_page(chromium: Browser, household: Household) -> Iterator[Page]:
    """A page of the household's Home Assistant."""
    with logged_in(chromium, household.home_assistant) as page:
        yield page


@pytest.fixture(scope="session")
def edition(household: Household) -> str:
    """What the names of pictures of an older Home Assistant end with: "-2025"; "" of the newest."""
    year = str(household.home_assistant.api("GET", "/api/config")["version"]).partition(".")[0]
    return f"-{year}" if year == OLDER else ""


@pytest.fixture
def pictures(tmp_path: Path, edition: str) -> Iterator[Path]:
    """Where pictures go. Those of the documentation get a palette, a half of their size.

    An older Home Assistant gives only those that are named so, by `edition`.
    """
    yield tmp_path
    if PICTURES is None:
        return
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    for file in (*tmp_path.glob(f"*{edition}.png"), *tmp_path.glob(f"*{edition}.webp")):
        target = Path(PICTURES) / file.name
        if file.suffix != ".png":
            shutil.copyfile(file, target)
            continue
        with Image.open(file) as picture:
            palette = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        palette.save(target, optimize=True)
