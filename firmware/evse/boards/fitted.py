"""The control board that the settings say is fitted at a connector."""

from pathlib import Path

from evse.boards.board import Board
from evse.boards.ekepc2 import ekepc2
from evse.boards.linux_io.board import LinuxIoBoard
from evse.boards.linux_io.wiring import wiring_of
from evse.boards.openevse import OpenEvseBoard
from evse.boards.simpleevse import simpleevse
from evse.clock import Clock
from evse.lines.connection import ConnectionStringError, SerialConnection, parse_connection
from evse.lines.modbus import ModbusLines
from evse.settings.ports import board_connection, board_unit
from evse.settings.values import Settings


def board_of(settings: Settings, number: int, clock: Clock, lines: ModbusLines) -> Board:
    """Return the board of connector `number`, which is not the simulated one; not asked yet.

    Raises ConnectionStringError, and for linux_io OSError and ValueError when its wiring file
    cannot be used.
    """
    captive_cable = settings["installation.cable"] == "Cable"
    maximum_a: float = settings["installation.max_output_current_a"]
    connection = board_connection(settings.values, number)
    match settings["board.kind"]:
        case "linux_io":
            return LinuxIoBoard(wiring_of(settings["board.wiring"], maximum_a), clock)
        case "openevse":
            device = str(device_of(settings, number))
            return OpenEvseBoard(device, clock, maximum_a=maximum_a, captive_cable=captive_cable)
    make = simpleevse if settings["board.kind"] == "simpleevse" else ekepc2
    return make(
        lines.line(connection),
        clock,
        captive_cable=captive_cable,
        unit=board_unit(settings.values, number),
        maximum_a=maximum_a,
    )


def device_of(settings: Settings, number: int) -> Path:
    """Return the serial device of a connector's board. Raises ConnectionStringError."""
    connection = board_connection(settings.values, number)
    parsed = parse_connection(connection)
    if isinstance(parsed, SerialConnection):
        return Path(parsed.device)
    raise ConnectionStringError(
        f"the board of connector {number}: came {connection!r}, allowed serial:/dev/ttyUSB0"
    )
