"""Programs for the time of a test: a D-Bus daemon, and services mocked on it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"
"""Where Debian installs python-dbusmock, which is in no environment of ours."""

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
"""


def missing() -> str:
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
def process(*command: str) -> Iterator[None]:
    """A program while the context lasts."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        running.wait(20)


@contextmanager
def daemon(folder: Path) -> Iterator[Path]:
    """A D-Bus daemon; its socket, `bus` in `folder`."""
    socket, config = folder / "bus", folder / "bus.conf"
    socket.unlink(missing_ok=True)
    config.write_text(_CONFIG.format(socket=socket))
    with process("dbus-daemon", f"--config-file={config}", "--nofork"):
        yield socket
