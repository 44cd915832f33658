"""What is on disk after a power cut."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evse.core.reservation import Reservation
from evse.storage import damage
from evse.storage import local_list as local_list_module
from evse.storage import outbox as outbox_module
from evse.storage import transactions as transactions_module
from evse.storage.chart_samples import ChartSamples, Samples
from evse.storage.database import MIGRATIONS, Database
from evse.storage.local_list import LocalListTable
from evse.storage.outbox import Message, Outbox
from evse.storage.transactions import TransactionRecord, Transactions, new_local_id
from evse.storage.values import StoredCard, StoredProfile, Values

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def record(connector_id: int = 1) -> TransactionRecord:
    return TransactionRecord(
        new_local_id(), connector_id, "CARD", None, 1000, NOW, start_mode="remote"
    )


def over(started: TransactionRecord) -> TransactionRecord:
    return replace(
        started,
        meter_stop_wh=2000,
        stopped_at=NOW + timedelta(hours=1),
        reason="Local",
        stop_id_tag="CARD",
    )


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "evse.db")
    yield database
    await database.close()


async def actions(database: Database) -> list[str]:
    rows = await database.read("SELECT action FROM outbox ORDER BY id")
    return [row["action"] for row in rows]


async def test_writes_are_durable(database: Database) -> None:
    """synchronous=FULL and WAL: a committed change survives a power cut."""
    assert (await database.read("PRAGMA synchronous"))[0][0] == 2
    assert (await database.read("PRAGMA journal_mode"))[0][0] == "wal"
    assert (await database.read("PRAGMA user_version"))[0][0] == len(MIGRATIONS)


async def test_start_and_stop_are_kept_once(database: Database, tmp_path: Path) -> None:
    """A transaction and its message are written together, and told again they change nothing."""
    store = Transactions(database)
    started = record()
    assert await store.start(started, {"a": 1})
    assert not await store.start(started, {"a": 1})
    await store.sample(started.local_id, 1500, NOW)
    other = await Database.open(tmp_path / "evse.db")  # as after a kill
    (found,) = await Transactions(other).open_transactions()
    assert found == replace(started, last_wh=1500, last_at=NOW)
    assert await Transactions(other).stop(over(started), {"b": 2})
    assert not await Transactions(other).stop(over(started), {"b": 2})
    assert await Transactions(other).open_transactions() == []
    assert await Transactions(other).get(started.local_id) == replace(
        over(started), last_wh=1500, last_at=NOW
    )
    assert await Transactions(other).get("nobody") is None
    assert await actions(other) == ["StartTransaction", "StopTransaction"]
    await other.close()


async def test_record_without_message_is_never_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure between the two leaves neither."""

    async def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(transactions_module, "enqueue", fail)
    store = Transactions(database)
    with pytest.raises(sqlite3.OperationalError):
        await store.start(record(), {})
    assert await store.open_transactions() == []
    monkeypatch.undo()
    assert await store.start(record(), {})  # and the database goes on


async def heads_of(outbox: Outbox) -> list[Message]:
    """The next message of each transaction, the oldest first."""
    heads: list[Message] = []
    while head := await outbox.head(but=[head.local_id for head in heads]):
        heads.append(head)
    return heads


async def test_messages_of_a_transaction_keep_their_order(database: Database) -> None:
    """Only the first of each transaction may be sent; the server's id is looked up late."""
    store, outbox = Transactions(database), Outbox(database)
    first, second = record(), record(2)
    await store.start(first, {"n": 1})
    await store.start(second, {"n": 2})
    await outbox.add_meter_values(first.local_id, {"n": 3}, 1300, NOW)
    await store.stop(over(first), {"n": 4})
    heads = await heads_of(outbox)
    assert [(head.action, head.payload) for head in heads] == [
        ("StartTransaction", {"n": 1}),
        ("StartTransaction", {"n": 2}),
    ]
    assert await outbox.failed(heads[0]) == 1
    assert (await heads_of(outbox))[0].attempts == 1
    assert (await heads_of(outbox))[0].message_id == heads[0].message_id
    await outbox.started(heads[0], 42, "GROUP")
    by_transaction = {head.local_id: head for head in await heads_of(outbox)}
    assert by_transaction[first.local_id].action == "MeterValues"
    assert by_transaction[first.local_id].server_id == 42
    assert by_transaction[second.local_id].server_id is None
    await outbox.done(by_transaction[first.local_id])
    actions_left = {head.local_id: head.action for head in await heads_of(outbox)}
    assert actions_left[first.local_id] == "StopTransaction"
    assert await outbox.count() == 2
    stored = await store.get(first.local_id)
    assert stored is not None
    assert (stored.server_id, stored.parent_id_tag) == (42, "GROUP")


