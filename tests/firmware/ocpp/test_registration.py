"""When BootNotification is told again (OCPP 1.6, 4.2), whatever the central system answers."""

import math
from types import SimpleNamespace
from typing import Any, cast

import pytest

from evse.ocpp.registration import Registration
from evse.ocpp.timing import BOOT_RETRY_MIN_S, BOOT_RETRY_S
from evse.settings.values import Settings
from tests.firmware.settings_store import NoStore
from tests.firmware.virtual_clock import VirtualClock


class Central:
    """Answers every BootNotification with `Pending` and this interval."""

    def __init__(self, interval: object) -> None:
        self.answer = SimpleNamespace(
            status="Pending", current_time="2026-11-26T00:00:00Z", interval=interval
        )

    async def request(self, _payload: object) -> Any:
        return self.answer


@pytest.mark.parametrize(
    ("interval", "wait_s"),
    [
        (300, 300),
        (0.1, BOOT_RETRY_MIN_S),
        (0, BOOT_RETRY_S),
        (-5, BOOT_RETRY_S),
        ("300", BOOT_RETRY_S),
        (None, BOOT_RETRY_S),
        ([], BOOT_RETRY_S),
        (math.nan, BOOT_RETRY_S),
        (math.inf, BOOT_RETRY_S),
    ],
)
async def test_the_wait_until_the_next(interval: object, wait_s: float) -> None:
    settings = await Settings.load(NoStore(), None, ())
    registration = Registration(settings, VirtualClock())
    waited_s = await registration.boot(cast("Any", Central(interval)))
    assert waited_s == wait_s
    assert not registration.accepted
