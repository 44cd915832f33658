"""The database: on disk when it says so, whatever happens to the file."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.evse_ocpp import database_file, salvage
from custom_components.evse_ocpp.database import Database, StorageError
from custom_components.evse_ocpp.database_file import MIGRATIONS, copy_path
from custom_components.evse_ocpp.session_record import SessionFilter, SessionRow, find_sessions
from custom_components.evse_ocpp.tally import Tally, read_tallies

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def row(uid: str = "a", **fields: Any) -> SessionRow:
    return SessionRow(
        **{"uid": uid, "identity": "CP-1", "connector_id": 1, "started_at": NOON} | fields
    )


@pytest.fixture
def damaged() -> list[Path]:
    return []


@pytest.fixture
async def database(tmp_path: Path, damaged: list[Path]) -> AsyncGenerator[Database]:
    database = Database(tmp_path / "new" / "evse.db", damaged.append)
    await database.open()
    yield database
    await database.close()


def on_disk(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What another process would find right now."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


async def test_what_is_put_is_on_disk(database: Database) -> None:
    await database.put_charger("CP-1", {"a": 1}, [row(energy_wh=5.0)])
    assert on_disk(database.path, "SELECT identity, state FROM charger") == [("CP-1", '{"a":1}')]
    assert on_disk(database.path, "SELECT uid, energy_wh FROM session") == [("a", 5.0)]
    assert database.path.stat().st_mode & 0o077 == 0


async def test_chargers_are_written_read_and_forgotten(database: Database) -> None:
    await database.put_charger("CP-1", {"a": 1})
    await database.put_charger("CP-1", {"a": 2})
    await database.put_charger("CP-2", {}, [row(identity="CP-2")])
    await database.delete_charger("CP-2")
    assert await database.chargers() == {"CP-1": {"a": 2}}
    assert await database.execute("SELECT identity FROM session") == [("CP-2",)]


async def test_documents(database: Database) -> None:
    await database.put_document("report", "CP-1", {"passed": True})
    await database.put_document("report", "CP-1", {"passed": False})
    await database.put_document("other", "CP-1", {})
    assert await database.documents("report") == {"CP-1": {"passed": False}}
    assert await database.get_document("report", "CP-1") == {"passed": False}
    await database.delete_document("report", "CP-1")
    assert await database.get_document("report", "CP-1") is None


async def test_one_damaged_state_costs_no_other(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await database.put_charger("CP-1", {"a": 1})
    await database.execute("INSERT INTO charger VALUES ('CP-2', '{'), ('CP-3', '7')")
    assert await database.chargers() == {"CP-1": {"a": 1}}
    assert "What was stored of CP-2 is damaged" in caplog.text


async def test_many_writes_share_a_commit(database: Database) -> None:
    """Three hundred chargers that start at once must not wait for three hundred syncs."""
    commits = 0
    in_transaction = database._in_transaction

    def counting(works: Any) -> Any:
        nonlocal commits
        commits += 1
        return in_transaction(works)

    database._in_transaction = counting  # type: ignore[method-assign]
    await asyncio.gather(*(database.put_charger(f"CP-{n}", {"n": n}) for n in range(300)))
    assert len(await database.chargers()) == 300
    assert commits <= 3


@pytest.mark.parametrize(
    ("work", "error"),
    [
        (lambda connection: connection.execute("SELECT * FROM nothing"), StorageError),
        (lambda connection: {}["no such key"], KeyError),
        (lambda connection: connection.execute("COMMIT"), StorageError),
    ],
)
async def test_a_failing_work_harms_no_other(
    database: Database, work: Callable[[sqlite3.Connection], Any], error: type[Exception]
) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO charger VALUES ('CP-3', '{}')")
        work(connection)

    outcomes = await asyncio.gather(
        database.put_charger("CP-1", {}),
        database.run(fails),
        database.put_charger("CP-2", {}),
        return_exceptions=True,
    )
    assert outcomes[0] == outcomes[2] == {}
    assert isinstance(outcomes[1], error)
    assert set(await database.chargers()) >= {"CP-1", "CP-2"}


async def test_who_stops_waiting_harms_nobody(database: Database) -> None:
    impatient = asyncio.create_task(database.put_charger("CP-1", {}))
    await asyncio.sleep(0)
    impatient.cancel()
    await database.put_charger("CP-2", {})
    assert set(await database.chargers()) == {"CP-1", "CP-2"}


async def test_closing_twice_and_using_it_afterwards(database: Database) -> None:
    await database.put_charger("CP-1", {})
    await database.close()
    await database.close()
    assert not database.is_open
    for ask in (database.chargers, database.hold_still):
        with pytest.raises(StorageError, match="is closed"):
            await ask()


async def test_what_was_asked_for_before_closing_is_done(database: Database) -> None:
    asked = [asyncio.create_task(database.put_charger(f"CP-{n}", {})) for n in range(3)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*asked)
    assert len(on_disk(database.path, "SELECT * FROM charger")) == 3


async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "evse.db").mkdir()
    database = Database(tmp_path / "evse.db", lambda _: None)
    with pytest.raises(OSError):
        await database.open()
    assert not database.is_open


@pytest.mark.parametrize(
    ("damage", "survives"),
    [
        pytest.param(lambda data: b"", False, id="emptied"),
        pytest.param(lambda data: b"this is no database" * 500, False, id="overwritten"),
        pytest.param(lambda data: data[: len(data) // 2], False, id="cut"),
        pytest.param(lambda data: data[:-4096] + bytes(4096), True, id="last page zeroed"),
        pytest.param(lambda data: data[:16] + bytes(84) + data[100:], False, id="header zeroed"),
    ],
)
async def test_damaged_file_is_set_aside(
    database: Database,
    damaged: list[Path],
    damage: Callable[[bytes], bytes],
    survives: bool,
) -> None:
    await database.put_charger("CP-1", {"a": 1}, [row(str(n)) for n in range(200)])
    await database.close()
    data = damage(database.path.read_bytes())
    database.path.write_bytes(data)
    await database.open()
    await asyncio.sleep(0)  # the news of it comes from the other thread
    assert [path.read_bytes() for path in damaged] == [data]
    assert damaged[0].name.startswith("evse.db.damaged-")
    assert bool(await database.chargers()) is survives
    await database.put_charger("CP-2", {})
    assert "CP-2" in await database.chargers()


async def test_damage_while_it_runs(database: Database, damaged: list[Path]) -> None:
    """The write that met it succeeds, and what could be read of the old file is there."""
    await database.put_charger("CP-1", {"a": 1})
    await database.put_charger("CP-1", {"a": 1}, [row(str(n)) for n in range(200)])
    await database.hold_still()
    data = bytearray(database.path.read_bytes())
    data[-4096:] = bytes(4096)  # a page of the sessions
    await database.execute("PRAGMA shrink_memory")
    database.path.write_bytes(data)
    for n in range(50):
        await database.put_charger("CP-2", {}, [row(f"new {n}")])
    await database.execute("SELECT sum(energy_wh), max(id_tag), min(person) FROM session")
    await asyncio.sleep(0)
    assert len(damaged) <= 1
    assert set(await database.chargers()) == {"CP-1", "CP-2"}


async def test_damage_is_met_by_a_work(
    database: Database, damaged: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    await database.put_charger("CP-1", {"a": 1}, [row()])

    def corrupt(connection: sqlite3.Connection) -> list[Any]:
        if not damaged_once:
            damaged_once.append(1)
            error = sqlite3.DatabaseError("database disk image is malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT | 1 << 8
            raise error
        return connection.execute("SELECT uid FROM session").fetchall()

    damaged_once: list[int] = []
    assert await database.run(corrupt) == [("a",)]
    await asyncio.sleep(0)
    assert len(damaged) == 1
    assert await database.chargers() == {"CP-1": {"a": 1}}
    assert "is damaged" in caplog.text


async def test_damage_that_stays_is_told(database: Database) -> None:
    def corrupt(connection: sqlite3.Connection) -> None:
        error = sqlite3.DatabaseError("malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with pytest.raises(StorageError, match="malformed"):
        await database.run(corrupt)


async def test_copy_made_while_it_is_held_still_is_whole(
    database: Database, tmp_path: Path
) -> None:
    """A backup copies file and log one after the other, while chargers go on."""
    await database.put_charger("CP-1", {"n": 0})
    await database.hold_still()
    copy = tmp_path / "copy.db"
    copy.write_bytes(database.path.read_bytes())
    for n in range(1, 1500):
        await database.put_charger("CP-1", {"n": n}, [row(str(n))])
        if n == 700:
            log = database.path.with_name("evse.db-wal").read_bytes()
            copy.with_name("copy.db-wal").write_bytes(log[:-1000])  # caught in a commit
    assert copy.read_bytes() == database.path.read_bytes()
    await database.let_go()
    ((state,),) = on_disk(copy, "SELECT state FROM charger")
    assert state in ('{"n":699}', '{"n":700}')
    assert on_disk(copy, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "dcba"),
        ({"start": NOON}, "dcb"),
        ({"end": NOON}, "a"),
        ({"start": NOON, "end": NOON + timedelta(hours=2)}, "cb"),
        ({"identities": ["CP-2", "CP-3"]}, "d"),
        ({"identities": []}, ""),
        ({"identities": ["CP-1"], "connector_id": 2}, "c"),
        ({"id_tag": "CARD"}, "ba"),
        ({"person": "person.anna"}, "b"),
        ({"running": True}, "dcb"),
        ({"running": False}, "a"),
    ],
)
async def test_sessions_are_found(database: Database, wanted: dict[str, Any], found: str) -> None:
    hour = timedelta(hours=1)
    rows = [
        row("a", started_at=NOON - hour, ended_at=NOON, id_tag="CARD", unattributed=True),
        row("b", id_tag="CARD", person="person.anna", cost=1.5, currency="EUR", energy_wh=5.0),
        row("c", started_at=NOON + hour, connector_id=2),
        row("d", started_at=NOON + 2 * hour, identity="CP-2", recovered=True),
    ]
    await database.put_charger("CP-1", {}, rows)
    sessions = await database.run(lambda each: find_sessions(each, SessionFilter(**wanted)))
    assert [each.uid for each in sessions] == list(found)
    assert all(each == rows["abcd".index(each.uid)] for each in sessions)


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({"energy_wh": 1000.0, "cost": 0.3, "currency": "EUR"}, 0.3),
        ({"energy_wh": 1000.0, "cost": 0.1, "currency": "EUR", "unpriced_wh": 500.0}, 0.1),
        ({"energy_wh": 1000.0, "currency": "EUR", "unpriced_wh": 1000.0}, None),
        ({"energy_wh": 1000.0}, None),
        ({"currency": "EUR"}, 0.0),
    ],
)
def test_cost_is_known_where_a_price_was(fields: dict[str, Any], cost: float | None) -> None:
    assert row(**fields).known_cost == cost


async def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    database = Database(tmp_path / "evse.db", lambda _: None)
    error = sqlite3.OperationalError("unable to open database file")
    with (
        patch("custom_components.evse_ocpp.database_file.connect", side_effect=error),
        pytest.raises(StorageError, match="unable to open"),
    ):
        await database.open()
    assert not database.is_open


async def test_a_lost_connection_is_told(database: Database) -> None:
    assert database._connection is not None
    database._connection.close()
    with pytest.raises(StorageError):
        await database.hold_still()
    with pytest.raises(StorageError):
        await database.chargers()


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """A file as the first version made it, with a session that runs and one that ended."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1;")
        for uid, ended_at in (("ended", NOON.timestamp() + 60), ("running", None)):
            connection.execute(
                "INSERT INTO session VALUES (?, 'CP-1', 1, ?, ?, 2000, 'CARD', 'Anna', NULL, "
                "'Local', 1000, 3000, 0.6, 0, 'EUR', 0, 0)",
                (uid, NOON.timestamp(), ended_at),
            )
        connection.commit()
    return path


