"""The documents look alike on GitHub and on the site, which read Markdown a little differently.

The site wants an empty line before a list or a table, and four spaces before what belongs to an
item.
"""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.conftest import ROOT

ITEM = re.compile(r"( *)(?:[-*]|\d+\.) ")
ALLOWED_INDENT = 4
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))


def without_code(text: str) -> list[str]:
    """Return the lines of a document; those of code blocks are empty."""
    blank = lambda block: "\n" * block[0].count("\n")  # noqa: E731
    return re.sub(r"^( *)```.*?^\1```", blank, text, flags=re.DOTALL | re.MULTILINE).split("\n")


def read_otherwise(text: str) -> list[str]:
    """Return the lines that the site would show otherwise than GitHub."""
    lines = text.split("\n")
    found = [line for line in lines if re.match(r" {1,3}```", line)]
    found += [line for line in lines if re.search(r"^\|.*`[^`]*\\\|[^`]*`", line)]
    in_item = False
    for before, line in pairwise(["", *without_code(text)]):
        item = ITEM.match(line)
        starts_in_text = item and before.strip() and not in_item
        ragged = item and len(item[1]) % ALLOWED_INDENT
        loose = not item and not before.strip() and re.match(r" {1,3}\S", line)
        glued = line.startswith("|") and before.strip() and not before.startswith("|")
        if starts_in_text or ragged or loose or glued:
            found.append(line)
        in_item = bool(item) or (in_item and bool(line.strip()))
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_it_is_read_alike(path: Path) -> None:
    assert read_otherwise(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "Text\n- item",
        "- item\n  - nested",
        "1. item\n\n   more of it",
        "Text\n| a | b |",
        "- item\n\n  ```\n  code\n  ```",
        "| a | `b \\| c` |",
    ],
)
def test_what_would_be_read_otherwise_is_found(text: str) -> None:
    assert read_otherwise(text)


@pytest.mark.parametrize(
    "text",
    [
        "Text\n\n- item\n  which goes on\n- another",
        "- item\n    - nested",
        "1. item\n\n    more of it",
        "Text\n\n| a | b |\n| - | - |",
        "```yaml\nlist:\n- item\n```",
    ],
)
def test_what_is_read_alike_is_left_alone(text: str) -> None:
    assert read_otherwise(text) == []
