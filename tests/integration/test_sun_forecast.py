"""The solar forecast of the energy dashboard."""

import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.evse_ocpp.energy.prices import Slot, SunForecast
from custom_components.evse_ocpp.sun_forecast import (
    SunForecastSource,
    added,
    async_read,
    parse,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def test_energy_of_hours_is_power() -> None:
    told = {NOON.isoformat(): 1500, (NOON + HOUR).isoformat(): 900.5}
    assert parse(told) == (Slot(NOON, NOON + HOUR, 1500), Slot(NOON + HOUR, NOON + 2 * HOUR, 900.5))


def test_energy_of_quarters_and_about_sunrise() -> None:
    told = {(NOON + number * QUARTER).isoformat(): 250.0 for number in range(3)}
    assert [slot.value for slot in parse(told)] == [1000.0, 1000.0, 1000.0]


def test_a_night_is_a_gap() -> None:
    told = {NOON.isoformat(): 100, (NOON + 12 * HOUR).isoformat(): 100}
    assert parse(told)[0].end == NOON + HOUR


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"noon": 1},
        {NOON.isoformat(): None},
        {NOON.isoformat(): True},
        {NOON.isoformat(): -1},
        {NOON.isoformat(): float("nan")},
        {NOON.isoformat(): 1e9},
    ],
)
def test_what_is_no_forecast(told: dict[str, Any]) -> None:
    assert parse(told) == ()


def test_two_roofs_are_added() -> None:
    hours = (Slot(NOON, NOON + HOUR, 1000.0),)
    quarter = (Slot(NOON + QUARTER, NOON + 2 * QUARTER, 500.0),)
    assert added(hours, quarter).slots == (
        Slot(NOON, NOON + QUARTER, 1000.0),
        Slot(NOON + QUARTER, NOON + 2 * QUARTER, 1500.0),
        Slot(NOON + 2 * QUARTER, NOON + HOUR, 1000.0),
    )
    assert added() == SunForecast()


WHERE = "homeassistant.components.energy"


async def source_with(
    hass: HomeAssistant, forecast: AsyncMock, *, domain: str = "forecast_solar"
) -> SunForecastSource:
    entry = MockConfigEntry(domain=domain)
    entry.add_to_hass(hass)
    hass.config.components.add("energy")
    sources = [
        {"type": "grid"},
        {"type": "solar", "config_entry_solar_forecast": [entry.entry_id, "gone"]},
        {"type": "solar", "config_entry_solar_forecast": None},
    ]
    manager = SimpleNamespace(data={"energy_sources": sources})
    with (
        patch(f"{WHERE}.data.async_get_manager", AsyncMock(return_value=manager)),
        patch(
            f"{WHERE}.websocket_api.async_get_energy_platforms",
            AsyncMock(return_value={"forecast_solar": forecast}),
        ),
    ):
        source = SunForecastSource(hass)
        source.start()
        await hass.async_block_till_done(wait_background_tasks=True)
        async_fire_time_changed(hass, datetime.now(UTC) + timedelta(minutes=16))
        await hass.async_block_till_done(wait_background_tasks=True)
    source.close()
    return source


async def test_reads_what_the_dashboard_was_told_and_again(hass: HomeAssistant) -> None:
    forecast = AsyncMock(
        side_effect=[{"wh_hours": {NOON.isoformat(): 1}}, {"wh_hours": {NOON.isoformat(): 2}}]
    )
    source = await source_with(hass, forecast)
    assert source.forecast.slots == (Slot(NOON, NOON + HOUR, 2),)
    assert forecast.await_count == 2


@pytest.mark.parametrize("error", [HomeAssistantError, TimeoutError, AttributeError])
async def test_an_error_keeps_what_is_known(hass: HomeAssistant, error: type[Exception]) -> None:
    forecast = AsyncMock(side_effect=[{"wh_hours": {NOON.isoformat(): 1}}, error])
    assert (await source_with(hass, forecast)).forecast.slots == (Slot(NOON, NOON + HOUR, 1),)


async def test_an_integration_without_a_forecast(hass: HomeAssistant) -> None:
    forecast = AsyncMock()
    assert (await source_with(hass, forecast, domain="other")).forecast == SunForecast()
    forecast.assert_not_awaited()


async def test_without_the_energy_dashboard(hass: HomeAssistant) -> None:
    source = SunForecastSource(hass)
    source.start()
    assert source.forecast == SunForecast()
    source.close()


async def test_an_installation_without_the_energy_component(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "homeassistant.components.energy.data", None)
    assert await async_read(hass) is None
