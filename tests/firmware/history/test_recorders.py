"""What is written down while a wallbox runs: on virtual time, over power cuts and a full disk."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest

from evse.core.faults import Fault
from evse.core.timing import MAINS_GOOD_S
from evse.history.history import History
from evse.history.recorders import MOST_WAITING_MINUTES, WRITE_MINUTES
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.wallbox import Wallbox, Workshop

FULL = sqlite3.OperationalError("database or disk is full")


@contextlib.asynccontextmanager
async def recording(wallbox: Wallbox) -> AsyncIterator[History]:
    """The history of a wallbox, at work."""
    history = History(
        wallbox.database,
        wallbox.settings,
        wallbox.clock,
        wallbox.station,
        lambda _: "",
        wallbox.state_dir,
    )
    task = asyncio.create_task(history.run())
    wallbox._tasks.append(task)
    yield history
    assert not task.done()
    task.cancel()
    wallbox._tasks.remove(task)


async def live(wallbox: Wallbox, seconds: int) -> None:
    """Let time pass no faster than the disk is read, which virtual time does not wait for."""
    for _ in range(seconds):
        await wallbox.run(1.0)
        for _ in range(3):
            await wallbox.database.read("SELECT 1")


async def log_of(history: History) -> list[tuple[str, bool]]:
    """Each fault of the log, the oldest first, and whether it is over."""
    log = (await history.faults())["log"]
    return [(each["fault"], each["ended_at"] is not None) for each in reversed(log)]


# ---- faults


async def test_a_fault_has_begin_and_end(wallbox: Wallbox) -> None:
    async with recording(wallbox) as history:
        await live(wallbox, 3)
        assert await history.faults() == {"active": [], "count": 0, "log": []}
        began_at = wallbox.clock.utcnow()
        wallbox.world.inject(1, Fault.GROUND)
        await live(wallbox, 3)
        (active,) = (await history.faults(language="it"))["active"]
        assert active["fault"] == "Ground"
        assert (active["name"], active["latched"]) == ("manca il conduttore di terra", False)
        assert active["since"] >= began_at.isoformat()
        wallbox.world.repair(1, Fault.GROUND)
        await live(wallbox, int(MAINS_GOOD_S) + 3)
        told = await history.faults()
        (entry,) = told["log"]
        assert told["active"] == []
        assert entry["ended_at"] > entry["began_at"] == active["since"]


async def test_i5_a_latched_fault_is_one_entry_over_a_power_cut(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    async with recording(wallbox) as history:
        wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
        await live(wallbox, 5)
        (before,) = (await history.faults())["active"]
        assert (before["fault"], before["latched"]) == (str(Fault.RESIDUAL_CURRENT), True)
    wallbox = await make_wallbox.power_cut()
    async with recording(wallbox) as history:
        await live(wallbox, 10)
        (after,) = (await history.faults())["active"]
        assert after == before
        assert await log_of(history) == [("ResidualCurrent", False)]


async def test_what_went_in_the_dark_ends_at_the_next_start(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    async with recording(wallbox) as history:
        wallbox.world.inject(1, Fault.GROUND)
        await live(wallbox, 5)
        assert await log_of(history) == [("Ground", False)]
    wallbox.world.repair(1, Fault.GROUND)
    wallbox = await make_wallbox.power_cut()
    async with recording(wallbox) as history:
        await live(wallbox, 30)
        assert await log_of(history) == [("Ground", True)]


async def test_a_full_disk_ends_nothing_and_what_lasts_is_written_after(
    wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with recording(wallbox) as history:
        with monkeypatch.context() as patch:
            patch.setattr(history._fault_log, "change", _refuse)
            wallbox.world.inject(1, Fault.GROUND)
            await live(wallbox, 10)
        assert caplog.text.count("the log of faults cannot be stored") == 1
        (active,) = (await history.faults())["active"]
        assert (active["fault"], active["since"]) == ("Ground", None)
        await live(wallbox, 2)
        assert await log_of(history) == [("Ground", False)]


async def _refuse(*_: Any) -> None:
    raise FULL


# ---- charts


async def test_a_charge_is_seen_in_the_charts_before_and_after_it_is_stored(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox("simulation.house=measured")
    async with recording(wallbox) as history:
        await wallbox.charge()
        await wallbox.run(130.0)
        drawn = (await history.charts(1))["series"]
        assert max(filter(None, drawn["charger_1_w"])) > 5000
        assert max(filter(None, drawn["offered_1_a"])) >= 6
        assert any(drawn["limit_a"])
        before = len([each for each in drawn["house_l1_a"] if each is not None])
        assert before >= 2
        rows = await wallbox.database.read("SELECT count(*) FROM chart_samples")
        assert rows[0][0] == 0
        await wallbox.run(60.0 * WRITE_MINUTES)
        rows = await wallbox.database.read("SELECT count(DISTINCT minute) FROM chart_samples")
        assert WRITE_MINUTES <= rows[0][0] <= WRITE_MINUTES + 1
        drawn = (await history.charts(1))["series"]
        known = [each is not None for each in drawn["house_l1_a"]]
        assert sum(known) == before + WRITE_MINUTES
        assert known[:-1] == sorted(known[:-1])  # no gap between what is stored and what waits


async def test_a_silent_meter_leaves_a_gap(wallbox: Wallbox) -> None:
    async with recording(wallbox) as history:
        await wallbox.run(121.0)
        wallbox.world.fail_meter(MeterPlace.CHARGER, 1, MeterFault.SILENT)
        await wallbox.run(240.0)
        drawn = (await history.charts(1))["series"]
        assert drawn["charger_1_w"][-3:] == [None] * 3
        assert None not in drawn["offered_1_a"][-4:-1]


async def test_samples_wait_for_the_disk_within_bounds(
    wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with recording(wallbox) as history:
        with monkeypatch.context() as patch:
            patch.setattr(history._samples, "add", _refuse)
            await wallbox.run(60.0 * 3 * WRITE_MINUTES + 5)
            waiting = len(history._charts.waiting)
            assert 3 * WRITE_MINUTES <= waiting < MOST_WAITING_MINUTES
        assert caplog.text.count("samples of the charts cannot be stored") == 1
        await wallbox.run(60.0 * WRITE_MINUTES)
        assert len(history._charts.waiting) <= WRITE_MINUTES
        rows = await wallbox.database.read("SELECT count(DISTINCT minute) FROM chart_samples")
        assert rows[0][0] > waiting
