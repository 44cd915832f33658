"""Reads the meters at their interval and hands each good reading on.

The house meter and the chargers' own meters are read one right after the other, so that load
balancing sees house and car at the same instant. What changes slowly is fetched in the time that is
left until the next round, one request at a time; where none is left one request now and then
delays a round. A meter that fails costs its own reading only; what its silence means is decided by
who uses it.
"""

import logging
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, runtime_checkable

from evse.clock import Clock
from evse.meters.reading import MeterError, MeterReading

IDLE_INTERVAL_S = 1.0
"""The least interval while nothing has to be quick, s: no car, nothing to regulate."""

REFRESH_AT_LEAST_S = 0.5
"""On a line without time to spare something that changes slowly is fetched so often all the same,
s: energy and voltages of two meters are then at most a few seconds old."""

SILENT_INTERVAL_S = 0.9
"""A silent meter is asked so often at most, s: it must not slow down the others. A little less than
a second, so that of rounds each second none is left out."""

_log = logging.getLogger(__name__)


class Meter(Protocol):
    """Anything that can be read. Raises MeterError."""

    async def read(self) -> MeterReading:
        """One reading."""


@runtime_checkable
class Refreshing(Protocol):
    """A meter whose readings hold values that it fetches apart from them."""

    async def refresh(self) -> bool:
        """Fetch one of them, if one is due; whether one was."""


class Metering:
    """The readings of all meters, newest first to know."""

    def __init__(
        self,
        clock: Clock,
        interval_s: float,
        chargers: Mapping[int, Meter],
        house: Meter | None,
        on_charger: Callable[[int, MeterReading], None],
        on_house: Callable[[MeterReading, Mapping[int, MeterReading]], None],
        fast: Callable[[], bool] = lambda: False,
        held: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`on_house` gets the house's reading and those of the chargers of the same round.

        `interval_s` holds while `fast()`; otherwise it is at least `IDLE_INTERVAL_S`. The meters
        are asked within `held()`, in which a simulation's time waits for the wires.
        """
        self._clock = clock
        self._interval_s = interval_s
        self._chargers = chargers
        self._house = house
        self._on_charger = on_charger
        self._on_house = on_house
        self._fast = fast
        self._held = held
        self._silent_at_s: dict[str, float] = {}
        meters = [*chargers.values(), *([house] if house else [])]
        self._refreshed_at_s = -math.inf
        self._refresh_takes_s = 0.0
        self._slow = [meter for meter in meters if isinstance(meter, Refreshing)]

    async def run(self) -> None:
        """Read until cancelled, at the interval or as fast as the meters answer."""
        due_s = self._clock.monotonic()
        while True:
            with self._held():
                await self._round()
            idle = 0.0 if self._fast() else IDLE_INTERVAL_S
            due_s = max(due_s + max(self._interval_s, idle), self._clock.monotonic())
            with self._held():
                await self._refresh(due_s)
            due_s = max(due_s, self._clock.monotonic())
            await self._clock.sleep(due_s - self._clock.monotonic())

    async def _round(self) -> None:
        house = await self._read("the house meter", self._house) if self._house else None
        chargers: dict[int, MeterReading] = {}
        for number, meter in self._chargers.items():
            if reading := await self._read(f"the meter of connector {number}", meter):
                chargers[number] = reading
                self._on_charger(number, reading)
        if house is not None:
            self._on_house(house, chargers)

    async def _refresh(self, until_s: float) -> None:
        """Fetch what changes slowly, in turn, while another request fits into the time left."""
        idle, now_s = 0, self._clock.monotonic()
        while idle < len(self._slow):
            fits = now_s + self._refresh_takes_s < until_s
            if not fits and now_s - self._refreshed_at_s < REFRESH_AT_LEAST_S:
                return
            meter = self._slow.pop(0)
            self._slow.append(meter)
            if await meter.refresh():
                idle, began_s, now_s = 0, now_s, self._clock.monotonic()
                self._refreshed_at_s, self._refresh_takes_s = now_s, now_s - began_s
            else:
                idle += 1

    async def _read(self, name: str, meter: Meter) -> MeterReading | None:
        """One reading, None when it failed; the first failure of a row and its end are logged."""
        now_s, silent_at_s = self._clock.monotonic(), self._silent_at_s.get(name)
        if silent_at_s is not None and now_s - silent_at_s < SILENT_INTERVAL_S:
            return None
        try:
            reading = await meter.read()
        except MeterError as error:
            if silent_at_s is None:
                _log.warning("%s cannot be read: %s", name, error)
            self._silent_at_s[name] = now_s
            return None
        if self._silent_at_s.pop(name, None) is not None:
            _log.info("%s can be read again", name)
        return reading
