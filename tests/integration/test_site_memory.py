"""What a site learned outlives a restart; sessions cost what their site pays."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.evse_ocpp.const import CONF_PRICE
from custom_components.evse_ocpp.energy import planning
from custom_components.evse_ocpp.energy.car_power import CarPower
from custom_components.evse_ocpp.energy.planning import PlanningState
from custom_components.evse_ocpp.hub import Hub

from .site_scene import site_data
from .support import set_up, subentry_data

PRICE = "sensor.price"


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), site_data(**{CONF_PRICE: PRICE})]


def stop_turning(hub: Hub) -> None:
    for task in hub._sites._tasks.values():
        task.cancel()


async def test_what_was_learned_comes_back(
    hass: HomeAssistant, entry: MockConfigEntry, deaf_hub: Hub
) -> None:
    stop_turning(deaf_hub)
    (site,) = deaf_hub.sites.values()
    site.controller.planning = PlanningState(cars={"CP-1/1": CarPower(7400.0)})
    before = planning.to_dict(site.controller.planning)
    assert await hass.config_entries.async_unload(entry.entry_id)
    hub = await set_up(hass, entry)
    stop_turning(hub)
    (site,) = hub.sites.values()
    assert planning.to_dict(site.controller.planning) == before


async def test_it_is_written_now_and_then_and_damage_is_left_out(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    deaf_hub: Hub,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop_turning(deaf_hub)
    database = deaf_hub.storage.database
    async_fire_time_changed(hass, datetime.now(UTC) + timedelta(minutes=16))
    await hass.async_block_till_done()
    (site,) = deaf_hub.sites
    assert await database.get_document("site", site) is not None
    memory = deaf_hub._sites.memory
    await database.put_document("site", site, {"house": 1})
    await memory.load()
    memory.follow(site, deaf_hub.sites[site].controller)
    assert "damaged" in caplog.text


async def test_a_removed_site_is_forgotten(
    hass: HomeAssistant, entry: MockConfigEntry, deaf_hub: Hub
) -> None:
    (site,) = deaf_hub.sites
    await deaf_hub._sites.memory.save()
    assert hass.config_entries.async_remove_subentry(entry, site)
    await hass.async_block_till_done()
    assert await deaf_hub.storage.database.get_document("site", site) is None


async def test_a_wallbox_pays_what_its_site_pays(hass: HomeAssistant, deaf_hub: Hub) -> None:
    """Else the tariff of the options counts."""
    stop_turning(deaf_hub)
    now = datetime.now(UTC)
    hass.states.async_set(PRICE, "20", {"unit_of_measurement": "ct/kWh"})
    await hass.async_block_till_done()
    prices = deaf_hub._sites.prices_of("CP-1")
    assert prices is not None
    assert prices.share(1000.0, now, now).cost == pytest.approx(0.2)
    with patch.object(deaf_hub._sites, "of", return_value=None):
        assert deaf_hub._sites.prices_of("CP-1") is None
    assert deaf_hub._sites.prices_of("gone") is None
