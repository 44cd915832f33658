"""The samples of the charts: summed by steps, and kept for a month."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evse.storage.chart_samples import KEPT_MINUTES, ChartSamples, Samples, Slot
from evse.storage.database import Database


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[ChartSamples]:
    database = await Database.open(tmp_path / "evse.db")
    yield ChartSamples(database)
    await database.close()


async def test_steps_begin_at_the_first_minute(table: ChartSamples) -> None:
    await table.add(Samples(minute, {"a": float(minute)}) for minute in range(100, 110))
    assert await table.slots(102, 107, 3) == [Slot(0, "a", 309.0, 3), Slot(1, "a", 318.0, 3)]


async def test_a_minute_that_comes_again_is_kept_once(table: ChartSamples) -> None:
    await table.add([Samples(5, {"a": 1.0})])
    await table.add([Samples(5, {"a": 2.0, "b": 3.0})])
    assert await table.slots(0, 9, 10) == [Slot(0, "a", 2.0, 1), Slot(0, "b", 3.0, 1)]


async def test_what_is_older_than_a_month_goes(table: ChartSamples) -> None:
    await table.add([Samples(1, {"a": 1.0}), Samples(2, {"a": 1.0})])
    await table.add([Samples(1 + KEPT_MINUTES, {"a": 1.0})])
    slots = await table.slots(0, 2 * KEPT_MINUTES, 1)
    assert [each.slot for each in slots] == [2, 1 + KEPT_MINUTES]


async def test_nothing_is_written_for_nothing(table: ChartSamples) -> None:
    await table.add([])
    await table.add([Samples(7, {})])
    assert await table.slots(0, 9, 1) == []
