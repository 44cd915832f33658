"""Simulated time: it moves by steps, and it never jumps."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from evse.simulation.clock import MAX_STEP_S, AcceleratedClock, SteppedClock
from tests.firmware.virtual_clock import VirtualClock


class WatchedClock(AcceleratedClock):
    """Notes its steps."""

    def __init__(self, speed: float) -> None:
        super().__init__(speed)
        self.steps_s: list[float] = []

    def advance(self, step_s: float) -> None:
        self.steps_s.append(step_s)
        super().advance(step_s)


async def _run_for(clock: AcceleratedClock, real_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(real_s):
            await clock.run()


@pytest.mark.parametrize("speed", [1.0, 20.0, 200.0])
async def test_no_step_is_longer_than_the_longest(speed: float) -> None:
    clock = WatchedClock(speed)
    await _run_for(clock, 0.1)
    assert clock.steps_s
    assert max(clock.steps_s) <= MAX_STEP_S


async def test_runs_as_fast_as_asked_on_an_idle_machine() -> None:
    clock = AcceleratedClock(10.0)
    start_s = time.monotonic()
    await _run_for(clock, 0.3)
    assert clock.monotonic() <= 10.0 * (time.monotonic() - start_s)
    assert clock.monotonic() > 1.0


async def test_a_stalled_machine_slows_time_and_skips_nothing() -> None:
    clock = WatchedClock(20.0)
    running = asyncio.create_task(clock.run())
    await asyncio.sleep(0.02)
    before_s = clock.monotonic()
    time.sleep(0.3)  # noqa: ASYNC251  the stall: six seconds at this speed
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    assert clock.monotonic() - before_s <= 2 * MAX_STEP_S


async def test_sleepers_wake_in_order_and_not_early() -> None:
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        for name, seconds in (("late", 2.0), ("early", 0.5), ("never waits", 0.0)):
            tasks.create_task(sleeper(name, seconds))
        await clock.pass_time(1.0)
        assert woken == [("never waits", 0.0), ("early", 0.5)]
        await clock.pass_time(1.0)
    assert woken[-1] == ("late", 2.0)


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = SteppedClock()
    task = asyncio.create_task(clock.sleep(1.0))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert clock.next_due_s() is None
    clock.advance(2.0)


def test_calendar_time_moves_with_simulated_time() -> None:
    clock = SteppedClock(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))))
    clock.advance(90.0)
    assert clock.utcnow() == datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)


def test_an_epoch_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="epoch"):
        SteppedClock(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_speed_is_above_zero(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        AcceleratedClock(speed)
