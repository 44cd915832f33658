"""Every picture of the documentation is used in it, and made by a program that is here.

A picture which nothing makes grows old without anybody seeing it. The makers are found by the
picture's name in their source, as `"device.png"` or `f"watch-{look}.png"`; those that get the name
from elsewhere stand in ELSEWHERE.
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

# pictures: who makes them, under names of other sources or given on the command line
ELSEWHERE = {
    "page/*.webp": "tests/page/test_pictures.py",
    "solar-day.png": "tests/bench/solar_day.py",
    "site-cloudy-day.png": "tests/bench/site_sun_plots.py",
    "site-price-day.png": "tests/bench/site_plan.py",
}


def used_in(document: Path) -> set[str]:
    """Return the pictures that a document shows or links to."""
    return set(re.findall(r"images/([\w/.-]+\.\w+)", document.read_text()))


USED = set().union(*map(used_in, DOCUMENTS))


def patterns_in(source: str) -> set[str]:
    """Return the names of pictures in a program; what is put in by it is `*`."""
    names = re.findall(r"[\"'/]([\w-][\w{}.-]*\.(?:png|webp))[\"']", source)
    return {re.sub(r"\{[^}]*\}", "*", name) for name in names}


MADE = set().union(*(patterns_in(path.read_text()) for path in MAKERS))


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_used(name: str) -> None:
    assert name in USED


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_made_here(name: str) -> None:
    makers = [maker for pattern, maker in ELSEWHERE.items() if fnmatch(name, pattern)]
    assert all((ROOT / maker).exists() for maker in makers)
    assert makers or any(fnmatch(name, pattern) for pattern in MADE)


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_no_maker_is_named_for_nothing(pattern: str) -> None:
    assert any(fnmatch(name, pattern) for name in PICTURES)


def test_names_are_found_in_programs() -> None:
    source = 'shot(folder / "device.png"), f"watch-{look}.png", f"{name}.png", "docs/a-{b}-c.webp"'
    assert patterns_in(source) == {"device.png", "watch-*.png", "a-*-c.webp"}
