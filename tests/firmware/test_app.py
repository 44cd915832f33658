"""The whole program on a fast clock: how it runs, and how it ends."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call

from evse import app
from evse.alone import AlreadyRunningError
from evse.app import RESTART_EXIT_STATUS
from evse.local.client import ControlError, request
from evse.ocpp.client import OcppClient
from evse.simulation.store import load
from evse.storage.database import Database
from evse.storage.transactions import TransactionRecord, Transactions
from evse.storage.values import Values
from tests.firmware.ocpp.conftest import Central, eventually, start_central, stop_central

FAST = (
    "simulation.speed=40",
    "simulation.house=quiet",
    "simulation.car_reaction_s=0",
    "DlbFunction=Disable",
    "FreeCharging=true",
    "ocpp.identity=box1",
)
WITHIN_S = 60.0
"""Real time for what takes a tenth of a second when the computer has nothing else to do."""

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    async def ask(command: str, **fields: Any) -> dict[str, Any]:
        answer = await request(tmp_path, {"command": command, **fields})
        assert answer["ok"], answer
        return answer

    return ask


@contextlib.asynccontextmanager
async def running(state_dir: Path, *overrides: str) -> AsyncIterator[asyncio.Task[int]]:
    """The program, until it answers; ended if the test did not."""
    task = asyncio.create_task(app.run(state_dir, None, (*FAST, *overrides)))
    try:
        async with asyncio.timeout(WITHIN_S):
            while not task.done():
                with contextlib.suppress(ControlError):
                    await request(state_dir, {"command": "status"})
                    break
                await asyncio.sleep(0.01)
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def told(ask: Ask, command: str, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first answer in which it is seen."""
    async with asyncio.timeout(WITHIN_S):
        while not seen(answer := await ask(command)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return answer


async def charge(ask: Ask) -> None:
    await ask("plug", start_delay_s=0)
    await told(ask, "status", lambda told: told["connectors"]["1"]["status"] == "Charging")


async def stored(state_dir: Path) -> list[TransactionRecord]:
    database = await Database.open(state_dir / "evse.sqlite")
    try:
        return await Transactions(database).open_transactions()
    finally:
        await database.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_the_car_go_and_leaves_the_transaction_to_the_next_start(
    tmp_path: Path, ask: Ask, number: signal.Signals
) -> None:
    # So slow a car, and clock, that it has not let go when it is looked at.
    async with running(tmp_path, "simulation.speed=5", "simulation.car_reaction_s=5") as program:
        await charge(ask)
        os.kill(os.getpid(), number)
        await told(ask, "status", lambda told: told["connectors"]["1"]["status"] == "Unavailable")
        assert not program.done()
        async with asyncio.timeout(WITHIN_S):
            assert await program == 0
    (record,) = await stored(tmp_path)
    assert record.stopped_at is None
    assert load(tmp_path)["connectors"]["1"]["plugged"]
    async with running(tmp_path), asyncio.timeout(WITHIN_S):
        while record.local_id in {other.local_id for other in await stored(tmp_path)}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_44_reset_stores_the_end_and_asks_for_a_restart(tmp_path: Path, ask: Ask) -> None:
    central = Central()
    await start_central(central)
    try:
        async with running(tmp_path, f"ocpp.url={central.url}") as program:
            await eventually(lambda: central.of("StatusNotification"))
            await charge(ask)
            await eventually(lambda: central.of("StartTransaction"))
            answer = await central.ask(call.Reset(type="Soft"))
            assert answer.status == "Accepted"
            async with asyncio.timeout(WITHIN_S):
                assert await program == RESTART_EXIT_STATUS
    finally:
        await stop_central(central)
    assert await stored(tmp_path) == []
    (stop,) = central.of("StopTransaction")
    assert (stop["transaction_id"], stop["reason"]) == (7, "SoftReset")


async def test_two_programs_on_one_state_folder(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(AlreadyRunningError, match=r"runs on .* already"):
            await app.run(tmp_path, None, FAST)
    async with running(tmp_path) as program:  # the lock goes with its holder
        assert not program.done()


async def test_a_part_that_fails_ends_the_program_with_the_contactor_open(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = asyncio.Event()

    async def run(_client: OcppClient) -> None:
        await broken.wait()
        raise RuntimeError("a bug")

    monkeypatch.setattr(OcppClient, "run", run)
    closed: list[bool] = []
    world_of = app.world_of

    def watched(*args: Any) -> Any:
        world = world_of(*args)
        obey = world.obey

        def watch(connector_id: int, command: Any, now_s: float) -> None:
            obey(connector_id, command, now_s)
            closed.append(world.connectors[1].contactor_closed)

        world.obey = watch
        return world

    monkeypatch.setattr(app, "world_of", watched)
    async with running(tmp_path) as program:
        await charge(ask)
        assert closed[-1]
        broken.set()
        with pytest.raises(ExceptionGroup) as caught:
            await program
    assert caught.group_contains(RuntimeError, match="a bug")
    assert not closed[-1]
    assert len(await stored(tmp_path)) == 1


async def test_the_observer_judges_by_the_fuse_that_is_set(tmp_path: Path, ask: Ask) -> None:
    async with running(tmp_path, "DlbMaximumCurrent=10"):
        await ask("house", extra_a=[5.0, 0.0, 0.0])
        await charge(ask)
        report = await told(ask, "report", lambda answer: answer["report"]["over_limit_s"] > 0.0)
    assert report["report"]["maximum_a"] > 10.0  # DLB is off


async def test_nobody_is_answered_before_the_last_run_is_taken_up(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow card: who asks at once hears of the latched fault (I5), not of a free wallbox."""
    async with running(tmp_path):
        await ask("fault", fault="ResidualCurrent")
        await told(ask, "status", lambda told: told["connectors"]["1"]["faults"])
        await ask("clear", fault="ResidualCurrent")
        await asyncio.sleep(0.2)
    read = Values.latched_faults

    async def read_slowly(values: Values) -> dict[int, set[str]]:
        await asyncio.sleep(0.3)
        return await read(values)

    monkeypatch.setattr(Values, "latched_faults", read_slowly)
    async with running(tmp_path):
        assert (await ask("status"))["connectors"]["1"]["faults"] == ["ResidualCurrent"]


async def test_the_snapshot_of_the_running_program(tmp_path: Path, ask: Ask) -> None:
    async with running(tmp_path):
        status = await told(ask, "status", lambda told: told["lateness_ms"]["turns"] > 10)
    assert status["ocpp"]["connected"] is False
    lateness = status["lateness_ms"]
    assert 0.0 <= lateness["p50"] <= lateness["p99"] <= lateness["max"]
