"""What must outlive a power cut, in one SQLite file: chargers, sessions, cards, documents, queue.

All work is done in one thread of its own, in the order in which it was asked for. Whatever waits
while a commit runs shares the next one: three hundred chargers cost a handful of syncs, not three
hundred. A damaged file is set aside and begun anew with all that can still be read of it, and for
the rest with what a copy beside it has, which is made while all is well.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson

from . import database_file
from .database_file import is_damage
from .session_record import SessionRow
from .tally import Tally, TallyKey, write_and_count

_LOGGER = logging.getLogger(__name__)

TIMEOUT_S = 30.0
"""A card in its last days takes seconds for a sync; longer than this it will not come."""
type Work[T] = Callable[[sqlite3.Connection], T]


class StorageError(OSError):
    """The database could not do what was asked."""


class Database:
    """The file of one config entry. Every method raises StorageError, or TimeoutError.

    `on_damaged` is called in the event loop with the place to which a damaged file was moved.
    """

    def __init__(self, path: Path, on_damaged: Callable[[Path], None]) -> None:
        self.path = path
        self.begun_anew = False
        """Whether the file was damaged since this program started: it may lack what was written."""
        self._on_damaged = on_damaged
        self._connection: sqlite3.Connection | None = None
        self._executor: ThreadPoolExecutor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._flush: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the file, or make it."""
        self._loop = asyncio.get_running_loop()
        self._executor = ThreadPoolExecutor(1, "evse_ocpp database")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._loop.run_in_executor(self._executor, self._open)
        except sqlite3.Error as error:
            await self.close()
            raise StorageError(f"{self.path}: {error}") from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what was asked for, and close the file; once more is harmless."""
        if self._executor is None or self._loop is None:
            return
        if self._flush is not None:
            await asyncio.wait([self._flush], timeout=TIMEOUT_S)
        executor, self._executor = self._executor, None
        async with asyncio.timeout(TIMEOUT_S):
            await self._loop.run_in_executor(executor, self._close)
            await self._loop.run_in_executor(None, executor.shutdown)

    @property
    def is_open(self) -> bool:
        """Whether it takes work."""
        return self._executor is not None

    async def run[T](self, work: Work[T]) -> T:
        """Do `work` with the connection; when this returns, what it wrote outlives a power cut.

        `work` runs in another thread, inside of a transaction that is not its own to end. What it
        raises is raised here, and nothing of it is kept.
        """
        if self._executor is None or self._loop is None:
            raise StorageError(f"{self.path} is closed")
        outcome: asyncio.Future[T] = self._loop.create_future()
        self._waiting.append((work, outcome))
        if self._flush is None:
            self._flush = self._loop.create_task(self._work_off())
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await outcome
        except sqlite3.Error as error:
            raise StorageError(f"{self.path}: {error}") from error

    async def execute(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        return await self.run(lambda connection: connection.execute(sql, values).fetchall())

    # Chargers.

    async def put_charger(
        self, identity: str, state: Mapping[str, Any], sessions: Sequence[SessionRow] = ()
    ) -> dict[TallyKey, Tally]:
        """Write a charger's state and those of its sessions that changed, both or neither.

        Return the tallies that the sessions changed.
        """
        text = orjson.dumps(state).decode()

        def write(connection: sqlite3.Connection) -> dict[TallyKey, Tally]:
            connection.execute("INSERT OR REPLACE INTO charger VALUES (?, ?)", (identity, text))
            return write_and_count(connection, sessions)

        return await self.run(write)

    async def chargers(self) -> dict[str, dict[str, Any]]:
        """Return the state of each charger by its identity; one that is damaged is left out."""
        return dict(_parsed(await self.execute("SELECT identity, state FROM charger")))

    async def delete_charger(self, identity: str) -> None:
        """Forget a charger's state. Its sessions stay: they belong to people."""
        await self.execute("DELETE FROM charger WHERE identity = ?", (identity,))

    # Documents: what a module keeps that needs no table of its own.

    async def put_document(self, kind: str, key: str, value: Mapping[str, Any]) -> None:
        """Write a document, JSON values only."""
        text = orjson.dumps(value).decode()
        await self.execute("INSERT OR REPLACE INTO document VALUES (?, ?, ?)", (kind, key, text))

    async def documents(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return all documents of a kind by key."""
        sql = "SELECT key, value FROM document WHERE kind = ?"
        return dict(_parsed(await self.execute(sql, (kind,))))

    async def get_document(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return one document, None if there is none."""
        return (await self.documents(kind)).get(key)

    async def delete_document(self, kind: str, key: str) -> None:
        """Forget a document, if there is one."""
        await self.execute("DELETE FROM document WHERE kind = ? AND key = ?", (kind, key))

    def size_bytes(self) -> int:
        """Return how much room file and log take. Blocks."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    # Copies of the file, made by others.

    async def hold_still(self) -> None:
        """Leave the file as it is from now on, so that it can be copied while work goes on.

        What is written meanwhile goes to the log beside it, of which every part can be copied:
        SQLite reads it up to the last commit that is whole.
        """
        await self._execute_each("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_autocheckpoint = 0")

    async def keep_copy(self) -> None:
        """Make the copy from which a damaged file is completed; StorageError or TimeoutError."""
        await self._outside_of_transactions(self._copy)

    async def renew_copy(self) -> None:
        """Make the copy anew if there is one: what was deleted is gone there too, who was blocked
        stays blocked.
        """

        def renew() -> None:
            if database_file.copy_path(self.path).exists():
                self._copy()

        await self._outside_of_transactions(renew)

    async def let_go(self) -> None:
        """Go on as usual after `hold_still`."""
        await self._execute_each("PRAGMA wal_autocheckpoint = 1000")

    async def _execute_each(self, *statements: str) -> None:
        def execute() -> None:
            for statement in statements:
                self._connected().execute(statement).fetchall()

        await self._outside_of_transactions(execute)

    async def _outside_of_transactions(self, work: Callable[[], None]) -> None:
        if self._executor is None or self._loop is None:
            raise StorageError(f"{self.path} is closed")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._loop.run_in_executor(self._executor, work)
        except sqlite3.Error as error:
            raise StorageError(f"{self.path}: {error}") from error

    async def _work_off(self) -> None:
        """Work off what waits, all of it in one transaction, until nothing waits."""
        assert self._loop is not None
        while self._waiting:
            batch, self._waiting = self._waiting, []
            works = [work for work, _ in batch]
            outcomes = await self._loop.run_in_executor(self._executor, self._commit, works)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():  # nobody waits any more
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        self._flush = None

    # In the thread of the database.

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._open()
        assert self._connection is not None
        return self._connection

    def _open(self) -> None:
        try:
            self._connection = database_file.connect(self.path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._begin_anew(error)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _copy(self) -> None:
        try:
            database_file.copy(self._connected(), self.path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._begin_anew(error)
            database_file.copy(self._connected(), self.path)

    def _begin_anew(self, error: sqlite3.Error) -> None:
        """Set a damaged file aside, and take over what can still be read of it."""
        self._close()
        _LOGGER.error("%s is damaged: %s", self.path, error)
        aside = database_file.begin_anew(self.path)
        _LOGGER.warning("It was begun anew; the damaged file is %s", aside.name)
        self._connection = database_file.connect(self.path)
        self.begun_anew = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._on_damaged, aside)

    def _commit(self, works: Sequence[Work[Any]]) -> list[Any]:
        """Do all works in one transaction; where one fails, each in its own.

        An error is the outcome of its work.
        """
        try:
            return self._in_transaction(works)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                try:
                    self._begin_anew(error)
                    return self._in_transaction(works)
                except (sqlite3.Error, OSError) as again:
                    return [again] * len(works)
            return self._one_by_one(works, error)
        except Exception as error:  # noqa: BLE001 - whoever asked for the work is told
            return self._one_by_one(works, error)

    def _one_by_one(self, works: Sequence[Work[Any]], error: Exception) -> list[Any]:
        if len(works) == 1:
            return [error]
        return [outcome for work in works for outcome in self._commit([work])]

    def _in_transaction(self, works: Sequence[Work[Any]]) -> list[Any]:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [work(connection) for work in works]
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return outcomes


def _parsed(rows: Sequence[tuple[Any, ...]]) -> list[tuple[str, dict[str, Any]]]:
    parsed: list[tuple[str, dict[str, Any]]] = []
    for key, text in rows:
        try:
            parsed.append((key, dict(orjson.loads(text))))
        except (orjson.JSONDecodeError, TypeError, ValueError):
            _LOGGER.error("What was stored of %s is damaged and left out", key)  # noqa: TRY400
    return parsed
