"""The threat model and the table of provisions name tests, trials and files that exist."""

import re
from pathlib import Path

import pytest

from scripts.trials.table import TRIALS
from tests.docs.conftest import ROOT

ROOTS = ("tests/firmware", "tests/integration", "tests")
NAMED = re.compile(r"`([\w/]+\.py)(?:::(test_\w+))?`")
TRIAL = re.compile(r"trials? ((?:`[\w-]+`(?:, )?)+)")


def text(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def rows(part: str) -> list[list[str]]:
    """The rows of the tables in a part of a page, without their heads."""
    lines = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [row for row in cells if not row[0].startswith(("way in", "---", "provision"))]


def found(path: str) -> list[Path]:
    return [ROOT / root / path for root in ROOTS if (ROOT / root / path).exists()]


THREATS = text("security.md").partition("## Threat model")[2].partition("## Where secrets")[0]


@pytest.mark.parametrize(("path", "test"), sorted(set(NAMED.findall(THREATS))))
def test_a_test_that_the_threat_model_names_exists(path: str, test: str) -> None:
    files = found(path)
    assert files, f"{path} is no file"
    assert any(not test or f"def {test}(" in file.read_text() for file in files), test


@pytest.mark.parametrize("page", ["security.md", "security-provisions.md"])
def test_a_trial_that_is_named_exists(page: str) -> None:
    named = {name for each in TRIAL.findall(text(page)) for name in re.findall(r"[\w-]+", each)}
    assert named
    assert named <= {trial.name for trial in TRIALS}


def test_every_threat_has_what_stands_against_it_and_what_shows_it() -> None:
    threats = rows(THREATS)
    assert len(threats) > 40
    for row in threats:
        assert len(row) == 5, row
        assert row[3], row
        assert NAMED.search(row[4]) or TRIAL.search(row[4]), row


CLAUSES = ("4", *(f"5.{number}" for number in range(1, 14)), "6")
PROVISIONS = dict(zip(CLAUSES, (1, 5, 3, 16, 4, 8, 9, 2, 3, 3, 1, 4, 3, 1, 5), strict=True))
"""ETSI EN 303 645 V2.1.1: how many provisions each clause has."""
STATUS = {"met", "partly", "by the maker", "not met", "does not apply"}


def test_every_provision_has_its_row_in_order_with_a_status_and_evidence() -> None:
    etsi, _, psti = text("security-provisions.md").partition("## UK")
    listed = rows(etsi.partition("## ETSI")[2])
    wanted = [f"{clause}-{n + 1}" for clause, count in PROVISIONS.items() for n in range(count)]
    assert [row[0].split(" ")[0] for row in listed] == wanted
    for row in [*listed, *rows(psti)]:
        assert len(row) == 4, row
        assert row[2] in STATUS, row
        assert row[3], row


def test_files_and_tests_that_the_provisions_name_exist() -> None:
    named = NAMED.findall(text("security-provisions.md"))
    assert named
    for path, test in named:
        files = [*found(path), *(each for each in [ROOT / path] if each.exists())]
        assert files, path
        assert any(not test or f"def {test}(" in file.read_text() for file in files), test
