"""Every picture of the documentation is used in it, and made by a program that is here.

A picture which nothing makes grows old without anybody seeing it. The makers are found by the
picture's name in their source; those that put the name together stand in COMPOSED.
"""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.docs.conftest import ROOT

IMAGES = ROOT / "docs" / "images"
PICTURES = sorted(path.relative_to(IMAGES).as_posix() for path in IMAGES.rglob("*.*"))
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
MAKERS = [
    path
    for folder in (
        "tests/browser",
        "tests/integration",
        "tests/bench",
        "scripts",
        "scripts/harness",
    )
    for path in sorted((ROOT / folder).rglob("*.py"))
]

# pictures: who makes them, under names put together or given on the command line
COMPOSED = {
    "page/*.webp": "tests/page/test_pictures.py",
    "sharing-*.png": "scripts/sharing_plot.py",
    "watch-*.png": "scripts/watch_images.py",
    "solar-day.png": "tests/bench/solar_day.py",
    "site-cloudy-day.png": "tests/bench/site_sun_plots.py",
    "site-price-day.png": "tests/bench/site_plan.py",
}


def used_in(document: Path) -> set[str]:
    """Return the pictures that a document shows or links to."""
    return set(re.findall(r"images/([\w/.-]+\.\w+)", document.read_text()))


USED = set().union(*map(used_in, DOCUMENTS))
SOURCES = {path: path.read_text() for path in MAKERS}


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_used(name: str) -> None:
    assert name in USED


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_made_here(name: str) -> None:
    composed = [maker for pattern, maker in COMPOSED.items() if fnmatch(name, pattern)]
    assert all((ROOT / maker).exists() for maker in composed)
    assert composed or any(name in source for source in SOURCES.values())


@pytest.mark.parametrize("pattern", COMPOSED)
def test_no_maker_is_named_for_nothing(pattern: str) -> None:
    assert any(fnmatch(name, pattern) for name in PICTURES)
