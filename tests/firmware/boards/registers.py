"""The registers of a board without a line, for drivers that are asked one thing at a time."""

from dataclasses import dataclass, field

from evse.lines.failure import Failure
from evse.lines.modbus import LineError, ModbusExceptionError

BUSY = 6


@dataclass
class Registers:
    """A stand-in for `ModbusUnit`: `registers` by address, 0 where none is given.

    `refuses`: addresses whose reading is refused, with the Modbus exception. `loses`: those whose
    reading is not answered. `written`: what was written, in its order.
    """

    registers: dict[int, int]
    refuses: dict[int, int] = field(default_factory=dict)
    loses: set[int] = field(default_factory=set)
    written: list[tuple[int, int]] = field(default_factory=list)

    async def read(self, block: range) -> list[int]:
        for address, code in self.refuses.items():
            if address in block:
                raise ModbusExceptionError(code)
        if self.loses.intersection(block):
            raise LineError(Failure.TIMEOUT, "no answer within 0.5 s")
        return [self.registers.get(address, 0) for address in block]

    async def read_in_turn(self, *blocks: range) -> dict[int, int]:
        return dict(zip(blocks[-1], await self.read(blocks[-1]), strict=True))

    async def write(self, address: int, value: int) -> None:
        self.registers[address] = value
        self.written.append((address, value))
