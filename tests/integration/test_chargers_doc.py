"""docs/chargers.md names a test for every habit of real wallboxes, and all that it names exist."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
TEXT = (TESTS.parent / "docs" / "chargers.md").read_text()
EXCHANGES = TESTS / "integration" / "central" / "exchanges"
ROWS = re.findall(r"^\| (\d+) \|.*$", TEXT, re.MULTILINE)


def named_in(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", text))


def exchanges_in(text: str) -> set[str]:
    return set(re.findall(r"exchanges/(\S+\.json)", text))


def test_each_row_is_there_once() -> None:
    assert [int(row) for row in ROWS] == list(range(1, 46))


@pytest.mark.parametrize(
    "line", [each for each in TEXT.splitlines() if re.match(r"\| \d+ \|", each)]
)
def test_each_row_has_its_test(line: str) -> None:
    assert named_in(line) or exchanges_in(line)


@pytest.mark.parametrize(("path", "name"), sorted(named_in(TEXT)))
def test_every_test_exists(path: str, name: str) -> None:
    assert re.search(rf"def {name}\(", (TESTS / path).read_text())


def test_every_exchange_is_named_and_exists() -> None:
    named = {path for pattern in exchanges_in(TEXT) for path in EXCHANGES.glob(pattern)}
    assert all(any(EXCHANGES.glob(pattern)) for pattern in exchanges_in(TEXT))
    assert named == set(EXCHANGES.glob("*.json"))