def cut(path: Path, size_bytes: int) -> None:
    """Lose the end of a file."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - size_bytes)


async def test_a_file_of_the_first_version_gets_the_sources(old_file: Path) -> None:
    database = Database(old_file, lambda _: None)
    await database.open()
    ended, running = await database.run(lambda each: find_sessions(each, SessionFilter()))
    assert (ended.uid, ended.energy_wh, ended.known_cost) == ("ended", 2000, 0.6)
    assert {ended.sun_wh, ended.battery_wh, ended.co2_g, ended.lost_feed_in} == {None}
    known = replace(running, sun_wh=1.5, battery_wh=0.5, co2_g=7.0, lost_feed_in=0.1)
    await database.put_charger("CP-1", {}, [known])
    await database.close()
    await database.open()
    wanted = SessionFilter(running=True)
    assert await database.run(lambda each: find_sessions(each, wanted)) == [known]
    await database.close()
    assert on_disk(old_file, "PRAGMA user_version") == [(len(MIGRATIONS),)]


async def test_what_is_saved_of_an_old_damaged_file_has_fewer_columns(
    old_file: Path, damaged: list[Path]
) -> None:
    cut(old_file, 100)
    database = Database(old_file, damaged.append)
    await database.open()
    await database.execute("SELECT 1")
    sessions = await database.run(lambda each: find_sessions(each, SessionFilter()))
    tallies = await database.run(read_tallies)
    await database.close()
    assert len(damaged) == 1
    assert {each.uid for each in sessions} == {"ended", "running"}
    # It had none yet: they are counted from what could be read.
    assert tallies == {("CP-1", 1): Tally(cost=pytest.approx(1.2), currency="EUR")}


async def test_a_charger_that_was_deleted_is_no_more_in_the_file(tmp_path: Path) -> None:
    """Also with builds of SQLite that leave deleted rows where they were, as Alpine's."""
    path, card = tmp_path / "evse.db", "04A1B2C3D4E5F6 " * 400
    connect = sqlite3.connect

    def careless(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*args, **options)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    with patch("sqlite3.connect", careless):
        database = Database(path, lambda _: None)
        await database.open()
        await database.put_document("card", "CP-1", {"id_tag": card})
        await database.close()
        assert b"04A1B2C3D4E5F6" in path.read_bytes()
        await database.open()
        await database.delete_document("card", "CP-1")
        await database.close()
    assert b"04A1B2C3D4E5F6" not in path.read_bytes()


