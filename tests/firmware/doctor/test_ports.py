"""What ports are called, and who has them open."""

import os
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from evse.doctor.ports import Holder, holders, named, stable_names


def info(device: str, vid: int | None, pid: int | None, description: str = "n/a") -> ListPortInfo:
    port = ListPortInfo(device)
    port.vid, port.pid, port.description = vid, pid, description
    return port


@pytest.mark.parametrize(
    ("vid", "pid", "description", "what", "modem"),
    [
        (0x0403, 0x6001, "FT232R USB UART", "FTDI adapter (0403:6001)", False),
        (0x1A86, 0x7523, "USB Serial", "WCH adapter (CH340, CH341, CH343) (1a86:7523)", False),
        (0x10C4, 0xEA60, "CP2102", "Silicon Labs adapter (CP210x) (10c4:ea60)", False),
        (0x10C4, 0x0001, "Scope", "Scope (10c4:0001)", False),
        (0x2C7C, 0x0125, "EC25", "Quectel modem (2c7c:0125)", True),
        (None, None, "n/a", "serial port", False),
        (None, None, "ttyAMA0", "ttyAMA0", False),
    ],
)
def test_what_a_port_is(
    vid: int | None, pid: int | None, description: str, what: str, modem: bool
) -> None:
    port = named(info("/dev/ttyX", vid, pid, description), {"/dev/ttyX": "/dev/serial/by-id/x"})
    assert (port.what, port.modem, port.stable) == (what, modem, "/dev/serial/by-id/x")


def test_names_that_stay(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB0"
    device.touch()
    folder = tmp_path / "by-id"
    assert stable_names(folder) == {}
    folder.mkdir()
    (folder / "usb-FTDI").symlink_to("../ttyUSB0")
    assert stable_names(folder) == {str(device): str(folder / "usb-FTDI")}


@pytest.mark.parametrize(
    ("command", "is_wallbox"),
    [
        ("/opt/evse/bin/python /opt/evse/bin/evse run --config /etc/evse.toml", True),
        ("/opt/evse/bin/python /opt/evse/bin/evse watch", False),
        ("minicom run", False),
    ],
)
def test_who_has_it_open(tmp_path: Path, command: str, is_wallbox: bool) -> None:
    device = tmp_path / "ttyUSB0"
    device.touch()
    for pid, opened in (("17", device), ("18", tmp_path / "other"), (str(os.getpid()), device)):
        process = tmp_path / "proc" / pid
        (process / "fd").mkdir(parents=True)
        (process / "fd/3").symlink_to(opened)
        (process / "cmdline").write_bytes(command.replace(" ", "\0").encode())
    (tmp_path / "proc/self").mkdir()
    (tmp_path / "proc/19").mkdir()  # it has ended
    found = holders(str(device), tmp_path / "proc")
    assert found == [Holder(17, command)]
    assert found[0].is_wallbox is is_wallbox


def test_a_wallbox_that_may_not_be_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pid, command in (("17", b"evse\0run"), ("18", b"bash\0")):
        (tmp_path / pid / "fd").mkdir(parents=True)
        (tmp_path / pid / "cmdline").write_bytes(command)
    listing = Path.iterdir

    def forbidden(path: Path) -> object:
        if path.name == "fd":
            raise PermissionError
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert holders("/dev/ttyUSB0", tmp_path) == [Holder(17, "evse run", sure=False)]
