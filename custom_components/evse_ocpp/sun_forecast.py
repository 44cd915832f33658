"""What the roof will give: the forecast that was chosen in Home Assistant's energy dashboard.

Each forecast integration gives Wh for stretches of time by their begin: of an hour, a half, or a
quarter, or uneven ones about sunrise. All that is known is added up.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .energy.prices import Slot, SunForecast

_LOGGER = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
"""Forecasts are made anew each hour at most."""
TIMEOUT_S = 10.0
_LONGEST = timedelta(hours=1)
_MOST_W = 100_000.0
"""No roof of a house; a number beyond is none."""


def parse(wh_hours: Mapping[str, object]) -> tuple[Slot, ...]:
    """Return the power (W) of a forecast: energy (Wh) by the begin of its stretch, an hour at most.

    What is no instant or no energy is left out; instants without a zone are local.
    """
    energies: dict[datetime, float] = {}
    for text, value in wh_hours.items():
        instant = dt_util.parse_datetime(str(text))
        if instant is None or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=dt_util.get_default_time_zone())
        if math.isfinite(value) and value >= 0:
            energies[instant.astimezone(UTC)] = float(value)
    starts = sorted(energies)
    slots: list[Slot] = []
    last = starts[-1] - starts[-2] if len(starts) > 1 else _LONGEST
    for start, following in pairwise([*starts, starts[-1] + last] if starts else []):
        end = min(following, start + _LONGEST)
        power_w = energies[start] / ((end - start) / timedelta(hours=1))
        if power_w <= _MOST_W:
            slots.append(Slot(start, end, power_w))
    return tuple(slots)


def added(*forecasts: tuple[Slot, ...]) -> SunForecast:
    """Add up the forecasts of several roofs; where only one is known, it is that one."""
    edges = sorted(
        {edge for slots in forecasts for slot in slots for edge in (slot.start, slot.end)}
    )
    positions = [0] * len(forecasts)
    sums: list[Slot] = []
    for start, end in pairwise(edges):
        values = []
        for number, slots in enumerate(forecasts):
            while positions[number] < len(slots) and slots[positions[number]].end <= start:
                positions[number] += 1
            if positions[number] < len(slots) and slots[positions[number]].start <= start:
                values.append(slots[positions[number]].value)
        if values:
            sums.append(Slot(start, end, sum(values)))
    return SunForecast(tuple(sums))


class SunForecastSource:
    """The forecast of the energy dashboard; `forecast` has no slots without one."""

    def __init__(self, hass: HomeAssistant, on_change: Callable[[], None] = lambda: None) -> None:
        self.hass = hass
        self.forecast = SunForecast()
        self._on_change = on_change
        self._end: Callable[[], None] | None = None
        self._reading: asyncio.Task[None] | None = None

    @callback
    def start(self) -> None:
        """Read it now, and every quarter of an hour."""
        if "energy" not in self.hass.config.components:
            return
        self._end = async_track_time_interval(self.hass, self._on_timer, EVERY)
        self._read_soon()

    @callback
    def close(self) -> None:
        """Read nothing any more."""
        if self._end is not None:
            self._end()
            self._end = None
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    @callback
    def _on_timer(self, _: datetime) -> None:
        self._read_soon()

    @callback
    def _read_soon(self) -> None:
        if self._reading is None or self._reading.done():
            self._reading = self.hass.async_create_background_task(
                self._read(), "evse_ocpp solar forecast"
            )

    async def _read(self) -> None:
        forecast = await async_read(self.hass)
        if forecast is not None and forecast != self.forecast:
            self.forecast = forecast
            self._on_change()


async def async_read(hass: HomeAssistant) -> SunForecast | None:
    """Ask all forecasts of the energy dashboard; None while none of them answers."""
    try:  # it may be left out of Home Assistant, and with it what it needs
        from homeassistant.components.energy.data import async_get_manager
        from homeassistant.components.energy.websocket_api import async_get_energy_platforms
    except ImportError:
        return None
    manager = await async_get_manager(hass)
    preferences: Mapping[str, Any] = manager.data or {}
    sources: Iterable[Any] = preferences.get("energy_sources") or ()
    entry_ids = {
        entry_id
        for source in sources
        if source.get("type") == "solar"
        for entry_id in source.get("config_entry_solar_forecast") or ()
    }
    platforms = await async_get_energy_platforms(hass) if entry_ids else {}
    forecasts: list[tuple[Slot, ...]] = []
    for entry_id in sorted(entry_ids):
        entry = hass.config_entries.async_get_entry(entry_id)
        if entry is None or entry.domain not in platforms:
            continue
        try:
            async with asyncio.timeout(TIMEOUT_S):
                told = await platforms[entry.domain](hass, entry_id)
        except (HomeAssistantError, TimeoutError, AttributeError) as error:
            # AttributeError: an entry that is not loaded has no runtime_data.
            _LOGGER.debug("The forecast of %s could not be read: %s", entry.domain, error)
            continue
        if told:
            forecasts.append(parse(told["wh_hours"]))
    return added(*forecasts) if forecasts or not entry_ids else None
