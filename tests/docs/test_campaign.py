"""The campaign's frame: its table is sound, and the report in the documents is that of its file."""

import json
from pathlib import Path

import pytest

from scripts.trials import report
from scripts.trials.findings import Findings
from scripts.trials.table import TRIALS, Area, Trial

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"
RESULTS = ROOT / "docs" / "campaign.json"


def result(name: str, findings: Findings, broke: str = "") -> report.Result:
    """A run of a trial."""
    return report.Result(
        name, 10, 1, 60.0, "2026-11-26", "abc1234", "Python 3", findings.as_json(), broke
    )


TRIAL = Trial("cuts", Area.POWER, "the power is cut", "cuts", 500, 5, "cuts")
FUZZ = Trial("words", Area.FUZZ, "words are wrong", "words", 1_000_000, 0, "words")


def test_the_document_has_what_the_file_says() -> None:
    text = DOCUMENT.read_text("utf-8")
    rows = json.loads(RESULTS.read_text("utf-8"))
    assert report.put_in(text, report.tables(TRIALS, rows)) == text


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_a_row_of_the_table(trial: Trial) -> None:
    assert (ROOT / "scripts" / "trials" / f"{trial.module}.py").exists()
    assert 0 <= trial.short <= trial.full
    assert [each.name for each in TRIALS].count(trial.name) == 1
    assert trial.name not in set(Area)


@pytest.mark.parametrize(("share", "count"), [(0, 5), (0.001, 5), (0.1, 50), (1, 500)])
def test_how_much_of_it(share: float, count: int) -> None:
    assert TRIAL.count(share) == count


def test_one_that_is_left_out_of_the_short_campaign() -> None:
    assert FUZZ.count(0) == 0
    assert FUZZ.count(1) == 1_000_000


def test_sums_and_lines() -> None:
    cuts, words = Findings(energy_wh=0.0, stall_s=1.25), Findings(inputs=1_234_567, crashes=2)
    for recovery_s in (1.0, 3.0):
        cuts.fault(recovery_s)
    cuts.fault(None, "it forgot a card")
    told = report.tables(
        (TRIAL, FUZZ), [result("cuts", cuts).as_json(), result("words", words).as_json()]
    )
    assert "| trials | 2, 0 as promised |" in told
    assert (
        "| faults injected | 3 |\n| survived | 2 |\n| recovery, mean / worst | 2.0 / 3.0 s |"
        in told
    )
    assert (
        "| `cuts`: the power is cut | 3 cuts | 2 | 2.0 / 3.0 s | 0 Wh | 1.25 s | 1 | 60 s |" in told
    )
    assert "1\u202f234\u202f567 inputs | 2 crashes" in told
    assert "`scripts/campaign fuzz`" in told


def test_one_that_broke_is_not_fine() -> None:
    broke = report.Result("cuts", 10, 1, 1.0, "2026-11-26", "x", "y", {}, "ended with status 139")
    assert not broke.fine
    assert "broke: ended with status 139" in report.tables((TRIAL,), [broke.as_json()])


def test_new_results_take_the_place_of_old_ones() -> None:
    old = [{"name": "a", "count": 1}, {"name": "b", "count": 1}]
    assert report.merged(old, [{"name": "b", "count": 2}]) == [old[0], {"name": "b", "count": 2}]


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="campaign: begin"):
        report.put_in("nothing", "x")
