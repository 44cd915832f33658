"""A Modbus line: one request under way at a time, in the order in which its devices asked.

Boards and meters with the same connection share one line. It is opened when it is needed, and
anew after it was lost. A device that does not answer costs its own request only: the line stays
open, and a late answer is not taken for that of another request.
"""

import asyncio
import termios
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from evse.lines import frames
from evse.lines.connection import (
    Connection,
    SerialConnection,
    TcpConnection,
    parse_connection,
)
from evse.lines.failure import Failure
from evse.lines.frames import Framing, Request, RtuFraming, TcpFraming
from evse.lines.patience import Patience
from evse.lines.wires import Wire, open_wire

CONNECT_TIMEOUT_S = 2.0
"""Real time to open a connection, s."""

DEAD_TIMEOUTS, DEAD_S = 3, 2.0
"""So many requests of a TCP connection without any byte, one after the other and for so long, and
it is opened anew: a gateway that lost its power says no goodbye. A board is stopped then."""

_LONGEST = 1024
"""The last bytes that are looked at: four times the longest frame, however long noise lasts."""

_GAP_CHARACTERS = 3.5
_GAP_MINIMUM_S = 0.00175
"""The silence between two frames: 3.5 characters, not less than this (Modbus over serial line)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a device wants to be asked.

    `timeout_s`: real time for an answer, beyond the time that its bytes take on the wire; when
    `learns`, this is the longest, and how long the device took before decides. `gap_s`: silence on
    the line before the request.
    """

    timeout_s: float = 1.0
    gap_s: float = 0.0
    learns: bool = False


@dataclass(slots=True)
class UnitCounters:
    """The quality of one unit on a line. Nonsense is bytes, but no answer: a wrong checksum, a cut
    frame, noise. Answers are refusals too; their times are without the bytes' time on the wire.
    """

    requests: int = 0
    timeouts: int = 0
    nonsense: int = 0
    exceptions: int = 0
    answers: int = 0
    answers_s: float = 0.0
    slowest_s: float = 0.0
    patience: Patience = field(default_factory=Patience)

    def answered(self, answer_s: float) -> None:
        """Count an answer that took `answer_s`."""
        self.answers += 1
        self.answers_s += answer_s
        self.slowest_s = max(self.slowest_s, answer_s)
        self.patience = self.patience.answered(answer_s)

    def failed(self, failure: Failure) -> None:
        """Count a request without an answer."""
        self.timeouts += failure is Failure.TIMEOUT
        self.nonsense += failure is Failure.NONSENSE
        self.patience = self.patience.unanswered()


