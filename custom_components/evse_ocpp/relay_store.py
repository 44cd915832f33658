"""Keeps what waits for a second back office in the database of the config entry."""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from .central.relay_queue import Changes, Waiting
from .database import Database

_LOGGER = logging.getLogger(__name__)

KIND = "relay_transactions"
"""Kind of the document with the other side's transaction ids by ours, one for each charger."""


class DatabaseRelayStore:
    """The `RelayStore` of the charger `identity`; its methods raise what those of Database do."""

    def __init__(self, database: Database, identity: str) -> None:
        self._database = database
        self._identity = identity

    async def load(self) -> tuple[Sequence[Waiting], Mapping[str, int]]:
        """Return the messages by number, and the ids; what is damaged is left out."""
        rows = await self._database.execute(
            "SELECT number, created_at, action, transaction_id, payload, refusals"
            " FROM relay_queue WHERE identity = ? ORDER BY number",
            (self._identity,),
        )
        ids = await self._database.get_document(KIND, self._identity) or {}
        return [each for row in rows if (each := _waiting(row))], {
            ours: theirs for ours, theirs in ids.items() if isinstance(theirs, int)
        }

    async def write(self, changes: Changes) -> None:
        """Write all of it or nothing."""
        put = [
            (
                self._identity,
                each.number,
                each.at.timestamp(),
                each.action,
                each.transaction_id,
                orjson.dumps(each.payload).decode(),
                each.refusals,
            )
            for each in changes.put
        ]
        deleted = [(self._identity, number) for number in changes.deleted]
        transactions = changes.transactions

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO relay_queue VALUES (?, ?, ?, ?, ?, ?, ?)", put
            )
            connection.executemany(
                "DELETE FROM relay_queue WHERE identity = ? AND number = ?", deleted
            )
            if transactions is not None:
                connection.execute(
                    "INSERT OR REPLACE INTO document VALUES (?, ?, ?)",
                    (KIND, self._identity, orjson.dumps(transactions).decode()),
                )

        await self._database.run(work)

    async def forget(self) -> None:
        """Delete all that waits, because there is no second back office any more."""
        await self._database.execute(
            "DELETE FROM relay_queue WHERE identity = ?", (self._identity,)
        )
        await self._database.delete_document(KIND, self._identity)


def _waiting(row: tuple[Any, ...]) -> Waiting | None:
    number, created_at, action, transaction_id, payload, refusals = row
    try:
        at = datetime.fromtimestamp(created_at, UTC)
        return Waiting(number, at, action, transaction_id, dict(orjson.loads(payload)), refusals)
    except (OverflowError, TypeError, ValueError):
        _LOGGER.error("A message to the second back office is damaged and left out")  # noqa: TRY400
        return None
