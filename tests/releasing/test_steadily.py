"""`scripts/steadily.py` tells a test that is unsteady from one that fails, never in silence."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "steadily.py"

HOLDS = "def test_holds():\n    pass\n"
FAILS = "def test_fails():\n    assert False, 'always'\n"
UNSTEADY = """
from pathlib import Path

def test_unsteady():
    seen = Path(__file__).with_suffix(".seen")
    first = not seen.exists()
    seen.touch()
    assert not first
"""


THEN_SKIPPED = UNSTEADY + "    import pytest\n    pytest.skip('this time')\n"


def run(folder: Path, *tests: str) -> tuple[int, str, str]:
    """Run a suite of these tests: exit status, last line, and all that was shown."""
    suite = folder / "tests" / "suite"
    suite.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    for number, text in enumerate(tests):
        (suite / f"test_{number}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, SCRIPT, sys.executable, "-q", "tests/suite"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout.strip().splitlines()[-1], done.stdout


@pytest.mark.parametrize(
    ("tests", "status", "last", "not_last"),
    [
        ([HOLDS], 0, "1 passed", "again"),
        ([HOLDS, FAILS], 1, "1 failed, 1 passed", "UNSTEADY"),
        ([HOLDS, UNSTEADY], 0, "passed when run again: tests/suite/test_1.py::test_unst", "Error"),
        ([UNSTEADY, FAILS], 1, "again, alone: 1 failed, 1 passed", "UNSTEADY"),
        ([HOLDS, THEN_SKIPPED], 1, "again, alone: 1 skipped", "UNSTEADY"),
        ([UNSTEADY] * 3, 1, "3 failed", "again"),
        (["import nothing_of_the_kind"], 1, "1 error", "UNSTEADY"),
    ],
    ids=["passes", "fails", "unsteady", "one of each", "skipped", "too many", "not collected"],
)
def test_the_last_line_and_the_status_tell_it(
    tmp_path: Path, tests: list[str], status: int, last: str, not_last: str
) -> None:
    came, line, shown = run(tmp_path, *tests)
    assert (came != 0) == (status != 0), shown
    assert last in line
    assert not_last not in line
