"""Finds what is damaged in the SQLite file, and saves what can still be read of it.

SQLite notices a page that is no page. It has no checksums: bytes that have changed within a row are
for us to notice, before a part of the program stumbles over them at each start.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

_JSON = frozenset({"value", "payload", "profile", "trial"})
_INSTANT_SUFFIX = "_at"
_NOT_READ = frozenset({"chart_samples"})
"""A month of numbers: too many to read all at each start, and of no harm."""

_DISK = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_BUSY",
         "SQLITE_PERM", "SQLITE_NOMEM")  # fmt: skip


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Whether the disk is to blame, not the file: moving the file aside would not help."""
    return str(getattr(error, "sqlite_errorname", "")).startswith(_DISK)


def check(path: Path, known_version: int, *, alone: bool = False) -> None:
    """Read it all. Raises `sqlite3.DatabaseError` that says what is damaged.

    A file of a newer program, left by an update that was undone, may have rows that we do not know.
    `alone`: without the file that SQLite needs beside it, to share it with others.
    """
    if not path.exists():
        return
    with closing(_opened(path)) as database:
        if alone:
            database.execute("PRAGMA locking_mode=EXCLUSIVE")
        findings = [str(row[0]) for row in database.execute("PRAGMA quick_check(1)")]
        if findings != ["ok"]:
            raise sqlite3.DatabaseError("; ".join(findings))
        (version,) = database.execute("PRAGMA user_version").fetchone()
        for table in _tables(database):
            if table in _NOT_READ or version > known_version:
                continue
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - from its schema
                if (column := _unreadable(row)) is not None:
                    raise sqlite3.DatabaseError(f"what stands in {table}.{column} is nonsense")


def save(damaged: Path, path: Path) -> dict[str, int]:
    """Copy what can be read of a damaged file into a new one whose tables are made.

    Returns the numbers of rows by table. Raises `sqlite3.Error` when the new one takes nothing.
    """
    saved = {}
    with closing(_opened(path)) as new, closing(_opened(damaged, read_only=True)) as old:
        old.text_factory = bytes  # one bad text must not hide the rows behind it
        for table in _tables(new):
            columns = [row["name"] for row in new.execute(f'PRAGMA table_info("{table}")')]
            marks = ", ".join("?" * len(columns))
            insert = f'INSERT OR IGNORE INTO "{table}" VALUES ({marks})'  # noqa: S608 - our schema
            with new:
                rows = [[row.get(column) for column in columns] for row in _rows(old, table)]
                saved[table] = sum(_inserted(new, insert, row) for row in rows)
        with new:
            for orphan in new.execute("PRAGMA foreign_key_check").fetchall():
                new.execute(f'DELETE FROM "{orphan[0]}" WHERE rowid = ?', (orphan[1],))  # noqa: S608
                saved[orphan[0]] -= 1
    return {table: number for table, number in saved.items() if number}


def _opened(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)
    database.row_factory = sqlite3.Row
    return database


def _tables(database: sqlite3.Connection) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [row[0] for row in database.execute(sql)]


def _rows(old: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """Each row that can be read: from the first one on and, after a damaged page, from the last."""
    seen: set[tuple[Any, ...]] = set()
    for order in ("", "ORDER BY rowid DESC"):
        with suppress(sqlite3.Error):
            for row in old.execute(f'SELECT * FROM "{table}" {order}'):  # noqa: S608 - ours
                if tuple(row) not in seen:
                    seen.add(tuple(row))
                    yield from _texts(row)
            return  # all of it


def _texts(row: sqlite3.Row) -> Iterator[dict[str, Any]]:
    """The row with its bytes as texts, if they are."""
    with suppress(UnicodeDecodeError):
        texts = {
            name: content.decode() if isinstance(content, bytes) else content
            for name, content in zip(row.keys(), row, strict=True)
        }
        if _unreadable(texts) is None:
            yield texts


def _inserted(new: sqlite3.Connection, insert: str, row: list[Any]) -> int:
    with suppress(sqlite3.IntegrityError):  # a column that must not be empty is
        return new.execute(insert, row).rowcount
    return 0


def _unreadable(row: sqlite3.Row | dict[str, Any]) -> str | None:
    """The column whose content is not what is written there; None when all are."""
    for name in row.keys():  # noqa: SIM118 - a row iterates over its values
        content = row[name]
        try:
            if name in _JSON and isinstance(content, str):
                json.loads(content)
            elif name.endswith(_INSTANT_SUFFIX) and content is not None:
                datetime.fromisoformat(content)
        except (ValueError, TypeError):
            return str(name)
    return None
