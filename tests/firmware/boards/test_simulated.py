"""The simulated board measures as a real front-end would, and obeys as long as it is told to."""

import math
from pathlib import Path

import pytest

from evse.boards.board import Board, HostLoss
from evse.boards.simulated import SEEN_FROM_OUTSIDE, SimulatedBoard
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel, classify, duty_percent
from evse.core.proximity import ampacity_a
from evse.core.signals import Command
from evse.simulation.car import Car
from evse.simulation.house import House, HouseKind
from evse.simulation.world import World, WorldSettings
from tests.firmware.virtual_clock import VirtualClock

OFFER = Command(duty_percent(16.0), close_contactor=True, lock=True, lease_s=3.0)
PAUSE = Command(100.0, close_contactor=False, lock=True, lease_s=3.0)


class Bench:
    """A board on its world, and a host with a turn of 20 ms."""

    def __init__(self, state_dir: Path, *, captive_cable: bool = True) -> None:
        settings = WorldSettings(house=House(HouseKind.QUIET), captive_cable=captive_cable)
        self.clock = VirtualClock()
        self.world = World(self.clock, settings, state_dir)
        self.board: Board = SimulatedBoard(self.world, 1, self.clock)

    async def host(self, seconds: float, command: Command = OFFER) -> None:
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            await self.board.read()
            await self.board.apply(command)

    async def level(self) -> PilotLevel:
        return classify((await self.board.read()).pilot_high_v, PilotLevel.B)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_charge_seen_by_the_board(bench: Bench) -> None:
    assert await bench.level() is PilotLevel.A
    bench.world.plug(1, Car(), 32)
    await bench.host(1.0, PAUSE)
    reading = await bench.board.read()
    assert await bench.level() is PilotLevel.B
    assert reading.pilot_low_v == reading.pilot_high_v  # no PWM
    await bench.host(3.0)
    reading = await bench.board.read()
    assert await bench.level() is PilotLevel.C
    assert reading.pilot_low_v == -12.0
    assert reading.contactor_closed
    assert reading.at_s == bench.clock.monotonic()
    await bench.host(3.0, PAUSE)
    assert await bench.level() is PilotLevel.B
    assert not (await bench.board.read()).contactor_closed


async def test_the_board_opens_alone_when_the_lease_has_run_out(bench: Bench) -> None:
    bench.world.plug(1, Car(), 32)
    await bench.host(10.0)
    bench.clock.advance(2.9)
    assert (await bench.board.read()).contactor_closed
    bench.clock.advance(0.2)
    reading = await bench.board.read()
    assert not reading.contactor_closed
    assert reading.pilot_low_v == reading.pilot_high_v
    assert bench.board.capabilities.host_loss == HostLoss(0.0, 3.0)


async def test_close_opens_at_once(bench: Bench) -> None:
    bench.world.plug(1, Car(), 32)
    await bench.host(10.0)
    await bench.board.close()
    assert not (await bench.board.read()).contactor_closed


@pytest.mark.parametrize("cable_a", [13, 20, 32, 63])
async def test_a_socket_reads_the_cable(tmp_path: Path, cable_a: int) -> None:
    bench = Bench(tmp_path, captive_cable=False)
    assert (await bench.board.read()).proximity_ohm == math.inf
    bench.world.plug(1, Car(), cable_a)
    assert ampacity_a((await bench.board.read()).proximity_ohm) == cable_a
    bench.world.inject(1, Fault.PROXIMITY)
    assert ampacity_a((await bench.board.read()).proximity_ohm) is None


async def test_a_captive_cable_has_neither_proximity_nor_lock(bench: Bench) -> None:
    reading = await bench.board.read()
    assert reading.proximity_ohm is None
    assert reading.lock_closed is None
    assert not bench.board.capabilities.socket_lock


async def test_the_lock_of_a_socket_closes_unless_it_is_broken(tmp_path: Path) -> None:
    bench = Bench(tmp_path, captive_cable=False)
    bench.world.plug(1, Car(), 32)
    await bench.host(0.1)
    assert (await bench.board.read()).lock_closed
    bench.world.inject(1, Fault.LOCK)
    await bench.host(0.1)
    reading = await bench.board.read()
    assert reading.lock_closed is False
    bench.world.repair(1, Fault.LOCK)
    await bench.host(0.1)
    bench.world.inject(1, Fault.UNLOCK)
    await bench.host(0.1, Command(100.0, close_contactor=False, lock=False, lease_s=3.0))
    assert (await bench.board.read()).lock_closed


@pytest.mark.parametrize("fault", sorted(set(Fault) - SEEN_FROM_OUTSIDE))
async def test_faults_which_the_board_detects_are_reported(bench: Bench, fault: Fault) -> None:
    bench.world.inject(1, fault)
    assert (await bench.board.read()).faults == {fault}


@pytest.mark.parametrize("fault", sorted(SEEN_FROM_OUTSIDE))
async def test_other_faults_are_not_told_but_measured(bench: Bench, fault: Fault) -> None:
    bench.world.inject(1, fault)
    assert (await bench.board.read()).faults == frozenset()


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Fault.PILOT_SHORT, lambda r: r.pilot_high_v == r.pilot_low_v == 0.0),
        (Fault.DIODE, lambda r: r.pilot_low_v > -10.0),
        (Fault.VENTILATION, lambda r: classify(r.pilot_high_v, PilotLevel.C) is PilotLevel.D),
        (Fault.CONTACTOR_FAILED, lambda r: not r.contactor_closed),
        (Fault.RESIDUAL_CURRENT, lambda r: not r.contactor_closed),
        (Fault.OVER_TEMPERATURE, lambda r: r.temperature_c > 90.0),
    ],
)
async def test_what_a_fault_does_to_the_reading(bench: Bench, fault: Fault, seen) -> None:
    bench.world.plug(1, Car(), 32)
    await bench.host(10.0)
    assert not seen(await bench.board.read())
    bench.world.inject(1, fault)
    await bench.host(0.1)
    assert seen(await bench.board.read())


async def test_a_welded_contactor_contradicts_the_command(bench: Bench) -> None:
    bench.world.inject(1, Fault.CONTACTOR_WELDED)
    await bench.host(1.0, PAUSE)
    assert (await bench.board.read()).contactor_closed


async def test_a_silent_board_says_what_it_said_last(bench: Bench) -> None:
    bench.clock.advance(1.0)
    before = await bench.board.read()
    bench.world.inject(1, Fault.BOARD_SILENT)
    bench.clock.advance(5.0)
    assert await bench.board.read() == before
    bench.world.repair(1, Fault.BOARD_SILENT)
    assert (await bench.board.read()).at_s == 6.0


def test_a_connector_that_is_not_there(bench: Bench) -> None:
    with pytest.raises(KeyError):
        SimulatedBoard(bench.world, 2, bench.clock)