async def test_what_meter_values_tell_is_the_last_sample(database: Database) -> None:
    """After a power cut no transaction ends below what was told of it (behaviour 35)."""
    store, outbox = Transactions(database), Outbox(database)
    started = record()
    await store.start(started, {})
    for told_wh, kept_wh in ((1300, 1300), (1500, 1500), (0, 1500)):
        await outbox.add_meter_values(started.local_id, {}, told_wh, NOW)
        stored = await store.get(started.local_id)
        assert stored is not None
        assert (stored.last_wh, stored.last_at) == (kept_wh, NOW)


async def test_nothing_is_told_after_the_end(database: Database) -> None:
    """A sample that was taken while the end was being stored comes too late (behaviour 34)."""
    store, outbox = Transactions(database), Outbox(database)
    started = record()
    await store.start(started, {})
    await store.stop(over(started), {})
    await outbox.add_meter_values(started.local_id, {}, 2000, NOW)
    await store.add_data(started.local_id, {})
    assert await actions(database) == ["StartTransaction", "StopTransaction"]
    assert await store.data(started.local_id) == []


async def test_meter_values_are_thinned_but_never_the_rest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "MAX_METER_VALUES", 10)
    store, outbox = Transactions(database), Outbox(database)
    started = record()
    await store.start(started, {})
    for number in range(50):
        await outbox.add_meter_values(started.local_id, {"n": number}, 1000 + number, NOW)
    await store.stop(over(started), {})
    found = await actions(database)
    assert found[0] == "StartTransaction"
    assert found[-1] == "StopTransaction"
    assert 5 <= found.count("MeterValues") <= 10
    rows = await database.read("SELECT payload FROM outbox WHERE action = 'MeterValues'")
    assert rows[0]["payload"] == '{"n": 0}'


async def test_transaction_data_is_bounded_and_goes_with_the_stop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions_module, "MAX_TRANSACTION_DATA", 8)
    store = Transactions(database)
    started = record()
    await store.start(started, {})
    for number in range(30):
        await store.add_data(started.local_id, {"n": number})
    data = await store.data(started.local_id)
    assert data[0] == {"n": 0}
    assert len(data) <= 8
    await store.stop(over(started), {})
    assert await store.data(started.local_id) == []


def _damaged(folder: Path) -> list[Path]:
    return list(folder.glob("evse.db.damaged-*"))