class LineError(Exception):
    """A request failed; the text says why, `failure` of which kind."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure


class ModbusExceptionError(LineError):
    """The device answered with a Modbus exception, `code`."""

    def __init__(self, code: int) -> None:
        name = frames.exception_name(code)
        super().__init__(Failure.EXCEPTION, f"Modbus exception {code} ({name})")
        self.code = code


class ModbusLine:
    """See the module. `openings` counts how often the line was opened; `counters` is by unit."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.openings = 0
        self.counters: defaultdict[int, UnitCounters] = defaultdict(UnitCounters)
        self._framing: Framing = (
            TcpFraming() if isinstance(connection, TcpConnection) else RtuFraming()
        )
        self._wire: Wire | None = None
        self._turn = asyncio.Lock()  # wakes its waiters in the order of their coming
        self._quiet_since_s = 0.0
        self._silent = 0
        self._heard_at_s = 0.0

    async def open(self) -> int:
        """Open the line if it is not; `openings`, which tells whether it was opened anew.

        Raises LineError.
        """
        async with self._turn:
            await self._open()
            return self.openings

    async def read(
        self, unit: int, function_code: int, address: int, count: int, pace: Pace | None = None
    ) -> list[int]:
        """Return `count` registers, asked for with function code 3 or 4.

        Raises LineError; it is a ModbusExceptionError when the device refuses.
        """
        request = Request(unit, function_code, address, count)
        return frames.registers(await self._ask(request, pace or Pace()))

    async def write(self, unit: int, address: int, value: int, pace: Pace | None = None) -> None:
        """Write one register (function code 6), which the device confirms.

        Raises LineError; then it may have been written or not. ModbusExceptionError: it was not.
        """
        await self._ask(Request(unit, frames.WRITE_SINGLE_REGISTER, address, value), pace or Pace())

    async def close(self) -> None:
        """Close the line; a later request opens it again."""
        async with self._turn:
            self._close()

    async def _ask(self, request: Request, pace: Pace) -> bytes:
        """The PDU that answers."""
        async with self._turn:
            counters = self.counters[request.unit]
            counters.requests += 1
            if pace.learns:
                pace = replace(pace, timeout_s=counters.patience.timeout_s(pace.timeout_s))
            try:
                pdu = await self._exchange(request, pace)
            except LineError as error:
                counters.failed(error.failure)
                raise
            code = frames.refusal(pdu)
            if code is not None:
                counters.exceptions += 1
                raise ModbusExceptionError(code)
            return pdu

    async def _exchange(self, request: Request, pace: Pace) -> bytes:
        wire = await self._open()
        await self._keep_gap(pace.gap_s)
        received = bytearray()
        try:
            wire.discard()
            began_s, wire_s = asyncio.get_running_loop().time(), self._wire_time_s(request)
            async with asyncio.timeout(pace.timeout_s + wire_s):
                await wire.send(self._framing.frame(request))
                while (pdu := self._framing.answer(bytes(received), request)) is None:
                    received += await wire.receive()
                    self._heard_at_s = asyncio.get_running_loop().time()
                    del received[:-_LONGEST]
        except TimeoutError as error:
            raise self._no_answer(bytes(received), request, pace) from error
        except OSError as error:
            self._close()
            raise LineError(Failure.CONNECTION, f"lost {self.connection}: {error}") from error
        finally:
            self._quiet_since_s = asyncio.get_running_loop().time()
        self._silent = 0
        took_s = self._quiet_since_s - began_s - wire_s
        self.counters[request.unit].answered(max(0.0, took_s))
        return pdu

    def _no_answer(self, received: bytes, request: Request, pace: Pace) -> LineError:
        """What to say when the time is over; a connection that cannot be trusted is closed."""
        self._silent = 0 if received else self._silent + 1
        is_dead = isinstance(self.connection, TcpConnection) and self._silent >= DEAD_TIMEOUTS
        is_dead &= asyncio.get_running_loop().time() - self._heard_at_s >= DEAD_S
        if is_dead or self._framing.is_broken(received):
            self._close()
        if not received:
            return LineError(Failure.TIMEOUT, f"no answer within {pace.timeout_s:.3g} s")
        other = self._framing.other(received)
        if other is None:
            text = f"{len(received)} bytes came, but no whole answer within {pace.timeout_s:.3g} s"
        else:
            text = _mismatch(request, *other)
        return LineError(Failure.NONSENSE, text)

    async def _open(self) -> Wire:
        if self._wire is not None:
            return self._wire
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                self._wire = await open_wire(self.connection)
        except (OSError, termios.error) as error:  # TimeoutError is one; a format it cannot do
            raise LineError(
                Failure.CONNECTION,
                f"cannot open {self.connection}: {str(error) or 'time-out'}",
            ) from error
        self._silent = 0
        self._heard_at_s = asyncio.get_running_loop().time()
        self.openings += 1
        return self._wire

    def _close(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    async def _keep_gap(self, gap_s: float) -> None:
        if isinstance(self.connection, SerialConnection):
            characters_s = _GAP_CHARACTERS * _character_s(self.connection)
            gap_s = max(gap_s, characters_s, _GAP_MINIMUM_S)
        quiet_s = asyncio.get_running_loop().time() - self._quiet_since_s
        if quiet_s < gap_s:
            await asyncio.sleep(gap_s - quiet_s)

    def _wire_time_s(self, request: Request) -> float:
        """How long the bytes of a request and its answer take, s; nothing over TCP."""
        if not isinstance(self.connection, SerialConnection):
            return 0.0
        writes = request.function_code == frames.WRITE_SINGLE_REGISTER
        answer_bytes = 8 if writes else 5 + 2 * request.operand
        return (8 + answer_bytes) * _character_s(self.connection)


_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class ModbusUnit:
    """One device on a line, asked at its own pace. Raises what the line raises.

    What failed is asked once more of a device that has just answered: one lost frame is usual on
    RS-485. One that is silent anyway is not waited for twice.
    """

    line: ModbusLine
    unit: int
    pace: Pace
    _answers: bool = field(default=False, init=False)
    _requests: int = field(default=0, init=False)

    def __str__(self) -> str:
        return f"unit {self.unit} on {self.line.connection}"

    async def read(self, registers: range) -> list[int]:
        """The holding registers of one block."""
        return await self._exchange(lambda: self._read(registers))

    async def read_in_turn(self, *blocks: range) -> dict[int, int]:
        """The holding registers of one of `blocks`, of which each has another length.

        Each request, also one that is repeated, is for the next of them, so that the late answer to
        the request before is never taken for that to this one.
        """

        async def ask() -> dict[int, int]:
            self._requests += 1
            registers = blocks[self._requests % len(blocks)]
            return dict(zip(registers, await self._read(registers), strict=True))

        return await self._exchange(ask)

    async def _read(self, registers: range) -> list[int]:
        return await self.line.read(
            self.unit,
            frames.READ_HOLDING_REGISTERS,
            registers.start,
            len(registers),
            self.pace,
        )

    async def write(self, address: int, value: int) -> None:
        """Write one register."""
        await self._exchange(lambda: self.line.write(self.unit, address, value, self.pace))

    async def _exchange(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        again = self._answers
        while True:
            try:
                answer = await ask()
            except LineError as error:
                self._answers = error.failure is Failure.EXCEPTION
                if not again or error.failure not in {Failure.TIMEOUT, Failure.NONSENSE}:
                    raise
                again = False
            else:
                self._answers = True
                return answer


def _character_s(connection: SerialConnection) -> float:
    """One character on the wire: start bit, eight data bits, parity, stop bits."""
    bits = 1 + 8 + (connection.parity != "N") + connection.stopbits
    return bits / connection.baudrate


def _mismatch(request: Request, unit: int, pdu: bytes) -> str:
    return (
        f"asked unit {request.unit} function {request.function_code} for "
        f"{request.operand} registers, answered unit {unit} function {pdu[0]} with "
        f"{(len(pdu) - 2) // 2}"
    )


class ModbusLines:
    """The lines in use, so that devices with the same connection share one."""

    def __init__(self) -> None:
        self._lines: dict[Connection, ModbusLine] = {}

    def line(self, connection: str) -> ModbusLine:
        """The line of a connection string. Raises ConnectionStringError."""
        parsed = parse_connection(connection)
        return self._lines.setdefault(parsed, ModbusLine(parsed))

    async def close(self) -> None:
        """Close all lines."""
        for line in self._lines.values():
            await line.close()
