"""What a wallbox's own database says, read beside its program or after it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

DATABASE = "evse.sqlite"
_PATIENCE_S = 10.0
"""The program may hold the file, on a busy computer."""
_UNDER_WAY = """
SELECT (SELECT count(*) FROM outbox)
    + (SELECT count(*) FROM transactions WHERE stopped_at IS NULL)
"""


def rows(folder: Path, sql: str) -> list[sqlite3.Row]:
    """Return the rows of a query on the wallbox in `folder`."""
    file = f"file:{folder / DATABASE}?mode=ro"
    with closing(sqlite3.connect(file, uri=True, timeout=_PATIENCE_S)) as database:
        database.row_factory = sqlite3.Row
        return database.execute(sql).fetchall()


def under_way(folder: Path) -> int:
    """Return how many transactions are open and messages wait for the central system."""
    return int(rows(folder, _UNDER_WAY)[0][0])
