"""One small JSON document per name: what a part of the program must know again after a restart."""

import json
from typing import Any

from evse.storage.database import Database


class Notes:
    """The table of notes. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, name: str) -> Any:
        """What was kept under `name`; None when nothing was."""
        rows = await self._database.read("SELECT value FROM notes WHERE name = ?", (name,))
        return json.loads(rows[0]["value"]) if rows else None

    async def keep(self, name: str, value: object) -> None:
        """Keep what JSON can hold, on disk before this returns."""
        await self._database.write(
            "INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)", (name, json.dumps(value))
        )

    async def forget(self, name: str) -> None:
        """Keep nothing under `name`."""
        await self._database.write("DELETE FROM notes WHERE name = ?", (name,))
