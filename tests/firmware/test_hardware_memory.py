"""What outlasts the program: faults that last, in two places, and wear."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from evse.clock import SystemClock
from evse.core.faults import Fault
from evse.hardware_memory import HardwareMemory
from evse.storage import retrying
from evse.storage.database import Database
from evse.storage.fault_copy import FaultCopy
from evse.storage.values import Values, Wear

WELDED, DIODE = Fault.CONTACTOR_WELDED, Fault.DIODE


@dataclass
class Controller:
    outlasting: frozenset[Fault] = frozenset()


@dataclass
class Connector:
    """What the memory asks of a connector."""

    id: int = 1
    controller: Controller = field(default_factory=Controller)
    wear: Wear = field(default_factory=Wear)

    def restore_hardware(self, faults: frozenset[Fault], wear: Wear) -> None:
        self.controller, self.wear = Controller(faults), wear


class Computer:
    """A state folder, on which one memory after the other works."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        self.connector: Any = Connector()

    async def start(self) -> None:
        self.errands: list[Any] = []
        values = Values(self.database)
        self.memory = HardwareMemory(values, SystemClock(), self.errands.append, self.folder)
        self.connector = Connector()
        await self.memory.restore([self.connector])

    async def turn(self) -> None:
        self.memory.turned(self.connector)
        await asyncio.gather(*self.errands)
        self.errands.clear()


@pytest.fixture
async def computer(tmp_path: Path) -> AsyncIterator[Computer]:
    database = await Database.open(tmp_path / "evse.sqlite")
    made = Computer(tmp_path, database)
    await made.start()
    yield made
    await made.database.close()


async def test_faults_and_wear_outlast_a_restart(computer: Computer) -> None:
    computer.connector.controller = Controller(frozenset({WELDED, DIODE}))
    computer.connector.wear = Wear(10, 20, 1)
    await computer.turn()
    await computer.start()
    assert computer.connector.controller.outlasting == {WELDED, DIODE}
    assert computer.connector.wear == Wear(10, 20, 1)
    computer.connector.controller = Controller()
    await computer.turn()
    await computer.start()
    assert computer.connector.controller.outlasting == frozenset()


async def test_i5_a_fault_outlasts_a_damaged_database(computer: Computer) -> None:
    computer.connector.controller = Controller(frozenset({WELDED}))
    await computer.turn()
    await computer.database.close()
    path = computer.folder / "evse.sqlite"
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])
    computer.database = await Database.open(path)  # moved aside, a new one is made
    await computer.start()
    assert computer.connector.controller.outlasting == {WELDED}


async def test_what_another_version_has_named_is_left_out(computer: Computer) -> None:
    FaultCopy(computer.folder).write({1: {"Gremlins", "Meter", "Diode"}})
    await computer.start()
    assert computer.connector.controller.outlasting == {DIODE}


async def test_a_copy_that_cannot_be_written_is_tried_again(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "STORE_RETRY_S", 0.01)
    write, tries = FaultCopy.write, []

    def full(self: FaultCopy, faults: Any) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError(28, "No space left on device")
        write(self, faults)

    monkeypatch.setattr(FaultCopy, "write", full)
    computer.connector.controller = Controller(frozenset({WELDED}))
    await computer.turn()
    assert len(tries) == 3
    assert FaultCopy(computer.folder).read() == {1: {"ContactorWelded"}}
