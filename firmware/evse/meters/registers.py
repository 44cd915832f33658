"""The register map of a Modbus meter: what lies where, and in which requests it is read. Pure.

Source: ETEK EKEPC3 manual, 5.8.1.8 (internal meter) and 5.8.1.9 (DLB meter): one function code (03
or 04), one number format a quantity, one register address a value, 65535 = not fitted. Addresses
are those on the wire (0-based). Beyond the manual, because meters of the trade need it (hardware
reference 1.4): the order of the words, and a decimal scale.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evse.meters.formats import NumberFormat, WordOrder, decode, encode

NOT_FITTED = 65535
"""The register address which says that the meter has no such value (manual, 5.8.1.8 note 1)."""

FUNCTION_CODES = (3, 4)
"""Read holding registers, read input registers: the manual's choice."""

MAX_GAP = 16
"""Registers between two values which are read along, to spare a request.

At 9600 baud 16 registers take 33 ms, about as long as another request and the meter's pause.
"""

MAX_BLOCK = 50
"""Registers in one request: the least maximum of the three-phase meters which map this way
(Carlo Gavazzi EM340 50, Schneider 60, Eastron 80)."""

INTERNAL_UNIT = 1
"""The Modbus address of the charger's own meter (manual, 5.8.1.8)."""

DLB_UNIT = 2
"""The Modbus address of the house's meter (manual, 5.8.1.9)."""

SECOND_CHARGER_UNIT = 3
"""That of a second connector's own meter, which the manual does not know."""


class Quantity(StrEnum):
    """A value of a meter, by the manual's name where it has one."""

    VOLTAGE_L1 = "V-L1"
    VOLTAGE_L2 = "V-L2"
    VOLTAGE_L3 = "V-L3"
    CURRENT_L1 = "A-L1"
    CURRENT_L2 = "A-L2"
    CURRENT_L3 = "A-L3"
    POWER_L1 = "W-L1"
    POWER_L2 = "W-L2"
    POWER_L3 = "W-L3"
    POWER = "W"
    ENERGY = "kWh"
    EXPORT = "kWh-export"
    FREQUENCY = "Hz"


VOLTAGES = (Quantity.VOLTAGE_L1, Quantity.VOLTAGE_L2, Quantity.VOLTAGE_L3)
CURRENTS = (Quantity.CURRENT_L1, Quantity.CURRENT_L2, Quantity.CURRENT_L3)
POWERS = (Quantity.POWER_L1, Quantity.POWER_L2, Quantity.POWER_L3)
ENERGIES = (Quantity.ENERGY, Quantity.EXPORT)

FAST = frozenset((*CURRENTS, *POWERS))
"""What load balancing decides on: the currents, and the powers that tell their directions."""


