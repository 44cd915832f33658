"""Every page at a phone and at a desktop, in English and German (issue 6, show 1).

Nothing sticks out of the screen, no text is missing, nothing fails in the browser. With
EVSE_WRITE_IMAGES=1 the pictures of docs/local-page.md are made.
"""

import base64
import os
import re
from pathlib import Path

import pytest

from tests.page import places
from tests.page.conftest import DESKTOP, PHONE, OpenView, View

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images" / "page"
TALLEST = {PHONE: 1200, DESKTOP: 1000}
"""CSS pixels that a picture shows of a long page."""

LARGEST_BYTES = 80_000
QUALITY = 60
TEXT_KEY = re.compile(r"\b[a-z]+\.[a-z]+_[a-z_]+\b|\{[a-z]+\}")
"""What a page would show instead of a text that is missing, or a value that was not put in."""

UNTRANSLATED = re.compile(r"meter\.|simulation\.|board\.|[a-z]+\.json")


def picture(view: View, name: str, size: tuple[int, int]) -> bytes:
    """What is to be seen at once on a screen as high as the page, as WebP."""
    page = view.page
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size[0], "height": min(height, TALLEST[size])})
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    page.set_viewport_size({"width": size[0], "height": size[1]})
    content = base64.b64decode(shot["data"])
    if os.environ.get("EVSE_WRITE_IMAGES"):
        IMAGES.mkdir(parents=True, exist_ok=True)
        (IMAGES / f"{name}.webp").write_bytes(content)
    return content


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page(open_view: OpenView, size: tuple[int, int], language: str) -> None:
    view = open_view(size=size, language=language)
    kind = "phone" if size == PHONE else "desktop"
    for path in places.ALL:
        page = view.to(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0], f"{path} is {width} pixels wide"
        keys = TEXT_KEY.findall(page.locator("main").inner_text())
        assert not [key for key in keys if not UNTRANSLATED.match(key)], path
        shot = picture(view, f"{places.name_of(path)}-{kind}-{language}", size)
        assert len(shot) < LARGEST_BYTES, f"the picture of {path} has {len(shot)} bytes"


@pytest.mark.parametrize("language", ["it", "es", "fr"])
def test_other_languages_fit_a_phone(open_view: OpenView, language: str) -> None:
    view = open_view(size=PHONE, language=language)
    assert view.page.locator("html").get_attribute("lang") == language
    for path in places.ALL:
        page = view.to(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE[0], f"{path} is {width} pixels wide"


def test_dark_is_dark(open_view: OpenView) -> None:
    view = open_view(size=PHONE, dark=True)
    page = view.to("/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    picture(view, "home-phone-dark", PHONE)
    view.to("/about").get_by_label("Colours").select_option("light")
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.reload()
    view.settled()
    assert page.locator("html").get_attribute("data-theme") == "light"
