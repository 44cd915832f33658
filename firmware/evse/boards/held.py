"""What a real board would offer to a vehicle at this instant, asked without commanding anything."""

import contextlib

from evse.boards import ekepc2, simpleevse
from evse.boards.board import BoardError
from evse.boards.fitted import device_of
from evse.boards.rapi import Currents, RapiError, State, Status
from evse.boards.rapi_port import RapiPort
from evse.core.pilot import offered_a
from evse.lines.modbus import LineError, ModbusLines, ModbusUnit
from evse.settings.ports import board_connection, board_unit
from evse.settings.values import Settings

_SILENT = {State.SLEEPING, State.DISABLED}


async def held_a(settings: Settings, number: int, lines: ModbusLines) -> float:
    """Return the current that the board of connector `number` holds, A; 0: it offers nothing.

    Raises BoardError when it does not answer, ValueError for a kind that cannot be asked.
    """
    kind = settings["board.kind"]
    try:
        match kind:
            case "openevse":
                return await _openevse(str(device_of(settings, number)))
            case "simpleevse":
                return await _simpleevse(_unit(settings, number, lines, simpleevse.PACE))
            case "ekepc2":
                return await _ekepc2(_unit(settings, number, lines, ekepc2.PACE))
    except (LineError, RapiError) as error:
        raise BoardError(f"{kind} at connector {number}: {error}") from error
    raise ValueError(f"board.kind: came {kind!r}, allowed a board on a serial line")


def _unit(settings: Settings, number: int, lines: ModbusLines, pace: object) -> ModbusUnit:
    connection = board_connection(settings.values, number)
    return ModbusUnit(lines.line(connection), board_unit(settings.values, number), pace)  # type: ignore[arg-type]


async def _ekepc2(unit: ModbusUnit) -> float:
    """What its host has told it, unless that has stopped it; rotary switch and cable allow less."""
    (remote,) = await unit.read(range(ekepc2.REMOTE, ekepc2.REMOTE + 1))
    (duty,) = await unit.read(range(ekepc2.MAXIMUM_PWM, ekepc2.MAXIMUM_PWM + 1))
    return 0.0 if remote == ekepc2.REMOTE_STOP else offered_a(duty / 100.0)


async def _simpleevse(unit: ModbusUnit) -> float:
    (current,) = await unit.read(range(simpleevse.CURRENT, simpleevse.CURRENT + 1))
    (options,) = await unit.read(range(simpleevse.OPTIONS, simpleevse.OPTIONS + 1))
    return current / 100.0 if options & simpleevse.FINE_CURRENT else float(current)


async def _openevse(device: str) -> float:
    async with contextlib.aclosing(await RapiPort.open(device, lambda _: None)) as port:
        status = Status.of_answer(await port.ask("GS"))
        currents = Currents.of_answer(await port.ask("GC"))
    return 0.0 if status.state in _SILENT else float(currents.offered_a)
