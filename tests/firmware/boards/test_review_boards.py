"""Counterexamples to the drivers of control boards: what must hold and does not yet (xfail)."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from evse.boards.board import BoardError
from evse.boards.ekepc2 import Ekepc2
from evse.boards.openevse_contact import Contact
from evse.boards.openevse_rules import Mode
from evse.boards.openevse_rules import Wanted as OpenEvseWanted
from evse.boards.openevse_stop import stop
from evse.boards.polled import PolledBoard, Wanted
from evse.boards.rapi import Frame, Status
from evse.boards.simpleevse import SimpleEvse
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel
from evse.core.signals import Command
from evse.lines.modbus import LineError, ModbusExceptionError
from evse.meters.reading import Failure
from tests.firmware.boards.test_polled import FakeDevice, FakeLine
from tests.firmware.emulators.host import LEASE_S, PAUSE, offer
from tests.firmware.emulators.openevse import OpenEvse, openevse
from tests.firmware.virtual_clock import VirtualClock

BUSY = 6
SILENT = LineError(Failure.TIMEOUT, "no answer within 0.5 s")


def broken(reason: str) -> Any:
    return pytest.mark.xfail(strict=True, reason=reason)


@dataclass
class SlowDevice(FakeDevice):
    """What happens while it is being set up is in `meanwhile`."""

    meanwhile: list[Command] = field(default_factory=list)
    takes_s: float = 0.0
    board: PolledBoard | None = None

    async def configure(self) -> None:
        await super().configure()
        assert self.board is not None
        self.clock.advance(self.takes_s)
        for command in self.meanwhile:
            await self.board.apply(command)


@pytest.fixture
def slow() -> SlowDevice:
    device = SlowDevice(VirtualClock())
    device.board = PolledBoard(device, FakeLine(), device.clock)  # type: ignore[arg-type]
    return device


# ---- boards that are polled


@broken("polled._cycle: `now_wanted` is from before `configure`, which may take seconds")
@pytest.mark.parametrize("how", ["taken back", "lapsed"])
async def test_an_offer_that_ended_while_the_board_was_set_up_is_not_sent(
    slow: SlowDevice, how: str
) -> None:
    assert slow.board is not None
    await slow.board.apply(offer(16.0))
    slow.meanwhile = [PAUSE] if how == "taken back" else []
    slow.takes_s = LEASE_S + 1.0 if how == "lapsed" else 1.0
    await slow.board._attempt()
    assert "send 16 A" not in slow.told


@broken("polled._cycle: a self-test that could not be begun is begun later, behind an offer")
async def test_no_self_test_is_begun_behind_an_offer(slow: SlowDevice) -> None:
    assert slow.board is not None
    slow.errors["test"] = SILENT
    await slow.board.apply(replace(PAUSE, test_residual=True))
    await slow.board._attempt()
    slow.errors.clear()
    await slow.board.apply(offer(16.0))
    slow.told.clear()
    await slow.board._attempt()
    assert "send 16 A" in slow.told
    assert "test" not in slow.told


# ---- simpleEVSE and EKEPC2, register by register


@dataclass
class FakeUnit:
    """Registers without a line; `refuses` some addresses; `stuck` ones keep their value."""

    registers: dict[int, int]
    refuses: set[int] = field(default_factory=set)
    stuck: set[int] = field(default_factory=set)

    async def read(self, block: range) -> list[int]:
        if self.refuses & set(block):
            raise ModbusExceptionError(BUSY)
        return [self.registers.get(address, 0) for address in block]

    async def write(self, address: int, value: int) -> None:
        if address not in self.stuck:
            self.registers[address] = value


@broken("simpleevse.configure: one 'busy' switches the self-test off and the unit to whole A")
async def test_a_busy_board_has_not_lost_its_residual_current_monitor() -> None:
    stored = {2000: 0, 2002: 6, 2005: 1 << 4 | 1 << 7}
    unit = FakeUnit({1000: 0, 1002: 1, 1005: 18, 1006: 1} | stored)
    device = SimpleEvse(
        unit,  # type: ignore[arg-type]
        VirtualClock(),
        captive_cable=True,
        maximum_a=32.0,
    )
    await device.configure()
    before = device.capabilities
    assert before.residual_test
    unit.refuses = {2005}
    await device.configure()  # as after each lost answer
    assert device.capabilities == before
    await device.send(Wanted(16.0, open_now=False))
    assert unit.registers[1000] == 1600


@broken("ekepc2.poll: a board that signals more than it was told is read again, and no more")
async def test_a_board_that_signals_more_than_it_was_told_is_a_fault() -> None:
    unit = FakeUnit(
        {89: 1, 109: 5333, 110: 1, 140: 1, 141: 5, 142: 5333, 151: 5333, 152: 5333, 153: 700}
    )
    device = Ekepc2(unit, captive_cable=True, maximum_a=32.0)  # type: ignore[arg-type]
    await device.configure()
    found: set[Fault] = set()
    for second in range(30):
        await device.send(Wanted(6.0, open_now=False))
        try:
            reading = await device.poll(float(second))
        except BoardError:
            return
        assert reading.level is PilotLevel.C
        found |= reading.faults
    assert Fault.BOARD_FAULT in found


# ---- OpenEVSE


@dataclass
class StubbornPort:
    """A board that charges with 32 A and takes no other current."""

    told: list[str] = field(default_factory=list)

    async def request(self, command: str, *, numbered: bool = True) -> Frame:
        self.told.append(command)
        return Frame("NK", ("32",)) if command.startswith("SC") else Frame("OK")

    async def ask(self, command: str, *, numbered: bool = True) -> tuple[str, ...]:
        return (await self.request(command, numbered=numbered)).values


@broken("openevse_contact.obey: an awake board that refuses a lower current stays awake")
async def test_a_board_that_takes_no_lower_current_is_put_to_sleep() -> None:
    clock = VirtualClock()
    contact = Contact("a board", clock, 5, lambda: None)
    contact._synchronized = True
    contact.mode, contact.amps = Mode.ENABLED, 32
    contact.status = Status.of_answer(("03", "0", "03", "0140"))
    port = StubbornPort()
    for _ in range(30):
        clock.advance(1.0)
        await contact.obey(port, OpenEvseWanted(Mode.ENABLED, 10))  # type: ignore[arg-type]
    assert any(command.startswith("SC 10") for command in port.told)
    assert Mode.SLEEPING.value in port.told or Mode.DISABLED.value in port.told


@pytest.fixture
def device() -> Iterator[OpenEvse]:
    with openevse(speed=3.0) as emulated:
        time.sleep(0.15)  # it has started before anybody asks
        yield emulated


@broken("openevse_stop.stop: five attempts at once, all over while an adapter is coming back")
async def test_a_stop_waits_for_an_adapter_that_comes_back(
    device: OpenEvse, tmp_path: Path
) -> None:
    port = tmp_path / "ttyUSB0"
    coming = asyncio.get_running_loop().call_later(0.5, os.symlink, device.tty, port)
    try:
        await stop(str(port))
    finally:
        coming.cancel()
    assert not device.board.relay


async def test_the_errors_of_a_stop_name_the_port(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r"could not be stopped.*cannot be opened"):
        await stop(str(tmp_path / "ttyUSB0"))


# ---- what held


async def test_a_write_that_is_cancelled_is_written_again() -> None:
    """The driver's task may be cancelled between a write and its confirmation."""
    unit = FakeUnit({1000: 0, 1002: 1, 1005: 18, 1006: 1, 2002: 6, 2005: 1 << 7})
    device = SimpleEvse(
        unit,  # type: ignore[arg-type]
        VirtualClock(),
        captive_cable=True,
        maximum_a=32.0,
    )
    await device.configure()
    await device.poll(0.0)
    real = unit.write

    async def hangs(address: int, value: int) -> None:
        await real(address, value)
        await asyncio.Event().wait()

    unit.write = hangs  # type: ignore[method-assign]
    sending = asyncio.create_task(device.send(Wanted(16.0, open_now=False)))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    unit.write = real  # type: ignore[method-assign]
    await device.send(Wanted())
    assert unit.registers[1000] == 0


def test_a_status_of_the_emulated_charge() -> None:
    """The status that the tests above give to the contact is one of a board that charges."""
    status = Status.of_answer(("03", "0", "03", "0140"))
    assert status.relay_closed
    assert not status.faulty
