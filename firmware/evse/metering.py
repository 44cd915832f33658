"""Reads the meters at their interval and hands each good reading on.

The house meter and the chargers' own meters are read one right after the other, so that load
balancing sees house and car at the same instant. A meter that fails costs its own reading only;
what its silence means is decided by who uses it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from evse.clock import Clock
from evse.meters.reading import MeterError, MeterReading

_log = logging.getLogger(__name__)


class Meter(Protocol):
    """Anything that can be read. Raises MeterError."""

    async def read(self) -> MeterReading:
        """One reading."""


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
    ) -> None:
        """`on_house` gets the house's reading and those of the chargers of the same round."""
        self._clock = clock
        self._interval_s = interval_s
        self._chargers = chargers
        self._house = house
        self._on_charger = on_charger
        self._on_house = on_house
        self._silent: set[str] = set()

    async def run(self) -> None:
        """Read until cancelled, at the interval or as fast as the meters answer."""
        due_s = self._clock.monotonic()
        while True:
            await self._round()
            due_s = max(due_s + self._interval_s, self._clock.monotonic())
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

    async def _read(self, name: str, meter: Meter) -> MeterReading | None:
        """One reading, None when it failed; the first failure of a row and its end are logged."""
        try:
            reading = await meter.read()
        except MeterError as error:
            if name not in self._silent:
                _log.warning("%s cannot be read: %s", name, error)
            self._silent.add(name)
            return None
        if name in self._silent:
            _log.info("%s can be read again", name)
            self._silent.discard(name)
        return reading
