#!/usr/bin/env python3
"""Prints the table of faults of docs/firmware.md, from the firmware's own.

    scripts/fault_table.py            # print it
    scripts/fault_table.py --write    # put it into the document

tests/firmware/test_documentation.py fails when the document has another one.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "firmware.md"
sys.path.insert(0, str(ROOT / "firmware"))

from evse.core.faults import RULES, Clears, FaultRule, Severity  # noqa: E402

COLUMNS = (
    "vendorErrorCode",
    "trips on",
    "ends by",
    "severity",
    "OCPP errorCode",
    "ETEK's text",
    "Cabur's code",
)

_ENDS_BY = {
    Clears.UNPLUG: "unplugging",
    Clears.LOCAL: "acknowledging",
    Clears.INSTALLER: "the installer",
}


def row(rule: FaultRule) -> tuple[str, ...]:
    """The cells of a fault's row, in the order of COLUMNS."""
    return (
        f"`{rule.vendor_error_code}`",
        rule.trips_on + (f", for {rule.confirm_s:g} s" if rule.confirm_s else ""),
        _ends_by(rule),
        "warning" if rule.severity is Severity.WARNING else f"**{rule.severity}**",
        rule.ocpp_error_code,
        rule.text,
        rule.display_code,
    )


def _ends_by(rule: FaultRule) -> str:
    if rule.clears is not Clears.ITSELF:
        return _ENDS_BY[rule.clears]
    return f"itself, {rule.good_for_s:g} s good" if rule.good_for_s else "itself"


def table() -> str:
    """The table, the most important fault first."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(row, RULES.values())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def write() -> None:
    """Put the table into the document, in the place of the one that is there."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.compile(rf"^\| {COLUMNS[0]} \|.*?(?=\n\n)", re.MULTILINE | re.DOTALL)
    text, count = found.subn(lambda _: table(), text)
    if count != 1:
        sys.exit(f"{DOCUMENT.relative_to(ROOT)}: {count} tables of faults, expected 1")
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        sys.stdout.write(f"{table()}\n")
