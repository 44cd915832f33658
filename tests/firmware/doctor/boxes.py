"""Registers of the devices that the tests put onto a line."""

import struct

from tests.firmware.doctor.slave import Registers


def words(code: str, value: float) -> list[int]:
    raw = struct.pack(f">{code}", value)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


def block(function: int, address: int, values: list[int]) -> dict[tuple[int, int], int]:
    return {(function, address + n): value for n, value in enumerate(values)}


def ekepc2(unit: int, **changed: int) -> Registers:
    """`changed`: registers by their number, as r114=1."""
    registers = (
        block(3, 86, [26500, 16500, 120, 0])
        | block(3, 90, [65535] * 7)
        | block(3, 100, [unit])
        | block(3, 109, [2667])
        | block(3, 114, [0])
        | block(3, 140, [2310, 1, 5333])
    )
    return registers | {(3, int(name[1:])): value for name, value in changed.items()}


SDM630 = block(4, 0, words("f", 230.2)) | block(4, 0x46, words("f", 50.0)) | {(3, 0xFC02): 0x0070}

ABB_B23 = block(3, 0x8960, [0x4232, 0x3320])

SIMPLE_EVSE = block(3, 1000, [32, 0, 1, 32, 0, 18, 1])

STRANGER = block(3, 4711, [1])
