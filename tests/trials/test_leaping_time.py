"""Time leaps over waiting; sockets and threads take none of it."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scripts.harness.leaping_time import LeapingLoop, LeapingTime, timers_of

EPOCH = datetime(2026, 10, 10, tzinfo=UTC)
REPOSITORY = Path(__file__).resolve().parents[2]


def run(main: Callable[[], Coroutine[Any, Any, None]], step_s: float = 0.0) -> LeapingTime:
    clock = LeapingTime(EPOCH, lambda: step_s)
    with asyncio.Runner(loop_factory=lambda: LeapingLoop(clock)) as runner:
        runner.run(main())
    return clock


def test_a_day_takes_no_time() -> None:
    began_s = time.monotonic()
    clock = run(lambda: asyncio.sleep(86_400))
    assert clock.elapsed_s == pytest.approx(86_400)
    assert clock.now() == datetime(2026, 10, 11, tzinfo=UTC)
    assert time.monotonic() - began_s < 5


def test_timers_within_a_step_are_due_at_once() -> None:
    seen_s: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for due_s in (3.0, 1.0, 61.0):
            loop.call_at(due_s, lambda due_s=due_s: seen_s.append(due_s))
        assert timers_of(loop) == 3
        await asyncio.sleep(2)
        assert seen_s == [1.0, 3.0]
        assert loop.time() == 60

    run(main, step_s=60)


async def _from_a_socket() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"here\n")
    async with asyncio.timeout(0.001):
        assert await reader.readline() == b"here\n"
    writer.close()
    server.close()


async def _from_a_thread() -> None:
    async with asyncio.timeout(0.001):
        await asyncio.to_thread(time.sleep, 0.1)


class _SlowToEnd(ThreadPoolExecutor):
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        time.sleep(0.1)
        super().shutdown(wait, cancel_futures=cancel_futures)


async def _from_threads_that_end() -> None:
    asyncio.get_running_loop().set_default_executor(_SlowToEnd())
    await asyncio.to_thread(time.sleep, 0)


@pytest.mark.parametrize("main", [_from_a_socket, _from_a_thread, _from_threads_that_end])
def test_what_comes_from_outside_takes_no_time(main: Callable[[], Any]) -> None:
    assert run(main).elapsed_s == 0


def test_clocks_of_a_program() -> None:
    """In a process of its own: what is installed stays."""
    program = """
from datetime import UTC, datetime as real
from scripts.harness.leaping_time import LeapingTime
clock = LeapingTime(real(2026, 10, 10, tzinfo=UTC))
clock.install()
import time
from datetime import UTC, datetime
clock.leap(3600.0)
assert time.monotonic() == 3600.0 == time.monotonic_ns() / 1e9
assert time.time() == real(2026, 10, 10, 1, tzinfo=UTC).timestamp() == time.time_ns() / 1e9
assert datetime.now(UTC) == real(2026, 10, 10, 1, tzinfo=UTC)
assert datetime.utcnow() == real(2026, 10, 10, 1)
made = datetime(2026, 1, 2, fold=1)
assert type(made) is real and made.fold and isinstance(made, datetime)
assert isinstance(real.now(), datetime) and issubclass(real, datetime)
assert datetime.fromisoformat("2026-01-02T03:04") == real(2026, 1, 2, 3, 4)
assert not isinstance(made.date(), datetime)
print("fine")
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("fine\n", "")
