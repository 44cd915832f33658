"""A clock for tests: time passes when the test says so, and everybody who waits wakes in order."""

import asyncio
from datetime import datetime

from evse.simulation.clock import SteppedClock

TURNS = 20
"""Turns of the event loop after each step: enough for a task to wake, act and sleep again."""


NOON = datetime(2026, 10, 10, 12).astimezone()
"""Of the clock on the wall, wherever the tests run: whether they pass must not depend on the hour
at which somebody runs them."""


class VirtualClock(SteppedClock):
    """Simulated time without any real waiting."""

    def __init__(self, epoch: datetime = NOON) -> None:
        super().__init__(epoch)

    async def pass_time(self, seconds: float) -> None:
        """Let `seconds` pass; each sleeper wakes at its own instant."""
        end_s = self.monotonic() + seconds
        await _settle()
        while (due_s := self.next_due_s()) is not None and due_s <= end_s:
            self.advance(max(0.0, due_s - self.monotonic()))
            await _settle()
        self.advance(end_s - self.monotonic())
        await _settle()


async def _settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
