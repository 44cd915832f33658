"""Charges for the tests of the history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from evse.storage.database import Database
from evse.storage.history import Charge
from evse.storage.transactions import TransactionRecord, Transactions, new_local_id

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def charge(number: int = 1, **changes: Any) -> Charge:
    """A charge of an hour and 7.5 kWh, from NOW on."""
    usual = Charge(
        number=number,
        connector_id=1,
        id_tag="CARD",
        started_at=NOW,
        start_mode="card",
        meter_start_wh=1000,
        meter_wh=8500,
        ended_at=changes.get("started_at", NOW) + timedelta(hours=1),
        reason="Local",
        stop_id_tag="CARD",
    )
    return replace(usual, **changes)


async def put(
    database: Database,
    at: datetime,
    energy_wh: int = 1000,
    card: str = "CARD",
    connector: int = 1,
    *,
    over: bool = True,
) -> str:
    """Store a charge of an hour that starts at an instant; its name."""
    store = Transactions(database)
    begun = TransactionRecord(
        new_local_id(), connector, card, None, 5000, at.astimezone(UTC), start_mode="card"
    )
    await store.start(begun, {})
    await store.sample(begun.local_id, 5000 + energy_wh, at.astimezone(UTC))
    if over:
        ended = replace(
            begun,
            meter_stop_wh=5000 + energy_wh,
            stopped_at=at.astimezone(UTC) + timedelta(hours=1),
            reason="Local",
            stop_id_tag=card,
        )
        await store.stop(ended, {})
    return begun.local_id
