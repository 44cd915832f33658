"""Clocks of a simulation: time that moves by steps, and time that runs faster than real time."""

import asyncio
import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

MAX_STEP_S = 0.1
"""The longest step of simulated time, s.

Reason: the pilot's shortest reaction (contactor open after the car left C) is 100 ms, IEC 61851-1
table A.6 sequence 8.1; a longer step would let a fast simulation skip it.
"""


MOST_HELD_S = 0.05
"""Simulated time waits so long at most for what takes real time, s of real time: a meter on this
computer answers in some 2 ms, and one that does not answer must not stop the world."""


class SteppedClock:
    """Time that stands still until `advance()` moves it; sleepers wake in the order of time."""

    def __init__(self, epoch: datetime | None = None) -> None:
        """`epoch`: the calendar time of the start, aware; the present when None.

        Raises ValueError when `epoch` has no time zone.
        """
        if epoch is not None and epoch.tzinfo is None:
            raise ValueError(f"epoch: came {epoch!r}, allowed is a datetime with a time zone")
        self._epoch = datetime.now(UTC) if epoch is None else epoch.astimezone(UTC)
        self._now_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def monotonic(self) -> float:
        """Simulated seconds since the start."""
        return self._now_s

    def utcnow(self) -> datetime:
        """The simulated calendar time in UTC."""
        return self._epoch + timedelta(seconds=self._now_s)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of simulated time."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_s + seconds, next(self._order), waiter))
        await waiter

    def next_due_s(self) -> float | None:
        """The instant at which the next sleeper wakes; None when nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():  # cancelled meanwhile
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def advance(self, step_s: float) -> None:
        """Move time on by `step_s` (>= 0) and wake those whose time has come."""
        self._now_s += step_s
        while (due_s := self.next_due_s()) is not None and due_s <= self._now_s:
            heapq.heappop(self._sleepers)[2].set_result(None)


class AcceleratedClock(SteppedClock):
    """Simulated time, `speed` times as fast as real time, which never jumps.

    One turn of the event loop moves it by at most `max_step_s`. When the machine cannot keep up,
    simulated time slows down instead of skipping turns of the controller. A frame on a real socket
    takes as long as ever: while one is waited for (`held`), simulated time waits too, or 3 ms on
    the wire were 0.3 s in a house that runs a hundred times as fast.
    """

    def __init__(
        self, speed: float, max_step_s: float = MAX_STEP_S, epoch: datetime | None = None
    ) -> None:
        """`speed`: simulated seconds per real second, > 0. Raises ValueError otherwise."""
        if not speed > 0:
            raise ValueError(f"speed: came {speed!r}, allowed is a number above 0")
        super().__init__(epoch)
        self._speed = speed
        self._max_step_s = max_step_s
        self._holders: list[float] = []  # until when each holds, s of the event loop

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let simulated time wait meanwhile, for `MOST_HELD_S` of real time at most."""
        until_s = asyncio.get_running_loop().time() + MOST_HELD_S
        self._holders.append(until_s)
        try:
            yield
        finally:
            self._holders.remove(until_s)

    async def run(self) -> None:
        """Move time on until cancelled; without this task simulated time stands still."""
        loop = asyncio.get_running_loop()
        # Half a step, so that the timer's own delay does not make every step the longest one.
        tick_s = self._max_step_s / self._speed / 2
        last_s = loop.time()
        while True:
            await asyncio.sleep(tick_s)
            now_s = loop.time()
            if not any(now_s < until_s for until_s in self._holders):
                self.advance(min((now_s - last_s) * self._speed, self._max_step_s))
            last_s = now_s