def _filled(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO session (uid, identity, connector_id, started_at, energy_wh, cost,"
            " unpriced_wh, recovered, unattributed, person)"
            " VALUES (?, 'CP-1', 1, ?, 7000, 0, 0, 0, 0, 'person.anna')",
            [(f"s{number}", 1.6e9 + number) for number in range(200)],
        )


async def test_what_a_damaged_page_took_comes_from_both_sides_of_it(
    database: Database, damaged: list[Path]
) -> None:
    """A card that wears out: one page is gone, of which the sessions are lost and no more."""
    await database.close()
    _filled(database.path)
    data = bytearray(database.path.read_bytes())
    at = data.index(b"s100CP-1") // 4096 * 4096
    data[at : at + 4096] = bytes(4096)
    database.path.write_bytes(data)
    await database.open()
    kept = {uid for (uid,) in await database.execute("SELECT uid FROM session")}
    assert len(damaged) == 1
    assert {"s0", "s199"} < kept
    assert 100 < len(kept) < 200


@pytest.mark.parametrize(
    ("damage", "survive"),
    [
        ("UPDATE session SET started_at = 1e18 WHERE uid = 's7'", 199),
        ("UPDATE session SET started_at = 'x' WHERE uid = 's7'", 199),
        ("UPDATE session SET person = CAST(x'ff' AS TEXT) WHERE uid = 's7'", 200),
        ("ALTER TABLE session RENAME COLUMN unpriced_wh TO unprhced_wh", 200),
    ],
)
async def test_a_byte_that_has_changed_does_not_keep_it_from_opening(
    database: Database, damaged: list[Path], damage: str, survive: int
) -> None:
    """What no check of SQLite finds, and what kept the integration from ever starting again."""
    await database.close()
    _filled(database.path)
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute(damage)
    await database.open()
    assert len(await database.run(lambda each: find_sessions(each, SessionFilter()))) == survive
    assert len(damaged) == 1
    await database.close()
    await database.open()
    assert len(damaged) == 1, "the new file is sound"


async def test_what_is_lost_comes_from_the_copy(database: Database, damaged: list[Path]) -> None:
    await database.close()
    _filled(database.path)
    await database.open()
    await database.keep_copy()
    assert copy_path(database.path).stat().st_mode & 0o077 == 0
    await database.execute("UPDATE session SET energy_wh = 9 WHERE uid = 's7'")
    await database.close()
    database.path.write_bytes(b"")
    await database.open()
    assert len(damaged) == 1
    assert await database.execute("SELECT COUNT(*) FROM session") == [(200,)]
    await database.execute("DELETE FROM session WHERE uid = 's7'")
    await database.renew_copy()
    assert b"s7CP-1" not in copy_path(database.path).read_bytes()


async def test_no_copy_is_renewed_that_never_was(database: Database) -> None:
    await database.renew_copy()
    assert not copy_path(database.path).exists()


async def test_a_full_disk_takes_nothing_of_a_damaged_file(
    database: Database, damaged: list[Path]
) -> None:
    """What can still be read waits in the damaged file until there is room for the new one."""
    await database.close()
    _filled(database.path)
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("UPDATE session SET started_at = 1e18 WHERE uid = 's7'")
    connect = sqlite3.connect

    def small(place: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(place, **options)
        connection.execute("PRAGMA max_page_count = 20")  # as if the disk had no more
        return connection

    with patch("sqlite3.connect", small), pytest.raises(StorageError, match="full"):
        await database.open()
    assert damaged == []
    await database.open()
    assert len(damaged) == 1
    assert await database.execute("SELECT COUNT(*) FROM session") == [(199,)]


@pytest.mark.parametrize("moved", [0, 1, 2])
async def test_a_power_cut_while_the_new_file_takes_its_place(
    database: Database, damaged: list[Path], moved: int
) -> None:
    await database.close()
    _filled(database.path)
    wal = database.path.with_name("evse.db-wal")
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("UPDATE session SET started_at = 1e18 WHERE uid = 's7'")
    wal.write_bytes(b"what no checkpoint has taken")
    rename, renamed = Path.rename, 0

    def until_the_cut(file: Path, target: Path) -> Path:
        nonlocal renamed
        if renamed == moved:
            raise OSError("power cut")
        renamed += 1
        return rename(file, target)

    with patch.object(Path, "rename", until_the_cut), pytest.raises(OSError, match="power cut"):
        await database.open()
    await database.open()
    assert await database.execute("SELECT COUNT(*) FROM session") == [(199,)]
    assert not database.path.with_name("evse.db.anew").exists()


@pytest.mark.parametrize("version", [0, 1, 2, -7])
async def test_a_changed_version_is_damage(
    database: Database, damaged: list[Path], version: int
) -> None:
    await database.close()
    _filled(database.path)
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {version}")
    await database.open()
    assert len(damaged) == 1
    assert await database.execute("SELECT COUNT(*) FROM session") == [(200,)]


async def test_a_file_of_a_newer_version_is_refused(
    database: Database, damaged: list[Path]
) -> None:
    await database.close()
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("ALTER TABLE session ADD COLUMN something TEXT")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = database.path.read_bytes()
    with pytest.raises(StorageError, match=r"newer version of the integration wrote it \(4\)"):
        await database.open()
    assert damaged == []
    assert database.path.read_bytes() == before


async def test_no_message_waits_again_that_was_delivered(database: Database) -> None:
    """The copy has what waited for the second back office a day ago; it would count it twice."""
    await database.execute("INSERT INTO relay_queue VALUES ('CP-1', 1, 0, 'Start', NULL, '{}', 0)")
    await database.keep_copy()
    await database.execute("DELETE FROM relay_queue")
    await database.close()
    database.path.write_bytes(b"")
    await database.open()
    assert await database.execute("SELECT * FROM relay_queue") == []


async def test_the_copy_is_never_of_a_damaged_file(database: Database, damaged: list[Path]) -> None:
    """The day's copy finds the damage; what it cost comes from the copy before."""
    await database.put_charger("CP-1", {"a": 1}, [row("s1", energy_wh=5.0)])
    await database.keep_copy()
    await database.execute("UPDATE session SET started_at = 1e18")
    await database.keep_copy()
    assert len(damaged) == 1
    whole = [("s1", NOON.timestamp())]
    assert await database.execute("SELECT uid, started_at FROM session") == whole
    assert on_disk(copy_path(database.path), "SELECT uid, started_at FROM session") == whole


async def test_a_copy_that_cannot_be_made_leaves_the_one_before(database: Database) -> None:
    await database.put_charger("CP-1", {"a": 1})
    await database.keep_copy()
    with (
        patch.object(database_file.salvage, "check", side_effect=sqlite3.OperationalError("full")),
        pytest.raises(StorageError, match="full"),
    ):
        await database.keep_copy()
    assert on_disk(copy_path(database.path), "SELECT identity FROM charger") == [("CP-1",)]


async def test_a_file_that_cannot_be_read_for_now_is_not_given_up(tmp_path: Path) -> None:
    """No row of it is taken for lost, only because another program holds it."""
    path = tmp_path / "evse.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE card (id_tag)")
        connection.execute("BEGIN EXCLUSIVE")
        with (
            patch("sqlite3.connect", partial(sqlite3.connect, timeout=0)),
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            salvage.salvage(path, connection, ["card"])
