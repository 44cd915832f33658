"""The security log: what happened that matters for security, and what of it is still to be told."""

from dataclasses import dataclass
from datetime import datetime

from evse.storage.database import Database

MAX_EVENTS = 1000
"""Events kept; of more, the oldest go. A wallbox that nobody attacks makes a few a day."""


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One event. `type` and `tech_info` as OCPP's SecurityEventNotification has them."""

    number: int
    type: str
    at: datetime
    tech_info: str


class SecurityLog:
    """The table of events. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, type_: str, at: datetime, tech_info: str, *, told: bool) -> None:
        """Keep an event. `told`: nobody waits for it."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO security_events (type, at, tech_info, told) VALUES (?, ?, ?, ?)",
                (type_, at.isoformat(), tech_info, told),
            )
            await connection.execute(
                "DELETE FROM security_events WHERE id <= (SELECT max(id) FROM security_events) - ?",
                (MAX_EVENTS,),
            )

    async def untold(self) -> SecurityEvent | None:
        """The oldest event that is still to be told."""
        events = await self._select("WHERE NOT told ORDER BY id LIMIT 1")
        return events[0] if events else None

    async def mark_told(self, event: SecurityEvent) -> None:
        """The central system knows it."""
        await self._database.write(
            "UPDATE security_events SET told = 1 WHERE id = ?", (event.number,)
        )

    async def all(self) -> list[SecurityEvent]:
        """Every event kept, the oldest first."""
        return await self._select("ORDER BY id")

    async def _select(self, rest: str) -> list[SecurityEvent]:
        rows = await self._database.read(f"SELECT * FROM security_events {rest}")  # noqa: S608 - ours
        return [
            SecurityEvent(
                row["id"], row["type"], datetime.fromisoformat(row["at"]), row["tech_info"]
            )
            for row in rows
        ]
