"""Finds what is damaged in the SQLite file, and saves what can still be read of it.

SQLite notices a page that is no page. It has no checksums: bytes that have changed within a row, or
in the name of a column, are for us to notice, before a part of the program stumbles over them at
each start.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_JSON = frozenset({"value", "payload", "profile", "trial"})
_INSTANTS = frozenset({"at", "expiry_date"})
_INSTANT_SUFFIX = "_at"
_NOT_READ = frozenset({"chart_samples"})
"""A month of numbers: too many to read all at each start, and of no harm."""

_TYPES = {"INTEGER": int, "REAL": float, "TEXT": str}

_DISK = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_BUSY",
         "SQLITE_PERM", "SQLITE_NOMEM")  # fmt: skip

_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file raises; the latter where SQLite names the damage in its own bytes."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as its table was made. `needed`: it is never empty."""

    name: str
    type: str
    needed: bool

    def takes(self, content: object) -> bool:
        """Whether the content can be what was once written there."""
        if content is None:
            return not self.needed
        if not isinstance(content, _TYPES[self.type]):
            return False
        try:
            if self.name in _JSON and self.type == "TEXT":
                json.loads(str(content))
            elif self.name in _INSTANTS or self.name.endswith(_INSTANT_SUFFIX):
                datetime.fromisoformat(str(content))
        except ValueError:
            return False
        return True


_Tables = dict[str, list[_Column]]


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Whether the disk is to blame, not the file: moving the file aside would not help."""
    return str(getattr(error, "sqlite_errorname", "")).startswith(_DISK)


def check(path: Path, migrations: Sequence[str], *, alone: bool = False) -> None:
    """Read it all. Raises `sqlite3.DatabaseError` that says what is damaged.

    A file of a newer program, left by an update that was undone, may have rows that we do not know.
    `alone`: without the file that SQLite needs beside it, to share it with others.
    """
    if not path.exists():
        return
    with closing(_opened(path)) as database:
        if alone:
            database.execute("PRAGMA locking_mode=EXCLUSIVE")
        try:
            findings = [str(row[0]) for row in database.execute("PRAGMA quick_check(1)")]
            if findings != ["ok"]:
                raise sqlite3.DatabaseError("; ".join(findings))
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version <= len(migrations):
                _check_rows(database, _made_by(migrations[:version]))
        except UnicodeDecodeError as error:
            raise sqlite3.DatabaseError(f"a name is no text: {error}") from error


def _check_rows(database: sqlite3.Connection, made: _Tables) -> None:
    found = _tables(database)
    for table, columns in made.items():
        if found.get(table) != columns:
            raise sqlite3.DatabaseError(f"the table {table} is not as it was made")
        if table in _NOT_READ:
            continue
        for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - ours
            if (nonsense := _nonsense(columns, row)) is not None:
                raise sqlite3.DatabaseError(f"what stands in {table}.{nonsense} is nonsense")


def save(damaged: Path, path: Path) -> dict[str, int]:
    """Copy what can be read of a damaged file into a new one whose tables are made.

    Returns the numbers of rows by table. Raises `sqlite3.Error` when the new one takes nothing.
    """
    saved = {}
    with closing(_opened(path)) as new, closing(_opened(damaged, read_only=True)) as old:
        old.text_factory = bytes  # one bad text must not hide the rows behind it
        for table, columns in _tables(new).items():
            with new:
                rows = list(_rows(old, table, columns))
                saved[table] = sum(_inserted(new, table, columns, row) for row in rows)
        with new:
            for orphan in new.execute("PRAGMA foreign_key_check").fetchall():
                new.execute(f'DELETE FROM "{orphan[0]}" WHERE rowid = ?', (orphan[1],))  # noqa: S608
                saved[orphan[0]] -= 1
    return {table: number for table, number in saved.items() if number}


def _opened(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)


def _made_by(migrations: Sequence[str]) -> _Tables:
    """The tables that migrations make."""
    with closing(sqlite3.connect(":memory:")) as database:
        for script in migrations:
            database.executescript(script)
        return _tables(database)


def _tables(database: sqlite3.Connection) -> _Tables:
    tables: _Tables = {}
    sql = """
        SELECT made.name, has.name, has.type, has."notnull" OR has.pk
        FROM sqlite_master AS made JOIN pragma_table_info(made.name) AS has
        WHERE made.type = 'table' AND made.name NOT LIKE 'sqlite_%' ORDER BY made.rowid, has.cid
    """
    for table, name, kind, needed in database.execute(sql):
        tables.setdefault(table, []).append(_Column(name, kind, bool(needed)))
    return tables


def _rows(
    old: sqlite3.Connection, table: str, columns: Sequence[_Column]
) -> Iterator[tuple[Any, ...]]:
    """Each row that can be read: from the first one on and, after a damaged page, from the last.

    One of an older file is shorter, one of a newer file is cut.
    """
    seen: set[tuple[Any, ...]] = set()
    for order in ("", "ORDER BY rowid DESC"):
        with suppress(*_UNREADABLE):
            for row in old.execute(f'SELECT * FROM "{table}" {order}'):  # noqa: S608 - ours
                if row not in seen:
                    seen.add(row)
                    yield from _texts(row[: len(columns)], columns)
            return  # all of it


def _texts(row: tuple[Any, ...], columns: Sequence[_Column]) -> Iterator[tuple[Any, ...]]:
    """The row with its bytes as texts, unless something in it is nonsense."""
    with suppress(UnicodeDecodeError):
        texts = tuple(each.decode() if isinstance(each, bytes) else each for each in row)
        if _nonsense(columns, texts) is None:
            yield texts


def _inserted(
    new: sqlite3.Connection, table: str, columns: Sequence[_Column], row: tuple[Any, ...]
) -> int:
    names = ", ".join(column.name for column in columns[: len(row)])
    marks = ", ".join("?" * len(row))
    sql = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 - our schema
    with suppress(sqlite3.IntegrityError):
        return new.execute(sql, row).rowcount
    return 0


def _nonsense(columns: Sequence[_Column], row: Sequence[object]) -> str | None:
    """The column whose content is not what is written there; None when all are."""
    wrong = (
        column.name for column, each in zip(columns, row, strict=False) if not column.takes(each)
    )
    return next(wrong, None)
