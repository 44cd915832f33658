"""The table of the tokens by which other programs use the API; of each there is its hash alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from evse.storage.database import Database


@dataclass(frozen=True, slots=True)
class StoredToken:
    """One token. `hash`: SHA-256 of it, in hexadecimal digits."""

    number: int
    name: str
    role: str
    hash: str
    created_at: datetime
    used_at: datetime | None


class TokensTable:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[StoredToken]:
        """All tokens, the oldest first."""
        rows = await self._database.read("SELECT * FROM tokens ORDER BY id")
        return [
            StoredToken(
                row["id"],
                row["name"],
                row["role"],
                row["hash"],
                datetime.fromisoformat(row["created_at"]),
                datetime.fromisoformat(row["used_at"]) if row["used_at"] else None,
            )
            for row in rows
        ]

    async def add(self, name: str, role: str, hashed: str, at: datetime) -> StoredToken:
        """Keep a new token."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO tokens (name, role, hash, created_at) VALUES (?, ?, ?, ?)",
                (name, str(role), hashed, at.isoformat()),
            )
            number = cursor.lastrowid
        if number is None:
            raise AssertionError("SQLite numbers every row of this table")
        return StoredToken(number, name, str(role), hashed, at, None)

    async def save_use(self, number: int, at: datetime) -> None:
        """Keep when a token was used."""
        await self._database.write(
            "UPDATE tokens SET used_at = ? WHERE id = ?", (at.isoformat(), number)
        )

    async def delete(self, numbers: Iterable[int]) -> None:
        """Keep these tokens no longer."""
        async with self._database.transaction() as connection:
            await connection.executemany(
                "DELETE FROM tokens WHERE id = ?", [(number,) for number in numbers]
            )
