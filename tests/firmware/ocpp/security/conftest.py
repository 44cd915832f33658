"""A wallbox on security profile 1, connected; and what the tests ask of it."""

from collections.abc import Awaitable, Callable

import pytest

from tests.firmware.ocpp.conftest import Wallbox, eventually

PASSWORD = "0123456789abcdef"


@pytest.fixture
async def secured(make_wallbox: Callable[..., Awaitable[Wallbox]]) -> Wallbox:
    """Connected with a password; the clock is that of the computer, as TLS's is."""
    wallbox = await make_wallbox(f"ocpp.password={PASSWORD}", "ocpp.security_profile=1", speed=1)
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    return wallbox
