"""Chromium with an empty page, for the stage. No Home Assistant has a part in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

STEP_TIMEOUT_MS = 60_000
"""For what takes a moment when the computer has nothing else to do."""

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        expect.set_options(timeout=STEP_TIMEOUT_MS)
        yield browser
        expect.set_options(timeout=5_000)
        browser.close()


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Page]:
    """An empty page of a phone."""
    page = chromium.new_page(viewport=PHONE)
    page.set_default_timeout(STEP_TIMEOUT_MS)
    yield page
    page.close()
