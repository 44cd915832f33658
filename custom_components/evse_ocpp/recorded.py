"""What Home Assistant's recorder keeps of entities on a past day.

Five-minute statistics where they are still there (ten days), else states, else hourly statistics,
which are kept for ever.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .energy.past_day import Series, covers

RECORDER: Final = "recorder"
READ_TIMEOUT_S = 60.0
"""A database on a memory card may take tens of seconds for the states of a day."""
_UNITS = {"power": "W", "electric_current": "A"}

type Reader = Callable[[State], float | None]
"""Reads a number, in W or A, out of a state."""


async def async_read(
    hass: HomeAssistant, readers: Mapping[str, Reader], start: datetime, end: datetime
) -> dict[str, Series]:
    """Return what each entity showed from `start` to `end` (aware); those without are left out.

    A state is read by the entity's reader; statistics are in W and A already. TimeoutError.
    """
    async with asyncio.timeout(READ_TIMEOUT_S):
        return await get_instance(hass).async_add_executor_job(_read, hass, readers, start, end)


async def async_states(
    hass: HomeAssistant, entity_id: str, start: datetime, end: datetime
) -> list[State]:
    """Return the states of one entity, the one that held at `start` first. TimeoutError."""
    async with asyncio.timeout(READ_TIMEOUT_S):
        return await get_instance(hass).async_add_executor_job(_states, hass, entity_id, start, end)


def _read(
    hass: HomeAssistant, readers: Mapping[str, Reader], start: datetime, end: datetime
) -> dict[str, Series]:
    found = _statistics(hass, readers, "5minute", start, end)
    found = {each: series for each, series in found.items() if covers(series, start, end)}
    for entity_id in readers.keys() - found.keys():
        states = _states(hass, entity_id, start, end)
        series = [
            (state.last_updated, value)
            for state in states
            if (value := readers[entity_id](state)) is not None
        ]
        if series and covers(series, start, end):
            found[entity_id] = series
    hourly = _statistics(hass, readers.keys() - found.keys(), "hour", start, end)
    return found | {each: series for each, series in hourly.items() if covers(series, start, end)}


def _statistics(
    hass: HomeAssistant,
    entity_ids: Collection[str],
    period: Literal["5minute", "hour"],
    start: datetime,
    end: datetime,
) -> dict[str, Series]:
    if not entity_ids:
        return {}
    # Here, as the recorder may be left out of Home Assistant, and with it what it needs.
    from homeassistant.components.recorder.statistics import statistics_during_period

    rows = statistics_during_period(
        hass, dt_util.as_utc(start), dt_util.as_utc(end), set(entity_ids), period, _UNITS, {"mean"}
    )
    return {
        entity_id: [
            (dt_util.utc_from_timestamp(row["start"]), value)
            for row in found
            if (value := row.get("mean")) is not None
        ]
        for entity_id, found in rows.items()
    }


def _states(hass: HomeAssistant, entity_id: str, start: datetime, end: datetime) -> list[State]:
    from homeassistant.components.recorder.history import state_changes_during_period

    found: Mapping[str, Iterable[State]] = state_changes_during_period(
        hass, dt_util.as_utc(start), dt_util.as_utc(end), entity_id
    )
    return list(found.get(entity_id.lower(), ()))
