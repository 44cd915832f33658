"""Time that leaps over waiting, for programs whose clocks are those of the standard library.

`LeapingTime.install` comes before what shall believe in it is imported: default arguments and
`from time import monotonic` keep what they found. `LeapingLoop` is an event loop of that time. It
leaps when nothing is to be read and no thread works for it, so that sockets within the process, and
work in executors, take no time at all.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import selectors
import time
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar, TypeVarTuple

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

PATIENCE_S = 1.0
"""Of real time, before it is looked again whether a thread is ready."""


class _Kind(type):
    """What is a `datetime` is one of the patched class, too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, datetime)


class LeapingTime:
    """The time of a process: `elapsed_s` from `epoch` (aware) on.

    `step_s` tells how far a leap goes at least: 0 is exactly to what comes next. With more, what is
    due within it comes late, and at once.
    """

    def __init__(self, epoch: datetime, step_s: Callable[[], float] = lambda: 0.0) -> None:
        self.elapsed_s = 0.0
        self.step_s = step_s
        self._epoch_s = epoch.timestamp()

    def leap(self, due_s: float) -> None:
        """Go on to what is due in so many seconds."""
        self.elapsed_s += max(due_s, self.step_s())

    def now_s(self) -> float:
        """Return the seconds since 1970."""
        return self._epoch_s + self.elapsed_s

    def monotonic_s(self) -> float:
        """Return the seconds since the epoch."""
        return self.elapsed_s

    def now(self) -> datetime:
        """Return the time of day, UTC."""
        return datetime.fromtimestamp(self.now_s(), UTC)

    def install(self) -> None:
        """Let `time` and `datetime` of this process tell it."""
        now_s = self.now_s

        class Leaping(datetime, metaclass=_Kind):
            def __new__(cls, *args: Any, **kwargs: Any) -> datetime:  # type: ignore[misc]
                return datetime(*args, **kwargs)  # noqa: DTZ001 - as it was asked for

            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.fromtimestamp(now_s(), tz)

            @classmethod
            def utcnow(cls) -> datetime:  # type: ignore[override]
                return datetime.fromtimestamp(now_s(), UTC).replace(tzinfo=None)

        for module, name, value in (
            (dt, "datetime", Leaping),
            (time, "time", now_s),
            (time, "time_ns", lambda: int(now_s() * 1e9)),
            (time, "monotonic", self.monotonic_s),
            (time, "monotonic_ns", lambda: int(self.elapsed_s * 1e9)),
        ):
            setattr(module, name, value)


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop of that time."""

    def __init__(self, clock: LeapingTime) -> None:
        self._leaping = clock
        self._working = 0
        super().__init__(_Selector(clock, lambda: self._working > 0))

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._leaping.elapsed_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts
    ) -> Future[_T]:
        """Let a thread work; time stands until it is ready."""
        future = super().run_in_executor(executor, func, *args)
        self._working += 1
        future.add_done_callback(self._worked)
        return future

    async def shutdown_default_executor(self, *args: Any, **kwargs: Any) -> None:
        """Wait for threads that end; no patience with them runs out meanwhile."""
        self._working += 1
        try:
            await super().shutdown_default_executor(*args, **kwargs)
        finally:
            self._working -= 1

    def _worked(self, _: Future[Any]) -> None:
        self._working -= 1


class _Selector(selectors.DefaultSelector):
    def __init__(self, clock: LeapingTime, working: Callable[[], bool]) -> None:
        super().__init__()
        self._clock = clock
        self._working = working

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; leap by `timeout` when that is nothing."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self._working() or timeout is None:
            return super().select(PATIENCE_S)
        self._clock.leap(timeout)
        return []


def timers_of(loop: AbstractEventLoop) -> int:
    """Return how many timers wait in a loop of asyncio."""
    waiting: list[asyncio.TimerHandle] = getattr(loop, "_scheduled")  # noqa: B009 - private
    return sum(not timer.cancelled() for timer in waiting)
