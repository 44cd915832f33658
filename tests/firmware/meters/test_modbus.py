"""Reading meters over real sockets and pseudo terminals, good ones and bad ones."""

import asyncio
import contextlib
import json
import logging
import math
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from evse.clock import SystemClock
from evse.lines.failure import Failure
from evse.meters import modbus
from evse.meters.catalogue import catalogue
from evse.meters.formats import NumberFormat, encode
from evse.meters.modbus import ModbusLine, ModbusLines, ModbusMeter
from evse.meters.reading import MeterError
from evse.meters.registers import (
    CURRENTS,
    DLB_METER,
    DLB_UNIT,
    INTERNAL_METER,
    INTERNAL_UNIT,
    Quantity,
    RegisterMap,
    fitted,
)
from tests.firmware.emulators.catalogue_meter import CatalogueMeter, MeterBus, meters_on_a_line
from tests.firmware.emulators.modbus_slave import Wire
from tests.firmware.meters.serial_pair import null_modem
from tests.firmware.virtual_clock import VirtualClock

CURRENT_A = (6.5, 7.25, 8.0)


@pytest.fixture(autouse=True)
def _short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modbus, "REQUEST_TIMEOUT_S", 0.15)


def _device(unit: int, register_map: RegisterMap, *, gaps: bool = False) -> SimDevice:
    """A meter that shows CURRENT_A; with `gaps` it refuses whatever lies between its values."""
    values = dict(zip(CURRENTS, CURRENT_A, strict=True))
    blocks = [
        SimData(
            register.address,
            values=encode(values.get(quantity, 230.0), register.format),
            datatype=DataType.REGISTERS,
        )
        for quantity, register in sorted(
            register_map.registers.items(), key=lambda item: item[1].address
        )
    ]
    if not gaps:
        known = {address for r in register_map.registers.values() for address in r.addresses}
        between = set(range(min(known), max(known))) - known
        blocks += [SimData(address, values=0, datatype=DataType.REGISTERS) for address in between]
    return SimDevice(unit, simdata=blocks)


