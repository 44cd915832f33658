"""The simulated meters over real Modbus, read by the firmware's own reader."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evse.core.faults import Fault
from evse.core.pilot import duty_percent
from evse.core.signals import Command
from evse.lines.failure import Failure
from evse.meters import modbus
from evse.meters.modbus import ModbusLines, ModbusMeter
from evse.meters.reading import MeterError
from evse.meters.registers import DLB_METER, DLB_UNIT, INTERNAL_METER, INTERNAL_UNIT
from evse.simulation.car import Car
from evse.simulation.house import House, HouseKind
from evse.simulation.meter_server import SECOND_CHARGER_UNIT, MeterServer
from evse.simulation.world import MeterFault, MeterPlace, World, WorldSettings
from tests.firmware.meters.serial_pair import null_modem
from tests.firmware.virtual_clock import VirtualClock


@pytest.fixture(autouse=True)
def _short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modbus, "REQUEST_TIMEOUT_S", 0.15)


class Wiring:
    """A charging world, its meters, and the reader of each."""

    def __init__(self, world: World, clock: VirtualClock, lines: ModbusLines, line: str) -> None:
        self.world = world
        self.charger, self.house, self.second = (
            ModbusMeter(lines.line(line), unit, register_map, clock)
            for unit, register_map in (
                (INTERNAL_UNIT, INTERNAL_METER),
                (DLB_UNIT, DLB_METER),
                (SECOND_CHARGER_UNIT, INTERNAL_METER),
            )
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    clock = VirtualClock()
    world = World(clock, WorldSettings(connectors=2, house=House(HouseKind.QUIET)), tmp_path)
    world.plug(1, Car(), 32)
    command = Command(duty_percent(10.0), close_contactor=True, lock=False, lease_s=60.0)
    for _ in range(40):
        clock.advance(1.0)
        world.obey(1, command, clock.monotonic())
    world.save()
    return world


@contextlib.asynccontextmanager
async def _tcp(world: World) -> AsyncIterator[Wiring]:
    server, lines = MeterServer(world), ModbusLines()
    connection = await server.start_tcp()
    try:
        yield Wiring(world, VirtualClock(), lines, connection)
    finally:
        await lines.close()
        await server.stop()


@contextlib.asynccontextmanager
async def _serial(world: World) -> AsyncIterator[Wiring]:
    server, lines = MeterServer(world), ModbusLines()
    with null_modem() as (server_end, client_end):
        await server.start_serial(server_end)
        try:
            yield Wiring(world, VirtualClock(), lines, f"serial:{client_end}")
        finally:
            await lines.close()
            await server.stop()


both = pytest.mark.parametrize("wired", [_tcp, _serial])


@both
async def test_all_meters_are_read(world: World, wired) -> None:
    async with wired(world) as site:
        charger = await site.charger.read()
        house = await site.house.read()
        second = await site.second.read()
    assert charger.current_a == pytest.approx((9.8, 9.8, 9.8))
    assert charger.voltage_v == (230.0, 230.0, 230.0)
    assert charger.power_w == pytest.approx(3 * 230 * 9.8)
    assert charger.energy_wh == pytest.approx(world.connectors[1].register_wh, abs=0.1)
    assert house.current_a == pytest.approx((9.8, 9.8, 9.8))
    assert second.current_a == (0.0, 0.0, 0.0)


@both
@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (MeterFault.SILENT, Failure.TIMEOUT),
        (MeterFault.EXCEPTION, Failure.EXCEPTION),
        (MeterFault.NAN, Failure.NONSENSE),
        (MeterFault.HALF_FRAME, Failure.NONSENSE),
    ],
)
async def test_a_faulty_meter_fails_alone_and_recovers(world: World, wired, fault, failure) -> None:
    async with wired(world) as site:
        world.fail_meter(MeterPlace.HOUSE, 1, fault)
        with pytest.raises(MeterError) as caught:
            await site.house.read()
        assert caught.value.failure is failure
        assert (await site.charger.read()).current_a[0] == pytest.approx(9.8)
        world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.NONE)
        assert (await site.house.read()).current_a[0] == pytest.approx(9.8)
        world.fail_meter(MeterPlace.CHARGER, 1, fault)
        with pytest.raises(MeterError):
            await site.charger.read()
        assert (await site.second.read()).current_a == (0.0, 0.0, 0.0)


async def test_a_frozen_meter_shows_what_it_showed_before(world: World) -> None:
    async with _tcp(world) as site:
        before = await site.house.read()
        world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.FROZEN)
        world.extra_a = (20.0, 20.0, 20.0)
        assert (await site.house.read()).current_a == before.current_a
        world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.NONE)
        assert (await site.house.read()).current_a[0] == pytest.approx(29.8)


async def test_the_fault_of_the_core_silences_the_charger_meter(world: World) -> None:
    world.inject(1, Fault.METER)
    async with _tcp(world) as site:
        with pytest.raises(MeterError, match="no answer"):
            await site.charger.read()


async def test_another_function_code_or_register_is_refused(world: World) -> None:
    server, lines = MeterServer(world), ModbusLines()
    line = lines.line(await server.start_tcp())
    for register_map, name in (
        (INTERNAL_METER, "illegal_address"),  # unit 2 has other registers
        (type(DLB_METER)(4, DLB_METER.registers), "illegal_function"),
    ):
        with pytest.raises(MeterError, match=name):
            await ModbusMeter(line, DLB_UNIT, register_map, VirtualClock()).read()
    await lines.close()
    await server.stop()


async def test_the_port_is_free_after_stop(world: World) -> None:
    first = MeterServer(world)
    port = int((await first.start_tcp()).rpartition(":")[2])
    second = MeterServer(world)
    with pytest.raises(RuntimeError):
        await second.start_tcp(port)
    await second.stop()
    await first.stop()
    again = MeterServer(world)
    assert (await again.start_tcp(port)).endswith(f":{port}")
    await again.stop()
