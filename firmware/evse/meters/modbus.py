"""Reading meters over Modbus TCP or RTU.

A `ModbusMeter` is one device on a `ModbusLine`. A meter that comes back after a failure is read
again by the next call.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from evse.clock import Clock
from evse.lines.failure import Failure
from evse.lines.frames import ILLEGAL_ADDRESS, ILLEGAL_VALUE
from evse.lines.modbus import LineError, ModbusExceptionError, ModbusLine, ModbusLines, Pace
from evse.meters.reading import MeterError, MeterReading, reading
from evse.meters.registers import Block, RegisterMap, decode_all, plan_blocks

__all__ = ["MeterCounters", "ModbusLine", "ModbusLines", "ModbusMeter"]

REQUEST_TIMEOUT_S = 1.0
"""Real time for an answer, s. A meter answers within 0.2 s (50 registers at 9600 baud take 0.11 s);
the house meter is read each second, and DLB counts on silence after 10 s."""


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
            if error.code in {ILLEGAL_ADDRESS, ILLEGAL_VALUE}:
                # A meter refuses a request that touches a register which it does not have, or is
                # too long for it: from now on ask for nothing between the values.
                self._blocks = plan_blocks(self._map.registers.values(), max_gap=0)
            raise self._failed(error) from error
        except (LineError, MeterError) as error:
            raise self._failed(error) from error

    async def _read(self) -> MeterReading:
        at_s = self._clock.monotonic()
        words: dict[int, int] = {}
        pace = Pace(REQUEST_TIMEOUT_S)
        for block in self._blocks:
            registers = await self._line.read(
                self._unit, self._map.function_code, block.address, block.count, pace
            )
            words.update(enumerate(registers, start=block.address))
        return reading(decode_all(self._map, words), self._map, at_s)

    def _failed(self, error: LineError | MeterError) -> MeterError:
        self.counters.failures[error.failure] += 1
        return MeterError(error.failure, f"meter {self._unit}: {error}")
