"""The operating system's clock."""

import asyncio
from datetime import UTC

from evse.clock import SystemClock


async def test_sleep_lasts_as_long_as_asked() -> None:
    clock = SystemClock()
    start_s = clock.monotonic()
    await clock.sleep(0.02)
    assert 0.02 <= clock.monotonic() - start_s < 1.0


async def test_a_negative_sleep_gives_way_once() -> None:
    turns = []
    asyncio.get_running_loop().call_soon(turns.append, "other")
    await SystemClock().sleep(-1.0)
    assert turns == ["other"]


def test_calendar_time_is_utc() -> None:
    assert SystemClock().utcnow().tzinfo is UTC
