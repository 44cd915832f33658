"""Wallboxes in Home Assistant's energy dashboard: nothing else in it is touched."""

from typing import Any

import pytest
from homeassistant.components.energy.data import DeviceConsumption, async_get_manager
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from custom_components.evse_ocpp import energy_dashboard
from custom_components.evse_ocpp.energy_dashboard import EnergyDevice, changed, devices_of
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import device_of

OURS = EnergyDevice("Garage", "sensor.garage_energy", "sensor.garage_power")
SECOND = EnergyDevice("Yard", "sensor.yard_energy", None)
FRIDGE = {"stat_consumption": "sensor.fridge", "name": "Fridge", "of a later version": 1}
IN_GARAGE = {"stat_consumption": "sensor.lamp", "included_in_stat": OURS.energy}
GARAGE = {"stat_consumption": OURS.energy, "name": "Garage"}
RATE = {"stat_rate": OURS.power}
YARD = {"stat_consumption": SECOND.energy, "name": "Yard"}
MINE = {"stat_consumption": OURS.energy, "name": "My car", "included_in_stat": "sensor.house"}


@pytest.mark.parametrize(
    ("before", "chosen", "with_power", "after"),
    [
        ([], [], True, []),
        ([], [OURS.energy, SECOND.energy], True, [GARAGE | RATE, YARD]),
        ([], [OURS.energy], False, [GARAGE]),
        ([FRIDGE], [OURS.energy], True, [FRIDGE, GARAGE | RATE]),
        ([FRIDGE, GARAGE | RATE, YARD], [SECOND.energy], True, [FRIDGE, YARD]),
        ([GARAGE, FRIDGE], [OURS.energy], False, [GARAGE, FRIDGE]),
        # A newer version takes the power too.
        ([GARAGE, FRIDGE], [OURS.energy], True, [GARAGE | RATE, FRIDGE]),
        # What somebody set stays.
        ([MINE], [OURS.energy], True, [MINE | RATE]),
        (
            [MINE | {"stat_rate": "sensor.x"}],
            [OURS.energy],
            True,
            [MINE | {"stat_rate": "sensor.x"}],
        ),
        # What was counted in ours counts for itself then, as when it is removed by hand.
        ([IN_GARAGE, GARAGE], [], True, [{"stat_consumption": "sensor.lamp"}]),
        ([IN_GARAGE, GARAGE | RATE], [OURS.energy], True, [IN_GARAGE, GARAGE | RATE]),
        # What is not ours cannot be chosen.
        ([FRIDGE], ["sensor.other"], True, [FRIDGE]),
    ],
)
def test_only_ours_change(
    before: list[Any], chosen: list[str], with_power: bool, after: list[Any]
) -> None:
    copies = [dict(item) for item in before]
    assert changed(before, [OURS, SECOND], chosen, with_power=with_power) == after
    assert before == copies


async def test_a_device_is_a_connector_with_its_sensors(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    wallbox.charger.connector(2)
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    first, second = devices_of(hass, deaf_hub)
    assert first == EnergyDevice("Garage", "sensor.garage_total_energy", "sensor.garage_power")
    assert second.energy != first.energy
    assert second.name != first.name


async def test_names_and_what_is_off_are_the_users(hass: HomeAssistant, deaf_hub: Hub) -> None:
    dr.async_get(hass).async_update_device(device_of(hass).id, name_by_user="My garage")
    registry = er.async_get(hass)
    registry.async_update_entity("sensor.garage_power", disabled_by=er.RegistryEntryDisabler.USER)
    assert devices_of(hass, deaf_hub) == [
        EnergyDevice("My garage", "sensor.garage_total_energy", None)
    ]
    registry.async_update_entity(
        "sensor.garage_total_energy", disabled_by=er.RegistryEntryDisabler.USER
    )
    assert devices_of(hass, deaf_hub) == []


async def test_it_is_written_to_home_assistants_preferences(hass: HomeAssistant) -> None:
    assert not energy_dashboard.is_there(hass)
    assert not energy_dashboard.takes_power(hass)
    hass.config.components.add("energy")
    with_power = "stat_rate" in DeviceConsumption.__annotations__
    assert energy_dashboard.takes_power(hass) is with_power
    assert await energy_dashboard.async_items(hass) == []
    manager = await async_get_manager(hass)
    sources: Any = [{"type": "solar", "stat_energy_from": "sensor.roof"}]
    await manager.async_update({"energy_sources": sources})
    updates: list[None] = []

    async def on_update() -> None:
        updates.append(None)

    manager.async_listen_updates(on_update)
    await energy_dashboard.async_choose(hass, [OURS], [OURS.energy])
    await energy_dashboard.async_choose(hass, [OURS], [OURS.energy])
    assert len(updates) == 1  # the second time there was nothing to change
    assert await energy_dashboard.async_items(hass) == [GARAGE | (RATE if with_power else {})]
    await energy_dashboard.async_choose(hass, [OURS], [])
    assert await energy_dashboard.async_items(hass) == []
    assert manager.data is not None
    assert manager.data["energy_sources"] == sources
