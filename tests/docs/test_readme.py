"""The links and pictures of README, CHANGELOG and the other documents outside docs/ are there."""

import re
from pathlib import Path

import pytest

from tests.docs.conftest import ROOT


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


def targets(document: Path) -> list[str]:
    """Return where a document's links and pictures lead, other servers left out."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [link for link in links if "://" not in link]


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "firmware/README.md"])
def test_links_and_pictures_lead_somewhere(name: str) -> None:
    document = ROOT / name
    for link in targets(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_document_of_the_readme_is_a_page_of_the_site() -> None:
    nav = (ROOT / "mkdocs.yml").read_text()
    linked = {link.partition("#")[0] for link in targets(ROOT / "README.md")}
    pages = {link.removeprefix("docs/") for link in linked if re.fullmatch(r"docs/.+\.md", link)}
    assert pages
    assert {page for page in pages if not re.search(rf"[:-] {page}$", nav, re.MULTILINE)} == set()
