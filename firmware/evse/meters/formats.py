"""How a Modbus register codes a number. Pure.

The texts of the formats are the choices of the ETEK EKEPC3 manual (5.8.2: float, int16 …
int32*0.0001), and those which meters of the trade need beyond it: unsigned, 64 bit, double.
Integers without a `u` are signed.
"""

import math
import struct
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

WordOrder = Literal["big", "little"]
"""Which register of a value comes first: that with the high bits (`big`) or that with the low."""


class NumberFormat(StrEnum):
    """How a value is coded."""

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
    UINT16 = "uint16"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT64 = "float64"

    @property
    def code(self) -> str:
        """The format of `struct`, high byte first."""
        return _CODES[self.partition("*")[0]]

    @property
    def per_unit(self) -> int:
        """How many counts make one unit (a divisor, so that 2305 tenths are exactly 230.5)."""
        scale = self.partition("*")[2]
        return round(1 / float(scale)) if scale else 1

    @property
    def width(self) -> int:
        """Registers of 16 bit."""
        return struct.calcsize(self.code) // 2


_CODES = {
    "float": ">f",
    "float64": ">d",
    "int16": ">h",
    "int32": ">i",
    "int64": ">q",
    "uint16": ">H",
    "uint32": ">I",
    "uint64": ">Q",
}

MANUAL_FORMATS = tuple(NumberFormat)[:10]
"""The choices of the manual (5.8.2)."""


def decode(
    words: Sequence[int],
    number_format: NumberFormat,
    order: WordOrder = "big",
    scale: float = 1.0,
) -> float:
    """The value of `words` (unsigned 16-bit registers, as many as the format is wide).

    NaN when they hold the pattern by which meters say "not available".
    """
    ordered = words if order == "big" else words[::-1]
    raw = b"".join(word.to_bytes(2, "big") for word in ordered)
    if _is_absent(raw, number_format):
        return math.nan
    (count,) = struct.unpack(number_format.code, raw)
    # A scale below 1 as a divisor: 2305 × 0.1 is not 230.5, but 2305 / 10 is.
    value = float(count / number_format.per_unit)
    return value * scale if scale >= 1 else value / (1 / scale)


def encode(
    value: float,
    number_format: NumberFormat,
    order: WordOrder = "big",
    scale: float = 1.0,
) -> list[int]:
    """The registers that code `value`. Raises ValueError when the format cannot hold it."""
    count = value / scale * number_format.per_unit
    floating = number_format.code in {">f", ">d"}
    try:
        raw = struct.pack(number_format.code, count if floating else round(count))
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{value!r} does not fit into {number_format}") from error
    words = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
    return words if order == "big" else words[::-1]


def _is_absent(raw: bytes, number_format: NumberFormat) -> bool:
    """Whether an integer means "not available"; a float says it by NaN.

    Unsigned: all ones. Signed: the greatest number, of 32 bits already its high word alone.
    Sources: ABB B23 manual (all ones, 7FFF…), Carlo Gavazzi EM/ET protocols (high word 7FFF).
    """
    if number_format.startswith("uint"):
        return raw == b"\xff" * len(raw)
    if number_format.startswith("int64"):
        return raw == b"\x7f" + b"\xff" * 7
    return number_format.startswith("int") and raw.startswith(b"\x7f\xff")
