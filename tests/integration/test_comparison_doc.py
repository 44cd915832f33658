"""docs/comparison.md names only tests that exist, and says so where a feature has none."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
TEXT = (TESTS.parent / "docs" / "comparison.md").read_text()
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", ROWS)
def test_each_feature_has_a_test_or_a_reason(row: str) -> None:
    _feature, _evcc, here, tests = (cell.strip() for cell in row.strip("|").split("|"))
    assert tests or here.startswith("–")


@pytest.mark.parametrize(
    ("path", "name"), sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", TEXT)))
)
def test_every_test_exists(path: str, name: str) -> None:
    assert re.search(rf"def {name}\(", (TESTS / path).read_text())
