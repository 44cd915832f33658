"""Home Assistant's recorder takes the sums since ever: each gets a sum, with no complaint."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import (
    async_list_statistic_ids,
    statistics_during_period,
    validate_statistics,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
    get_start_time,
)

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.const import CONF_TARIFF_ENTITY
from custom_components.evse_ocpp.hub import Hub

from .site_scene import site_data
from .support import plug_in, subentry_data

GRID = "sensor.garage_total_energy_from_the_grid"
COST = "sensor.garage_total_cost"
SUMS = {
    GRID: 0.1,
    COST: 0.03,
    "sensor.garage_total_energy_from_the_sun": 0.0,
    "sensor.garage_total_energy_from_the_home_battery": 0.0,
}
"""What they are to have counted, in kWh and the currency."""


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), site_data()]


@pytest.fixture
async def recorded(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Record, at a time in the midst of the five minutes of a row of the statistics."""
    freezer.move_to(get_start_time(datetime.now(UTC)) + timedelta(minutes=1))
    assert await async_setup_component(hass, "sensor", {})


@pytest.fixture
async def charged(recorded: None, hass: HomeAssistant, deaf_hub: Hub, commands: AsyncMock) -> None:
    """100 Wh from the grid, for 0.30 a kWh."""
    hass.states.async_set("sensor.price", "0.30")
    options = {**deaf_hub.entry.options, CONF_TARIFF_ENTITY: "sensor.price"}
    hass.config_entries.async_update_entry(deaf_hub.entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=False)
    (wallbox,) = deaf_hub.wallboxes.values()
    charger = wallbox.charger
    plug_in(charger, commands, ChargerStatus.CHARGING)
    await async_wait_recording_done(hass)
    now = datetime.now(UTC)
    began = now - timedelta(minutes=5)
    transaction = charger.start_transaction(1, "CARD", began, 1000, "key")
    charger.stop_transaction(transaction.id, now, "Local", 1100)
    await deaf_hub.reception.save(charger)
    await async_wait_recording_done(hass)


@pytest.mark.usefixtures("charged")
async def test_each_has_a_sum_in_the_statistics(hass: HomeAssistant) -> None:
    start = get_start_time(datetime.now(UTC))
    do_adhoc_statistics(hass, start=start)
    await async_wait_recording_done(hass)
    known = {each["statistic_id"]: each for each in await async_list_statistic_ids(hass)}
    assert known.keys() >= SUMS.keys()
    assert all(known[each]["has_sum"] for each in SUMS)
    complaints = await get_instance(hass).async_add_executor_job(validate_statistics, hass)
    assert not complaints.keys() & SUMS.keys()
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, set(SUMS), "5minute", None, {"sum"}
    )
    assert {key: row[-1]["sum"] for key, row in rows.items()} == pytest.approx(SUMS)
