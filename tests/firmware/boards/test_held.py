"""What a board would offer now, asked of emulated boards behind real serial ports."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from evse.boards.board import BoardError
from evse.boards.held import held_a
from evse.boards.rapi_port import RapiPort
from evse.lines.modbus import ModbusLines
from evse.settings.values import Settings
from tests.firmware.emulators import ekepc2, openevse, simpleevse
from tests.firmware.emulators.modbus_slave import Wire, serve
from tests.firmware.settings_store import NoStore

FREE = ("loadmanagement.dlb_function=Disable", "board.accept_without_watchdog=true")


async def ask(kind: str, path: str, *overrides: str, number: int = 1) -> float:
    given = (*FREE, f"board.kind={kind}", f"board.connection=serial:{path}", *overrides)
    settings, lines = await Settings.load(NoStore(), overrides=given), ModbusLines()
    try:
        return await held_a(settings, number, lines)
    finally:
        await lines.close()


# ---- EKEPC2


@pytest.mark.parametrize(
    ("registers", "amps"),
    [
        ({}, 32.0),  # after a reset it charges without being asked
        ({89: 1, 109: 1000}, 6.0),
        ({89: 1, 109: 2667}, 16.0),
        ({89: 0, 109: 1667}, 10.0),
        ({89: 2, 109: 1000}, 0.0),
        ({89: 2, 109: 5333}, 0.0),
    ],
)
async def test_ekepc2(registers: dict[int, int], amps: float) -> None:
    board = ekepc2.Ekepc2()
    board.registers.update(registers)
    with ekepc2.on_a_line(board) as bus:
        assert await ask("ekepc2", bus.path) == pytest.approx(amps, abs=0.01)
        assert await ask("ekepc2", bus.path, "board.unit=7") == pytest.approx(amps, abs=0.01)
    assert board.writes == []  # it is asked, and told nothing


# ---- simpleEVSE


@pytest.mark.parametrize(
    ("fine", "register", "amps"),
    [(False, 0, 0.0), (False, 6, 6.0), (False, 32, 32.0), (True, 650, 6.5), (True, 0, 0.0)],
)
async def test_simpleevse(fine: bool, register: int, amps: float) -> None:
    board = simpleevse.SimpleEvse()
    if fine:
        board.eeprom[2005] |= simpleevse.FINE
    board.current = register
    with simpleevse.on_a_line(board) as bus:
        assert await ask("simpleevse", bus.path) == amps
    assert board.writes == []
    assert not board.eeprom_writes


async def test_the_board_of_the_second_connector_is_asked_at_its_own_address() -> None:
    one, two = simpleevse.SimpleEvse(unit=1), simpleevse.SimpleEvse(unit=2)
    one.current, two.current = 10, 13
    overrides = ("installation.connectors=2", "board.second_unit=2")
    with serve(one, two) as bus:
        assert await ask("simpleevse", bus.path, *overrides) == 10.0
        assert await ask("simpleevse", bus.path, *overrides, number=2) == 13.0


# ---- OpenEVSE


@contextlib.contextmanager
def open_board() -> Iterator[openevse.OpenEvse]:
    with openevse.openevse(boot_s=0.05) as device:
        yield device


async def tell(device: openevse.OpenEvse, *commands: str) -> None:
    async with contextlib.aclosing(await RapiPort.open(device.tty, lambda _: None)) as port:
        for command in commands:
            await port.ask(command)


@pytest.mark.parametrize(
    ("commands", "amps"),
    [
        ((), 32.0),
        (("SC 13 V",), 13.0),
        (("SC 13 V", "FS"), 0.0),
        (("SC 13 V", "FD"), 0.0),
        (("SC 13 V", "FS", "FE"), 13.0),
    ],
)
async def test_openevse(commands: tuple[str, ...], amps: float) -> None:
    with open_board() as device:
        await asyncio.sleep(0.4)
        await tell(device, *commands)
        await asyncio.sleep(0.1)
        assert await ask("openevse", device.tty) == amps


# ---- boards that do not answer, and what cannot be asked


@pytest.mark.parametrize(
    ("kind", "line"), [("ekepc2", ekepc2.on_a_line), ("simpleevse", simpleevse.on_a_line)]
)
@pytest.mark.parametrize("wrong", ["silent", "bad_crc"])
async def test_a_board_that_does_not_answer_is_named(
    kind: str, line: Callable[..., Any], wrong: str
) -> None:
    wire = Wire(silent=wrong == "silent", bad_crc=1000 if wrong == "bad_crc" else 0)
    with (
        line(wire=wire) as bus,
        pytest.raises(BoardError, match=f"{kind} at connector 1: "),
    ):
        await ask(kind, bus.path)


async def test_an_openevse_that_does_not_answer_is_named() -> None:
    with open_board() as device:
        device.line.begin(silent=True)
        with pytest.raises(BoardError, match="openevse at connector 1: "):
            await ask("openevse", device.tty)


@pytest.mark.parametrize("kind", ["ekepc2", "simpleevse", "openevse"])
async def test_a_port_that_is_not_there_is_named(kind: str) -> None:
    with pytest.raises(BoardError, match=rf"{kind} at connector 1: .*/dev/nowhere"):
        await ask(kind, "/dev/nowhere")


@pytest.mark.parametrize("kind", ["simulated", "linux_io"])
async def test_what_is_on_no_line_cannot_be_asked(kind: str) -> None:
    with pytest.raises(ValueError, match=f"board.kind: came '{kind}'"):
        await ask(kind, "/dev/nowhere")
