"""Whether a database is sound to its last value, and what can still be read of one that is not.

SQLite itself finds pages that are no pages. A single byte that has changed on a worn-out card may
leave all pages well and yet make a text that is no text, a year 30000, or a column of another name.
All functions block.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

_LOGGER = logging.getLogger(__name__)

TABLES = ("charger", "document", "card", "relay_queue", "session", "tally")
FROM_COPY = tuple(table for table in TABLES if table != "relay_queue")
"""What a copy completes. What waited for the second back office then has arrived since: it would
count it twice."""
_LAST_S = 253402300799
"""The end of the year 9999, after which Python has no instants."""
_INSTANTS = {"session": ("started_at", "ended_at"), "card": ("expires_at",)}
_FOR_NOW = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
)
"""Errors that say nothing of the file: with more room, or rights, it can be read."""


def check(connection: sqlite3.Connection) -> None:
    """Read all; sqlite3.DatabaseError with the code of a damaged file when something is wrong.

    It may have an older schema; a disk that cannot be read raises its own error.
    """
    try:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise damage(verdict)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for table in TABLES if version else ():
            if table == "tally" and not _columns(connection, table):
                continue  # an older file
            for _ in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
                pass  # every text is decoded
            unsound = f"SELECT rowid FROM {table} WHERE NOT ({_sound(connection, table)}) LIMIT 1"  # noqa: S608
            if (found := connection.execute(unsound).fetchone()) is not None:
                raise damage(f"row {found[0]} of {table} has impossible values")
    except UnicodeDecodeError as error:
        raise damage(str(error)) from error
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
            raise damage(str(error)) from error  # no such table or column, or a text that is none
        raise


def different_columns(connection: sqlite3.Connection, reference: sqlite3.Connection) -> str | None:
    """Return what differs from the columns of an empty database; None: nothing."""
    for table in TABLES:
        if (found := _columns(connection, table)) != _columns(reference, table):
            return f"{table} has the columns {', '.join(found)}"
    return None


def damage(verdict: str) -> sqlite3.DatabaseError:
    """Return the error of a damaged file."""
    error = sqlite3.DatabaseError(verdict)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def salvage(source: Path, target: sqlite3.Connection, tables: Sequence[str]) -> None:
    """Copy what can be read of a damaged file, and is sound, and is not there yet.

    Errors of the target are raised: what it has no room for is not lost, but in `source`.
    """
    for table in tables:
        # By their places: newer columns come last, and a name may be what is damaged.
        names = _columns(target, table)
        for order in ("ASC", "DESC"):  # from both ends, up to what cannot be read
            for row in _readable(source, table, order):
                given = names[: len(row)]
                target.execute(
                    f"INSERT OR IGNORE INTO {table} ({', '.join(given)})"  # noqa: S608
                    f" VALUES ({', '.join('?' * len(given))})",
                    row[: len(given)],
                )
        target.execute(f"DELETE FROM {table} WHERE NOT ({_sound(target, table)})")  # noqa: S608


def _readable(source: Path, table: str, order: str) -> Iterator[tuple[Any, ...]]:
    try:
        with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda text: text.decode(errors="replace")
            yield from connection.execute(f"SELECT * FROM {table} ORDER BY rowid {order}")  # noqa: S608
    except UnicodeDecodeError as error:  # SQLite's own words name what is damaged
        _LOGGER.warning("Not all of the table %s could be read: %s", table, error)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _FOR_NOW:
            raise
        _LOGGER.warning("Not all of the table %s could be read: %s", table, error)


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})"))


def _sound(connection: sqlite3.Connection, table: str) -> str:
    """Return the condition of SQL under which a row has values of the kinds that it should."""
    conditions = ["1"]
    for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})"):
        allowed = "'text', 'null'" if kind == "TEXT" else "'real', 'integer', 'null'"
        conditions.append(f"typeof({name}) IN ({allowed})")
    conditions += [
        f"IFNULL({name}, 0) BETWEEN 0 AND {_LAST_S}" for name in _INSTANTS.get(table, ())
    ]
    return " AND ".join(conditions)
