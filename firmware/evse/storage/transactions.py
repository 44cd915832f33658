"""Transactions, from their start to their end, and the messages about them to send.

A transaction and the message which tells of it are written in one SQLite transaction: after a
power cut there are both or none, so none is lost and none is told twice.
"""

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from evse.storage.database import Database
from evse.storage.outbox import enqueue

MAX_TRANSACTION_DATA = 100
"""Meter values kept for the transactionData of one StopTransaction; above, every second goes.

A frame then stays below some 64 KiB, which central systems commonly take.
"""


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """One transaction. Energies are the meter's register in Wh, instants aware in UTC.

    `server_id` is the central system's transactionId, None until it answered. `last_wh` and
    `last_at` are the last stored sample. Those from `meter_stop_wh` on are None while it runs;
    `reason` is one of OCPP 1.6, 7.36. `local_id` is ours; `new_local_id()` makes one.
    `reservation_id` is that of the reservation which it ends. `refused`: its StartTransaction was
    answered with another status than Accepted. `start_mode` is how its card came to be accepted
    (`core.session.Origin`), "" for those of versions which did not keep it.
    """

    local_id: str
    connector_id: int
    id_tag: str
    parent_id_tag: str | None
    meter_start_wh: int
    started_at: datetime
    server_id: int | None = None
    last_wh: int | None = None
    last_at: datetime | None = None
    meter_stop_wh: int | None = None
    stopped_at: datetime | None = None
    reason: str | None = None
    stop_id_tag: str | None = None
    reservation_id: int | None = None
    refused: bool = False
    start_mode: str = ""

    @property
    def stored_wh(self) -> int:
        """The register that is on disk for a transaction which runs."""
        return self.meter_start_wh if self.last_wh is None else self.last_wh


_COLUMNS = tuple(field.name for field in fields(TransactionRecord))
_INSTANTS = ("started_at", "last_at", "stopped_at")


def new_local_id() -> str:
    """A name for a transaction, never used before."""
    return uuid.uuid4().hex


class Transactions:
    """The table of transactions. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, record: TransactionRecord, message: Mapping[str, Any]) -> bool:
        """Store a new transaction with its StartTransaction; False when it was stored before.

        The reservation which it ends is off the disk with it.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "INSERT OR IGNORE INTO transactions"
                " (local_id, connector_id, id_tag, parent_id_tag, meter_start_wh, started_at,"
                " reservation_id, start_mode) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.local_id,
                    record.connector_id,
                    record.id_tag,
                    record.parent_id_tag,
                    record.meter_start_wh,
                    record.started_at.isoformat(),
                    record.reservation_id,
                    record.start_mode,
                ),
            )
            await connection.execute(
                "DELETE FROM reservations WHERE reservation_id = ?", (record.reservation_id,)
            )
            if cursor.rowcount:
                await enqueue(connection, record.local_id, "StartTransaction", message)
            return bool(cursor.rowcount)

    async def stop(self, record: TransactionRecord, message: Mapping[str, Any]) -> bool:
        """Store the end with its StopTransaction; False when it had ended before.

        The collected transaction data goes: it is in `message`.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE transactions SET meter_stop_wh = ?, stopped_at = ?, reason = ?,"
                " stop_id_tag = ? WHERE local_id = ? AND stopped_at IS NULL",
                (
                    record.meter_stop_wh,
                    record.stopped_at and record.stopped_at.isoformat(),
                    record.reason,
                    record.stop_id_tag,
                    record.local_id,
                ),
            )
            if cursor.rowcount:
                await enqueue(connection, record.local_id, "StopTransaction", message)
            await connection.execute(
                "DELETE FROM transaction_data WHERE local_id = ?", (record.local_id,)
            )
            return bool(cursor.rowcount)

    async def sample(self, local_id: str, energy_wh: int, at: datetime) -> None:
        """Store the meter's register: where the transaction ends if the power goes now.

        The caller spares the flash memory: every 10 s or 100 Wh is enough.
        """
        await self._database.write(
            "UPDATE transactions SET last_wh = ?, last_at = ? WHERE local_id = ?",
            (energy_wh, at.isoformat(), local_id),
        )

    async def open_transactions(self) -> list[TransactionRecord]:
        """Those without an end, the oldest first: what was under way at a power cut."""
        rows = await self._database.read(
            "SELECT * FROM transactions WHERE stopped_at IS NULL ORDER BY started_at"
        )
        return [_from_row(row) for row in rows]

    async def get(self, local_id: str) -> TransactionRecord | None:
        """The transaction, or None."""
        rows = await self._database.read(
            "SELECT * FROM transactions WHERE local_id = ?", (local_id,)
        )
        return _from_row(rows[0]) if rows else None

    async def add_data(self, local_id: str, value: Mapping[str, Any]) -> None:
        """Keep a MeterValue (a JSON object) for the transactionData of StopTransaction.

        Nothing is kept of a transaction whose end is stored.
        """
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO transaction_data (local_id, value)"
                " SELECT local_id, ? FROM transactions WHERE local_id = ? AND stopped_at IS NULL",
                (json.dumps(value), local_id),
            )
            await connection.execute(
                """
                DELETE FROM transaction_data WHERE id IN (
                    SELECT id FROM (
                        SELECT id, row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS n
                        FROM transaction_data WHERE local_id = ?
                    ) WHERE n > ? AND number % 2 = 0
                )
                """,
                (local_id, MAX_TRANSACTION_DATA),
            )

    async def data(self, local_id: str) -> list[dict[str, Any]]:
        """The MeterValues kept with `add_data`, in order."""
        rows = await self._database.read(
            "SELECT value FROM transaction_data WHERE local_id = ? ORDER BY id", (local_id,)
        )
        return [json.loads(row["value"]) for row in rows]


def _from_row(row: sqlite3.Row) -> TransactionRecord:
    values = {name: row[name] for name in _COLUMNS}
    for name in _INSTANTS:
        values[name] = values[name] and datetime.fromisoformat(values[name])
    values["refused"] = bool(values["refused"])
    return TransactionRecord(**values)
