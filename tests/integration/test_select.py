"""The charging mode: what it does, and what it shows of the other entities' choices."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.evse_ocpp.acts import set_mode
from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.wallbox import Wallbox

MODE = "select.garage_charging_mode"


async def select(hass: HomeAssistant, option: str) -> None:
    await hass.services.async_call(
        "select", "select_option", {"entity_id": MODE, "option": option}, blocking=True
    )


@pytest.mark.parametrize(
    ("mode", "charging", "window"),
    [("off", False, True), ("fast", True, False), ("window", True, True)],
)
async def test_mode_is_what_the_other_entities_show(
    hass: HomeAssistant, wallbox: Wallbox, mode: str, charging: bool, window: bool
) -> None:
    await wallbox.steering.set_window(enabled=True)
    await select(hass, mode)
    assert hass.states.is_state(MODE, mode)
    choices = wallbox.steering.choices
    assert (choices.charging, choices.window_enabled) == (charging, window)


async def test_mode_follows_the_switch(hass: HomeAssistant, wallbox: Wallbox) -> None:
    assert hass.states.is_state(MODE, "fast")
    await wallbox.steering.set_charging(False)
    assert hass.states.is_state(MODE, "off")


async def test_fast_starts_a_car_that_waits(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    wallbox.charger.take_status(1, ChargerStatus.PREPARING, "NoError", datetime.now(UTC))
    await select(hass, "fast")
    commands.remote_start.assert_awaited_once()


async def test_mode_that_is_refused_is_not_shown(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    now = datetime.now(UTC)
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", now)
    wallbox.charger.start_transaction(1, "CARD", now, 0, "key")
    commands.set_lease.side_effect = CommandRefused("SetChargingProfile", "Rejected")
    with pytest.raises(HomeAssistantError) as error:
        await select(hass, "off")
    assert error.value.translation_key == "command_refused"
    assert hass.states.is_state(MODE, "fast")


async def test_a_mode_of_a_site_needs_one(hass: HomeAssistant, wallbox: Wallbox) -> None:
    state = hass.states.get(MODE)
    assert state is not None
    assert state.attributes["options"] == ["off", "fast", "window"]
    with pytest.raises(ServiceValidationError) as error:
        await set_mode(wallbox, "solar")
    assert error.value.translation_key == "mode_needs_site"


async def test_a_mode_of_a_site_is_chosen(hass: HomeAssistant, wallbox: Wallbox) -> None:
    wallbox.belong(True)
    await select(hass, "minimum_solar")
    assert hass.states.is_state(MODE, "minimum_solar")
    wallbox.belong(False)
    assert hass.states.is_state(MODE, "fast")
