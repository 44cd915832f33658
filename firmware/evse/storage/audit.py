"""The table of who changed what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from evse.storage.database import Database

MAX_ENTRIES = 10_000
"""Entries kept; of more, the oldest go. A wallbox in use makes a few a week."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did.

    `role`: "" for nobody who was logged in. `key`: of a setting, or the name of an event. `old` and
    `new`: JSON, None where there is no value or it is secret. `undoes`: the number of the entry
    which this one takes back.
    """

    at: datetime
    role: str
    origin: str
    key: str
    old: str | None = None
    new: str | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry of the table. `undone`: another one has taken it back."""

    number: int
    entry: Entry
    undone: bool


_SELECT = """
    SELECT *, EXISTS (SELECT 1 FROM audit AS later WHERE later.undoes = audit.id) AS undone
    FROM audit
"""


class AuditTable:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entries: Sequence[Entry]) -> None:
        """Keep entries, all at once."""
        async with self._database.transaction() as connection:
            await connection.executemany(
                "INSERT INTO audit (at, role, origin, key, old, new, undoes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                map(_row, entries),
            )
            limit = "(SELECT max(id) FROM audit) - ?"
            await connection.execute(
                f"UPDATE audit SET undoes = NULL WHERE undoes <= {limit}",  # noqa: S608 - ours
                (MAX_ENTRIES,),
            )
            await connection.execute(
                f"DELETE FROM audit WHERE id <= {limit}",  # noqa: S608 - ours
                (MAX_ENTRIES,),
            )

    async def page(
        self, offset: int, limit: int, hidden: Collection[str] = ()
    ) -> tuple[int, list[KeptEntry]]:
        """The number of entries whose key is not `hidden`, and some of them, the newest first."""
        where = f"WHERE key NOT IN ({','.join('?' * len(hidden))})"
        count = await self._database.read(
            f"SELECT count(*) FROM audit {where}",  # noqa: S608 - ours
            hidden,
        )
        rows = await self._database.read(
            f"{_SELECT} {where} ORDER BY id DESC LIMIT ? OFFSET ?", (*hidden, limit, offset)
        )
        return count[0][0], [_kept(row) for row in rows]

    async def entry(self, number: int) -> KeptEntry | None:
        """One entry; None when there is none of this number."""
        rows = await self._database.read(f"{_SELECT} WHERE id = ?", (number,))
        return _kept(rows[0]) if rows else None


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.at.isoformat(),
        entry.role,
        entry.origin,
        entry.key,
        entry.old,
        entry.new,
        entry.undoes,
    )


def _kept(row: Row) -> KeptEntry:
    entry = Entry(
        datetime.fromisoformat(row["at"]),
        row["role"],
        row["origin"],
        row["key"],
        row["old"],
        row["new"],
        row["undoes"],
    )
    return KeptEntry(row["id"], entry, bool(row["undone"]))
