"""The register map of a Modbus energy meter, as the installer types it in. Pure.

Source: ETEK EKEPC3 manual, 5.8.1.8 (internal meter) and 5.8.1.9 (DLB meter): one function code (03
or 04), one number format a quantity, one register address a value, 65535 = not fitted. Addresses
are those on the wire (0-based). The manual has no word order: high word first is the default.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

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

WordOrder = Literal["big", "little"]


class NumberFormat(StrEnum):
    """How a value is coded; the texts are the manual's choices. Integers are signed."""

    FLOAT = "float"
    INT16 = "int16"
    INT16_TENTH = "int16*0.1"
    INT16_HUNDREDTH = "int16*0.01"
    INT16_THOUSANDTH = "int16*0.001"
    INT32 = "int32"
    INT32_TENTH = "int32*0.1"
    INT32_HUNDREDTH = "int32*0.01"
    INT32_THOUSANDTH = "int32*0.001"
    INT32_TEN_THOUSANDTH = "int32*0.0001"

    @property
    def code(self) -> str:
        """The format of `struct`, high byte first."""
        return {"float": ">f", "int16": ">h", "int32": ">i"}[self.partition("*")[0]]

    @property
    def per_unit(self) -> int:
        """How many counts make one unit (a divisor, so that 2305 tenths are exactly 230.5)."""
        scale = self.partition("*")[2]
        return round(1 / float(scale)) if scale else 1

    @property
    def width(self) -> int:
        """Registers of 16 bit."""
        return struct.calcsize(self.code) // 2


class Quantity(StrEnum):
    """A value of a meter, by the manual's name."""

    VOLTAGE_L1 = "V-L1"
    VOLTAGE_L2 = "V-L2"
    VOLTAGE_L3 = "V-L3"
    CURRENT_L1 = "A-L1"
    CURRENT_L2 = "A-L2"
    CURRENT_L3 = "A-L3"
    POWER = "W"
    ENERGY = "kWh"


VOLTAGES = (Quantity.VOLTAGE_L1, Quantity.VOLTAGE_L2, Quantity.VOLTAGE_L3)
CURRENTS = (Quantity.CURRENT_L1, Quantity.CURRENT_L2, Quantity.CURRENT_L3)


@dataclass(frozen=True, slots=True)
class Register:
    """Where a value lies and how it is coded."""

    address: int
    format: NumberFormat

    @property
    def addresses(self) -> range:
        """The 16-bit registers which the value takes."""
        return range(self.address, self.address + self.format.width)


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that are read in one request."""

    address: int
    count: int


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """What one meter offers. Only fitted values are in `registers`.

    Raises ValueError, naming the field, when the map cannot be read as it stands.
    """

    function_code: int
    registers: Mapping[Quantity, Register]
    word_order: WordOrder = "big"

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


def fitted(
    quantities: Sequence[Quantity], addresses: Sequence[int], number_format: NumberFormat
) -> dict[Quantity, Register]:
    """The registers of values that share one format, without those that are not fitted."""
    return {
        quantity: Register(address, number_format)
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


def decode(words: Sequence[int], number_format: NumberFormat, order: WordOrder = "big") -> float:
    """The value of `words` (unsigned 16-bit registers, as many as the format is wide)."""
    ordered = words if order == "big" else words[::-1]
    raw = b"".join(word.to_bytes(2, "big") for word in ordered)
    (count,) = struct.unpack(number_format.code, raw)
    return float(count / number_format.per_unit)


def encode(value: float, number_format: NumberFormat, order: WordOrder = "big") -> list[int]:
    """The registers that code `value`. Raises ValueError when the format cannot hold it."""
    count = value * number_format.per_unit
    try:
        raw = struct.pack(
            number_format.code, count if number_format is NumberFormat.FLOAT else round(count)
        )
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{value!r} does not fit into {number_format}") from error
    words = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
    return words if order == "big" else words[::-1]


def plan_blocks(registers: Iterable[Register], max_gap: int = MAX_GAP) -> tuple[Block, ...]:
    """The requests which read all `registers`, joining those at most `max_gap` apart."""
    blocks: list[Block] = []
    for register in sorted(registers, key=lambda register: register.address):
        end = register.addresses.stop
        if blocks:
            last = blocks[-1]
            span = max(end, last.address + last.count) - last.address
            if register.address - (last.address + last.count) <= max_gap and span <= MAX_BLOCK:
                blocks[-1] = Block(last.address, span)
                continue
        blocks.append(Block(register.address, end - register.address))
    return tuple(blocks)


def decode_all(register_map: RegisterMap, words: Mapping[int, int]) -> dict[Quantity, float]:
    """The values of a meter from its registers by address; KeyError when one was not read."""
    return {
        quantity: decode(
            [words[address] for address in register.addresses],
            register.format,
            register_map.word_order,
        )
        for quantity, register in register_map.registers.items()
    }
