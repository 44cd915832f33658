"""What waits for a second back office is in the database, and comes back from there."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custom_components.evse_ocpp.central.relay_queue import START, STOP, RelayQueue
from custom_components.evse_ocpp.database import Database, StorageError
from custom_components.evse_ocpp.relay_store import KIND, DatabaseRelayStore

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    """A new database."""
    database = Database(tmp_path / "evse.db", lambda _: None)
    await database.open()
    yield database
    await database.close()


async def test_a_queue_comes_back_as_it_was(database: Database) -> None:
    store, other = DatabaseRelayStore(database, "CP-1"), DatabaseRelayStore(database, "CP-2")
    queue = RelayQueue()
    queue.add(AT, START, 7, {"meterStart": 5})
    queue.told(queue.next()[0], 900)
    queue.add(AT, STOP, 7, {"meterStop": 9})
    queue.refused(queue.next()[0])
    await store.write(queue.take_changes())
    assert await other.load() == ([], {})
    waiting, transactions = await store.load()
    assert transactions == {"7": 900}
    (stop,) = waiting
    assert (stop.at, stop.action, stop.transaction_id, stop.refusals) == (AT, STOP, "7", 1)
    restored = RelayQueue(waiting, transactions)
    restored.told(restored.next()[0])
    await store.write(restored.take_changes())
    assert await store.load() == ([], {})


async def test_what_is_damaged_is_left_out(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    store = DatabaseRelayStore(database, "CP-1")
    for number, payload in ((1, "no json"), (2, "{}")):
        row = ("CP-1", number, 0.0, START, str(number), payload, 0)
        await database.execute("INSERT INTO relay_queue VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    await database.put_document(KIND, "CP-1", {"7": 900, "8": "x"})
    waiting, transactions = await store.load()
    assert [each.number for each in waiting] == [2]
    assert transactions == {"7": 900}
    assert "is damaged and left out" in caplog.text


async def test_it_can_be_forgotten(database: Database) -> None:
    store = DatabaseRelayStore(database, "CP-1")
    queue = RelayQueue()
    queue.add(AT, START, 7, {})
    queue.told(queue.next()[0], 900)
    queue.add(AT, STOP, 7, {})
    await store.write(queue.take_changes())
    await store.forget()
    assert await store.load() == ([], {})


async def test_a_closed_database_is_an_os_error(database: Database) -> None:
    store = DatabaseRelayStore(database, "CP-1")
    await database.close()
    with pytest.raises(StorageError):
        await store.load()
