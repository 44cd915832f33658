"""The page in the package is the build of its sources, whole and small."""

import json
import re
from pathlib import Path

import pytest

from scripts import build_page
from scripts.environments import UnavailableError

TEXTS = build_page.SOURCES / "src" / "texts"
LANGUAGES = ("en", "it", "de", "es", "fr")
PLACEHOLDER = re.compile(r"\{\w+\}")

FIRST_VIEW_BYTES = 100_000
"""Issue 6: what a phone loads before it shows the first page, compressed."""


def texts(language: str) -> dict[tuple[str, str], str]:
    """All texts of a language by group and name."""
    groups = json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    return {(group, name): text for group, texts in groups.items() for name, text in texts.items()}


def test_the_page_is_the_build_of_its_sources() -> None:
    """`scripts/build_page.py --check`."""
    try:
        built = build_page.build()
    except UnavailableError as error:
        pytest.skip(f"the page cannot be built here: {error}")
    assert build_page.differences(built) == [], "run scripts/build_page.py"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_says_everything(language: str) -> None:
    english, other = texts("en"), texts(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        wanted, found = PLACEHOLDER.findall(text), PLACEHOLDER.findall(other[key])
        assert sorted(found) == sorted(wanted), key
        assert other[key].strip() == other[key] != "", key


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_typeset(language: str) -> None:
    wrong = {key: text for key, text in texts(language).items() if "'" in text or "..." in text}
    assert wrong == {}


def test_no_text_is_left_over() -> None:
    """Each text is named in the sources, or belongs to a group that is looked up by name."""
    sources = "".join(
        path.read_text() for path in (build_page.SOURCES / "src").rglob("*.ts*") if path.is_file()
    )
    by_name = set(re.findall(r"word\(\s*\"(\w+)\"", sources))
    by_name |= set(re.findall(r"`(\w+)\.\$\{", sources))
    unused = [
        f"{group}.{name}"
        for group, name in texts("en")
        if group not in by_name and f'"{group}.{name}"' not in sources
    ]
    assert unused == []


def test_no_request_leaves_the_wallbox() -> None:
    page = build_page.BUILT / "index.html"
    assert "://" not in page.read_text()
    for path in build_page.BUILT.rglob("*"):
        if path.suffix in {".js", ".css"}:
            outside = set(re.findall(r"https?://[^\s\"'`)]*", path.read_text()))
            # Names of the SVG and HTML languages, and the beginnings of texts for people.
            assert all("w3.org" in one for one in outside), path.name


def test_nothing_of_the_machine_that_built_it_is_in_it() -> None:
    for path in build_page.BUILT.rglob("*"):
        if path.is_file() and path.suffix != ".gz":
            content = path.read_text()
            assert str(build_page.ROOT) not in content, path.name
            assert "node_modules" not in content, path.name


def test_the_first_view_is_small() -> None:
    index = (build_page.BUILT / "index.html").read_text()
    names = re.findall(r"/(assets/[^\"]+)", index)
    assert len(names) == 2
    largest = max(path.stat().st_size for path in build_page.BUILT.glob("assets/*.json.gz"))
    sizes = [(build_page.BUILT / f"{name}.gz").stat().st_size for name in names]
    total = sum(sizes) + largest + (build_page.BUILT / "index.html.gz").stat().st_size
    assert total < FIRST_VIEW_BYTES


def test_sources_name_no_registry() -> None:
    manifest = Path(build_page.SOURCES / "package.json").read_text()
    assert "://" not in manifest
    versions = json.loads(manifest)["dependencies"] | json.loads(manifest)["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    lock = json.loads((build_page.SOURCES / "package-lock.json").read_text())
    packages = {path: each for path, each in lock["packages"].items() if path}
    assert packages.keys() >= {f"node_modules/{name}" for name in versions}
    assert all("integrity" in each and "resolved" not in each for each in packages.values())


def test_every_picture_of_the_page_is_shown_and_there() -> None:
    docs = build_page.ROOT / "docs"
    shown = set(re.findall(r"images/page/([\w-]+\.webp)", (docs / "local-page.md").read_text()))
    there = {path.name for path in (docs / "images" / "page").glob("*.webp")}
    assert shown == there
