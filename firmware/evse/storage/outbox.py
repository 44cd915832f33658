"""The durable queue of messages about transactions, to the central system.

Messages of one transaction go in their order, and each waits for the one before it. They name
their transaction by our own id; the central system's is looked up when the message is sent,
because an offline start gets it late.
"""

import json
import sqlite3
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiosqlite

from evse.storage.database import Database

MAX_METER_VALUES = 1000
"""MeterValues kept; above, every second goes. At one each 10 s that is three hours of charging
offline before the first gap; StartTransaction and StopTransaction always stay."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to send. `payload` has the fields of `action` without transactionId.

    `server_id` is that of the transaction, None as long as the central system gave none.
    """

    id: int
    message_id: str
    local_id: str
    server_id: int | None
    action: str
    payload: dict[str, Any]
    attempts: int


async def enqueue(
    connection: aiosqlite.Connection, local_id: str, action: str, payload: Mapping[str, Any]
) -> None:
    """Add a message within the SQLite transaction of `connection`."""
    # The id is kept with the message, so that one which is sent again after a lost answer can be
    # known for what it is.
    await connection.execute(
        "INSERT INTO outbox (message_id, local_id, action, payload) VALUES (?, ?, ?, ?)",
        (str(uuid.uuid4()), local_id, action, json.dumps(payload)),
    )


class Outbox:
    """The queue. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_meter_values(
        self, local_id: str, payload: Mapping[str, Any], energy_wh: int, at: datetime
    ) -> None:
        """Queue a MeterValues of a transaction, and store the meter's register as `Transactions.
        sample` does: after a power cut the transaction does not end below what is told.

        One whose end was stored meanwhile is left alone: nothing is told after StopTransaction.
        """
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                "UPDATE transactions SET last_wh = max(coalesce(last_wh, meter_start_wh), ?),"
                " last_at = ? WHERE local_id = ? AND stopped_at IS NULL",
                (energy_wh, at.isoformat(), local_id),
            )
            if not changed.rowcount:
                return
            await enqueue(connection, local_id, "MeterValues", payload)
            await connection.execute(
                """
                DELETE FROM outbox WHERE id IN (
                    SELECT id FROM (
                        SELECT id, row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS n
                        FROM outbox WHERE action = 'MeterValues'
                    ) WHERE n > ? AND number % 2 = 0
                )
                """,
                (MAX_METER_VALUES,),
            )

    async def head(self, but: Collection[str] = ()) -> Message | None:
        """The oldest message that may be sent; None without one.

        `but`: transactions whose messages have to wait. The oldest message is the first of its
        transaction, so those of one transaction go in their order.
        """
        marks = ",".join("?" * len(but))
        rows = await self._database.read(
            f"""
            SELECT outbox.*, transactions.server_id
            FROM outbox JOIN transactions USING (local_id)
            WHERE local_id NOT IN ({marks}) ORDER BY outbox.id LIMIT 1
            """,  # noqa: S608 (question marks only)
            but,
        )
        return next((_message(row) for row in rows), None)

    async def started(
        self, message: Message, server_id: int, parent_id_tag: str | None, refused: bool = False
    ) -> None:
        """A StartTransaction was answered: the transaction's id is known, the message done.

        `refused`: the central system doesn't accept its card.
        """
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE transactions SET server_id = ?, refused = ?,"
                " parent_id_tag = coalesce(?, parent_id_tag) WHERE local_id = ?",
                (server_id, refused, parent_id_tag, message.local_id),
            )
            await connection.execute("DELETE FROM outbox WHERE id = ?", (message.id,))

    async def done(self, message: Message) -> None:
        """The message was answered, or given up."""
        await self._database.write("DELETE FROM outbox WHERE id = ?", (message.id,))

    async def failed(self, message: Message) -> int:
        """An attempt failed; returns how many did."""
        await self._database.write(
            "UPDATE outbox SET attempts = attempts + 1 WHERE id = ?", (message.id,)
        )
        return message.attempts + 1

    async def count(self) -> int:
        """The number of messages waiting."""
        rows = await self._database.read("SELECT count(*) FROM outbox")
        return int(rows[0][0])


def _message(row: sqlite3.Row) -> Message:
    return Message(
        row["id"],
        row["message_id"],
        row["local_id"],
        row["server_id"],
        row["action"],
        json.loads(row["payload"]),
        row["attempts"],
    )
