"""A real wallbox on the simulated board, and its page in a real Chromium.

EVSE_WRITE_IMAGES=1 has the tests write the pictures of docs/local-page.md.
"""

import json
import os
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect, sync_playwright

from scripts.harness.home_assistant import free_port, wait_until
from scripts.harness.wallbox import Wallbox
from tests.page.past import write_past

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
PHONE, DESKTOP = (360, 780), (1280, 860)
"""Viewports, CSS pixels: the narrowest phone there is, and a small laptop."""

PASSWORDS = {
    "manufacturer": "wheel-copper-lamp-71",
    "operator": "river-stone-window-52",
    "user": "garden-bicycle-tea-93",
}
STEP_TIMEOUT_MS = 60_000
"""For what takes a moment when the computer has nothing else to do."""

CHARGING_TIMEOUT_S = 120
"""A car starts within 5 s; on a busy machine load balancing waits for meter samples in a row."""

HOUSE: dict[str, Any] = {
    "simulation__house": "measured",
    "simulation__start_minute": 1110,
    "dlb__maximum_current_a": 25,
    "authorization__free_charging": True,
    "manufacturer__vendor": "Cabur",
    "manufacturer__model": "EV PLUS 22",
}
"""An evening in a measured house: its load lets the car have less than it may take."""


@dataclass
class Box:
    """A running wallbox, and how its page is reached."""

    wallbox: Wallbox
    port: int

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"https://localhost:{self.port}"

    @property
    def device_key(self) -> str:
        """What is on the label."""
        return (self.wallbox.folder / "device-key").read_text().strip()

    def get(self, path: str) -> Any:
        """A public answer of the API."""
        return self.ask(urllib.request.Request(f"{self.url}/api/v1/{path}"))

    def post(self, path: str, body: Any) -> Any:
        """The same for what is sent, as the page itself sends it."""
        headers = {"Content-Type": "application/json", "Origin": self.url}
        data = json.dumps(body).encode()
        return self.ask(urllib.request.Request(f"{self.url}/api/v1/{path}", data, headers))

    def ask(self, request: urllib.request.Request) -> Any:
        """Send it over TLS without asking who has signed the certificate: the wallbox itself."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            return json.loads(answer.read())

    def serves(self) -> bool:
        """Whether the page can be had."""
        try:
            return bool(self.get("health")["ok"])
        except OSError:
            return False


def start_box(folder: Path, **settings: Any) -> Box:
    """A wallbox whose page answers."""
    port = free_port()
    wallbox = Wallbox(folder, web__https_port=port, web__http_port=0, **settings)
    box = Box(wallbox, port)
    wallbox.start()
    wait_until(box.serves, "the local page", 120)
    return box


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A claimed wallbox with a past, and a car that charges."""
    folder = tmp_path_factory.mktemp("wallbox")
    write_past(folder, datetime.now(UTC))
    box = start_box(folder, **HOUSE)
    try:
        box.post("claim", {"device_key": box.device_key, "passwords": PASSWORDS})
        box.wallbox.request(command="plug", max_a=32)
        wait_until(
            lambda: (
                box.wallbox.request(command="status")["connectors"]["1"]["status"] == "Charging"
            ),
            "charging",
            CHARGING_TIMEOUT_S,
        )
        yield box
    finally:
        box.wallbox.kill()


@pytest.fixture
def idle_box(tmp_path: Path) -> Iterator[Box]:
    """A claimed wallbox without a car, which a test may stop."""
    box = start_box(tmp_path / "idle", **HOUSE)
    box.post("claim", {"device_key": box.device_key, "passwords": PASSWORDS})
    yield box
    box.wallbox.kill()


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=STEP_TIMEOUT_MS)
        yield playwright
        expect.set_options(timeout=5_000)


@pytest.fixture(scope="session")
def chromium(playwright_: Playwright) -> Iterator[Browser]:
    browser = playwright_.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@dataclass
class View:
    """A browser's page at the wallbox, and what went wrong in it."""

    page: Page
    box: Box
    errors: list[str] = field(default_factory=list)

    def to(self, path: str) -> Page:
        """Go to a page, and wait until its data are there."""
        self.page.evaluate("path => { location.hash = path }", path)
        self.page.locator(f'main[data-path="{path}"]').wait_for()
        self.settled()
        return self.page

    def settled(self) -> None:
        """Wait until nothing says that it is being loaded."""
        self.page.locator("main h1").wait_for()
        expect(self.page.locator(".loading")).to_have_count(0)

    def log_in(self, role: str) -> None:
        """As a person does."""
        self.page.locator("input[autocomplete=username]").fill(role)
        self.page.locator("input[autocomplete=current-password]").fill(PASSWORDS[role])
        self.page.locator("form button[type=submit]").click()
        self.page.locator("nav.main").wait_for()
        self.settled()


OpenView = Callable[..., View]


@pytest.fixture
def open_view(chromium: Browser, box: Box) -> Iterator[OpenView]:
    """Make views; each has a browser context of its own, and must end without an error."""
    made: list[View] = []

    def open_(
        role: str | None = "manufacturer",
        size: tuple[int, int] = DESKTOP,
        language: str = "en",
        dark: bool = False,
        at: Box = box,
        **options: Any,
    ) -> View:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            timezone_id="Europe/Rome",
            color_scheme="dark" if dark else "light",
            ignore_https_errors=True,
            service_workers="block",
            reduced_motion="reduce",
            **options,
        )
        page = context.new_page()
        page.set_default_timeout(STEP_TIMEOUT_MS)
        view = View(page, at)
        page.on("pageerror", lambda error: view.errors.append(str(error)))
        page.on("console", lambda message: _note(view, message))
        page.on("request", lambda request: _only_here(view, request.url))
        made.append(view)
        page.goto(at.url)
        if role is not None:
            view.log_in(role)
        return view

    yield open_
    for view in made:
        view.page.context.close()
    assert [error for view in made for error in view.errors] == []


def _note(view: View, message: ConsoleMessage) -> None:
    # Chromium itself writes a line for each answer of 400 and above, and each socket that is
    # refused: those are no errors of ours.
    own = "Failed to load resource" in message.text or "WebSocket connection" in message.text
    if message.type in {"error", "warning"} and not own:
        view.errors.append(f"{message.type}: {message.text}")


def _only_here(view: View, url: str) -> None:
    """No request may go to anybody but the wallbox."""
    ours = (view.box.url, view.box.url.replace("https", "wss"), "blob:", "data:")
    if not url.startswith(ours):
        view.errors.append(f"a request to {url}")
