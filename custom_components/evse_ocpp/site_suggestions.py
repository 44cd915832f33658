"""What the energy dashboard knows of a house, to fill in the forms of a new site.

Home Assistant's energy preferences, of 2025.4 (flows of energy only) to 2026.10 (power as well).
Where they name no power, the only power sensor of the same device is taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import (
    CONF_BATTERY_INVERTED,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
    CONF_DAY_PRICE,
    CONF_FEED_IN_PRICE,
    CONF_GRID_EXPORT,
    CONF_GRID_INVERTED,
    CONF_GRID_POWER,
    CONF_METER_KIND,
    CONF_NIGHT_PRICE,
    CONF_PRICE,
    CONF_SOLAR,
)
from .site_settings import MeterKind

_ENERGY = "energy"
type _Source = Mapping[str, Any]


async def async_suggestions(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the forms may be filled in with; nothing where there is no energy dashboard."""
    if _ENERGY not in hass.config.components:
        return {}
    # It may be left out of Home Assistant, and with it what it needs.
    from homeassistant.components.energy.data import async_get_manager

    preferences = (await async_get_manager(hass)).data
    if preferences is None:
        return {}
    return suggested(hass, cast("Sequence[_Source]", preferences["energy_sources"]))


@callback
def suggested(hass: HomeAssistant, sources: Sequence[_Source]) -> dict[str, Any]:
    """Return the fields of the forms for these energy sources."""
    by_type = {
        kind: [each for each in sources if each["type"] == kind]
        for kind in ("grid", "solar", "battery")
    }
    suggestion: dict[str, Any] = {}
    for source in by_type["grid"][:1]:
        suggestion |= _grid(hass, source)
    roofs = [_power(hass, source) for source in by_type["solar"]]
    if chosen := [entity_id for entity_id in roofs if entity_id]:
        suggestion[CONF_SOLAR] = chosen
    for source in by_type["battery"][:1]:
        suggestion |= _battery(hass, source)
    return suggestion


def _grid(hass: HomeAssistant, source: _Source) -> dict[str, Any]:
    flows: Sequence[_Source] = source.get("flow_from") or [source]
    back: Sequence[_Source] = source.get("flow_to") or []
    powers: Sequence[_Source] = source.get("power") or [source]
    config: _Source = powers[0].get("power_config") or {}
    found: dict[str, Any] = {}
    if "stat_rate_from" in config:
        found = {CONF_METER_KIND: MeterKind.TWO_POWERS}
        found[CONF_GRID_POWER] = _known(hass, config["stat_rate_from"])
        found[CONF_GRID_EXPORT] = _known(hass, config.get("stat_rate_to"))
    elif "stat_rate_inverted" in config:
        found[CONF_GRID_POWER] = _known(hass, config["stat_rate_inverted"])
        found[CONF_GRID_INVERTED] = True
    else:
        found[CONF_GRID_POWER] = _power(hass, {**flows[0], **powers[0]})
    found[CONF_PRICE] = _known(hass, flows[0].get("entity_energy_price"))
    if (price := flows[0].get("number_energy_price")) is not None:
        found |= {CONF_DAY_PRICE: price, CONF_NIGHT_PRICE: price}
    feed_in = source.get("number_energy_price_export") or next(
        (each.get("number_energy_price") for each in back), None
    )
    found[CONF_FEED_IN_PRICE] = feed_in
    return {key: value for key, value in found.items() if value is not None}


def _battery(hass: HomeAssistant, source: _Source) -> dict[str, Any]:
    config: _Source = source.get("power_config") or {}
    inverted = "stat_rate_inverted" in config
    power = config["stat_rate_inverted"] if inverted else None
    found = {
        CONF_BATTERY_POWER: _known(hass, power) or _power(hass, source),
        CONF_BATTERY_INVERTED: inverted or None,
        CONF_BATTERY_SOC: _known(hass, source.get("stat_soc")),
    }
    return {key: value for key, value in found.items() if value is not None}


def _power(hass: HomeAssistant, source: _Source) -> str | None:
    """Return the entity of a source's power: the one it names, or the only one of its device."""
    if (named := _known(hass, source.get("stat_rate"))) is not None:
        return named
    beside = list(_beside(hass, source.get("stat_energy_from")))
    return beside[0] if len(beside) == 1 else None


def _beside(hass: HomeAssistant, entity_id: str | None) -> Iterator[str]:
    """Yield the power sensors of the device to which an energy sensor belongs."""
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id) if entity_id else None
    if entry is None or entry.device_id is None:
        return
    for other in er.async_entries_for_device(registry, entry.device_id):
        device_class = other.device_class or other.original_device_class
        if other.domain == "sensor" and device_class == "power":
            yield other.entity_id


def _known(hass: HomeAssistant, statistic_id: str | None) -> str | None:
    """Return it if it is an entity that is there: a statistic need be none."""
    return statistic_id if statistic_id and hass.states.get(statistic_id) else None
