"""The SQLite file: opened, migrated, and moved aside when it is damaged."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite

from evse.storage import damage

_logger = logging.getLogger(__name__)

MIGRATIONS = (
    """
    CREATE TABLE transactions (
        local_id      TEXT PRIMARY KEY,
        connector_id  INTEGER NOT NULL,
        id_tag        TEXT NOT NULL,
        parent_id_tag TEXT,
        meter_start_wh INTEGER NOT NULL,
        started_at    TEXT NOT NULL,
        server_id     INTEGER,
        last_wh       INTEGER,
        last_at       TEXT,
        meter_stop_wh INTEGER,
        stopped_at    TEXT,
        reason        TEXT,
        stop_id_tag   TEXT
    );
    CREATE TABLE transaction_data (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        local_id TEXT NOT NULL REFERENCES transactions,
        value    TEXT NOT NULL
    );
    CREATE TABLE outbox (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL,
        local_id   TEXT NOT NULL REFERENCES transactions,
        action     TEXT NOT NULL,
        payload    TEXT NOT NULL,
        attempts   INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX outbox_by_transaction ON outbox (local_id, id);
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE latched_faults (
        connector_id INTEGER NOT NULL,
        fault        TEXT NOT NULL,
        PRIMARY KEY (connector_id, fault)
    );
    CREATE TABLE availability (connector_id INTEGER PRIMARY KEY, operative INTEGER NOT NULL);
    CREATE TABLE charging_profiles (
        connector_id INTEGER NOT NULL,
        profile_id   INTEGER NOT NULL,
        profile      TEXT NOT NULL,
        PRIMARY KEY (connector_id, profile_id)
    );
    CREATE TABLE authorization_cache (
        id_tag        TEXT PRIMARY KEY,
        status        TEXT NOT NULL,
        parent_id_tag TEXT,
        expiry_date   TEXT
    );
    """,
    """
    CREATE TABLE wear (
        connector_id     INTEGER PRIMARY KEY,
        contactor_cycles INTEGER NOT NULL,
        plug_cycles      INTEGER NOT NULL,
        hot_openings     INTEGER NOT NULL
    );
    """,
    """
    CREATE TABLE whitelist (
        id   INTEGER PRIMARY KEY,
        uid  TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL DEFAULT '',
        slot INTEGER UNIQUE
    );
    """,
    """
    CREATE TABLE board_trials (connector_id INTEGER PRIMARY KEY, trial TEXT NOT NULL);
    """,
    """
    CREATE TABLE local_list (
        id_tag        TEXT PRIMARY KEY,
        status        TEXT NOT NULL,
        parent_id_tag TEXT,
        expiry_date   TEXT
    );
    CREATE TABLE local_list_version (version INTEGER NOT NULL);
    CREATE TABLE reservations (
        reservation_id INTEGER PRIMARY KEY,
        connector_id   INTEGER NOT NULL,
        id_tag         TEXT NOT NULL,
        parent_id_tag  TEXT,
        expires_at     TEXT NOT NULL
    );
    ALTER TABLE authorization_cache ADD COLUMN learnt_at TEXT;
    ALTER TABLE transactions ADD COLUMN reservation_id INTEGER;
    ALTER TABLE transactions ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
    """,
    """
    CREATE TABLE security_events (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        type      TEXT NOT NULL,
        at        TEXT NOT NULL,
        tech_info TEXT NOT NULL,
        told      INTEGER NOT NULL
    );
    CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
    """
    ALTER TABLE transactions ADD COLUMN start_mode TEXT NOT NULL DEFAULT '';
    CREATE INDEX transactions_by_start ON transactions (started_at);
    CREATE TABLE fault_log (
        id           INTEGER PRIMARY KEY AUTOINCREMENT,
        connector_id INTEGER NOT NULL,
        fault        TEXT NOT NULL,
        began_at     TEXT NOT NULL,
        ended_at     TEXT
    );
    CREATE TABLE chart_samples (
        minute INTEGER NOT NULL,
        series TEXT NOT NULL,
        value  REAL NOT NULL,
        PRIMARY KEY (minute, series)
    ) WITHOUT ROWID;
    CREATE TABLE accounts (
        role       TEXT PRIMARY KEY,
        hash       TEXT NOT NULL,
        changed_at TEXT NOT NULL
    );
    CREATE TABLE tokens (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        name       TEXT NOT NULL,
        role       TEXT NOT NULL,
        hash       TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL,
        used_at    TEXT
    );
    CREATE TABLE audit (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        at      TEXT NOT NULL,
        role    TEXT NOT NULL,
        origin  TEXT NOT NULL,
        key     TEXT NOT NULL,
        old     TEXT,
        new     TEXT,
        undoes  INTEGER REFERENCES audit
    );
    """,
)
"""One script a version of the schema. They only add tables and columns, so that an older program,
after a roll-back of an update, can go on with the file of a newer one. Columns are added behind
those before: what is saved of a damaged file is put back by position."""


