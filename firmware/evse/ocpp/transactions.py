"""The transactions that the central system is told of, stored before anything else happens."""

from dataclasses import replace

from evse.ocpp import timestamps
from evse.ocpp.port import IdTagInfo
from evse.storage.transactions import TransactionRecord, Transactions


class RunningTransactions:
    """What runs at each connector, from the stored start to the stored end."""

    def __init__(self, store: Transactions, under_way: list[TransactionRecord]) -> None:
        """`under_way`: those without an end at the start of the program."""
        self._store = store
        self._running = {record.connector_id: record for record in under_way}

    def at(self, connector_id: int) -> TransactionRecord | None:
        """The transaction of a connector, None when there is none."""
        return self._running.get(connector_id)

    def all(self) -> tuple[TransactionRecord, ...]:
        """All that run."""
        return tuple(self._running.values())

    async def begin(self, record: TransactionRecord) -> None:
        """Store a transaction with its StartTransaction. Raises `sqlite3.Error`."""
        message = {
            "connector_id": record.connector_id,
            "id_tag": record.id_tag,
            "meter_start": record.meter_start_wh,
            "timestamp": timestamps.text(record.started_at),
            "reservation_id": record.reservation_id,
        }
        await self._store.start(record, message)
        self._running[record.connector_id] = record

    async def end(self, record: TransactionRecord) -> None:
        """Store its end with its StopTransaction. Raises `sqlite3.Error`, and ValueError when the
        record has no end."""
        if record.meter_stop_wh is None or record.stopped_at is None:
            raise ValueError("a transaction that ends needs meter_stop_wh and stopped_at")
        message = {
            "meter_stop": record.meter_stop_wh,
            "timestamp": timestamps.text(record.stopped_at),
            "reason": record.reason,
            "id_tag": record.stop_id_tag,
            "transaction_data": await self._store.data(record.local_id) or None,
        }
        await self._store.stop(record, message)
        running = self._running.get(record.connector_id)
        if running is not None and running.local_id == record.local_id:
            del self._running[record.connector_id]

    def answered(self, local_id: str, server_id: int, info: IdTagInfo) -> None:
        """The central system gave the transaction its id."""
        for connector_id, record in self._running.items():
            if record.local_id == local_id:
                self._running[connector_id] = replace(
                    record,
                    server_id=server_id,
                    parent_id_tag=info.parent_id_tag or record.parent_id_tag,
                )