@pytest.mark.parametrize("damage", ["not a database", "torn page"])
async def test_damaged_file_is_moved_aside(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "evse.db"
    database = await Database.open(path)
    for number in range(200):
        await Values(database).save_settings({f"key{number}": "x" * 200})
    await database.close()
    if damage == "not a database":
        path.write_bytes(b"this is no database at all" * 100)
    else:
        content = bytearray(path.read_bytes())
        content[4096:] = b"\x5a" * (len(content) - 4096)
        path.write_bytes(content)
    again = await Database.open(path)
    assert await Values(again).saved_settings() == {}
    await Values(again).save_settings({"dlb.settle_s": 5})
    await again.close()
    assert "is damaged" in caplog.text
    assert _damaged(tmp_path)


async def test_what_can_be_read_of_a_damaged_file_is_saved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A page of the charts is worn out: settings and sessions are not lost with it."""
    path = tmp_path / "evse.db"
    database = await Database.open(path)
    started = record()
    await Transactions(database).start(started, {"connector_id": 1})
    await Values(database).save_settings({"dlb.settle_s": 5})
    await ChartSamples(database).add(Samples(minute, {"power": 1.0}) for minute in range(2000))
    await database.close()
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\x5a" * 4096
    path.write_bytes(content)
    again = await Database.open(path)
    assert await Values(again).saved_settings() == {"dlb.settle_s": 5}
    assert await Transactions(again).open_transactions() == [started]
    message = await Outbox(again).head()
    assert message is not None
    assert message.local_id == started.local_id
    assert len(await ChartSamples(again).slots(0, 2000, 1)) > 1000
    await again.close()
    assert "saved from the damaged file" in caplog.text
    assert _damaged(tmp_path)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE settings SET value = 'x' || value WHERE key = 'a'", "settings.value"),
        ("UPDATE settings SET value = CAST(x'22ff22' AS TEXT) WHERE key = 'a'", "UTF-8"),
        ("UPDATE transactions SET started_at = '2026-1?-01'", "transactions.started_at"),
        ("UPDATE transactions SET id_tag = x'4142'", "transactions.id_tag"),
        ("UPDATE transactions SET last_wh = 'many'", "transactions.last_wh"),
    ],
)
async def test_a_row_that_is_nonsense_is_left_behind(
    tmp_path: Path, sql: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite takes changed bytes within a row for what was written; each start would end by it."""
    path = tmp_path / "evse.db"
    database = await Database.open(path)
    await Transactions(database).start(record(), {"connector_id": 1})
    await Values(database).save_settings({"a": 1, "b": 2})
    await database.write(sql)
    await database.close()
    again = await Database.open(path)
    assert (await Values(again).saved_settings())["b"] == 2
    assert await Outbox(again).count() == len(await Transactions(again).open_transactions())
    await again.close()
    assert said in caplog.text
    assert _damaged(tmp_path)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (b"settings (key TEXT", b"settings (kex TEXT", "the table settings is not as it was"),
        (b"CREATE TABLE settings", b"CREATE T\xc3BLE settings", "a name is no text"),
    ],
)
async def test_a_byte_that_changed_in_the_schema(
    tmp_path: Path, was: bytes, now: bytes, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite takes a changed name for a name, and tells of other damage in bytes that are no text;
    each start would end by it."""
    path = tmp_path / "evse.db"
    database = await Database.open(path)
    await Values(database).save_settings({"a": 1})
    await database.close()
    content = path.read_bytes()
    assert content.count(was) == 1
    path.write_bytes(content.replace(was, now))
    again = await Database.open(path)
    assert await Values(again).saved_settings() == ({"a": 1} if b"kex" in now else {})
    await again.close()
    assert said in caplog.text
    assert _damaged(tmp_path)


async def test_a_damaged_file_of_an_older_program_is_saved(tmp_path: Path) -> None:
    """Its rows are shorter: the columns that came later have their defaults."""
    path = tmp_path / "evse.db"
    with closing(sqlite3.connect(path)) as old:
        for script in MIGRATIONS[:4]:
            old.executescript(script)
        old.executescript("""
            INSERT INTO transactions (local_id, connector_id, id_tag, meter_start_wh, started_at)
                VALUES ('a', 1, 'CARD', 5, '2026-11-26T00:00:00+00:00');
            INSERT INTO settings VALUES ('a', 'no JSON');
            PRAGMA user_version = 4;
        """)
    again = await Database.open(path)
    (transaction,) = await Transactions(again).open_transactions()
    assert (transaction.id_tag, transaction.refused, transaction.start_mode) == ("CARD", False, "")
    await again.close()
    assert _damaged(tmp_path)


async def test_a_disk_without_room_for_a_file_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is no reason not to start: what is stored can be read."""
    path = tmp_path / "evse.db"
    database = await Database.open(path)
    await Values(database).save_settings({"a": 1})
    await database.close()
    check = damage.check

    def full(path: Path, migrations: Sequence[str], *, alone: bool = False) -> None:
        if not alone:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
            raise error
        check(path, migrations, alone=alone)

    monkeypatch.setattr(damage, "check", full)
    again = await Database.open(path)
    assert await Values(again).saved_settings() == {"a": 1}
    assert not path.with_name("evse.db-shm").exists()
    await again.close()
    assert not _damaged(tmp_path)


@pytest.mark.parametrize("moved", [0, 1])
async def test_a_power_cut_while_a_damaged_file_is_replaced_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    path = tmp_path / "evse.db"
    database = await Database.open(path)
    await Values(database).save_settings({"a": 1})
    await database.write("INSERT INTO settings VALUES ('b', 'no JSON')")
    await database.close()
    rename, renamed = Path.rename, 0

    def until_the_cut(file: Path, target: Path) -> Path:
        nonlocal renamed
        if renamed == moved:
            raise OSError("power cut")
        renamed += 1
        return rename(file, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", until_the_cut)
        with pytest.raises(OSError, match="power cut"):
            await Database.open(path)
    again = await Database.open(path)
    assert await Values(again).saved_settings() == {"a": 1}
    await again.close()
    assert _damaged(tmp_path)
    assert not path.with_name("evse.db.anew").exists()


async def test_a_wallbox_starts_though_there_is_no_room_for_what_could_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "evse.db"
    path.write_bytes(b"no database" * 1000)

    def full(*_: Path) -> dict[str, int]:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(damage, "save", full)
    await (await Database.open(path)).close()
    assert "nothing is saved from the damaged file: database or disk is full" in caplog.text
    assert _damaged(tmp_path)


async def test_file_of_a_newer_version_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a roll-back of an update."""
    database = await Database.open(tmp_path / "evse.db")
    await Values(database).save_settings({"dlb.settle_s": 5})
    await database.write(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    await database.close()
    again = await Database.open(tmp_path / "evse.db")
    assert await Values(again).saved_settings() == {"dlb.settle_s": 5}
    assert "newer version" in caplog.text
    await again.close()


async def test_no_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    """Nothing is moved when it is not the file that is damaged."""
    with pytest.raises(sqlite3.OperationalError):
        await Database.open(tmp_path / "nowhere" / "evse.db")
    await asyncio.sleep(0.05)  # the library's thread ends itself, with a word to this loop


async def test_values_read_back(database: Database) -> None:
    values = Values(database)
    await values.save_settings({"a": ("x", "y")})
    assert await values.saved_settings() == {"a": ["x", "y"]}
    await values.save_availability([0, 1], operative=False)
    await values.save_availability([1], operative=True)
    assert await values.availability() == {0: False, 1: True}
    await values.save_latched_faults(1, ["welded", "rcm"])
    await values.save_latched_faults(2, ["welded"])
    await values.save_latched_faults(1, ["rcm"])
    assert await values.latched_faults() == {1: {"rcm"}, 2: {"welded"}}
    profiles = [StoredProfile(1, 5, {"a": 1}), StoredProfile(0, 5, {})]
    await values.save_charging_profiles([StoredProfile(2, 2, {})])
    await values.save_charging_profiles(profiles)
    assert sorted(await values.charging_profiles(), key=lambda p: -p.connector_id) == profiles


async def test_a_file_of_an_older_program_is_read(tmp_path: Path) -> None:
    """Its transactions and cards are as they were; the tables that it lacks are empty."""
    path = tmp_path / "evse.db"
    with contextlib.closing(sqlite3.connect(path)) as old:
        for script in MIGRATIONS[:4]:
            old.executescript(script)
        old.execute("PRAGMA user_version = 4")
        old.execute(
            "INSERT INTO transactions"
            " (local_id, connector_id, id_tag, meter_start_wh, started_at)"
            " VALUES ('x', 1, 'CARD', 1000, '2026-03-02T12:00:00+00:00')"
        )
        old.execute("INSERT INTO authorization_cache VALUES ('card', 'Accepted', NULL, NULL)")
        old.commit()
    database = await Database.open(path)
    assert await Transactions(database).open_transactions() == [
        TransactionRecord("x", 1, "CARD", None, 1000, NOW)
    ]
    assert await Values(database).cards() == [StoredCard("card", "Accepted", None, None)]
    assert await LocalListTable(database).load() == (0, [])
    assert await Values(database).reservations() == ()
    await database.close()


async def test_the_local_list_is_changed_as_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behaviour 49: a power cut leaves the old version or the new one, never a mixture."""
    table = LocalListTable(database)
    first = [StoredCard("a", "Accepted", "GROUP", NOW), StoredCard("b", "Blocked", None, None)]
    await table.replace(3, first)
    await table.change(4, [StoredCard("c", "Invalid", None, None)], ["b"])
    assert await table.load() == (4, [first[0], StoredCard("c", "Invalid", None, None)])

    async def fails(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(local_list_module, "_set_version", fails)
    with pytest.raises(sqlite3.OperationalError):
        await table.replace(5, [])
    assert await table.load() == (4, [first[0], StoredCard("c", "Invalid", None, None)])


async def test_a_transaction_takes_its_reservation_off_the_disk(database: Database) -> None:
    """Behaviour 53: both are on disk, or neither."""
    values, store = Values(database), Transactions(database)
    kept = Reservation(0, 2, "OTHER", None, NOW)
    await values.save_reservations([Reservation(7, 1, "CARD", "GROUP", NOW), kept])
    assert len(await values.reservations()) == 2
    await store.start(replace(record(), reservation_id=7), {})
    assert await values.reservations() == (kept,)
    await store.start(record(2), {})
    assert await values.reservations() == (kept,)
    assert [each.reservation_id for each in await store.open_transactions()] == [7, None]


async def test_oldest_cards_go(database: Database) -> None:
    values = Values(database)
    cards = [StoredCard(f"card{n}", "Accepted", "GROUP", NOW) for n in range(5)]
    for card in [*cards, cards[0]]:
        await values.save_card(card, keep=3)
    assert await values.cards() == [cards[3], cards[4], cards[0]]
    await values.clear_cards()
    assert await values.cards() == []
