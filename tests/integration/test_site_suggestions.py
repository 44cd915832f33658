"""The energy dashboard's preferences, as Home Assistant 2025.4 and 2026.10 keep them."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.const import (
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
from custom_components.evse_ocpp.site_suggestions import async_suggestions, suggested

OLD_GRID = {
    "type": "grid",
    "flow_from": [
        {"stat_energy_from": "sensor.meter_energy", "number_energy_price": 0.31},
    ],
    "flow_to": [{"stat_energy_to": "sensor.meter_back", "number_energy_price": 0.08}],
    "cost_adjustment_day": 0.0,
}
NEW_GRID = {
    "type": "grid",
    "stat_energy_from": "sensor.meter_energy",
    "entity_energy_price": "sensor.price",
    "number_energy_price_export": 0.07,
    "stat_rate": "sensor.meter_power",
}


@pytest.fixture
def meter(hass: HomeAssistant) -> None:
    """A meter with energy and power, and states of what the preferences name."""
    entry = MockConfigEntry()
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("shelly", "1")}
    )
    for name, device_class in (("meter_energy", "energy"), ("meter_power", "power")):
        er.async_get(hass).async_get_or_create(
            "sensor",
            "shelly",
            name,
            suggested_object_id=name,
            device_id=device.id,
            original_device_class=device_class,
        )
    for name in ("meter_power", "price", "roof", "to", "battery", "soc"):
        hass.states.async_set(f"sensor.{name}", "1")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            OLD_GRID,
            {
                CONF_GRID_POWER: "sensor.meter_power",
                CONF_DAY_PRICE: 0.31,
                CONF_NIGHT_PRICE: 0.31,
                CONF_FEED_IN_PRICE: 0.08,
            },
            id="2025.4: the power sensor of the meter's device",
        ),
        pytest.param(
            NEW_GRID,
            {
                CONF_GRID_POWER: "sensor.meter_power",
                CONF_PRICE: "sensor.price",
                CONF_FEED_IN_PRICE: 0.07,
            },
            id="2026.10",
        ),
        pytest.param(
            {"type": "grid", "power_config": {"stat_rate_inverted": "sensor.meter_power"}},
            {CONF_GRID_POWER: "sensor.meter_power", CONF_GRID_INVERTED: True},
            id="inverted",
        ),
        pytest.param(
            {
                "type": "grid",
                "power_config": {
                    "stat_rate_from": "sensor.meter_power",
                    "stat_rate_to": "sensor.to",
                },
            },
            {
                CONF_METER_KIND: "two_powers",
                CONF_GRID_POWER: "sensor.meter_power",
                CONF_GRID_EXPORT: "sensor.to",
            },
            id="two sensors",
        ),
        pytest.param(
            {
                "type": "grid",
                "flow_from": [{"stat_energy_from": None}],
                "flow_to": [],
                "power": [{"stat_rate": "sensor.meter_power"}],
            },
            {CONF_GRID_POWER: "sensor.meter_power"},
            id="between both",
        ),
        pytest.param({"type": "grid", "stat_energy_from": "ext:grid"}, {}, id="no entity"),
        pytest.param({"type": "grid", "stat_rate": "sensor.gone"}, {}, id="entity is gone"),
        pytest.param(
            {"type": "solar", "stat_energy_from": "sensor.x", "stat_rate": "sensor.roof"},
            {CONF_SOLAR: ["sensor.roof"]},
            id="solar",
        ),
        pytest.param({"type": "solar", "stat_energy_from": "sensor.x"}, {}, id="solar energy only"),
        pytest.param(
            {"type": "battery", "stat_rate": "sensor.battery", "stat_soc": "sensor.soc"},
            {CONF_BATTERY_POWER: "sensor.battery", CONF_BATTERY_SOC: "sensor.soc"},
            id="battery",
        ),
        pytest.param(
            {"type": "battery", "power_config": {"stat_rate_inverted": "sensor.battery"}},
            {CONF_BATTERY_POWER: "sensor.battery", CONF_BATTERY_INVERTED: True},
            id="inverted battery",
        ),
        pytest.param({"type": "gas", "stat_energy_from": "sensor.gas"}, {}, id="gas"),
    ],
)
@pytest.mark.usefixtures("meter")
def test_what_the_dashboard_knows(
    hass: HomeAssistant, source: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert suggested(hass, [source]) == expected


async def test_without_a_dashboard_nothing_is_known(hass: HomeAssistant) -> None:
    assert await async_suggestions(hass) == {}


@pytest.mark.parametrize("preferences", [None, {"energy_sources": [NEW_GRID]}])
@pytest.mark.usefixtures("meter")
async def test_preferences_are_read(hass: HomeAssistant, preferences: Any) -> None:
    hass.config.components.add("energy")
    manager = AsyncMock(return_value=SimpleNamespace(data=preferences))
    with patch("homeassistant.components.energy.data.async_get_manager", manager):
        suggestions = await async_suggestions(hass)
    assert suggestions.get(CONF_GRID_POWER) == (preferences and "sensor.meter_power")