class Database:
    """One connection. Each change is on disk (`synchronous=FULL`) before its call returns.

    Every method raises `sqlite3.Error` when the disk fails or is full.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        """Use `open`."""
        self._connection = connection
        self._writer = asyncio.Lock()  # one SQLite transaction at a time on the one connection

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Open or make the file at `path`.

        A damaged file is moved aside, and what can be read of it copied into a new one: a wallbox
        has to charge, and the old file is still there for whoever looks at it. Where the disk has
        no room for the file that SQLite needs beside its own, it goes without.
        """
        _resume(path)
        try:
            return cls(await _connect(path))
        except sqlite3.DatabaseError as error:
            if not damage.is_of_the_disk(error):
                return cls(await _connect_anew(path, error))
            _logger.error("%s cannot be shared: %s", path, error)  # noqa: TRY400 - one line
            return cls(await _connect(path, alone=True))

    async def close(self) -> None:
        """Close the file. A kill without this loses nothing."""
        await self._connection.close()

    async def read(self, sql: str, parameters: Iterable[object] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        async with self._connection.execute(sql, tuple(parameters)) as cursor:
            return list(await cursor.fetchall())

    async def write(self, sql: str, parameters: Iterable[object] = ()) -> int:
        """One statement as its own SQLite transaction; returns the number of rows it changed."""
        async with self.transaction() as connection:
            return (await connection.execute(sql, tuple(parameters))).rowcount

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """Several statements which are on disk all or none."""
        async with self._writer:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                await self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.OperationalError):  # none was begun, or it is done
                    await self._connection.execute("ROLLBACK")
                raise


async def _connect(path: Path, *, alone: bool = False) -> aiosqlite.Connection:
    """Open and migrate the file. `alone`: nobody else can read it meanwhile."""
    await asyncio.to_thread(damage.check, path, MIGRATIONS, alone=alone)
    connection = await aiosqlite.connect(path, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        if alone:
            await connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=FULL")
        await connection.execute("PRAGMA foreign_keys=ON")
        # What is deleted is a password as often as not; some builds would leave it in the file.
        await connection.execute("PRAGMA secure_delete=ON")
        await _migrate(connection)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _connect_anew(path: Path, error: sqlite3.Error) -> aiosqlite.Connection:
    """Move a damaged file aside, and go on with what can be read of it.

    The new file is made beside it and takes its place when it is whole: after a power cut meanwhile
    all that can be read is still there.
    """
    _logger.error("%s is damaged: %s", path, error)
    _remove(_anew(path))
    try:
        connection = await _connect(_anew(path))
        await connection.close()
        saved = await asyncio.to_thread(damage.save, path, _anew(path))
    except sqlite3.Error as unsaved:  # a wallbox has to charge also where the disk is full
        _remove(_anew(path))
        _logger.error("nothing is saved from the damaged file: %s", unsaved)  # noqa: TRY400
        aside = _move_aside(path)
    else:
        told = ", ".join(f"{table} {number}" for table, number in saved.items()) or "nothing"
        _logger.error("saved from the damaged file, rows by table: %s", told)
        aside = _take_place(path)
    _logger.error("the damaged file was moved to %s, starting with a new one", aside)
    return await _connect(path)


async def _migrate(connection: aiosqlite.Connection) -> None:
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    version = row[0] if row else 0
    if version > len(MIGRATIONS):
        _logger.warning("the database is of a newer version (%d) than this program", version)
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        await connection.executescript(
            f"BEGIN IMMEDIATE; {script}; PRAGMA user_version={number}; COMMIT;"
        )


def _anew(path: Path) -> Path:
    """What is made of a damaged file; whole when there is none in its place any more."""
    return path.with_name(f"{path.name}.anew")


def _resume(path: Path) -> None:
    """Go on where a power cut came before what was saved was in its place."""
    if not path.exists() and _anew(path).exists():
        _take_place(path)


def _take_place(path: Path) -> Path:
    """Put what was made of a damaged file in its place, and tell where that is now."""
    aside = _move_aside(path)
    _anew(path).rename(path)
    return aside


def _remove(path: Path) -> None:
    for part in _parts(path):
        part.unlink(missing_ok=True)


def _move_aside(path: Path) -> Path:
    """Rename the file with its journal; the name says when."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    for part, place in zip(_parts(path), _parts(aside), strict=True):
        if part.exists():
            part.rename(place)
    return aside


def _parts(path: Path) -> list[Path]:
    """The file and those that SQLite has beside it."""
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]


def remove_damaged(folder: Path) -> None:
    """Remove what damaged files were moved aside as: they have passwords in them."""
    for path in folder.glob("*.damaged-*"):
        path.unlink(missing_ok=True)
