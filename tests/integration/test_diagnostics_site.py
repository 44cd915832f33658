"""Diagnostics and system health of sites: what was set, known and decided, and no secret."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.evse_ocpp.const import CONF_FUSE_A, CONF_PRICE_WINDOWS, DOMAIN
from custom_components.evse_ocpp.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site import Site

from .site_scene import show_currents, site_data
from .support import subentry_data

NIGHT = {"price": 0.2, "start": "22:00:00", "stop": "06:00:00", "weekdays": [0, 1, 2, 3, 4, 5, 6]}


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), site_data(**{CONF_PRICE_WINDOWS: [NIGHT]})]


@pytest.fixture
async def site(deaf_hub: Hub) -> Site:
    """A site that decides only when the test says so, with a session of a card."""
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    (wallbox,) = deaf_hub.wallboxes.values()
    wallbox.charger.start_transaction(1, "CARD-SECRET", datetime.now(UTC), 0, "key CARD-SECRET")
    (site,) = deaf_hub.sites.values()
    return site


async def test_before_the_first_decision(hass: HomeAssistant, deaf_hub: Hub, site: Site) -> None:
    site.decision = site.now = None
    (told,) = (await async_get_config_entry_diagnostics(hass, deaf_hub.entry))["sites"]
    assert (told["now"], told["decision"]) == (None, None)
    assert told["settings"][CONF_FUSE_A] == 25


async def test_a_site_is_told_without_secrets(
    hass: HomeAssistant, deaf_hub: Hub, site: Site
) -> None:
    show_currents(hass, 5.0, 4.0, 3.0)
    await site.turn()
    told = await async_get_config_entry_diagnostics(hass, deaf_hub.entry)
    text = json.dumps(told["sites"], cls=JSONEncoder, allow_nan=False)
    assert "CARD-SECRET" not in text
    (shown,) = json.loads(text)
    assert shown["name"] == "Home"
    assert shown["limits"]["fuse_a"] == 25
    assert shown["points"]["CP-1/1"]["wiring"] == [0, 1, 2]
    assert shown["decision"]["house"]["house_a"] == [5.0, 4.0, 3.0]
    assert shown["decision"]["meter_lost"] is False
    assert shown["now"]["points"]["CP-1/1"]["session"] == "**REDACTED**"
    assert shown["now"]["prices"]["slots"] == []
    assert shown["known_prices"] > 0


async def test_one_site_is_told(hass: HomeAssistant, deaf_hub: Hub, site: Site) -> None:
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, deaf_hub.entry.entry_id)
    identifier = (DOMAIN, f"site/{site.config.subentry_id}")
    (device,) = (each for each in devices if identifier in each.identifiers)
    told = await async_get_device_diagnostics(hass, deaf_hub.entry, device)
    assert told.keys() == {"site"}
    assert told["site"]["name"] == "Home"


async def sites_told(hass: HomeAssistant) -> str:
    """Return the line of the sites in system health."""
    info = await get_system_health_info(hass, DOMAIN)
    info["server"].close()
    told: str = info["sites"]
    return told


async def test_system_health_counts_the_meters_that_tell(hass: HomeAssistant, site: Site) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done(wait_background_tasks=False)
    site.decision = None
    assert await sites_told(hass) == "0/1"
    show_currents(hass, 5.0, 4.0, 3.0)
    await site.turn()
    assert await sites_told(hass) == "1/1"
