"""The tables of the list of idTags that the central system keeps at this wallbox."""

from collections.abc import Iterable
from datetime import datetime

import aiosqlite

from evse.storage.database import Database
from evse.storage.values import StoredCard


class LocalListTable:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> tuple[int, list[StoredCard]]:
        """(version, entries); version 0 as long as none was sent."""
        versions = await self._database.read("SELECT version FROM local_list_version")
        rows = await self._database.read("SELECT * FROM local_list ORDER BY rowid")
        cards = [
            StoredCard(
                row["id_tag"],
                row["status"],
                row["parent_id_tag"],
                row["expiry_date"] and datetime.fromisoformat(row["expiry_date"]),
            )
            for row in rows
        ]
        return (versions[0]["version"] if versions else 0), cards

    async def replace(self, version: int, cards: Iterable[StoredCard]) -> None:
        """Keep this version with these entries and no others."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM local_list")
            await _put(connection, cards)
            await _set_version(connection, version)

    async def change(
        self, version: int, cards: Iterable[StoredCard], removed: Iterable[str]
    ) -> None:
        """Add or replace entries, and remove those of some idTags."""
        async with self._database.transaction() as connection:
            await connection.executemany(
                "DELETE FROM local_list WHERE id_tag = ?", [(id_tag,) for id_tag in removed]
            )
            await _put(connection, cards)
            await _set_version(connection, version)


async def _put(connection: aiosqlite.Connection, cards: Iterable[StoredCard]) -> None:
    await connection.executemany(
        "INSERT OR REPLACE INTO local_list (id_tag, status, parent_id_tag, expiry_date)"
        " VALUES (?, ?, ?, ?)",
        [
            (
                card.id_tag,
                card.status,
                card.parent_id_tag,
                card.expiry_date and card.expiry_date.isoformat(),
            )
            for card in cards
        ],
    )


async def _set_version(connection: aiosqlite.Connection, version: int) -> None:
    await connection.execute("DELETE FROM local_list_version")
    await connection.execute("INSERT INTO local_list_version (version) VALUES (?)", (version,))
