"""The way to the central system is long, or ends nowhere (found by the trials of the network)."""

import asyncio
import gc
from typing import Any

import pytest
from ocpp.v16 import call
from websockets.asyncio.server import ServerConnection, serve

from evse.ocpp.backoff import patience_s
from evse.ocpp.charge_point import ChargePoint, Counters, NoAnswer
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
        await eventually(held.is_set)
        await wallbox.kill()


@pytest.mark.parametrize(("interval_s", "comes_back"), [(3600, True), (0, False)])
async def test_a_call_without_an_answer_makes_the_wallbox_look_at_once(
    make_wallbox: Any, eventually: Any, monkeypatch: Any, interval_s: int, comes_back: bool
) -> None:
    """A router has forgotten the connection; the next ping by the clock would be an hour away."""
    for name in ("charge_point.CALL_TIMEOUT_S", "link.PONG_TIMEOUT_S", "link.IDLE_POLL_S"):
        monkeypatch.setattr(f"evse.ocpp.{name}", 0.1)
    opened: list[ServerConnection] = []

    async def deaf(link: ServerConnection) -> None:
        link.transport.pause_reading()
        opened.append(link)
        await link.wait_closed()

    async with serve(deaf, "127.0.0.1", 0, close_timeout=0.1) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        wallbox = await make_wallbox(
            f"ocpp.url=ws://127.0.0.1:{port}/ocpp", f"ocpp.ping_interval_s={interval_s}"
        )
        wallbox.start()
        if comes_back:
            await eventually(lambda: len(opened) >= 2)
        else:
            await eventually(lambda: len(opened) == 1)
            await asyncio.sleep(1)
            assert len(opened) == 1, "0 is never"
        await wallbox.kill()
        for link in opened:
            link.transport.abort()


async def test_a_connection_that_breaks_while_a_call_is_sent_leaves_nothing_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The loop told of an exception that nobody had taken."""
    broken = asyncio.Event()

    class Connection:
        """Breaks as soon as something is sent."""

        async def send(self, _frame: str) -> None:
            broken.set()
            await asyncio.sleep(0.02)
            raise ConnectionResetError("gone")

        async def __aiter__(self) -> Any:
            await broken.wait()
            for frame in ():
                yield frame

    point = ChargePoint("box", Connection(), (), Counters(), lambda: True)  # type: ignore[arg-type]
    serving = asyncio.create_task(point.serve())
    with pytest.raises(NoAnswer):
        await point.request(call.Heartbeat())
    await serving
    del point, serving
    gc.collect()
    assert not caplog.records


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
        await eventually(held.is_set)
        await eventually(lambda: f"connected to ws://127.0.0.1:{port}/ocpp as" in caplog.text)
        await wallbox.kill()
    assert "a-secret" not in caplog.text
