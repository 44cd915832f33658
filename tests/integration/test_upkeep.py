"""What a wallbox tells becomes devices, entities and what is on disk."""

from typing import Any
from unittest.mock import Mock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.features import Feature
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.storage import SAVE_DELAY_S
from custom_components.evse_ocpp.upkeep import Upkeep
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import IDENTITY, connected, device_of, on_disk, state, until


async def test_device_is_what_the_wallbox_says(hass: HomeAssistant, hub: Hub) -> None:
    async with connected(hub) as client:
        await client.boot()
    device = device_of(hass, IDENTITY)
    assert (device.name, device.manufacturer, device.model) == ("Garage", "EVSE", "One")
    assert (device.serial_number, device.sw_version) == ("SN-4711", "1.2")


async def test_further_connector_becomes_a_device_below(hass: HomeAssistant, hub: Hub) -> None:
    assert hass.states.get("sensor.garage_connector_2_status") is None
    async with connected(hub) as client:
        await client.boot()
        await client.status("Available", connector_id=2)
        await until(lambda: state(hass, "sensor.garage_connector_2_status") == "available")
    child = device_of(hass, f"{IDENTITY}/2")
    assert child.via_device_id == device_of(hass, IDENTITY).id
    assert hass.states.get("switch.garage_connector_2_charging") is None  # one for the wallbox


async def test_energy_is_stored_while_it_flows(hass: HomeAssistant, hub: Hub, freezer: Any) -> None:
    """Values come more often than the delay is long; they must not put the saving off for ever."""
    charger = hub.chargers[IDENTITY]
    for _ in range(4):
        charger.connector(1).meter.total_wh += 100
        charger.publish()
        freezer.tick(SAVE_DELAY_S / 2)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=False)
    stored = on_disk(hass, hub)[IDENTITY]["charger"]
    assert stored["connectors"][0]["meter"]["total_wh"] >= 200


async def test_that_it_counts_without_a_transaction_is_stored_at_once(
    hass: HomeAssistant, hub: Hub
) -> None:
    """After a power cut the meter shows nothing then before it has caught up."""
    charger, now = hub.chargers[IDENTITY], dt_util.utcnow()
    for register_wh in (1000, 1005):
        charger.take_samples(
            1, None, [Sample("Energy.Active.Import.Register", register_wh)], now, now
        )
        charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    meter = on_disk(hass, hub)[IDENTITY]["charger"]["connectors"][0]["meter"]
    assert (meter["total_wh"], meter["counts_idle"]) == (5, True)


async def test_only_a_new_shape_is_told(deaf_hub: Hub, wallbox: Wallbox) -> None:
    told: list[Wallbox] = []
    deaf_hub.async_on_shape(told.append)
    wallbox.charger.connector(1).readings.power_w = 5000
    wallbox.charger.publish()
    assert told == [wallbox]  # as it stood
    wallbox.charger.connector(2)
    wallbox.charger.publish()
    assert told == [wallbox, wallbox]


@pytest.mark.parametrize(
    ("tariff", "site_price", "has_price"),
    [(None, None, False), ("sensor.price", None, True), (None, True, True), (None, False, False)],
)
async def test_a_price_is_shown_once_somebody_tells_it(
    deaf_hub: Hub, wallbox: Wallbox, tariff: str | None, site_price: bool | None, has_price: bool
) -> None:
    site = None if site_price is None else Mock(price_source=Mock(is_set=site_price))
    upkeep = Upkeep(deaf_hub, wallbox)
    deaf_hub.tariff.follow(tariff)
    with patch.object(deaf_hub, "site_of", return_value=site):
        upkeep.look()
    assert (Feature.PRICE in wallbox.features) is has_price
