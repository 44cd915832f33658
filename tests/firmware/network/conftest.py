"""A D-Bus of one's own, with services mocked on it by python-dbusmock (the system's Python)."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from evse.network.bus import BusError, SystemBus
from tests.firmware.network.mocked import Mocked, eventually

SYSTEM_PYTHON = "/usr/bin/python3"

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
"""


def _missing() -> str:
    """Why there can be no mocked D-Bus here; "" when there can."""
    if shutil.which("dbus-daemon") is None:
        return "dbus-daemon is not installed (apt install dbus)"
    probe = [SYSTEM_PYTHON, "-c", "import dbusmock"]
    if (
        not Path(SYSTEM_PYTHON).exists()
        or subprocess.run(probe, check=False, capture_output=True).returncode
    ):
        return "python-dbusmock is not installed (apt install python3-dbusmock)"
    return ""


@contextmanager
def _process(*command: str) -> Iterator[None]:
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture(scope="session")
def dbus_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if reason := _missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("dbus")
    socket, config = folder / "bus", folder / "bus.conf"
    config.write_text(_CONFIG.format(socket=socket))
    with _process("dbus-daemon", f"--config-file={config}", "--nofork"):
        yield socket


@pytest.fixture
async def mocked(dbus_socket: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mocked]:
    """The bus, as the system's; services are started by `mocked.start`."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={dbus_socket}")
    bus = SystemBus()
    await eventually(lambda: _answers(bus))
    with ExitStack() as stack:
        yield Mocked(bus, lambda *command: stack.enter_context(_process(SYSTEM_PYTHON, *command)))
        bus.close()


async def _answers(bus: SystemBus) -> bool:
    try:
        await bus.call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId"
        )
    except BusError:
        return False
    return True
