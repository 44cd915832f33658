#!/usr/bin/env python3
"""Runs a suite of tests, and tells a test that is unsteady from one that fails.

    scripts/steadily.py PYTHON [OPTION_OF_PYTEST...] tests/SUITE

Thirty thousand tests, many on real processes, sockets and clocks: on a machine that stood still
for a moment one of them may fail that holds. So where no more than `MOST_UNSTEADY` of a suite
failed they are run again, alone. One that fails again fails the suite. One that passes is named in
the last line: it is a fault, of the test or of what it tests, that waits to be found. What was
found with generated inputs fails again by itself: its example is kept.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

MOST_UNSTEADY = 2
"""More than this at once are no accident."""
TESTS_FAILED = 1  # pytest's exit status; others are of pytest itself


def main(command: Sequence[str]) -> int:
    """Return the exit status. The last line that is printed tells all."""
    with tempfile.TemporaryDirectory(prefix="evse-tests-") as folder:
        python, *options = command
        cache = f"cache_dir={folder}/cache"
        status, told = _shown([python, "-m", "pytest", *options, "-o", cache])
        failed = _failed(Path(folder))
        if status != TESTS_FAILED or not 0 < len(failed) <= MOST_UNSTEADY:
            return status
        print("\nagain, alone:", *failed, sep="\n  ", flush=True)
        alone = [each for each in options if not each.startswith(("--cov", "tests/"))]
        if "-n" in alone:
            alone += ["-n", "0"]
        status, again = _shown([python, "-m", "pytest", *alone, "-o", cache, *failed])
    steady = status != 0 or not again.startswith(f"{len(failed)} passed")
    outcome = again if steady else f"UNSTEADY, passed when run again: {', '.join(failed)}"
    print(f"{told}; again, alone: {outcome}")
    return TESTS_FAILED if steady else 0


def _shown(command: Sequence[str]) -> tuple[int, str]:
    """Run it, show what it prints; its exit status and last line."""
    last = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip(" =\n") or last
    return process.returncode, last


def _failed(folder: Path) -> list[str]:
    """The names of the tests that failed."""
    kept = folder / "cache" / "v" / "cache" / "lastfailed"
    return sorted(json.loads(kept.read_text())) if kept.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
