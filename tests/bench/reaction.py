"""From an input to the board's command, with the parts of a real wallbox and its tick of 20 ms.

    PYTHONPATH=.:firmware python -m tests.bench.reaction [--changes 500]

A station with its simulated board runs in real time. At random instants another current limit
comes into force. Printed is the time to the command from the reading of that turn, and from the
change itself, which waits for its tick first: up to 20 ms of it are the tick's.
"""

import argparse
import asyncio
import logging
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from evse.boards.simulated import SimulatedBoard
from evse.clock import SystemClock
from evse.core.signals import Command, Reading
from evse.core.timing import TURN_S
from evse.lines.modbus import ModbusLines
from evse.meters.reading import MeterReading
from evse.settings.values import Settings
from evse.simulation.car import Car
from evse.station import Station
from evse.storage.database import Database
from evse.storage.transactions import Transactions
from evse.storage.values import Values
from evse.wiring import boards_of, world_of
from tests.firmware.wallbox import FakeCentral

AIM_P99_MS = 20.0
SETTINGS = (
    "simulation.house=quiet",
    "loadmanagement.dlb_function=Disable",
    "authorization.free_charging=true",
    "protection.wake_up=false",
)


@dataclass
class Watched:
    """The simulated board, and when what it read and was told changed."""

    board: SimulatedBoard
    read_at_s: float = 0.0
    command: Command | None = None
    changed_at_s: float = 0.0
    in_turn_s: list[float] = field(default_factory=list)

    @property
    def capabilities(self):
        return self.board.capabilities

    async def run(self) -> None:
        await self.board.run()

    async def read(self) -> Reading:
        reading = await self.board.read()
        self.read_at_s = time.perf_counter()
        return reading

    async def apply(self, command: Command) -> None:
        now_s = time.perf_counter()
        if self.command is not None and _told(command) != _told(self.command):
            self.changed_at_s = now_s
            self.in_turn_s.append(now_s - self.read_at_s)
        self.command = command
        await self.board.apply(command)

    async def close(self) -> None:
        await self.board.close()


def _told(command: Command) -> tuple[float, bool]:
    return (command.duty_percent, command.close_contactor)


async def measure(changes: int, folder: Path) -> tuple[list[float], list[float]]:
    """The two times of each change, s."""
    database = await Database.open(folder / "evse.sqlite")
    settings = await Settings.load(Values(database), overrides=SETTINGS)
    clock = SystemClock()
    world = world_of(settings, clock, folder)
    (board,) = boards_of(settings, world, clock, ModbusLines()).values()
    assert isinstance(board, SimulatedBoard)
    watched = Watched(board)
    transactions = Transactions(database)
    station = Station(settings, clock, {1: watched}, transactions, Values(database))
    central = FakeCentral(transactions)
    station.join(central)
    central.station = station
    tasks = [asyncio.create_task(station.run()), asyncio.create_task(_metered(station, clock))]
    await asyncio.sleep(3.0)
    world.plug(1, Car(), 32)
    while watched.command is None or watched.command.offered_a == 0:  # noqa: ASYNC110
        await asyncio.sleep(TURN_S)
    rng = random.Random(1)
    total_s = []
    try:
        for number in range(changes):
            await asyncio.sleep(rng.uniform(0.05, 0.05 + TURN_S))
            watched.changed_at_s = 0.0
            limit_a = 10.0 + number % 7
            await settings.set("installation.output_current_limit_a", limit_a, "bench")
            began_s = time.perf_counter()
            while not watched.changed_at_s:  # noqa: ASYNC110 - an event would wait for its turn
                await asyncio.sleep(0.0005)
            total_s.append(watched.changed_at_s - began_s)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()
    return watched.in_turn_s, total_s


async def _metered(station: Station, clock: SystemClock) -> None:
    while True:
        reading = MeterReading(clock.monotonic(), (0.0,) * 3, (230.0,) * 3, 0.0, 0.0)
        station.charger_metered(1, reading)
        await asyncio.sleep(1.0)


def percentile_ms(times_s: list[float], share: float) -> float:
    ordered = sorted(times_s)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    print(f"{'ms':42}{'p50':>8}{'p99':>8}{'max':>8}{'aim p99':>9}")
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            in_turn_s, total_s = asyncio.run(measure(options.changes, Path(folder)))
        for name, times_s in (
            ("from the reading of that turn", in_turn_s),
            ("from the change, at a random instant", total_s),
        ):
            row = "".join(f"{percentile_ms(times_s, share):8.2f}" for share in (0.5, 0.99, 1.0))
            print(f"{name:42}{row}{AIM_P99_MS:9.0f}")


if __name__ == "__main__":
    main()
