"""Reading meters over Modbus TCP or RTU, with pymodbus.

A `ModbusLine` is one serial line or TCP connection with one request under way at a time; a
`ModbusMeter` is one device on it. A line is opened when it is needed and opened anew after a
failure, so a meter that comes back is read again by the next call.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from evse.clock import Clock
from evse.meters.connection import Connection, TcpConnection, parse_connection
from evse.meters.reading import Failure, MeterError, MeterReading, reading
from evse.meters.registers import Block, RegisterMap, decode_all, plan_blocks

REQUEST_TIMEOUT_S = 1.0
"""Real time for an answer, s. A meter answers within 0.2 s (50 registers at 9600 baud take 0.11 s);
the house meter is read each second, and DLB counts on silence after 10 s."""

CONNECT_TIMEOUT_S = 2.0
"""Real time to open a connection, s."""

CLOSE_MARGIN_S = 0.5
"""Real time beyond pymodbus' own time-out, s: it ends the wait if the library does not."""

# pymodbus logs each failed request as an error. Here a failure is raised, counted and logged once
# by who reads the meter.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class ModbusLine:
    """One serial line or TCP connection, shared by its meters; requests are served in turn."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._client: AsyncModbusTcpClient | AsyncModbusSerialClient | None = None
        self._turn = asyncio.Lock()  # wakes its waiters in the order of their coming
        self._received = 0

    async def read(self, unit: int, function_code: int, block: Block) -> list[int]:
        """Return the registers of `block`.

        Raises MeterError; it is a ModbusExceptionError when the meter refuses.
        """
        async with self._turn:
            try:
                return await self._read(unit, function_code, block)
            except ModbusExceptionError:
                raise
            except MeterError:
                await self._close()  # what is still on its way must not answer the next request
                raise

    async def close(self) -> None:
        """Close the line; a later read opens it again."""
        async with self._turn:
            await self._close()

    async def _read(self, unit: int, function_code: int, block: Block) -> list[int]:
        client = await self._open()
        request = (
            client.read_holding_registers if function_code == 3 else client.read_input_registers
        )
        self._received = 0
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S + CLOSE_MARGIN_S):
                answer = await request(block.address, count=block.count, device_id=unit)
        except (ConnectionException, OSError) as error:
            raise MeterError(Failure.CONNECTION, f"lost {self.connection}: {error}") from error
        except (ModbusException, TimeoutError) as error:
            raise self._no_answer() from error
        return _registers(answer, unit, function_code, block)

    def _no_answer(self) -> MeterError:
        if self._received:
            return MeterError(
                Failure.NONSENSE,
                f"{self._received} bytes came, but no whole answer within {REQUEST_TIMEOUT_S:g} s",
            )
        return MeterError(Failure.TIMEOUT, f"no answer within {REQUEST_TIMEOUT_S:g} s")

    async def _open(self) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
        if self._client is not None and self._client.connected:
            return self._client
        await self._close()
        self._client = self._make_client()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                connected = await self._client.connect()
        except (OSError, ModbusException) as error:  # TimeoutError is an OSError
            raise MeterError(
                Failure.CONNECTION, f"cannot open {self.connection}: {error}"
            ) from error
        if not connected:
            raise MeterError(Failure.CONNECTION, f"cannot open {self.connection}")
        return self._client

    def _make_client(self) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
        line = self.connection
        if isinstance(line, TcpConnection):
            return AsyncModbusTcpClient(
                line.host,
                port=line.port,
                timeout=REQUEST_TIMEOUT_S,
                retries=0,
                reconnect_delay=0,
                trace_packet=self._count_bytes,
            )
        return AsyncModbusSerialClient(
            line.device,
            baudrate=line.baudrate,
            parity=line.parity,
            stopbits=line.stopbits,
            timeout=REQUEST_TIMEOUT_S,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._count_bytes,
        )

    def _count_bytes(self, sending: bool, data: bytes) -> bytes:
        if not sending:
            self._received = len(data)
        return data

    async def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
            await asyncio.sleep(0)  # the transport closes its socket in the next turn of the loop


class ModbusExceptionError(MeterError):
    """The meter answered with a Modbus exception, `code`."""

    def __init__(self, code: int) -> None:
        name = ExcCodes(code).name if code in list(ExcCodes) else "unknown"
        super().__init__(Failure.EXCEPTION, f"Modbus exception {code} ({name.lower()})")
        self.code = code


def _registers(answer: ModbusPDU, unit: int, function_code: int, block: Block) -> list[int]:
    """The registers of an answer that fits its request."""
    if answer.isError():
        raise ModbusExceptionError(answer.exception_code)
    fits = answer.dev_id == unit and answer.function_code == function_code
    if not fits or len(answer.registers) != block.count:
        raise MeterError(
            Failure.NONSENSE,
            f"asked unit {unit} function {function_code} for {block.count} registers, answered "
            f"unit {answer.dev_id} function {answer.function_code} with {len(answer.registers)}",
        )
    return list(answer.registers)


class ModbusLines:
    """The lines in use, so that meters with the same connection share one."""

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


@dataclass(slots=True)
class MeterCounters:
    """The quality of a meter: readings asked for, and how many failed, by kind."""

    readings: int = 0
    failures: Counter[Failure] = field(default_factory=Counter)


class ModbusMeter:
    """One meter: `unit` on a line, read by its register map."""

    def __init__(
        self, line: ModbusLine, unit: int, register_map: RegisterMap, clock: Clock
    ) -> None:
        self.counters = MeterCounters()
        self._line = line
        self._unit = unit
        self._map = register_map
        self._clock = clock
        self._blocks: Sequence[Block] = plan_blocks(register_map.registers.values())

    async def read(self) -> MeterReading:
        """One reading. Raises MeterError, whose text names the meter."""
        self.counters.readings += 1
        try:
            return await self._read()
        except ModbusExceptionError as error:
            if error.code in {ExcCodes.ILLEGAL_ADDRESS, ExcCodes.ILLEGAL_VALUE}:
                # A meter refuses a request that touches a register which it does not have, or is
                # too long for it: from now on ask for nothing between the values.
                self._blocks = plan_blocks(self._map.registers.values(), max_gap=0)
            raise self._failed(error) from error
        except MeterError as error:
            raise self._failed(error) from error

    async def _read(self) -> MeterReading:
        at_s = self._clock.monotonic()
        words: dict[int, int] = {}
        for block in self._blocks:
            registers = await self._line.read(self._unit, self._map.function_code, block)
            words.update(enumerate(registers, start=block.address))
        return reading(decode_all(self._map, words), self._map, at_s)

    def _failed(self, error: MeterError) -> MeterError:
        self.counters.failures[error.failure] += 1
        return MeterError(error.failure, f"meter {self._unit}: {error}")
