#!/usr/bin/env python3
"""Prints the table of configuration keys of docs/ocpp.md, from the table of settings.

scripts/ocpp_keys.py            # print it
scripts/ocpp_keys.py --write    # put it into the document, between its markers
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "firmware"), str(ROOT)]

from evse.settings.setting import Kind, Setting  # noqa: E402
from evse.settings.table import SETTINGS  # noqa: E402
from scripts.marked import put_between_markers  # noqa: E402

COLUMNS = ("key", "type", "default", "access", "our setting")

_LONGEST_DEFAULT = 40


def row(setting: Setting) -> tuple[str, ...]:
    """The cells of a key's row, in the order of COLUMNS."""
    unit = f" ({setting.unit})" if setting.unit else ""
    default = setting.text(setting.default)
    if setting.kind is Kind.LIST or len(default) > _LONGEST_DEFAULT:
        default = default.replace(",", ", ")
    return (
        f"`{setting.ocpp_key}`",
        f"{setting.kind}{unit}",
        "" if setting.secret else default,
        _access(setting),
        f"`{setting.key}`",
    )


def _access(setting: Setting) -> str:
    if setting.secret:
        return "written only"
    access = "read" if setting.ocpp_readonly else "read, write"
    restart = " (after a restart)" if setting.reboot and not setting.ocpp_readonly else ""
    return access + restart


def table() -> str:
    """The table, in the order of the keys' names."""
    keys = sorted((s for s in SETTINGS if s.ocpp_key), key=lambda s: str(s.ocpp_key).lower())
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(row, keys)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        put_between_markers("configuration keys", table())
    else:
        sys.stdout.write(f"{table()}\n")
