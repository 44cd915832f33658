"""The D-Bus may go at any moment: a call says so in time, and the next one finds it again."""

import asyncio
import time
from pathlib import Path

import pytest

from evse.network import bus as buses
from evse.network.bus import BusError, SystemBus
from tests.firmware.network.daemons import SYSTEM_PYTHON, daemon, missing, process
from tests.firmware.network.mocked import eventually

NAME, PATH, INTERFACE = "org.example.Slow", "/org/example/Slow", "org.example.Slow"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if reason := missing():
        pytest.skip(reason)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    return tmp_path


async def answers(bus: SystemBus) -> bool:
    try:
        dbus = "org.freedesktop.DBus"
        await bus.call(dbus, "/org/freedesktop/DBus", dbus, "GetId")
    except BusError:
        return False
    return True


async def test_a_daemon_that_goes_and_comes_is_found_again(folder: Path) -> None:
    bus = SystemBus()
    for _ in range(2):
        with daemon(folder):
            await eventually(lambda: answers(bus))
        with pytest.raises(BusError):
            await bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "x.y", "GetId")
    bus.close()


async def slow(bus: SystemBus) -> None:
    """A call that takes a minute."""
    await can_be_slow(bus)
    await bus.call(NAME, PATH, INTERFACE, "Sleep")


async def can_be_slow(bus: SystemBus) -> None:
    """Wait for the service, and teach it the call."""

    async def prepared() -> bool:
        try:
            mock, code = "org.freedesktop.DBus.Mock", "import time; time.sleep(60)"
            arguments = (INTERFACE, "Sleep", "", "", code)
            await bus.call(NAME, PATH, mock, "AddMethod", "sssss", *arguments)
        except BusError:
            return False
        return True

    await eventually(prepared)


async def test_a_daemon_that_dies_within_a_call_ends_the_call(folder: Path) -> None:
    bus = SystemBus()
    with daemon(folder):
        await eventually(lambda: answers(bus))
        with process(SYSTEM_PYTHON, "-m", "dbusmock", "--system", NAME, PATH, INTERFACE):
            await can_be_slow(bus)
            calling = asyncio.ensure_future(bus.call(NAME, PATH, INTERFACE, "Sleep"))
            await asyncio.sleep(1.0)
            assert not calling.done()
    began_s = time.monotonic()
    with pytest.raises(BusError):
        await calling
    assert time.monotonic() - began_s < 30.0
    bus.close()


async def test_a_service_that_does_not_answer_is_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buses, "CALL_TIMEOUT_S", 1.0)
    bus = SystemBus()
    service = ("-m", "dbusmock", "--system", NAME, PATH, INTERFACE)
    with daemon(folder):
        await eventually(lambda: answers(bus))
        expected = pytest.raises(BusError, match=f"{NAME} does not answer Sleep")
        with process(SYSTEM_PYTHON, *service), expected:
            await slow(bus)
    bus.close()