@dataclass(frozen=True, slots=True)
class Register:
    """Where a value lies and how it is coded: `scale` × what `format` says."""

    address: int
    format: NumberFormat
    scale: float = 1.0

    @property
    def addresses(self) -> range:
        """The 16-bit registers which the value takes."""
        return range(self.address, self.address + self.format.width)

    def value(self, words: Mapping[int, int], order: WordOrder) -> float:
        """What the registers by address show; KeyError when one was not read."""
        raw = [words[address] for address in self.addresses]
        return decode(raw, self.format, order, self.scale)

    def words(self, value: float, order: WordOrder) -> list[int]:
        """The registers that show `value`. Raises ValueError when the format cannot hold it."""
        return encode(value, self.format, order, self.scale)


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that are read in one request."""

    address: int
    count: int

    @property
    def addresses(self) -> range:
        """The registers in it."""
        return range(self.address, self.address + self.count)

    def holds(self, register: Register) -> bool:
        """Whether the whole of a value is in it."""
        return register.address in self.addresses and register.addresses[-1] in self.addresses


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """What one meter offers. Only fitted values are in `registers`.

    `longest_read`: registers in one request. `readable`: blocks that are known to have no hole;
    None when nobody knows. `rest_s`: silence that the meter wants after its own answer. `ratio`:
    holds the factor of the current transformers, by which the meter leaves us to multiply.

    Raises ValueError, naming the field, when the map cannot be read as it stands.
    """

    function_code: int
    registers: Mapping[Quantity, Register]
    word_order: WordOrder = "big"
    longest_read: int = MAX_BLOCK
    readable: tuple[Block, ...] | None = None
    rest_s: float = 0.0
    ratio: Register | None = None

    def __post_init__(self) -> None:
        if self.function_code not in FUNCTION_CODES:
            raise ValueError(f"function code: came {self.function_code!r}, allowed 3 or 4")
        if Quantity.CURRENT_L1 not in self.registers:
            raise ValueError("register A-L1: not fitted, but a meter must at least measure L1")
        for quantity, register in self.registers.items():
            last = NOT_FITTED - register.format.width
            if not 0 <= register.address <= last:
                raise ValueError(
                    f"register {quantity}: came {register.address}, allowed 0 … {last}, "
                    f"or {NOT_FITTED} for not fitted"
                )

    def plan(self) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """The requests for what is read fast, and those for the rest.

        A total that is the sum of phases which are read anyway is not asked for.
        """
        fast = self._blocks(q for q in self.registers if q in FAST)
        measured = [power for power, amps in zip(POWERS, CURRENTS, strict=True) if amps in self]
        known = {Quantity.POWER} if all(power in self for power in measured) else set()
        known |= {
            quantity
            for quantity, register in self.registers.items()
            if any(block.holds(register) for block in fast)
        }
        return fast, self._blocks(q for q in self.registers if q not in known)

    def __contains__(self, quantity: object) -> bool:
        return quantity in self.registers

    def smaller(self, block: Block) -> tuple[Block, ...]:
        """What to ask instead of a block that was refused; empty when it holds one value only.

        A meter refuses what touches a register that it does not have, or is too long for it: first
        nothing between the values is asked for, then each value by itself.
        """
        inside = [register for register in self.registers.values() if block.holds(register)]
        joined = plan_blocks(inside, max_gap=0)
        if joined != (block,):
            return joined
        single = plan_blocks(inside, max_gap=0, longest=1)
        return single if single != (block,) else ()

    def _blocks(self, quantities: Iterable[Quantity]) -> tuple[Block, ...]:
        registers = [self.registers[quantity] for quantity in quantities]
        readable = self.readable
        if readable is not None:  # and so is where values lie that are not wanted now
            every = self.registers.values()
            readable = (*readable, *plan_blocks(every, max_gap=0, longest=NOT_FITTED))
        return plan_blocks(registers, MAX_GAP, self.longest_read, readable)


def fitted(
    quantities: Sequence[Quantity],
    addresses: Sequence[int],
    number_format: NumberFormat,
    scale: float = 1.0,
) -> dict[Quantity, Register]:
    """The registers of values that share one format, without those that are not fitted."""
    return {
        quantity: Register(address, number_format, scale)
        for quantity, address in zip(quantities, addresses, strict=True)
        if address != NOT_FITTED
    }


INTERNAL_METER = RegisterMap(
    function_code=4,
    registers={
        **fitted(VOLTAGES, (21248, 21250, 21252), NumberFormat.FLOAT),
        # The manual prints 21262 for both A-L1 and A-L2. Floats lie two registers apart, and L3 is
        # 21264: so L1 is 21260.
        **fitted(CURRENTS, (21260, 21262, 21264), NumberFormat.FLOAT),
        Quantity.POWER: Register(21288, NumberFormat.FLOAT),
        Quantity.ENERGY: Register(21300, NumberFormat.FLOAT),
    },
)
"""The charger's own meter by the manual's defaults (5.8.1.8)."""

DLB_METER = RegisterMap(
    function_code=3,
    # The manual prints L1 only (2318) and 65535 for the others; a three-phase meter of floats goes
    # on two registers further.
    registers=fitted(CURRENTS, (2318, 2320, 2322), NumberFormat.FLOAT),
)
"""The house's meter by the manual's defaults (5.8.1.9)."""


SIMULATED_HOUSE = RegisterMap(
    DLB_METER.function_code,
    {
        **DLB_METER.registers,
        **fitted(VOLTAGES, (2324, 2326, 2328), NumberFormat.FLOAT),
        Quantity.POWER: Register(2330, NumberFormat.FLOAT),
    },
)
"""The simulated house's meter: that of the manual, with voltages and power behind it."""


def plan_blocks(
    registers: Iterable[Register],
    max_gap: int = MAX_GAP,
    longest: int = MAX_BLOCK,
    readable: Sequence[Block] | None = None,
) -> tuple[Block, ...]:
    """The requests which read all `registers`, joining those at most `max_gap` apart.

    With `readable` a gap is only read along where all of it is known to be there.
    """
    blocks: list[Block] = []
    for register in sorted(registers, key=lambda register: register.address):
        end = register.addresses.stop
        if blocks:
            last = blocks[-1]
            gap = register.address - last.addresses.stop
            joined = Block(last.address, max(end, last.addresses.stop) - last.address)
            whole = gap <= 0 or readable is None or any(_within(joined, each) for each in readable)
            if gap <= max_gap and whole and (joined == last or joined.count <= longest):
                blocks[-1] = joined
                continue
        blocks.append(Block(register.address, register.format.width))
    return tuple(blocks)


def _within(block: Block, other: Block) -> bool:
    return other.address <= block.address and block.addresses.stop <= other.addresses.stop


def decode_all(register_map: RegisterMap, words: Mapping[int, int]) -> dict[Quantity, float]:
    """The values of a meter from its registers by address, as far as these were read."""
    return {
        quantity: register.value(words, register_map.word_order)
        for quantity, register in register_map.registers.items()
        if all(address in words for address in register.addresses)
    }
