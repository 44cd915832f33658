"""The table of the faults that there were, each with its begin and its end."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from evse.storage.database import Database

MAX_ENTRIES = 1000
"""Faults kept; of more, the oldest that are over go."""

FaultKey = tuple[int, str]
"""A connector's number and the name of a fault (`core.faults.Fault`)."""


@dataclass(frozen=True, slots=True)
class FaultEntry:
    """One fault; `ended_at` is None while it lasts. Instants are aware, in UTC."""

    number: int
    connector_id: int
    fault: str
    began_at: datetime
    ended_at: datetime | None

    @property
    def key(self) -> FaultKey:
        """Which fault it is, and where."""
        return self.connector_id, self.fault


class FaultLog:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lasting(self) -> list[FaultEntry]:
        """Those without an end, the oldest first."""
        rows = await self._database.read(
            "SELECT * FROM fault_log WHERE ended_at IS NULL ORDER BY id"
        )
        return [_entry(row) for row in rows]

    async def page(self, offset: int, limit: int) -> list[FaultEntry]:
        """At most `limit` entries from `offset` on, the newest first."""
        rows = await self._database.read(
            "SELECT * FROM fault_log ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset)
        )
        return [_entry(row) for row in rows]

    async def count(self) -> int:
        """How many there are."""
        return int((await self._database.read("SELECT count(*) FROM fault_log"))[0][0])

    async def change(
        self, began: Iterable[FaultKey], ended: Iterable[FaultKey], at: datetime
    ) -> None:
        """Write down the faults which began or ended at an instant: all or none."""
        async with self._database.transaction() as connection:
            await connection.executemany(
                "UPDATE fault_log SET ended_at = ?"
                " WHERE connector_id = ? AND fault = ? AND ended_at IS NULL",
                [(at.isoformat(), *key) for key in ended],
            )
            await connection.executemany(
                "INSERT INTO fault_log (connector_id, fault, began_at) VALUES (?, ?, ?)",
                [(*key, at.isoformat()) for key in began],
            )
            await connection.execute(
                "DELETE FROM fault_log WHERE ended_at IS NOT NULL"
                " AND id <= (SELECT max(id) FROM fault_log) - ?",
                (MAX_ENTRIES,),
            )


def _entry(row: sqlite3.Row) -> FaultEntry:
    ended_at = row["ended_at"]
    return FaultEntry(
        row["id"],
        row["connector_id"],
        row["fault"],
        datetime.fromisoformat(row["began_at"]),
        ended_at and datetime.fromisoformat(ended_at),
    )
