"""The way to the central system is long: an answer may take seconds (network trial)."""

import asyncio
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from evse.ocpp.backoff import patience_s
from evse.ocpp.timing import CONNECT_TIMEOUT_MAX_S, CONNECT_TIMEOUT_S

HANDSHAKE_S = 0.5


@pytest.mark.parametrize(("timeouts", "expected_s"), [(0, 8.0), (1, 16.0), (2, 24.0), (99, 24.0)])
def test_attempts_that_run_out_of_time_make_patient(timeouts: int, expected_s: float) -> None:
    assert (CONNECT_TIMEOUT_S, CONNECT_TIMEOUT_MAX_S) == (8.0, 24.0)
    assert patience_s(timeouts) == expected_s


async def test_a_handshake_that_takes_long_comes_through(
    make_wallbox: Any, eventually: Any, monkeypatch: Any
) -> None:
    """It takes longer than a first attempt waits, and a later one does wait for it."""
    monkeypatch.setattr("evse.ocpp.backoff.CONNECT_TIMEOUT_S", HANDSHAKE_S * 0.6)
    monkeypatch.setattr("evse.ocpp.backoff.BACKOFF_FIRST_S", 0.05)
    held = asyncio.Event()

    async def late(_link: ServerConnection, _request: object) -> None:
        await asyncio.sleep(HANDSHAKE_S)

    async def hold(link: ServerConnection) -> None:
        held.set()
        await link.wait_closed()

    async with serve(hold, "127.0.0.1", 0, process_request=late) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        wallbox = await make_wallbox(f"ocpp.url=ws://127.0.0.1:{port}/ocpp")
        wallbox.start()
        await eventually(held.is_set, 10)
        await wallbox.kill()


async def test_a_password_in_the_address_of_the_central_system_is_in_no_log(
    make_wallbox: Any, eventually: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Some write it there; guards what docs/security.md says of logs."""
    caplog.set_level("DEBUG", "evse")
    held = asyncio.Event()

    async def hold(link: ServerConnection) -> None:
        held.set()
        await link.wait_closed()

    async with serve(hold, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        wallbox = await make_wallbox(f"ocpp.url=ws://me:a-secret@127.0.0.1:{port}/ocpp")
        wallbox.start()
        await eventually(held.is_set, 10)
        await eventually(lambda: f"connected to ws://127.0.0.1:{port}/ocpp as" in caplog.text, 10)
        await wallbox.kill()
    assert "a-secret" not in caplog.text
