"""Device triggers, conditions and actions, through real automations."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock

import pytest
import voluptuous as vol
from homeassistant.components import automation
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_get_device_automations,
    async_mock_service,
)

from custom_components.evse_ocpp import device_action, device_condition, device_trigger
from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.happenings import HappeningKind
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.devices import async_get
from custom_components.evse_ocpp.sensor_charging import STATUS
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import device_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TRIGGERS = (*device_trigger.HAPPENINGS, *device_trigger.STATION_HAPPENINGS)


async def offered(hass: HomeAssistant, kind: DeviceAutomationType, device_id: str) -> list[Any]:
    """Return what the editor offers of ours for a device."""
    found = await async_get_device_automations(hass, kind, device_id)
    return [each for each in found if each["domain"] == DOMAIN]


async def automate(hass: HomeAssistant, **parts: Any) -> list[ServiceCall]:
    """Set up one automation that calls `test.automation`; return its calls."""
    calls = async_mock_service(hass, "test", "automation")
    config = {
        "triggers": {"trigger": "event", "event_type": "go"},
        "actions": {"action": "test.automation"},
        **parts,
    }
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    await hass.async_block_till_done(wait_background_tasks=False)
    return calls


@pytest.fixture
async def second(hass: HomeAssistant, wallbox: Wallbox) -> dr.DeviceEntry:
    """The device of a second connector."""
    wallbox.charger.take_status(2, ChargerStatus.AVAILABLE, "NoError", NOW)
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    return device_of(hass, "CP-1/2")


async def test_what_is_offered(hass: HomeAssistant, second: dr.DeviceEntry) -> None:
    first = device_of(hass)
    for device, station in ((first, True), (second, False)):
        triggers = await offered(hass, DeviceAutomationType.TRIGGER, device.id)
        wanted = {"status_changed", *device_trigger.HAPPENINGS}
        wanted |= set(device_trigger.STATION_HAPPENINGS) if station else set()
        assert {each["type"] for each in triggers} == wanted
        conditions = await offered(hass, DeviceAutomationType.CONDITION, device.id)
        assert {each["type"] for each in conditions} == set(device_condition.CONDITION_TYPES)
        actions = await offered(hass, DeviceAutomationType.ACTION, device.id)
        assert {each["type"] for each in actions} == set(device_action.ACTION_TYPES)


async def test_nothing_is_offered_for_a_foreign_device(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    entry = MockConfigEntry(domain="other")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("other", "CP-1")}
    )
    assert await device_trigger.async_get_triggers(hass, device.id) == []
    assert await device_condition.async_get_conditions(hass, device.id) == []
    assert await device_action.async_get_actions(hass, device.id) == []
    for device_id in (device.id, "nothing"):
        with pytest.raises(ServiceValidationError) as error:
            async_get(hass, device_id)
        assert error.value.translation_key == "no_wallbox"


@pytest.mark.parametrize("kind", TRIGGERS)
async def test_trigger_fires_for_its_happening_only(
    hass: HomeAssistant, wallbox: Wallbox, kind: HappeningKind
) -> None:
    device_id = device_of(hass).id
    trigger = {"trigger": "device", "domain": DOMAIN, "device_id": device_id, "type": str(kind)}
    calls = await automate(hass, triggers=trigger)
    for each in HappeningKind:
        wallbox.charger.happened(each, 1, NOW)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert len(calls) == 1


async def test_status_trigger(hass: HomeAssistant, wallbox: Wallbox) -> None:
    (trigger,) = (
        each
        for each in await offered(hass, DeviceAutomationType.TRIGGER, device_of(hass).id)
        if each["type"] == "status_changed"
    )
    fields = await device_trigger.async_get_trigger_capabilities(hass, trigger)
    assert {str(key) for key in fields["extra_fields"].schema} == {"to", "for"}
    calls = await automate(hass, triggers={**trigger, "to": "charging"})
    for status in (ChargerStatus.PREPARING, ChargerStatus.CHARGING):
        wallbox.charger.take_status(1, status, "NoError", NOW)
        wallbox.charger.publish()
        await hass.async_block_till_done(wait_background_tasks=False)
    assert len(calls) == 1


async def test_happenings_have_no_further_fields(hass: HomeAssistant) -> None:
    assert await device_trigger.async_get_trigger_capabilities(hass, {"type": "plugged"}) == {}
    assert await device_action.async_get_action_capabilities(hass, {"type": "start"}) == {}


@pytest.mark.parametrize(
    ("type_", "status", "connected", "holds"),
    [
        ("is_charging", ChargerStatus.CHARGING, True, True),
        ("is_charging", ChargerStatus.SUSPENDED_EV, True, False),
        ("is_plugged", ChargerStatus.SUSPENDED_EV, True, True),
        ("is_plugged", ChargerStatus.AVAILABLE, True, False),
        ("is_plugged", ChargerStatus.FAULTED, True, False),
        ("is_faulted", ChargerStatus.FAULTED, True, True),
        ("is_connected", ChargerStatus.AVAILABLE, True, True),
        ("is_connected", ChargerStatus.AVAILABLE, False, False),
        ("is_in_session", ChargerStatus.CHARGING, True, False),
    ],
)
async def test_condition(
    hass: HomeAssistant,
    wallbox: Wallbox,
    type_: str,
    status: ChargerStatus,
    connected: bool,
    holds: bool,
) -> None:
    wallbox.charger.take_status(1, status, "NoError", NOW)
    if not connected:
        wallbox.charger.link_down()
    condition = {"condition": "device", "domain": DOMAIN, "type": type_}
    calls = await automate(hass, conditions={**condition, "device_id": device_of(hass).id})
    hass.bus.async_fire("go")
    await hass.async_block_till_done(wait_background_tasks=False)
    assert bool(calls) is holds


async def test_condition_of_a_server_that_does_not_run(
    hass: HomeAssistant, wallbox: Wallbox, entry: MockConfigEntry
) -> None:
    config = {"type": "is_connected", "device_id": device_of(hass).id}
    test: Any = device_condition.async_condition_from_config(hass, config)
    assert test(hass, None)
    await hass.config_entries.async_unload(entry.entry_id)
    assert not test(hass, None)


async def act(hass: HomeAssistant, type_: str, **data: Any) -> None:
    config = {"domain": DOMAIN, "device_id": device_of(hass).id, "type": type_, **data}
    checked = device_action.ACTION_SCHEMA(config)
    await device_action.async_call_action_from_config(hass, checked, {}, None)


async def test_actions(hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock) -> None:
    await act(hass, "pause")
    assert not wallbox.steering.choices.charging
    await act(hass, "start")
    assert wallbox.steering.choices.charging
    await act(hass, "set_limit", current=10)
    assert wallbox.steering.choices.limit_a == 10
    transaction = wallbox.charger.start_transaction(1, "CARD", NOW, 0, "key")
    await act(hass, "end_session")
    commands.remote_stop.assert_awaited_once_with(transaction.id)


async def test_action_in_an_automation(hass: HomeAssistant, wallbox: Wallbox) -> None:
    action = {"domain": DOMAIN, "device_id": device_of(hass).id, "type": "pause"}
    await automate(hass, actions=action)
    hass.bus.async_fire("go")
    await hass.async_block_till_done(wait_background_tasks=False)
    assert not wallbox.steering.choices.charging


async def test_current_is_asked_for_and_bounded(hass: HomeAssistant, wallbox: Wallbox) -> None:
    fields = await device_action.async_get_action_capabilities(hass, {"type": "set_limit"})
    (field,) = fields["extra_fields"].schema
    assert str(field) == "current"
    with pytest.raises(vol.Invalid):
        await act(hass, "set_limit", current=3)
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "set_limit", current=32)  # the installation gives 16 A
    assert error.value.translation_key == "limit_out_of_range"
    assert error.value.translation_placeholders is not None
    assert error.value.translation_placeholders["maximum"] == "16"


async def test_refused_action_is_told(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "end_session")
    assert error.value.translation_key == "no_session"


def test_status_words_of_the_trigger_are_the_sensors() -> None:
    schema = device_trigger.TRIGGER_SCHEMA
    base = {"platform": "device", "domain": DOMAIN, "device_id": "d", "type": "status_changed"}
    for status in STATUS.values():
        assert schema({**base, "entity_id": "sensor.garage_status", "to": status})
    with pytest.raises(vol.Invalid):
        schema({**base, "entity_id": "sensor.garage_status", "to": "flying"})
