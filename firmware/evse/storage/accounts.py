"""The table of the three roles' passwords, as hashes."""

from collections.abc import Mapping
from datetime import datetime

from evse.storage.database import Database

_INSERT = "INSERT OR REPLACE INTO accounts (role, hash, changed_at) VALUES (?, ?, ?)"


class AccountsTable:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hashes(self) -> dict[str, str]:
        """Role to the hash of its password, as argon2 writes it; empty: nobody has claimed."""
        rows = await self._database.read("SELECT role, hash FROM accounts")
        return {row["role"]: row["hash"] for row in rows}

    async def save(self, hashes: Mapping[str, str], at: datetime) -> None:
        """Keep these hashes, all at once; those of other roles stay."""
        async with self._database.transaction() as connection:
            await connection.executemany(_INSERT, _rows(hashes, at))

    async def claim(self, hashes: Mapping[str, str], at: datetime) -> bool:
        """Keep the first hashes; False, and nothing is kept, when there are some already."""
        async with self._database.transaction() as connection:
            async with connection.execute("SELECT 1 FROM accounts") as cursor:
                if await cursor.fetchone():
                    return False
            await connection.executemany(_INSERT, _rows(hashes, at))
        return True

    async def clear(self) -> None:
        """Keep no account: the wallbox can be claimed again."""
        await self._database.write("DELETE FROM accounts")


def _rows(hashes: Mapping[str, str], at: datetime) -> list[tuple[str, str, str]]:
    return [(str(role), hashed, at.isoformat()) for role, hashed in hashes.items()]
