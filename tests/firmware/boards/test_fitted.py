"""The board that the settings say is fitted: its driver, its line, what it is built for."""

from pathlib import Path
from typing import Any

import pytest

from evse.boards.board import Capabilities
from evse.boards.fitted import board_of, device_of
from evse.boards.linux_io.board import LinuxIoBoard
from evse.boards.openevse import OpenEvseBoard
from evse.boards.polled import PolledBoard
from evse.lines.connection import ConnectionStringError
from evse.lines.modbus import ModbusLines
from evse.settings.values import Settings
from tests.firmware.settings_store import NoStore
from tests.firmware.virtual_clock import VirtualClock

FREE = ("loadmanagement.dlb_function=Disable", "board.accept_without_watchdog=true")
BUS, OTHER = "serial:/dev/ttyUSB0", "serial:/dev/ttyUSB1"
TWO = "installation.connectors=2"
WIRING = """
pwm_chip = "/sys/class/pwm/pwmchip0"
pwm_channel = 0
adc = "/sys/bus/iio/devices/iio:device0"
gpio_chip = "/dev/gpiochip0"
pilot_high = { number = 0 }
pilot_low = { number = 1 }
contactor = { id = 1 }
mirror = { id = 2 }
"""


async def settings_of(kind: str, *overrides: str) -> Settings:
    given = (*FREE, f"board.kind={kind}", f"board.connection={BUS}", *overrides)
    return await Settings.load(NoStore(), overrides=given)


async def fitted(kind: str, *overrides: str, number: int = 1) -> Any:
    settings = await settings_of(kind, *overrides)
    return board_of(settings, number, VirtualClock(), ModbusLines())


@pytest.mark.parametrize(
    ("kind", "driver", "cable", "expected"),
    [
        ("ekepc2", PolledBoard, "Cable", ("EKEPC2-C", True, False, True)),
        ("ekepc2", PolledBoard, "Socket", ("EKEPC2-S", False, True, True)),
        ("openevse", OpenEvseBoard, "Cable", ("OpenEVSE", True, False, True)),
        ("openevse", OpenEvseBoard, "Socket", ("OpenEVSE", False, False, True)),
    ],
)
async def test_each_kind_has_its_driver(
    kind: str, driver: type, cable: str, expected: tuple[str, bool, bool, bool]
) -> None:
    board = await fitted(kind, f"installation.cable={cable}")
    assert type(board) is driver
    found: Capabilities = board.capabilities
    assert (
        found.name,
        found.captive_cable,
        found.socket_lock,
        found.switches_itself,
    ) == expected
    assert not found.bench_only


@pytest.mark.parametrize("cable", ["Cable", "Socket"])
async def test_a_simpleevse_has_no_lock(cable: str) -> None:
    found = (await fitted("simpleevse", f"installation.cable={cable}")).capabilities
    assert (found.captive_cable, found.socket_lock) == (cable == "Cable", False)
    assert found.host_loss is None


@pytest.mark.parametrize("kind", ["ekepc2", "openevse", "simpleevse"])
@pytest.mark.parametrize("amps", [16.0, 32.0])
async def test_it_is_built_for_what_the_installation_says(kind: str, amps: float) -> None:
    board = await fitted(kind, f"MaxOutputCurrent={amps}")
    assert board.capabilities.maximum_a == amps


@pytest.mark.parametrize(
    ("kind", "overrides", "number", "unit"),
    [
        ("ekepc2", (), 1, "unit 255 on /dev/ttyUSB0 "),
        ("simpleevse", (), 1, "unit 1 on /dev/ttyUSB0 "),
        ("simpleevse", ("board.unit=7",), 1, "unit 7 on /dev/ttyUSB0 "),
        ("simpleevse", (TWO, "board.second_unit=7"), 1, "unit 1 on /dev/ttyUSB0 "),
        ("simpleevse", (TWO, "board.second_unit=7"), 2, "unit 7 on /dev/ttyUSB0 "),
        (
            "simpleevse",
            (TWO, f"board.second_connection={OTHER}"),
            2,
            "unit 1 on /dev/ttyUSB1 ",
        ),
    ],
)
async def test_where_it_is_asked(
    kind: str, overrides: tuple[str, ...], number: int, unit: str
) -> None:
    board = await fitted(kind, *overrides, number=number)
    assert str(board.device._unit).startswith(unit)


async def test_two_boards_on_one_line_share_it() -> None:
    """Two masters on one RS-485 line would talk at once."""
    settings = await settings_of("simpleevse", TWO, "board.second_unit=2")
    lines = ModbusLines()
    boards: list[Any] = [board_of(settings, n, VirtualClock(), lines) for n in (1, 2)]
    assert boards[0]._line is boards[1]._line is lines.line(BUS)


@pytest.mark.parametrize(
    ("overrides", "number", "device"),
    [
        ((), 1, "/dev/ttyUSB0"),
        ((TWO, f"board.second_connection={OTHER}"), 1, "/dev/ttyUSB0"),
        ((TWO, f"board.second_connection={OTHER}"), 2, "/dev/ttyUSB1"),
        (("board.connection=serial:/dev/ttyAMA0?baudrate=115200",), 1, "/dev/ttyAMA0"),
    ],
)
async def test_the_device_of_a_board(overrides: tuple[str, ...], number: int, device: str) -> None:
    settings = await settings_of("openevse", *overrides)
    assert device_of(settings, number) == Path(device)
    board: Any = board_of(settings, number, VirtualClock(), ModbusLines())
    assert board._device == device


@pytest.mark.parametrize("kind", ["ekepc2", "openevse", "simpleevse"])
@pytest.mark.parametrize(
    ("connection", "named"), [("serial:/dev/ttyUSB0?speed=9600", "speed"), ("", "connection")]
)
async def test_a_connection_that_cannot_be_is_named(kind: str, connection: str, named: str) -> None:
    settings = await settings_of(kind)
    settings._values["board.connection"] = connection
    with pytest.raises(ConnectionStringError, match=named):
        board_of(settings, 1, VirtualClock(), ModbusLines())


# ---- Linux I/O


async def test_linux_io_is_wired_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "wiring.toml"
    file.write_text(WIRING)
    board = await fitted("linux_io", f"board.wiring={file}", "MaxOutputCurrent=16")
    assert isinstance(board, LinuxIoBoard)
    found = board.capabilities
    assert (found.maximum_a, found.captive_cable, found.bench_only) == (16.0, True, True)


@pytest.mark.parametrize(
    ("wiring", "error", "named"),
    [
        ("", ValueError, "board.wiring: is empty"),
        ("/nowhere/wiring.toml", OSError, "/nowhere/wiring.toml"),
    ],
)
async def test_linux_io_without_its_file_is_named(
    wiring: str, error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=named):
        await fitted("linux_io", f"board.wiring={wiring}")
