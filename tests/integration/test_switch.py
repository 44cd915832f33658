"""Charging, free charging and the charging window."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.wallbox import Wallbox

pytestmark = pytest.mark.usefixtures("all_enabled")


async def switch(hass: HomeAssistant, name: str, to: str) -> None:
    await hass.services.async_call(
        "switch", f"turn_{to}", {"entity_id": f"switch.garage_{name}"}, blocking=True
    )


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("charging", "charging"),
        ("free_charging", "free_charging"),
        ("charging_window", "window_enabled"),
    ],
)
@pytest.mark.parametrize("connected", [True, False])
async def test_choice_is_kept_and_shown(
    hass: HomeAssistant, wallbox: Wallbox, name: str, choice: str, connected: bool
) -> None:
    if not connected:
        wallbox.charger.link_down()
        wallbox.charger.publish()
    for to in ("off", "on", "off"):
        await switch(hass, name, to)
        assert getattr(wallbox.steering.choices, choice) is (to == "on")
        assert hass.states.is_state(f"switch.garage_{name}", to)


async def test_charging_off_pauses_and_on_resumes(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    now = datetime.now(UTC)
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", now)
    wallbox.charger.start_transaction(1, "CARD", now, 0, "key")
    await switch(hass, "charging", "off")
    commands.set_lease.assert_awaited_with(1, 0.0, 180)
    await switch(hass, "charging", "on")
    commands.set_lease.assert_awaited_with(1, 16, 180)
    commands.remote_stop.assert_not_awaited()


@pytest.mark.parametrize(
    ("status", "free", "shown"),
    [
        (ChargerStatus.AVAILABLE, False, "on"),
        (ChargerStatus.PREPARING, False, "off"),
        (ChargerStatus.PREPARING, True, "on"),
        (ChargerStatus.FINISHING, True, "off"),
        (ChargerStatus.FAULTED, False, "on"),
    ],
)
async def test_charging_shows_off_while_a_car_waits_to_be_started(
    hass: HomeAssistant,
    wallbox: Wallbox,
    commands: AsyncMock,
    status: ChargerStatus,
    free: bool,
    shown: str,
) -> None:
    await switch(hass, "free_charging", "on" if free else "off")
    wallbox.charger.take_status(1, status, "NoError", datetime.now(UTC))
    wallbox.charger.publish()
    assert hass.states.is_state("switch.garage_charging", shown)


async def test_charging_on_starts_a_waiting_car(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    wallbox.charger.take_status(1, ChargerStatus.PREPARING, "NoError", datetime.now(UTC))
    await switch(hass, "charging", "on")
    commands.remote_start.assert_awaited_once()


async def test_refused_pause_is_told_and_not_shown(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    now = datetime.now(UTC)
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", now)
    wallbox.charger.start_transaction(1, "CARD", now, 0, "key")
    commands.set_lease.side_effect = CommandRefused("SetChargingProfile", "NotSupported")
    with pytest.raises(HomeAssistantError) as error:
        await switch(hass, "charging", "off")
    assert error.value.translation_key == "command_refused"
    assert error.value.translation_placeholders is not None
    assert error.value.translation_placeholders["answer"] == "NotSupported"
    assert hass.states.is_state("switch.garage_charging", "on")


@pytest.mark.parametrize(
    ("status", "shown"),
    [(ChargerStatus.UNAVAILABLE, "off"), (ChargerStatus.FAULTED, "on")],
)
async def test_in_service_shows_the_status(
    hass: HomeAssistant, wallbox: Wallbox, status: ChargerStatus, shown: str
) -> None:
    wallbox.charger.take_status(1, status, "NoError", datetime.now(UTC))
    wallbox.charger.publish()
    assert hass.states.is_state("switch.garage_in_service", shown)


@pytest.mark.parametrize(("to", "operative"), [("on", True), ("off", False)])
async def test_in_service_changes_the_availability(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, to: str, operative: bool
) -> None:
    await switch(hass, "in_service", to)
    commands.change_availability.assert_awaited_once_with(1, operative)


async def test_in_service_of_a_wallbox_that_just_left(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    wallbox.charger.link_down()
    with pytest.raises(HomeAssistantError) as error:
        await switch(hass, "in_service", "off")
    assert error.value.translation_key == "not_connected"
