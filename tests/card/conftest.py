"""Chromium with an empty page, for the stage. No Home Assistant has a part in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Page]:
    """An empty page of a phone."""
    page = chromium.new_page(viewport=PHONE)
    page.set_default_timeout(10_000)
    yield page
    page.close()
