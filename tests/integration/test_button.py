"""Buttons: what is asked of the wallbox, and what is said when it does not take it."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.evse_ocpp.central.commands import CommandRefused, NotSupported
from custom_components.evse_ocpp.commissioning import Impossible
from custom_components.evse_ocpp.wallbox import Wallbox

from .test_translations import ENGLISH

pytestmark = pytest.mark.usefixtures("all_enabled")


async def press(hass: HomeAssistant, name: str) -> None:
    await hass.services.async_call(
        "button", "press", {"entity_id": f"button.garage_{name}"}, blocking=True
    )


@pytest.mark.parametrize(
    ("name", "command", "arguments", "named"),
    [
        ("restart", "reset", (), {"hard": False}),
        ("force_restart", "reset", (), {"hard": True}),
        ("release_cable", "unlock", (1,), {}),
        ("read_everything_again", "refresh", (), {}),
        ("read_meter_now", "trigger", ("MeterValues", 1), {}),
        ("forget_remembered_cards", "clear_cache", (), {}),
    ],
)
async def test_each_asks_the_wallbox(
    hass: HomeAssistant,
    wallbox: Wallbox,
    commands: AsyncMock,
    name: str,
    command: str,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
) -> None:
    await press(hass, name)
    getattr(commands, command).assert_awaited_once_with(*arguments, **named)


async def test_end_session_stops_the_transaction(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    transaction = wallbox.charger.start_transaction(1, "CARD", datetime.now(UTC), 0, "key")
    await press(hass, "end_session")
    commands.remote_stop.assert_awaited_once_with(transaction.id)


async def test_no_session_to_end(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await press(hass, "end_session")
    assert error.value.translation_key == "no_session"
    commands.remote_stop.assert_not_awaited()


@pytest.mark.parametrize(
    ("failure", "key"),
    [
        (CommandRefused("UnlockConnector", "UnlockFailed"), "command_refused"),
        (NotSupported("UnlockConnector"), "not_supported"),
    ],
)
async def test_a_refusal_is_told(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, failure: Exception, key: str
) -> None:
    commands.unlock.side_effect = failure
    with pytest.raises(HomeAssistantError) as error:
        await press(hass, "release_cable")
    assert error.value.translation_key == key


async def test_a_wallbox_that_just_left(hass: HomeAssistant, wallbox: Wallbox) -> None:
    wallbox.charger.link_down()
    with pytest.raises(HomeAssistantError) as error:
        await press(hass, "restart")
    assert error.value.translation_key == "not_connected"


@pytest.mark.parametrize("reason", ["no_car", "not_connected", "running", "limit_too_low"])
async def test_commissioning_that_cannot_begin(
    hass: HomeAssistant, wallbox: Wallbox, reason: str
) -> None:
    with (
        patch.object(wallbox.commissioning, "start", side_effect=Impossible(reason)),
        pytest.raises(ServiceValidationError) as error,
    ):
        await press(hass, "commissioning_test")
    assert error.value.translation_key == f"commissioning_{reason}"
    assert f"exceptions.{error.value.translation_key}.message" in ENGLISH


async def test_commissioning_begins(hass: HomeAssistant, wallbox: Wallbox) -> None:
    with patch.object(wallbox.commissioning, "start") as start:
        await press(hass, "commissioning_test")
    start.assert_called_once_with()
