"""What is asked after a connection: only what is unknown, and no refusal is fatal."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest

from custom_components.evse_ocpp.central import setup_calls
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.commands import (
    CommandRefused,
    Commands,
    CommandUnanswered,
)
from custom_components.evse_ocpp.central.setup_calls import ask_for_statuses, attempt


class Seen:
    """What has come on a connection."""

    def __init__(self, status_seen: bool) -> None:
        self.status_seen = status_seen


@pytest.mark.parametrize(
    ("error", "refused"),
    [(None, False), (CommandRefused("A", "Rejected"), True), (CommandUnanswered("A"), False)],
)
async def test_a_call_that_fails_is_not_fatal(error: Exception | None, refused: bool) -> None:
    command: Any = AsyncMock(side_effect=error)
    assert await attempt(Charger("CP-1"), command()) is refused


@pytest.mark.parametrize(
    ("known", "told", "asks"),
    [(True, True, 0), (True, False, 1), (False, True, 1), (False, False, 1)],
)
async def test_statuses_are_asked_for_unless_all_were_told(
    monkeypatch: pytest.MonkeyPatch, known: bool, told: bool, asks: int
) -> None:
    monkeypatch.setattr(setup_calls, "SPACING_S", 0.0)
    charger, commands = Charger("CP-1"), create_autospec(Commands, instance=True)
    charger.connector(1)
    if known:
        charger.take_status(1, ChargerStatus.AVAILABLE, "NoError", datetime.now(UTC))
    await ask_for_statuses(charger, Seen(told), commands)
    assert commands.trigger.await_count == asks
