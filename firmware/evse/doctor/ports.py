"""The serial ports of this computer: what they are, and who has them open."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

BY_ID = Path("/dev/serial/by-id")
PROC = Path("/proc")
LATENCY_TIMER = "/sys/bus/usb-serial/devices/{}/latency_timer"

_ADAPTERS: Mapping[tuple[int, int | None], str] = {
    (0x0403, None): "FTDI adapter",
    (0x1A86, None): "WCH adapter (CH340, CH341, CH343)",
    (0x10C4, 0xEA60): "Silicon Labs adapter (CP210x)",
    (0x067B, None): "Prolific adapter (PL2303)",
    (0x2341, None): "Arduino",
    (0x303A, None): "Espressif board",
    (0x0483, 0x5740): "STM32 board",
}
"""By USB vendor and product; None: any product."""

_MODEMS = {0x2C7C: "Quectel", 0x12D1: "Huawei", 0x1E0E: "SIMCom", 0x1199: "Sierra", 0x1BC7: "Telit"}
"""By USB vendor: these have serial ports for commands, where no wallbox device is."""


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port. `stable`: its name that stays when it is plugged elsewhere or others are."""

    device: str
    what: str
    stable: str = ""
    modem: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port open; not `sure`: a wallbox program, into which we may not look."""

    pid: int
    command: str
    sure: bool = True

    @property
    def is_wallbox(self) -> bool:
        """Whether it is this program."""
        words = self.command.split()
        return "run" in words and any(Path(word).name == "evse" for word in words)


def ports() -> list[Port]:
    """Those which this computer has, by name."""
    return [named(info, stable_names()) for info in sorted(list_ports.comports())]


def named(info: ListPortInfo, stable: Mapping[str, str]) -> Port:
    """What a port is, in words."""
    modem = _MODEMS.get(info.vid or 0)
    what = (
        f"{modem} modem"
        if modem
        else _ADAPTERS.get((info.vid, info.pid)) or _ADAPTERS.get((info.vid, None))
    )
    usb = "" if info.vid is None else f" ({info.vid:04x}:{info.pid:04x})"
    described = info.description if info.description not in (None, "n/a") else "serial port"
    return Port(info.device, f"{what or described}{usb}", stable.get(info.device, ""), bool(modem))


def stable_names(folder: Path = BY_ID) -> dict[str, str]:
    """The name in /dev/serial/by-id of each device that has one."""
    if not folder.is_dir():
        return {}
    return {str(link.resolve()): str(link) for link in sorted(folder.iterdir())}


def described(device: str) -> Port:
    """The port that somebody has named: what it is, as far as this computer knows."""
    real = str(Path(device).resolve())
    found = next((port for port in ports() if port.device == real), None)
    return Port(device, found.what, found.stable) if found else Port(device, "serial port")


def holders(device: str, proc: Path = PROC) -> list[Holder]:
    """The other processes that have the device open.

    Only root sees what those of others have open; a wallbox program among them is told all the
    same, for to talk on its line would disturb it.
    """
    real = Path(device).resolve()
    found = []
    for process in proc.iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            holder = Holder(int(process.name), " ".join(words).strip())
            try:
                if any(link.readlink() == real for link in (process / "fd").iterdir()):
                    found.append(holder)
            except PermissionError:
                if holder.is_wallbox:
                    found.append(replace(holder, sure=False))
        except OSError:  # it has ended
            continue
    return found


def latency_ms(device: str) -> int | None:
    """How long an FTDI adapter keeps what it received; None for others."""
    timer = Path(LATENCY_TIMER.format(Path(device).resolve().name))
    try:
        return int(timer.read_text())
    except (OSError, ValueError):
        return None
