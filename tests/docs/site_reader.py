"""Reads built pages: what each of them links to, loads and shows, and what of that is not there."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"script": "src", "img": "src", "link": "href", "source": "src", "iframe": "src"}


@dataclass
class Page(HTMLParser):
    """One page: its anchors, where its links lead, what it loads, pictures without a text."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    silent_pictures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADING and given.get("rel") != "canonical":
            self.loads.append(given.get(LOADING[tag], ""))
        if tag == "img" and not given.get("alt"):
            self.silent_pictures.append(given.get("src", ""))


def read_page(path: Path) -> Page:
    """Return what stands in a built page."""
    page = Page()
    page.feed(path.read_text())
    return page


def read_site(folder: Path) -> dict[Path, Page]:
    """Return all pages of a built site by their files."""
    return {path: read_page(path) for path in sorted(folder.rglob("*.html"))}


def broken(pages: dict[Path, Page], path: Path) -> list[str]:
    """Return the links and loaded files of a page that lead to no file or no anchor of the site.

    Addresses of other servers are not followed: a test must not depend on them.
    """
    found = []
    for link in (*pages[path].links, *pages[path].loads):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not link:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if target.is_dir():
            target /= "index.html"
        anchor = unquote(parts.fragment)
        missing = anchor and target in pages and anchor not in pages[target].anchors
        if not target.exists() or missing:
            found.append(link)
    return found


def foreign(page: Page) -> list[str]:
    """Return what a page loads from other servers."""
    return [address for address in page.loads if urlsplit(address).netloc]
