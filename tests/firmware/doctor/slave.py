"""Devices on a pseudo terminal, which answer only at the rate that they are set to."""

import os
import select
import termios
import threading
import tty
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

Registers = Mapping[tuple[int, int], int]
"""Function code and address to value."""

Answer = Callable[[bytes], bytes]
"""What comes back for the bytes that were received, until now unanswered; empty: nothing yet."""

SPEEDS = {rate: getattr(termios, f"B{rate}") for rate in (2400, 9600, 19200, 38400, 115200)}


def crc16(data: bytes) -> bytes:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc, carry = crc >> 1, crc & 1
            crc ^= 0xA001 * carry
    return bytes([crc & 0xFF, crc >> 8])


def with_crc(body: bytes) -> bytes:
    return body + crc16(body)


class Modbus:
    """Slaves with registers, as a callable from request to answer. `asked` are whole requests.

    `everywhere`: a unit that answers at 255 too. `mute`: says nothing instead of refusing.
    """

    def __init__(
        self, units: Mapping[int, Registers], *, everywhere: int = 0, mute: bool = False
    ) -> None:
        self.units = dict(units)
        self.asked: list[bytes] = []
        self._mute = mute
        if everywhere:
            self.units[255] = self.units[everywhere]

    def __call__(self, request: bytes) -> bytes:
        if len(request) != 8 or crc16(request[:6]) != request[6:] or request[0] not in self.units:
            return b""
        self.asked.append(request)
        unit, function = request[0], request[1]
        address, count = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        keys = [(function, address + n) for n in range(count)]
        registers = self.units[unit]
        if any(key not in registers for key in keys):
            return b"" if self._mute else with_crc(bytes([unit, function | 0x80, 2]))
        data = b"".join(registers[key].to_bytes(2, "big") for key in keys)
        return with_crc(bytes([unit, function, len(data)]) + data)


class Line:
    """One end of a serial line; `answer` is what is at the other."""

    def __init__(self, answer: Answer, baudrate: int = 9600, chatter: bytes = b"") -> None:
        """`chatter` is sent 20 times a second by somebody who is not asked."""
        self._answer = answer
        self._speed = SPEEDS[baudrate]
        self._chatter = chatter
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._end, self._told = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.write(self._told, b".")
        self._thread.join(5.0)
        for descriptor in (self._far, self._near, self._end, self._told):
            os.close(descriptor)

    def _run(self) -> None:
        while True:
            ready, _, _ = select.select([self._far, self._end], [], [], 0.05)
            if self._end in ready:
                return
            received = os.read(self._far, 1024) if self._far in ready else b""
            if termios.tcgetattr(self._far)[4] != self._speed:
                continue  # at another rate it hears nothing that it knows
            if sent := self._chatter + (self._answer(received) if received else b""):
                os.write(self._far, sent)
