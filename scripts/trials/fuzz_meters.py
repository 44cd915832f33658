"""What the registers of a meter may hold, for every meter of the catalogue, and its refusals.

Promised: a reading whose values are finite and possible, or a MeterError; a meter that refuses
blocks is asked in smaller ones, never without end.
"""

import math
from collections import defaultdict
from dataclasses import replace
from functools import partial

from evse.lines.connection import TcpConnection
from evse.lines.failure import Failure
from evse.lines.modbus import LineError, ModbusExceptionError, Pace, UnitCounters
from evse.meters.catalogue import catalogue
from evse.meters.formats import encode
from evse.meters.modbus import ModbusMeter
from evse.meters.reading import MeterError, MeterReading
from evse.meters.recognise import recognised
from evse.meters.registers import DLB_METER, INTERNAL_METER, SIMULATED_HOUSE
from scripts.trials.fuzzing import InstantClock, Stream, Target, at_once, promise, trial

MAPS = (
    DLB_METER,
    INTERNAL_METER,
    SIMULATED_HOUSE,
    *(model.register_map() for model in catalogue().values() if model.measures_currents),
)
UNKNOWN = 0xFF
"""Instead of a map: which meter it is, is to be found out."""

MOST_REQUESTS = 500
"""Of one reading: each value by itself, and every size of block before that."""


class Line:
    """A line whose answers come from the input."""

    def __init__(self, stream: Stream) -> None:
        self.connection = TcpConnection("meter")
        self.counters: defaultdict[int, UnitCounters] = defaultdict(UnitCounters)
        self.requests = 0
        self._stream = stream

    async def read(
        self, _unit: int, _function_code: int, _address: int, count: int, _pace: Pace | None = None
    ) -> list[int]:
        """As `ModbusLine.read`."""
        self.requests += 1
        promise(self.requests <= MOST_REQUESTS, f"more than {MOST_REQUESTS} requests")
        how = self._stream.byte()
        if how == 0xFF:
            raise ModbusExceptionError(self._stream.byte())
        if how == 0xFE:
            raise LineError(tuple(Failure)[self._stream.byte() % len(Failure)], "no answer")
        return [self._stream.word() for _ in range(count)]


def entry(data: bytes) -> None:
    """Two bytes: which map, how many readings. Then the answers."""
    stream = Stream(data)
    number = stream.byte()
    if number == UNKNOWN:
        recognised(partial(asked, stream))
        return
    map_ = replace(MAPS[number % len(MAPS)], rest_s=0.0)
    clock, line = InstantClock(), Line(stream)
    meter = ModbusMeter(line, 1, map_, clock)  # type: ignore[arg-type]
    for _ in range(stream.byte() % 4 + 1):
        line.requests = 0
        try:
            judge(at_once(meter.read()))
        except MeterError as error:
            promise(bool(str(error)), "an error without words")
        at_once(meter.refresh())
        clock.now_s += stream.byte() / 16
    meter.quality().as_json()


def asked(stream: Stream, _function_code: int, _address: int, count: int) -> list[int] | None:
    """What an unknown device shows."""
    return [stream.word() for _ in range(count)] if stream.byte() & 1 else None


def judge(reading: MeterReading) -> None:
    """Nothing in it is a number that cannot be calculated with."""
    values = [reading.power_w, reading.energy_wh, reading.export_wh, reading.frequency_hz]
    for phases in (reading.current_a, reading.voltage_v, reading.power_phase_w):
        values += phases or ()
    promise(all(math.isfinite(each) for each in values if each is not None), "not finite")
    promise(reading.frequency_hz is None or 0 <= reading.frequency_hz <= 100, "frequency")
    promise(all(0 <= volts <= 1000 for volts in reading.voltage_v or ()), "voltage")
    promise(reading.energy_wh is None or reading.energy_wh >= 0, "energy below zero")


def seed_of(number: int) -> bytes:
    """Answers in which every register holds 16 A, as far as it goes."""
    first = next(iter(MAPS[number].registers.values()))
    words = encode(16.0, first.format, MAPS[number].word_order)
    answer = b"\0" + b"".join(word.to_bytes(2, "big") for word in words) * 40
    return bytes([number, 1]) + answer * 3


TARGET = Target(
    entry,
    seeds=[bytes([UNKNOWN]) + b"\1\0\x70" * 60, *map(seed_of, range(len(MAPS)))],
    words=[b"\xff\x02", b"\xfe\x00", b"\x7f\xff", b"\xff\xff\xff\xff", b"\x7f\xc0\x00\x00"],
    longest=1000,
)

run = trial(__name__)
