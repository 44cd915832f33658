"""Modbus frames: what is sent for a request, and which bytes answer it. Pure.

Sources: Modbus application protocol V1.1b3 (function codes 03, 04, 06, exceptions), Modbus over
serial line V1.02 (CRC, addresses), Modbus messaging on TCP/IP V1.0b (header).

A line carries more than answers: noise, the rest of a cut frame, and the late answer to a request
that was given up. So a framing looks for the bytes which fit the request, wherever they stand, and
passes over all others.
"""

import struct
from dataclasses import dataclass
from typing import Protocol

READ_HOLDING_REGISTERS = 3
READ_INPUT_REGISTERS = 4
WRITE_SINGLE_REGISTER = 6
WRITE_MULTIPLE_REGISTERS = 16
READ_WRITE_MULTIPLE_REGISTERS = 23

EXCEPTION = 0x80
"""Set in the function code of an answer that refuses."""

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3

_EXCEPTION_NAMES = {
    ILLEGAL_FUNCTION: "illegal_function",
    ILLEGAL_ADDRESS: "illegal_address",
    ILLEGAL_VALUE: "illegal_value",
    4: "device_failure",
    5: "acknowledge",
    6: "device_busy",
    8: "memory_parity_error",
    10: "gateway_path_unavailable",
    11: "gateway_no_response",
}


def exception_name(code: int) -> str:
    """The name of a Modbus exception code."""
    return _EXCEPTION_NAMES.get(code, "unknown")


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_OF = tuple(map(_crc_of, range(256)))


def crc16(data: bytes) -> bytes:
    """The checksum of a frame on a serial line: polynomial 0xA001, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_OF[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Request:
    """A request to `unit`: `operand` is the count of registers to read, or the value to write.

    Raises ValueError for a number that does not fit into its field.
    """

    unit: int
    function_code: int
    address: int
    operand: int

    def __post_init__(self) -> None:
        for name, value, maximum in (
            ("unit", self.unit, 255),
            ("address", self.address, 65535),
            ("operand", self.operand, 65535),
        ):
            if not 0 <= value <= maximum:
                raise ValueError(f"{name} of a request: came {value!r}, allowed 0 … {maximum}")

    @property
    def pdu(self) -> bytes:
        """Function code and data, as on every kind of line."""
        return struct.pack(">BHH", self.function_code, self.address, self.operand)

    def is_answered_by(self, unit: int, pdu: bytes) -> bool:
        """Whether a whole frame answers this request, with registers or with a refusal."""
        if unit != self.unit or len(pdu) < 2:
            return False
        if pdu[0] == self.function_code | EXCEPTION:
            return len(pdu) == 2
        if self.function_code == WRITE_SINGLE_REGISTER:
            return pdu == self.pdu
        return pdu[:2] == bytes([self.function_code, 2 * self.operand]) and len(pdu) == 2 + pdu[1]


def refusal(pdu: bytes) -> int | None:
    """The exception code of an answer, None when it is none."""
    return pdu[1] if pdu[0] & EXCEPTION else None


def registers(pdu: bytes) -> list[int]:
    """The registers in an answer to a request that reads."""
    return [int.from_bytes(pdu[i : i + 2], "big") for i in range(2, len(pdu), 2)]


class Framing(Protocol):
    """How requests and answers stand on one kind of line."""

    def frame(self, request: Request) -> bytes:
        """The bytes to send."""

    def answer(self, received: bytes, request: Request) -> bytes | None:
        """The PDU which answers the request, None as long as there is none."""

    def other(self, received: bytes) -> tuple[int, bytes] | None:
        """Unit and PDU of the first whole frame, whatever it answers; None without one."""

    def is_broken(self, received: bytes) -> bool:
        """Whether after these bytes the begin of the next frame cannot be found."""


class RtuFraming:
    """Frames of a serial line: unit, PDU, checksum."""

    def frame(self, request: Request) -> bytes:
        """The bytes to send."""
        body = bytes([request.unit]) + request.pdu
        return body + crc16(body)

    def answer(self, received: bytes, request: Request) -> bytes | None:
        """The PDU of the first answer with a good checksum that stands anywhere in `received`."""
        for start in range(len(received) - 4):
            unit, function_code = received[start], received[start + 1] & ~EXCEPTION
            if unit != request.unit or function_code != request.function_code:
                continue
            found = self.other(received[start:])
            if found is not None and request.is_answered_by(*found):
                return found[1]
        return None

    def is_broken(self, received: bytes) -> bool:  # noqa: ARG002 - no bytes can do that
        """Never: the next frame begins after a pause."""
        return False

    def other(self, received: bytes) -> tuple[int, bytes] | None:
        """Unit and PDU of the frame at the beginning; None when it is cut or damaged."""
        if len(received) < 3:
            return None
        end = 1 + _pdu_length(received[1], received[2])
        body, checksum = received[:end], received[end : end + 2]
        if len(checksum) < 2 or checksum != crc16(body):
            return None
        return body[0], body[1:]


def _pdu_length(function_code: int, first: int) -> int:
    """The length of an answer's PDU, which a serial line does not tell otherwise."""
    if function_code & EXCEPTION:
        return 2
    return 5 if function_code == WRITE_SINGLE_REGISTER else 2 + first


class TcpFraming:
    """Frames of Modbus TCP; each request has a number, by which late answers are told apart."""

    _HEADER = struct.Struct(">HHHB")  # number, protocol (0), length of what follows, unit

    def __init__(self) -> None:
        self._number = 0

    def frame(self, request: Request) -> bytes:
        """The bytes to send, under the next number."""
        self._number = self._number % 0xFFFF + 1
        return self._HEADER.pack(self._number, 0, len(request.pdu) + 1, request.unit) + request.pdu

    def answer(self, received: bytes, request: Request) -> bytes | None:
        """The PDU of the answer which carries the number of the last request."""
        for number, unit, pdu in self._frames(received)[0]:
            if number == self._number and request.is_answered_by(unit, pdu):
                return pdu
        return None

    def other(self, received: bytes) -> tuple[int, bytes] | None:
        """Unit and PDU of the first whole frame."""
        return next(((unit, pdu) for _, unit, pdu in self._frames(received)[0]), None)

    def is_broken(self, received: bytes) -> bool:
        """Whether something stands behind the last whole frame: a stream has no pauses."""
        return self._frames(received)[1] < len(received)

    def _frames(self, received: bytes) -> tuple[list[tuple[int, int, bytes]], int]:
        """The whole frames `(number, unit, pdu)`, and where the last of them ends."""
        frames, at = [], 0
        while len(received) - at >= self._HEADER.size:
            number, protocol, length, unit = self._HEADER.unpack_from(received, at)
            end = at + self._HEADER.size - 1 + length
            if protocol != 0 or length < 2 or end > len(received):
                break
            frames.append((number, unit, received[at + self._HEADER.size : end]))
            at = end
        return frames, at
