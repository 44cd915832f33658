"""The documentation builds as a site without a warning; every link and picture in it is there."""

import re
from pathlib import Path

import pytest

from tests.docs.conftest import ROOT, Site
from tests.docs.site_reader import Page, broken, foreign, read_site

DOCUMENTS = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[Path, Page]:
    return read_site(site.folder)


def test_it_builds_without_a_warning(site: Site) -> None:
    assert not re.findall(r"^(?:WARNING|ERROR).*$", site.said, re.MULTILINE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_has_one_place_in_the_nav(name: str) -> None:
    """Pages without one fail the build; one with two would be lit up in the wrong part."""
    nav = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    assert len(re.findall(rf"[:-] {name}\.md$", nav, re.MULTILINE)) == 1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_anchor_and_picture_is_there(
    site: Site, pages: dict[Path, Page], name: str
) -> None:
    assert broken(pages, site.folder / f"{name}.html") == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_picture_has_a_text(site: Site, pages: dict[Path, Page], name: str) -> None:
    assert pages[site.folder / f"{name}.html"].silent_pictures == []


def test_nothing_is_loaded_from_other_servers(pages: dict[Path, Page]) -> None:
    assert {address for page in pages.values() for address in foreign(page)} == set()


def test_the_search_finds_every_page(site: Site) -> None:
    index = (site.folder / "search" / "search_index.json").read_text()
    assert [name for name in DOCUMENTS if f'"{name}.html"' not in index] == []
