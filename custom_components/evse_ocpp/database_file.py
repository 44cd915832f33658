"""The database as a file: opened and brought up to date, copied, and begun anew when it is damaged.

All functions block, and raise sqlite3.Error or OSError.
"""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from . import salvage, session_record, tally

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PARTS = ("", "-wal", "-shm")
MIGRATIONS = (
    f"""
    CREATE TABLE charger (identity TEXT PRIMARY KEY, state TEXT NOT NULL);
    CREATE TABLE document (
        kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)
    );
    CREATE TABLE card (
        id_tag TEXT PRIMARY KEY COLLATE NOCASE,
        name TEXT NOT NULL,
        person TEXT,
        guest INTEGER NOT NULL,
        blocked INTEGER NOT NULL,
        expires_at REAL
    );
    CREATE TABLE relay_queue (
        identity TEXT NOT NULL,
        number INTEGER NOT NULL,
        created_at REAL NOT NULL,
        action TEXT NOT NULL,
        transaction_id TEXT,
        payload TEXT NOT NULL,
        refusals INTEGER NOT NULL,
        PRIMARY KEY (identity, number)
    );
    {session_record.SCHEMA}
    """,
    session_record.SOURCES,
    tally.SCHEMA,
)
"""What leads from each `user_version` to the next. Only ever append: files of all ages exist."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, or make it, and bring it to the newest schema; damage is an error of its own.

    What was begun anew takes its place first, if a power cut came before it could.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() and _anew(path).exists():
        _take_place(path)
    return _open(path)


def copy_path(path: Path) -> Path:
    """Return where the copy of a file is."""
    return path.with_name(f"{path.name}.copy")


def copy(connection: sqlite3.Connection, path: Path) -> None:
    """Make the copy of a file that is sound; else an error that `is_damage`, and the copy before
    stays.

    It is whole at every moment, as the one before is replaced at the end.
    """
    unfinished = path.with_name(f"{path.name}.copy-new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    connection.execute("VACUUM INTO ?", [str(unfinished)])
    with closing(sqlite3.connect(unfinished)) as copied:
        salvage.check(copied)
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(copy_path(path))


def begin_anew(path: Path) -> Path:
    """Set a damaged file aside, and take over what can still be read of it; return where it is.

    The new file is made beside it and takes its place when it is whole: a full disk or a power cut
    before that leaves the damaged one where it was, with all that it has, for the next attempt.
    """
    for part in _PARTS:
        _part(_anew(path), part).unlink(missing_ok=True)
    with closing(_open(_anew(path))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        salvage.salvage(path, connection, salvage.TABLES)
        if copy_path(path).exists():
            salvage.salvage(copy_path(path), connection, salvage.FROM_COPY)
        # The file was older than the tallies, or they are what was damaged.
        connection.execute(tally.COUNT_KNOWN)
        connection.execute("COMMIT")
    return _take_place(path)


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the file is damaged."""
    # Extended codes have the primary one in their low byte.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _open(path: Path) -> sqlite3.Connection:
    if path.exists() and path.stat().st_size == 0:  # what a power cut makes of files
        raise salvage.damage("it is empty")
    path.touch(mode=0o600)  # else others could read who charges when
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # Who had a session deleted wants it gone; some builds would leave it in the file.
        connection.execute("PRAGMA secure_delete = ON")
        salvage.check(connection)
        _bring_up_to_date(connection)
    except UnicodeDecodeError as error:  # SQLite's words on what is damaged are damaged
        connection.close()
        raise salvage.damage(str(error)) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    try:
        _migrate(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # it has already what it should get
            raise salvage.damage(f"it is not of version {version}: {error}") from error
        raise
    with closing(sqlite3.connect(":memory:")) as reference:
        _migrate(reference)
        if (difference := salvage.different_columns(connection, reference)) is None:
            return
    if version > len(MIGRATIONS):
        raise sqlite3.NotSupportedError(f"a newer version of the integration wrote it ({version})")
    raise salvage.damage(difference)


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")


def _take_place(path: Path) -> Path:
    """Move aside what is left of the damaged file, and put the one that was begun anew there."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for part in _PARTS:
        if _part(path, part).exists():
            _part(path, part).rename(_part(aside, part))
    _anew(path).rename(path)
    return aside


def _anew(path: Path) -> Path:
    return path.with_name(f"{path.name}.anew")


def _part(path: Path, part: str) -> Path:
    return path.with_name(path.name + part)
