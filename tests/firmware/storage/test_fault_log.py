"""The log of faults: each with its begin and end, and no more than fit."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from evse.storage import fault_log
from evse.storage.database import Database
from evse.storage.fault_log import FaultLog
from tests.firmware.history.ledger import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[FaultLog]:
    database = await Database.open(tmp_path / "evse.db")
    yield FaultLog(database)
    await database.close()


async def test_begin_and_end_are_of_one_connector_and_fault(log: FaultLog) -> None:
    await log.change([(1, "Diode"), (2, "Diode"), (1, "Meter")], [], NOW)
    await log.change([], [(1, "Diode")], LATER)
    assert [each.key for each in await log.lasting()] == [(2, "Diode"), (1, "Meter")]
    *_, ended = await log.page(0, 9)
    assert (ended.key, ended.began_at, ended.ended_at) == ((1, "Diode"), NOW, LATER)


async def test_a_fault_that_comes_again_is_another_entry(log: FaultLog) -> None:
    for ended in ([], [(1, "Diode")], [(1, "Diode")]):
        await log.change([(1, "Diode")], ended, NOW)
    assert await log.count() == 3
    assert len(await log.lasting()) == 1
    assert [each.number for each in await log.page(1, 1)] == [2]


async def test_the_oldest_go_but_never_what_lasts(
    log: FaultLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_log, "MAX_ENTRIES", 3)
    await log.change([(1, "Ground")], [], NOW)
    for _ in range(5):
        await log.change([(1, "Diode")], [], NOW)
        await log.change([], [(1, "Diode")], LATER)
    assert [each.fault for each in await log.page(0, 9)] == ["Diode"] * 3 + ["Ground"]
