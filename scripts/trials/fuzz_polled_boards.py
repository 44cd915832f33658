"""What the registers of an EKEPC2 or simpleEVSE board may hold, and when it may refuse or be gone.

Promised: a reading that can be, a BoardError or a LineError; whatever the board says, nothing is
written by which it would signal more than is wanted.
"""

import math

from evse.boards.board import BoardError
from evse.boards.ekepc2 import MAXIMUM_PWM, REMOTE, REMOTE_START, Ekepc2, duty_of
from evse.boards.polled import Wanted
from evse.boards.simpleevse import CURRENT, SimpleEvse, current_of
from evse.core.pilot import MINIMUM_A, PilotLevel
from evse.core.signals import Reading
from evse.lines.failure import Failure
from evse.lines.modbus import LineError, ModbusExceptionError
from scripts.trials.fuzzing import InstantClock, Stream, Target, at_once, promise, trial

WANTS = (Wanted(), Wanted(open_now=False), Wanted(6.0, False), Wanted(13.37, False), Wanted(32.0))
LIKELY = {141: 5, 142: 5333, 151: 5333, 152: 2666, 153: 400, 157: 25, 1000: 16, 1001: 16}
LIKELY |= {1002: 3, 1003: 32, 1005: 17, 1006: 2, 1007: 1, 2005: 128, 89: 1, 109: 2666}


class Board:
    """The other end: answers from the input, and what was written."""

    def __init__(self, stream: Stream) -> None:
        self.wanted = Wanted()
        self._stream = stream

    def __str__(self) -> str:
        return "unit 1 on a fuzzed line"

    async def read(self, registers: range) -> list[int]:
        """As `ModbusUnit.read`."""
        self._fail()
        how = self._stream.byte()
        words = [LIKELY.get(address, 0) for address in registers]
        for _ in range(how & 3):  # so many registers hold something else
            words[self._stream.byte() % len(words)] = self._stream.word()
        return words

    async def read_in_turn(self, *blocks: range) -> dict[int, int]:
        """As `ModbusUnit.read_in_turn`."""
        registers = blocks[self._stream.byte() % len(blocks)]
        return dict(zip(registers, await self.read(registers), strict=True))

    async def write(self, address: int, value: int) -> None:
        """As `ModbusUnit.write`."""
        amps = self.wanted.offered_a
        if address == MAXIMUM_PWM:
            promise(value <= duty_of(max(amps, MINIMUM_A)), f"duty {value} for {amps} A")
        if address == REMOTE and value == REMOTE_START:
            promise(amps > 0, "started, though nothing is wanted")
        if address == CURRENT:
            allowed = {0, current_of(amps, fine=True), current_of(amps, fine=False)}
            promise(value in allowed, f"current {value} for {amps} A")
        self._fail()

    def _fail(self) -> None:
        how = self._stream.byte()
        if how == 0xFF:
            raise ModbusExceptionError(self._stream.byte())
        if how == 0xFE:
            raise LineError(tuple(Failure)[self._stream.byte() % len(Failure)], "no answer")


def entry(data: bytes) -> None:
    """A byte: which board. Then turns, each with what is wanted, and the answers."""
    stream = Stream(data)
    unit, which = Board(stream), stream.byte()
    captive = bool(which & 2)
    device = (
        Ekepc2(unit, captive_cable=captive, maximum_a=32.0)  # type: ignore[arg-type]
        if which & 1
        else SimpleEvse(unit, InstantClock(), captive_cable=captive, maximum_a=32.0)  # type: ignore[arg-type]
    )
    at_once(lived(device, unit, stream))


async def lived(device: Ekepc2 | SimpleEvse, unit: Board, stream: Stream) -> None:
    """A life of the board under its driver, as `PolledBoard` leads it."""
    at_s, configured = 0.0, False
    while stream.more:
        how = stream.byte()
        unit.wanted = WANTS[how % len(WANTS)] if configured else Wanted()
        at_s += (how >> 4) / 4
        try:
            if not configured:
                await device.stop()
                await device.configure()
                configured = True
                continue
            await device.send(unit.wanted)
            if how & 8 and unit.wanted.offered_a == 0:
                await device.test_residual()
            judge(await device.poll(at_s))
        except (LineError, BoardError) as error:
            promise(bool(str(error)), "an error without words")
            configured = False


def judge(reading: Reading) -> None:
    """What was read can be."""
    promise(isinstance(reading.level, PilotLevel), "no level of the pilot")
    if reading.cable_a is not None:
        promise(0 < reading.cable_a <= 80, f"a cable of {reading.cable_a} A")
    if reading.temperature_c is not None:
        promise(math.isfinite(reading.temperature_c), "temperature")
        promise(-50 <= reading.temperature_c <= 150, f"{reading.temperature_c} °C")


TARGET = Target(
    entry,
    seeds=[bytes([which]) + b"\2\0\0\0\0\0\0\0\0\0\0\0\0" * 12 for which in range(4)],
    words=[b"\xff\x02", b"\xfe\x00", b"\x00\x03"],
    longest=400,
)

run = trial(__name__)
