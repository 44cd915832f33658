#!/usr/bin/env python3
"""CPU time of loading the table of settings with its pages and words, and of its values.

tests/bench/settings_table.py    # the median of 15 fresh interpreters each

What is measured is what the import adds to an interpreter which has the standard library's modules
that it needs already, and loading the values of a wallbox that has a database.
"""

import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RUNS = 15
LIMIT_MS = 50.0

_STANDARD = "import asyncio, dataclasses, difflib, ipaddress, json, logging, re, tomllib, zoneinfo"
_MEASURED = {
    "table": "from evse.settings.table import SETTINGS",
    "table, facts, buttons": "from evse.settings.rows import ROWS",
    "words of one language": (
        "from evse.settings import words; [words.label(r, 'de') for r in __import__("
        "'evse.settings.rows').settings.rows.ROWS]"
    ),
}
_VALUES = """
from evse.settings.values import Settings
class Store:
    async def saved_settings(self): return {'ocpp.identity': 'a', 'manufacturer.serial': 'b'}
    async def save_settings(self, values, forgotten=()): pass
began = time.process_time()
asyncio.run(Settings.load(Store()))
"""


def measured_ms(statement: str) -> float:
    """CPU time of a statement in a fresh interpreter."""
    began = "" if "began" in statement else "began = time.process_time()\n"
    program = (
        f"import time\n{_STANDARD}\n{began}{statement}\nprint((time.process_time() - began) * 1000)"
    )
    command = [sys.executable, "-c", program]
    environment = {"PYTHONPATH": str(ROOT / "firmware")}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> int:
    """Print what was measured; the exit status, 1 when the table takes too long."""
    slow = False
    for name, statement in (*_MEASURED.items(), ("values", _VALUES)):
        times = [measured_ms(statement) for _ in range(RUNS)]
        median = statistics.median(times)
        slow |= median > LIMIT_MS
        sys.stdout.write(f"{name:24} {median:6.1f} ms (at most {max(times):.1f} ms)\n")
    sys.stdout.write(f"limit {LIMIT_MS:g} ms: {'exceeded' if slow else 'kept'}\n")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
