"""A line shared by several devices, over a pseudo terminal and over TCP, good and bad."""

import asyncio
import contextlib
import select
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from evse.lines import modbus
from evse.lines.failure import Failure
from evse.lines.modbus import (
    LineError,
    ModbusExceptionError,
    ModbusLine,
    ModbusLines,
    ModbusUnit,
    Pace,
)
from tests.firmware.emulators.modbus_slave import NO_ADDRESS, Bus, Refusal, Wire, serve, with_crc

QUICK = Pace(timeout_s=0.15)
UNHURRIED = Pace(timeout_s=60.0)


class Registers:
    """Registers 0 to 99, which hold a hundred times the unit and their address."""

    def __init__(self, unit: int) -> None:
        self.unit = unit
        self.held = {address: unit * 100 + address for address in range(100)}

    def answers_to(self, unit: int) -> bool:
        return unit == self.unit

    def read(self, address: int) -> int:
        if address not in self.held:
            raise Refusal(NO_ADDRESS)
        return self.held[address]

    def write(self, address: int, value: int) -> None:
        self.read(address)
        self.held[address] = value

    def advance(self, now_s: float) -> None:
        pass


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def bus(wire: Wire) -> Iterator[Bus]:
    with serve(Registers(1), Registers(2), wire=wire) as served:
        yield served


@pytest.fixture
async def line(bus: Bus) -> AsyncIterator[ModbusLine]:
    lines = ModbusLines()
    yield lines.line(f"serial:{bus.path}")
    await lines.close()


async def test_read_and_write(line: ModbusLine) -> None:
    assert await line.read(1, 3, 10, 3) == [110, 111, 112]
    await line.write(2, 5, 65535)
    assert await line.read(2, 3, 5, 1) == [65535]
    assert line.openings == 1
    assert line.counters[1].requests == 1
    assert line.counters[2].requests == 2


async def test_a_refusal_names_its_code(line: ModbusLine) -> None:
    for asked in (line.read(1, 3, 99, 2), line.write(1, 100, 0), line.read(1, 3, 0, 126)):
        with pytest.raises(ModbusExceptionError, match=r"Modbus exception [23] \(illegal_"):
            await asked
    with pytest.raises(ModbusExceptionError, match="illegal_function") as caught:
        await line.read(1, 4, 0, 1)
    assert caught.value.code == 1
    assert caught.value.failure is Failure.EXCEPTION
    assert line.counters[1].exceptions == 4
    assert line.openings == 1


@pytest.mark.parametrize(
    ("fault", "failure", "counts"),
    [
        ({"lose": 1}, Failure.TIMEOUT, (1, 0)),
        ({"silent": True}, Failure.TIMEOUT, (1, 0)),
        ({"cut": 1}, Failure.NONSENSE, (0, 1)),
        ({"bad_crc": 1}, Failure.NONSENSE, (0, 1)),
        ({"wrong": 1}, Failure.NONSENSE, (0, 1)),
        ({"late": 1}, Failure.TIMEOUT, (1, 0)),
    ],
)
async def test_a_bad_answer_costs_one_request(
    line: ModbusLine, wire: Wire, fault: dict[str, int], failure: Failure, counts: tuple[int, int]
) -> None:
    wire.late_s = 0.2
    for name, value in fault.items():
        setattr(wire, name, value)
    with pytest.raises(LineError) as caught:
        await line.read(1, 3, 10, 3, QUICK)
    assert caught.value.failure is failure
    wire.silent = False
    assert await line.read(1, 3, 10, 4, UNHURRIED) == [110, 111, 112, 113]
    assert (line.counters[1].timeouts, line.counters[1].nonsense) == counts
    assert line.counters[2].requests == 0
    assert line.openings == 1


async def test_noise_around_answers_is_passed_over(line: ModbusLine, wire: Wire) -> None:
    wire.noise = b"\xff\x01\x03\x00"
    assert await line.read(1, 3, 10, 3, UNHURRIED) == [110, 111, 112]
    assert line.counters[1].nonsense == 0


async def test_a_late_answer_is_not_taken_for_another_units(line: ModbusLine, wire: Wire) -> None:
    wire.late, wire.late_s = 1, 0.25
    with pytest.raises(LineError):
        await line.read(1, 3, 10, 3, QUICK)
    wire.delay_s = 0.15  # so that the late one comes first
    assert await line.read(2, 3, 10, 3, UNHURRIED) == [210, 211, 212]


async def test_the_gap_and_the_time_out_are_those_of_the_request(line: ModbusLine) -> None:
    await line.read(1, 3, 0, 1)
    began_s = time.monotonic()
    for _ in range(3):
        await line.read(1, 3, 0, 1, Pace(gap_s=0.1))
    assert time.monotonic() - began_s >= 0.3
    with pytest.raises(LineError, match=r"no answer within 0\.05 s"):  # the default is 1 s
        await line.read(9, 3, 0, 1, Pace(timeout_s=0.05))


async def test_devices_are_served_in_the_order_of_their_asking(
    line: ModbusLine, wire: Wire
) -> None:
    asked = [line.read(unit, 3, address, 1) for address in range(4) for unit in (1, 2)]
    answers = await asyncio.gather(*asked)
    assert answers == [[unit * 100 + address] for address in range(4) for unit in (1, 2)]
    assert [frame[0] for frame in wire.requests] == [1, 2] * 4


