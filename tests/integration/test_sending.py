"""What is sent to a charger that is away, and the last words to one that stays."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandUnanswered, NotConnected
from custom_components.evse_ocpp.central.control import Control, Method, PauseBy, Purpose
from custom_components.evse_ocpp.energy.orders import (
    SetFallback,
    SetFreeCharging,
    SetOperative,
    Start,
    Stop,
)
from custom_components.evse_ocpp.sending import leave, send

DEFAULT = Method(Purpose.TX_DEFAULT_PROFILE)
ONE_SLOT = Control(DEFAULT, DEFAULT, PauseBy.UNAVAILABLE, lease_ends_itself=False)
STAYS = Control(lease_ends_itself=False)


@pytest.fixture
def commands() -> AsyncMock:
    return AsyncMock()


@pytest.fixture
def charger(commands: AsyncMock) -> Charger:
    """One that charges, and holds a raised limit."""
    charger = Charger("CP-1")
    charger.link_up(commands, datetime.now(UTC))
    charger.start_transaction(1, "CARD", datetime.now(UTC), 0, "key")
    charger.connector(2)
    charger.fallback_a = 16.0
    return charger


async def test_nothing_is_sent_to_a_charger_that_is_away(charger: Charger) -> None:
    charger.link_down(None)
    with pytest.raises(NotConnected):
        await send(charger, SetFallback(6.0), 180)
    await leave(charger, [1], 6.0, 6.0)


@pytest.mark.parametrize(
    ("order", "sent"),
    [
        (SetFallback(6.0), ("set_fallback", 6.0)),
        (Stop(1, "tx"), ("remote_stop", "tx")),
        (SetOperative(1, on=False), ("change_availability", 1, False)),
        (SetFreeCharging(on=True), ("change_configuration", "FreeCharging", "true")),
        (Start(1, 10.0), ("remote_start", 1, "ALFEN", 10.0, 180)),
    ],
)
async def test_each_order_has_its_command(
    charger: Charger, commands: AsyncMock, order: object, sent: tuple[object, ...]
) -> None:
    """Alfen starts by the tag in its key only (evcc #5021)."""
    charger.configuration["PlugAndChargeIdentifier"] = ConfigurationKey("ALFEN", readonly=True)
    await send(charger, order, 180)
    ((name, arguments, _),) = commands.mock_calls
    assert (name, *arguments) == sent


@pytest.mark.parametrize(
    ("control", "sent"),
    [
        (Control(), []),
        (ONE_SLOT, [("set_fallback", 6.0)]),
        (STAYS, [("set_lease", 1, 8.0, 5.0)]),
    ],
)
async def test_the_last_words_lower_what_would_stay_raised(
    charger: Charger, commands: AsyncMock, control: Control, sent: list[tuple[object, ...]]
) -> None:
    charger.control = control
    await leave(charger, [], 6.0, 8.0)
    assert [(name, *arguments) for name, arguments, _ in commands.mock_calls] == sent


async def test_the_last_words_end_pauses_and_wait_for_nobody(
    charger: Charger, commands: AsyncMock
) -> None:
    charger.control = ONE_SLOT
    commands.change_availability.side_effect = CommandUnanswered("ChangeAvailability")
    await leave(charger, [2], 6.0, 6.0)
    commands.change_availability.assert_awaited_once_with(2, operative=True)
    commands.set_fallback.assert_not_awaited()
