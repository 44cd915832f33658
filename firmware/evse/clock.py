"""The one way in which the program asks for the time and waits.

Control code never calls the operating system's clock itself, so that a test or an accelerated
simulation can run the same code on another clock. Time-outs on sockets are real time
(`asyncio.timeout`), because the other end of a socket lives in real time.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time.

    `monotonic()` counts seconds from an arbitrary start and never goes back: intervals and control
    decisions. `utcnow()` is an aware `datetime` in UTC: time stamps only.
    """

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def utcnow(self) -> datetime:
        """The calendar time, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` of this clock have passed (at least one turn of the event loop)."""


class SystemClock:
    """The clock of the operating system."""

    def monotonic(self) -> float:
        """Seconds of the system's monotonic clock."""
        return time.monotonic()

    def utcnow(self) -> datetime:
        """The system's calendar time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of real time."""
        await asyncio.sleep(max(0.0, seconds))