def test_a_slave_takes_a_request_in_pieces_and_no_foreign_or_damaged_one(bus: Bus) -> None:
    wanted = with_crc(bytes.fromhex("02 03 00 05 00 01"))
    with Path(bus.path).open("r+b", buffering=0) as port:
        for piece in (wanted[:1], wanted[1:4], wanted[4:]):
            port.write(piece)
            time.sleep(0.005)
        assert port.read(7) == with_crc(bytes.fromhex("02 03 02 00 CD"))
        for bad in (with_crc(bytes.fromhex("09 03 00 05 00 01")), wanted[:-1] + b"\0"):
            port.write(bad)
            time.sleep(0.05)
        assert not select.select([port], [], [], 0.05)[0]


async def test_an_adapter_is_pulled_out_and_put_in_again(line: ModbusLine, bus: Bus) -> None:
    assert await line.read(1, 3, 0, 1) == [100]
    bus.pull_out()
    with pytest.raises(LineError, match=f"lost {bus.path}") as caught:
        await line.read(1, 3, 0, 1, QUICK)
    assert caught.value.failure is Failure.CONNECTION
    with pytest.raises(LineError, match=f"cannot open {bus.path}"):
        await line.read(1, 3, 0, 1, QUICK)
    bus.plug_in()
    assert await line.open() == 2
    assert await line.read(1, 3, 0, 1) == [100]
    assert line.openings == 2


async def test_a_port_is_held_by_one_program(line: ModbusLine, bus: Bus) -> None:
    await line.open()
    other = ModbusLines().line(f"serial:{bus.path}?baudrate=19200")
    with pytest.raises(LineError, match="cannot open"):
        await other.open()
    await line.close()
    assert await other.read(1, 3, 0, 1) == [100]
    await other.close()


@contextlib.asynccontextmanager
async def _tcp(delays_s: list[float]) -> AsyncIterator[ModbusLine]:
    """A gateway that answers each request with register 7 after the next of `delays_s`."""

    async def answer(writer: asyncio.StreamWriter, request: bytes, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        writer.write(request[:4] + b"\0\5" + request[6:8] + b"\2" + request[8:10])

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.TaskGroup() as tasks:
            while request := await reader.read(12):
                if delays_s and (delay_s := delays_s.pop(0)) >= 0:
                    tasks.create_task(answer(writer, request, delay_s))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    line = ModbusLines().line(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield line
    finally:
        await line.close()
        server.close()
        await server.wait_closed()


async def test_tcp_passes_over_a_late_answer_of_the_same_shape() -> None:
    async with _tcp([0.2, 0.1]) as line:
        with pytest.raises(LineError):
            await line.read(1, 3, 100, 1, QUICK)
        assert await line.read(1, 3, 200, 1, QUICK) == [200]
        assert line.openings == 1


@pytest.mark.parametrize(("dead_s", "openings"), [(0.4, 2), (60.0, 1)])
async def test_tcp_is_opened_anew_when_nothing_comes_any_more(
    monkeypatch: pytest.MonkeyPatch, dead_s: float, openings: int
) -> None:
    """Not after a short pause, however quickly it was asked: a board is stopped by it."""
    monkeypatch.setattr(modbus, "DEAD_S", dead_s)
    async with _tcp([-1, -1, -1, 0]) as line:
        for _ in range(3):
            with pytest.raises(LineError):
                await line.read(1, 3, 100, 1, QUICK)
            assert line.openings == 1
        assert await line.read(1, 3, 100, 1, UNHURRIED) == [100]
        assert line.openings == openings


@pytest.mark.parametrize("suffers", ["lose", "bad_crc", "cut"])
async def test_one_lost_frame_of_a_device_that_answers_is_no_failure(
    line: ModbusLine, wire: Wire, suffers: str
) -> None:
    unit = ModbusUnit(line, 1, QUICK)
    assert await unit.read(range(3)) == [100, 101, 102]
    setattr(wire, suffers, 1)
    assert await unit.read(range(3)) == [100, 101, 102]
    setattr(wire, suffers, 1)
    await unit.write(5, 17)
    assert await unit.read(range(5, 6)) == [17]


async def test_a_silent_device_is_waited_for_twice_only_once(line: ModbusLine, wire: Wire) -> None:
    unit = ModbusUnit(line, 1, QUICK)
    await unit.read(range(3))
    wire.silent = True
    for asked in (2, 1, 1):
        wire.requests.clear()
        with pytest.raises(LineError):
            await unit.read(range(3))
        assert len(wire.requests) == asked


async def test_a_device_that_has_become_slow_is_never_one_answer_behind(
    line: ModbusLine, wire: Wire, bus: Bus
) -> None:
    """Also not one whose request was repeated. Its new time is learned."""
    device = bus.slaves[0]
    assert isinstance(device, Registers)
    blocks = range(3), range(4)
    unit = ModbusUnit(line, 1, Pace(timeout_s=0.6, learns=True))
    for _ in range(5):
        await unit.read_in_turn(*blocks)
    wire.delay_s = 0.35
    asked = 0
    for value in range(8):
        device.held[0] = value
        wire.requests.clear()
        assert (await unit.read_in_turn(*blocks))[0] == value
        asked = max(asked, len(wire.requests))
    assert asked == 2
    assert len(wire.requests) == 1


async def test_what_a_device_refuses_is_not_asked_again(line: ModbusLine, wire: Wire) -> None:
    unit = ModbusUnit(line, 1, QUICK)
    await unit.read(range(3))
    wire.requests.clear()
    with pytest.raises(ModbusExceptionError):
        await unit.read(range(99, 101))
    assert len(wire.requests) == 1
