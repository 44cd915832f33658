"""A D-Bus of one's own, with services mocked on it by python-dbusmock (the system's Python)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from evse.network.bus import BusError, SystemBus
from tests.firmware.network.daemons import SYSTEM_PYTHON, daemon, missing, process
from tests.firmware.network.mocked import Mocked, eventually


@pytest.fixture(scope="session")
def dbus_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if reason := missing():
        pytest.skip(reason)
    with daemon(tmp_path_factory.mktemp("dbus")) as socket:
        yield socket


@pytest.fixture
async def mocked(dbus_socket: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mocked]:
    """The bus, as the system's; services are started by its methods."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={dbus_socket}")
    bus = SystemBus()
    await eventually(lambda: _answers(bus))
    with ExitStack() as stack:
        yield Mocked(bus, lambda *command: stack.enter_context(process(SYSTEM_PYTHON, *command)))
        bus.close()


async def _answers(bus: SystemBus) -> bool:
    try:
        dbus = "org.freedesktop.DBus"
        await bus.call(dbus, "/org/freedesktop/DBus", dbus, "GetId")
    except BusError:
        return False
    return True