@contextlib.asynccontextmanager
async def _tcp_server(*devices: SimDevice) -> AsyncIterator[str]:
    server = ModbusTcpServer(list(devices), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    try:
        yield f"tcp://127.0.0.1:{server.transport.sockets[0].getsockname()[1]}"
    finally:
        await server.shutdown()


@contextlib.asynccontextmanager
async def _serial_server(*devices: SimDevice, silent_unit: int = 0) -> AsyncIterator[str]:
    def drop(sending: bool, frame: bytes) -> bytes:
        return b"" if sending and frame[0] == silent_unit else frame

    with null_modem() as (server_end, client_end):
        server = ModbusSerialServer(
            list(devices), port=server_end, baudrate=9600, trace_packet=drop
        )
        await server.serve_forever(background=True)
        try:
            yield f"serial:{client_end}?baudrate=9600"
        finally:
            await server.shutdown()


Answer = Callable[[bytes], bytes]


@contextlib.asynccontextmanager
async def _raw_server(answer: Answer) -> AsyncIterator[str]:
    """A TCP server which answers each request with whatever `answer` makes of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while request := await reader.read(64):
                writer.write(answer(request))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@contextlib.asynccontextmanager
async def _meter(
    connection: str, unit: int = DLB_UNIT, register_map: RegisterMap = DLB_METER
) -> AsyncIterator[ModbusMeter]:
    lines = ModbusLines()
    try:
        yield ModbusMeter(lines.line(connection), unit, register_map, SystemClock())
    finally:
        await lines.close()


def _frame(request: bytes, pdu: bytes, *, unit: int | None = None) -> bytes:
    """A Modbus TCP answer to a request."""
    unit_byte = request[6:7] if unit is None else bytes([unit])
    return request[:4] + (len(pdu) + 1).to_bytes(2, "big") + unit_byte + pdu


def _registers(count: int, function_code: int = 3) -> bytes:
    return bytes([function_code, 2 * count]) + bytes(2 * count)


@pytest.mark.parametrize("server", [_tcp_server, _serial_server])
async def test_two_meters_share_one_line(server) -> None:
    devices = (_device(INTERNAL_UNIT, INTERNAL_METER), _device(DLB_UNIT, DLB_METER))
    async with server(*devices) as connection:
        lines = ModbusLines()
        assert lines.line(connection) is lines.line(connection)
        clock = VirtualClock()
        clock.advance(7.0)
        meters = [
            ModbusMeter(lines.line(connection), INTERNAL_UNIT, INTERNAL_METER, clock),
            ModbusMeter(lines.line(connection), DLB_UNIT, DLB_METER, clock),
        ]
        charger, house = await asyncio.gather(*(meter.read() for meter in meters))
        await lines.close()
    assert charger.current_a == house.current_a == CURRENT_A
    assert charger.voltage_v == (230.0, 230.0, 230.0)
    assert charger.energy_wh == 230_000.0
    assert charger.at_s == house.at_s == 7.0
    assert house.voltage_v is None
    assert [meter.counters.readings for meter in meters] == [1, 1]
    assert not meters[0].counters.failures


async def test_requests_on_a_line_are_served_in_turn() -> None:
    under_way = 0
    most_under_way = 0
    order = []

    class WatchedLine(ModbusLine):
        async def _exchange(self, request, pace):
            nonlocal under_way, most_under_way
            under_way += 1
            most_under_way = max(most_under_way, under_way)
            order.append(request.unit)
            await asyncio.sleep(0.001)
            under_way -= 1
            return _registers(request.operand)

    line = WatchedLine(ModbusLines().line("tcp://127.0.0.1:1").connection)
    readers = [ModbusMeter(line, unit, DLB_METER, SystemClock()).read() for unit in range(1, 9)]
    await asyncio.gather(*readers)
    assert most_under_way == 1
    assert order == list(range(1, 9))


GOOD = partial(_frame, pdu=_registers(6))


@pytest.mark.parametrize(
    ("answer", "failure", "text"),
    [
        (lambda _: b"", Failure.TIMEOUT, "meter 2: no answer within 0.15 s"),
        (lambda r: GOOD(r)[:9], Failure.NONSENSE, "9 bytes came, but no whole answer"),
        (lambda r: GOOD(r)[:-1], Failure.NONSENSE, "20 bytes came, but no whole answer"),
        (
            lambda r: _frame(r, bytes([0x83, ExcCodes.DEVICE_BUSY])),
            Failure.EXCEPTION,
            r"Modbus exception 6 \(device_busy\)",
        ),
        (
            lambda r: _frame(r, bytes([0x83, 0x63])),
            Failure.EXCEPTION,
            r"Modbus exception 99 \(unknown\)",
        ),
        (
            lambda r: _frame(r, _registers(5)),
            Failure.NONSENSE,
            "for 6 registers, answered unit 2 function 3 with 5",
        ),
        (
            lambda r: _frame(r, _registers(6, function_code=4)),
            Failure.NONSENSE,
            "asked unit 2 function 3 for 6 registers, answered unit 2 function 4",
        ),
        (lambda r: _frame(r, _registers(6), unit=9), Failure.NONSENSE, "bytes came|unit 9"),
        (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", Failure.NONSENSE, "bytes came"),
        (
            lambda r: _frame(r, bytes([3, 12]) + bytes([0x7F, 0xC0, 0, 0]) * 3),
            Failure.NONSENSE,
            r"A-L1 \(register 2318\): came nan",
        ),
    ],
)
async def test_a_bad_answer_has_a_clear_error(answer: Answer, failure: Failure, text: str) -> None:
    async with _raw_server(answer) as connection, _meter(connection) as meter:
        with pytest.raises(MeterError, match=text) as caught:
            await meter.read()
    assert caught.value.failure is failure
    assert meter.counters.failures == {failure: 1}


async def test_after_half_a_frame_the_next_answer_is_not_mixed_with_its_rest() -> None:
    answers = 0

    def answer(request: bytes) -> bytes:
        nonlocal answers
        answers += 1
        return GOOD(request)[:9] if answers == 1 else GOOD(request)

    async with _raw_server(answer) as connection, _meter(connection) as meter:
        with pytest.raises(MeterError):
            await meter.read()
        assert (await meter.read()).current_a == (0.0, 0.0, 0.0)


async def test_nobody_listens_then_somebody_does() -> None:
    async with _tcp_server(_device(DLB_UNIT, DLB_METER)) as connection:
        pass  # the port is free again
    async with _meter(connection) as meter:
        with pytest.raises(MeterError, match=r"cannot open tcp://127\.0\.0\.1") as caught:
            await meter.read()
        assert caught.value.failure is Failure.CONNECTION
        port = int(connection.rpartition(":")[2])
        server = ModbusTcpServer([_device(DLB_UNIT, DLB_METER)], address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        assert (await meter.read()).current_a == CURRENT_A
        await server.shutdown()
        with pytest.raises(MeterError):
            await meter.read()
    assert meter.counters.readings == 3


async def test_a_serial_device_that_is_not_there() -> None:
    async with _meter("serial:/dev/no-such-device") as meter:
        with pytest.raises(MeterError, match="cannot open /dev/no-such-device") as caught:
            await meter.read()
    assert caught.value.failure is Failure.CONNECTION


async def test_a_silent_meter_does_not_hinder_its_neighbour_on_the_line() -> None:
    devices = (_device(INTERNAL_UNIT, INTERNAL_METER), _device(DLB_UNIT, DLB_METER))
    async with _serial_server(*devices, silent_unit=DLB_UNIT) as connection:
        lines = ModbusLines()
        line = lines.line(connection)
        charger = ModbusMeter(line, INTERNAL_UNIT, INTERNAL_METER, SystemClock())
        silent = ModbusMeter(line, DLB_UNIT, DLB_METER, SystemClock())
        for _ in range(3):
            results = await asyncio.gather(silent.read(), charger.read(), return_exceptions=True)
            assert isinstance(results[0], MeterError)
            assert results[1].current_a == CURRENT_A
        await lines.close()
    assert silent.counters.failures == {Failure.TIMEOUT: 3}


async def test_a_meter_with_gaps_between_its_registers_is_read_without_them() -> None:
    device = _device(INTERNAL_UNIT, INTERNAL_METER, gaps=True)
    async with (
        _tcp_server(device) as connection,
        _meter(connection, INTERNAL_UNIT, INTERNAL_METER) as meter,
    ):
        assert (await meter.read()).current_a == CURRENT_A


async def test_all_formats_come_through_the_wire() -> None:
    for number_format in NumberFormat:
        register_map = RegisterMap(
            4, fitted((Quantity.CURRENT_L1,), (100,), number_format), word_order="big"
        )
        device = SimDevice(
            7,
            simdata=[SimData(100, values=encode(3.0, number_format), datatype=DataType.REGISTERS)],
        )
        async with _tcp_server(device) as connection, _meter(connection, 7, register_map) as meter:
            assert math.isclose((await meter.read()).current_a[0], 3.0)


async def test_failures_are_raised_and_not_logged_by_the_library(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with _raw_server(lambda _: b"") as connection, _meter(connection) as meter:
        with pytest.raises(MeterError):
            await meter.read()
    assert not [record for record in caplog.records if record.name.startswith("pymodbus")]


# ------------------------------------------------------------------ meters of the catalogue


@contextlib.asynccontextmanager
async def _reader(bus: MeterBus, meter: CatalogueMeter, clock=None) -> AsyncIterator[ModbusMeter]:
    lines = ModbusLines()
    line = lines.line(f"serial:{bus.path}")
    clock = clock or SystemClock()
    try:
        yield ModbusMeter(line, meter.unit, meter.model.register_map(), clock)
    finally:
        await lines.close()


def _read_addresses(wire: Wire) -> list[int]:
    return [int.from_bytes(frame[2:4], "big") for frame in wire.requests]


@pytest.mark.parametrize(
    "name",
    [model.id for model in catalogue().values() if model.line and model.measures_currents],
)
async def test_every_meter_of_the_catalogue_is_read(name: str) -> None:
    meter = CatalogueMeter.of(name, 5, house_a=(-6.0, 3.0, 2.0))
    with meters_on_a_line(meter) as bus:
        async with _reader(bus, meter) as reader:
            reading = await reader.read()
    directed = (
        -6.0 if meter.model.phases == 3 or Quantity.POWER_L1 in meter.model.registers else 6.0
    )
    assert reading.current_a[0] == pytest.approx(directed, abs=0.01)
    assert reading.voltage_v[0] == pytest.approx(230.2, abs=0.05)
    assert reading.energy_wh == pytest.approx(1_234_500, rel=1e-4)
    assert meter.refused == 0, "what is not there was asked for"


async def test_currents_are_read_each_time_and_the_rest_now_and_then() -> None:
    clock, wire = VirtualClock(), Wire()
    meter = CatalogueMeter.of("carlo_gavazzi_em340")
    with meters_on_a_line(meter, wire=wire) as bus:
        async with _reader(bus, meter, clock) as reader:
            await reader.read()
            assert len(_read_addresses(wire)) == 4
            wire.requests.clear()
            meter.house_a, meter.voltage_v = (9.0, 9.0, 9.0), (225.0, 225.0, 225.0)
            clock.advance(0.2)
            reading = await reader.read()
            assert _read_addresses(wire) == [12]
            assert reading.current_a == pytest.approx((9.0, 9.0, 9.0))
            assert reading.voltage_v[0] == pytest.approx(230.2)  # of the second before
            assert not await reader.refresh()
            clock.advance(0.8)
            assert await reader.refresh()
            assert (await reader.read()).voltage_v[0] == pytest.approx(225.0)
            assert [await reader.refresh() for _ in range(3)] == [True, True, False]
            clock.advance(1.0)
            assert await reader.refresh()


async def test_without_refreshing_nothing_gets_older_than_ten_seconds() -> None:
    clock, wire = VirtualClock(), Wire()
    meter = CatalogueMeter.of("eastron_sdm72d_m_2")
    with meters_on_a_line(meter, wire=wire) as bus:
        async with _reader(bus, meter, clock) as reader:
            await reader.read()
            meter.import_kwh += 1.0
            for _ in range(10):
                clock.advance(1.0)
                reading = await reader.read()
    assert reading.energy_wh == pytest.approx(1_235_500)


async def test_a_lost_frame_is_asked_for_once_more() -> None:
    wire, meter = Wire(), CatalogueMeter.of("chint_dtsu666")
    with meters_on_a_line(meter, wire=wire) as bus:
        async with _reader(bus, meter) as reader:
            await reader.read()
            for fault in ("lose", "cut", "bad_crc"):
                setattr(wire, fault, 1)
                await reader.read()
            quality = reader.quality()
            assert not reader.counters.failures
            assert (quality.timeouts, quality.nonsense) == (1, 2)
            wire.lose = 2
            with pytest.raises(MeterError, match="no answer"):
                await reader.read()
            wire.requests.clear()
            wire.lose = 1
            with pytest.raises(MeterError):  # a silent meter is not waited for twice
                await reader.read()
            assert len(wire.requests) == 1
            await reader.read()


@pytest.mark.parametrize("name", ["carlo_gavazzi_em24", "abb_b23"])
async def test_a_meter_may_lack_its_export_counter(name: str) -> None:
    """Carlo Gavazzi EM24 refuses it, ABB Steel shows "not available"."""
    meter = CatalogueMeter.of(name, absent=frozenset({Quantity.EXPORT}))
    with meters_on_a_line(meter) as bus:
        async with _reader(bus, meter) as reader:
            for _ in range(2):
                reading = await reader.read()
                assert reading.export_wh is None
                assert reading.energy_wh == pytest.approx(1_234_500)


async def test_the_ratio_of_the_transformers_is_read_once_and_applied() -> None:
    """Hardware reference 1.3, Chint DTSU666"""
    wire = Wire()
    meter = CatalogueMeter.of("chint_dtsu666", ratio=40, house_a=(80.0, -40.0, 20.0))
    with meters_on_a_line(meter, wire=wire) as bus:
        async with _reader(bus, meter) as reader:
            for _ in range(2):
                reading = await reader.read()
    assert reading.current_a == pytest.approx((80.0, -40.0, 20.0), rel=1e-3)
    assert reading.energy_wh == pytest.approx(1_234_500, rel=1e-3)
    assert _read_addresses(wire).count(6) == 1


async def test_an_impossible_ratio_is_told() -> None:
    meter = CatalogueMeter.of("chint_dtsu666")
    with meters_on_a_line(meter) as bus:
        async with _reader(bus, meter) as reader:
            bus.meters[0].ratio = 60_000
            with pytest.raises(MeterError, match=r"ratio .*register 6.*came 60000, allowed 1"):
                await reader.read()


async def test_the_quality_of_a_meter_as_json() -> None:
    clock, wire, meter = VirtualClock(), Wire(), CatalogueMeter.of("eastron_sdm120", 7)
    with meters_on_a_line(meter, wire=wire) as bus:
        async with _reader(bus, meter, clock) as reader:
            for _ in range(11):
                await reader.read()
                clock.advance(0.2)
            wire.silent = True
            with pytest.raises(MeterError):
                await reader.read()
            clock.advance(1.0)
            quality = json.loads(json.dumps(reader.quality().as_json()))
    assert (quality["unit"], quality["readings"], quality["failed"]) == (7, 12, 1)
    assert quality["samples_per_s"] == pytest.approx(5.0)
    assert quality["requests"] == quality["answers"] + quality["timeouts"]
    assert quality["answer_max_ms"] >= quality["answer_mean_ms"] >= 0
    assert "no answer" in quality["last_error"]
    assert quality["last_error_age_s"] == 1.0


async def test_a_meter_that_wants_rest_gets_it_and_others_use_the_line_meanwhile() -> None:
    wire = Wire()
    tired, other = CatalogueMeter.of("eastron_sdm630_v2", 1), CatalogueMeter.of("chint_dtsu666", 2)
    with meters_on_a_line(tired, other, wire=wire) as bus:
        lines = ModbusLines()
        line = lines.line(f"serial:{bus.path}")
        readers = [
            ModbusMeter(line, each.unit, each.model.register_map(), SystemClock())
            for each in (tired, other)
        ]
        for reader in readers:
            await reader.read()
        began_s = asyncio.get_running_loop().time()
        wire.requests.clear()
        for _ in range(3):
            await asyncio.gather(*(reader.read() for reader in readers))
        took_s = asyncio.get_running_loop().time() - began_s
        await lines.close()
    assert 0.2 <= took_s < 0.6
    assert [frame[0] for frame in wire.requests].count(2) == 3
