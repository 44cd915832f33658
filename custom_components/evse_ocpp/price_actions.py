"""Prices of integrations that tell the hours to come only when they are asked, by an action.

Each row of `ASKS` is one of Home Assistant's own integrations: its action, what it is asked for a
local day, and where in the answer the rows are. What their entities show is the price of now.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import voluptuous as vol
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .energy.prices import Slot
from .price_attributes import rows_read

_LOGGER = logging.getLogger(__name__)

TIMEOUT_S = 30.0
"""They may ask a server of theirs."""


@dataclass(frozen=True, slots=True)
class Ask:
    """How an integration is asked. `factor` makes its numbers money per kWh.

    `fields` gets the entity and the day; `rows` the entity's name for itself and the answer.
    """

    action: str
    fields: Callable[[er.RegistryEntry, date], dict[str, Any]]
    rows: Callable[[str, Mapping[str, Any]], object]
    factor: float = 1.0


def _nordpool(entity: er.RegistryEntry, day: date) -> dict[str, Any]:
    return {
        "config_entry": entity.config_entry_id,
        "date": day.isoformat(),
        "areas": [_area(entity.unique_id)],
    }


def _nordpool_quarters(entity: er.RegistryEntry, day: date) -> dict[str, Any]:
    return {**_nordpool(entity, day), "resolution": 15}


def _area(unique_id: str) -> str:
    """Return the area of a Nord Pool entity, whose unique id is `SE3-current_price`."""
    return unique_id.partition("-")[0]


def _of_entry(entity: er.RegistryEntry, day: date) -> dict[str, Any]:
    text = day.isoformat()
    return {"config_entry": entity.config_entry_id, "incl_vat": True, "start": text, "end": text}


def _tibber(_: er.RegistryEntry, day: date) -> dict[str, Any]:
    first, last = (dt_util.start_of_local_day(each) for each in (day, day + timedelta(days=1)))
    return {"start": first.isoformat(), "end": last.isoformat()}


def _of_home(name: str, answer: Mapping[str, Any]) -> object:
    """Return the rows of a home: the one of the entity's device, or the only one."""
    homes: Mapping[str, Any] = answer.get("prices") or {}
    return homes.get(name) or (next(iter(homes.values())) if len(homes) == 1 else None)


def _of_area(_: str, answer: Mapping[str, Any]) -> object:
    return next(iter(answer.values()), None)


def _prices(_: str, answer: Mapping[str, Any]) -> object:
    return answer.get("prices")


_PER_MWH = 0.001
ASKS: Mapping[str, tuple[Ask, ...]] = {
    "nordpool": (
        Ask("get_price_indices_for_date", _nordpool_quarters, _of_area, _PER_MWH),
        Ask("get_prices_for_date", _nordpool, _of_area, _PER_MWH),  # before 2025.6 the only one
    ),
    "tibber": (Ask("get_prices", _tibber, _of_home),),
    "energyzero": (Ask("get_energy_prices", _of_entry, _prices),),
    "easyenergy": (Ask("get_energy_usage_prices", _of_entry, _prices),),
}
"""By the integration of the entity; the first action that is there counts."""


def ask_of(hass: HomeAssistant, entity_id: str) -> Ask | None:
    """Return how an entity's integration is asked for its prices; None where it need not be."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None:
        return None
    asks, services = ASKS.get(entity.platform, ()), hass.services
    return next((each for each in asks if services.has_service(entity.platform, each.action)), None)


async def async_ask(hass: HomeAssistant, entity_id: str, day: date) -> tuple[Slot, ...]:
    """Ask for the prices of a local day; none while they are not published, or it fails."""
    entity = er.async_get(hass).async_get(entity_id)
    ask = ask_of(hass, entity_id)
    if entity is None or ask is None:
        return ()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            answer = await hass.services.async_call(
                entity.platform,
                ask.action,
                ask.fields(entity, day),
                blocking=True,
                return_response=True,
            )
    except (HomeAssistantError, vol.Invalid, TimeoutError) as error:
        _LOGGER.debug("%s.%s gave no prices of %s: %s", entity.platform, ask.action, day, error)
        return ()
    if not isinstance(answer, Mapping):
        return ()
    rows = ask.rows(_device_name(hass, entity), answer)
    return rows_read(rows, ask.factor, dt_util.get_default_time_zone()).slots


def _device_name(hass: HomeAssistant, entity: er.RegistryEntry) -> str:
    device = dr.async_get(hass).async_get(entity.device_id) if entity.device_id else None
    return (device.name if device else None) or ""
