"""The current limit and the house connection's maximum: range, refusal, and confirmed state."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import (
    CommandError,
    CommandRefused,
    CommandUnanswered,
    NotConnected,
)
from custom_components.evse_ocpp.const import KEY_DLB_MAXIMUM_CURRENT
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import subentry_data

LIMIT = "number.garage_current_limit"
DLB = "number.garage_house_connection_maximum_current"


async def set_value(hass: HomeAssistant, entity_id: str, value: float) -> None:
    await hass.services.async_call(
        "number", "set_value", {"entity_id": entity_id, "value": value}, blocking=True
    )


def start(wallbox: Wallbox) -> None:
    now = datetime.now(UTC)
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", now)
    wallbox.charger.start_transaction(1, "CARD", now, 0, "key")


@pytest.fixture
async def dlb(hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock) -> Wallbox:
    """A wallbox with load balancing; what it accepts becomes its configuration."""

    async def change(key: str, value: str) -> None:
        wallbox.charger.configuration[key] = ConfigurationKey(value, readonly=False)

    commands.change_configuration.side_effect = change
    assert hass.states.get(DLB) is None
    wallbox.charger.configuration[KEY_DLB_MAXIMUM_CURRENT] = ConfigurationKey("25", False)
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    return wallbox


async def test_limit_is_sent_as_a_lease(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    start(wallbox)
    await set_value(hass, LIMIT, 10)
    commands.set_lease.assert_awaited_with(1, 10.0, 180)
    assert hass.states.is_state(LIMIT, "10.0")


@pytest.mark.parametrize("value", [3, 5.9, 16.1, 200, -1])
async def test_limit_out_of_range_is_refused(
    hass: HomeAssistant, wallbox: Wallbox, value: float
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await set_value(hass, LIMIT, value)
    assert error.value.translation_key == "out_of_range"
    assert hass.states.is_state(LIMIT, "16.0")


@pytest.mark.parametrize("entity_id", [LIMIT, DLB])
@pytest.mark.usefixtures("dlb")
async def test_no_number_is_refused(
    hass: HomeAssistant, commands: AsyncMock, entity_id: str
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await set_value(hass, entity_id, float("nan"))
    assert error.value.translation_key == "not_a_number"
    assert error.value.translation_placeholders is not None
    assert error.value.translation_placeholders["minimum"] == "6"
    commands.change_configuration.assert_not_awaited()


@pytest.mark.parametrize(
    ("failure", "key", "placeholders"),
    [
        (
            CommandRefused("SetChargingProfile", "Rejected"),
            "command_refused",
            {"charger": "Garage", "action": "SetChargingProfile", "answer": "Rejected"},
        ),
        (CommandUnanswered("SetChargingProfile"), "no_answer", {"charger": "Garage"}),
        (NotConnected("SetChargingProfile"), "not_connected", {"charger": "Garage"}),
    ],
)
async def test_refused_limit_is_told_and_not_shown(
    hass: HomeAssistant,
    wallbox: Wallbox,
    commands: AsyncMock,
    failure: CommandError,
    key: str,
    placeholders: dict[str, str],
) -> None:
    """lbbrhzn/ocpp #2049: a slider must not show what the wallbox refused."""
    start(wallbox)
    commands.set_lease.side_effect = failure
    with pytest.raises(HomeAssistantError) as error:
        await set_value(hass, LIMIT, 10)
    assert error.value.translation_key == key
    assert error.value.translation_placeholders == placeholders
    assert hass.states.is_state(LIMIT, "16.0")


async def test_limit_holds_for_when_the_wallbox_is_back(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    wallbox.charger.link_down()
    wallbox.charger.publish()
    await set_value(hass, LIMIT, 8)
    assert hass.states.is_state(LIMIT, "8.0")


@pytest.mark.parametrize("subentries", [[subentry_data(maximum_current=32)]])
async def test_maximum_is_that_of_the_wallbox(hass: HomeAssistant, wallbox: Wallbox) -> None:
    shown = hass.states.get(LIMIT)
    assert shown is not None
    assert (shown.attributes["min"], shown.attributes["max"]) == (6, 32)


async def test_dlb_maximum_is_written(
    hass: HomeAssistant, dlb: Wallbox, commands: AsyncMock
) -> None:
    assert hass.states.is_state(DLB, "25.0")
    await set_value(hass, DLB, 40)
    commands.change_configuration.assert_awaited_with(KEY_DLB_MAXIMUM_CURRENT, "40")
    assert hass.states.is_state(DLB, "40.0")


async def test_dlb_maximum_that_is_refused(
    hass: HomeAssistant, dlb: Wallbox, commands: AsyncMock
) -> None:
    commands.change_configuration.side_effect = CommandRefused("ChangeConfiguration", "Rejected")
    with pytest.raises(HomeAssistantError) as error:
        await set_value(hass, DLB, 40)
    assert error.value.translation_key == "command_refused"
    assert hass.states.is_state(DLB, "25.0")


@pytest.mark.parametrize("value", [3, 251])
async def test_dlb_maximum_out_of_range(hass: HomeAssistant, dlb: Wallbox, value: float) -> None:
    with pytest.raises(ServiceValidationError):
        await set_value(hass, DLB, value)


@pytest.mark.parametrize("value", [None, "", "plenty"])
async def test_dlb_maximum_that_is_no_number_is_unknown(
    hass: HomeAssistant, dlb: Wallbox, value: str | None
) -> None:
    dlb.charger.configuration[KEY_DLB_MAXIMUM_CURRENT] = ConfigurationKey(value, readonly=False)
    dlb.charger.publish()
    assert hass.states.is_state(DLB, "unknown")


async def test_dlb_maximum_of_a_wallbox_that_just_left(hass: HomeAssistant, dlb: Wallbox) -> None:
    """Between losing the link and showing it."""
    dlb.charger.link_down()
    with pytest.raises(HomeAssistantError) as error:
        await set_value(hass, DLB, 40)
    assert error.value.translation_key == "not_connected"
