"""The frames of a PN532 on its UART, and the few commands that reading cards needs. Pure.

A frame is `00 00 FF LEN LCS TFI data DCS 00`: LEN counts TFI and data; LEN + LCS is 0 modulo 256,
TFI + data + DCS too. TFI is D4 to the chip and D5 from it; the code of an answer is that of the
command + 1. Source: NXP PN532 user manual UM0701-02, 6.2 (frames) and 7 (commands).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from evse.readers.uid import UidError, of_bytes

BAUDRATE = 115200

WAKE_UP = bytes.fromhex("55550000000000000000000000000000")
"""Before the first command after power-up (UM0701-02, 7.2.11): the chip may sleep."""

ACK = bytes.fromhex("0000ff00ff00")
"""From the chip: the command was understood. From the host: forget the running command."""

NACK = bytes.fromhex("0000ffff0000")
"""From the host: the answer came damaged, send it again."""

HOST_TO_CHIP = 0xD4
CHIP_TO_HOST = 0xD5
SYNTAX_ERROR = 0x7F

GET_FIRMWARE_VERSION = bytes([0x02])
SAM_CONFIGURATION = bytes([0x14, 0x01, 0x14, 0x01])
"""Normal mode (no security module), 20 × 50 ms, with IRQ."""

RF_CONFIGURATION_RETRIES = bytes([0x32, 0x05, 0xFF, 0x01, 0x10])
"""Item 5, MaxRtyPassiveActivation 0x10. After power-up it is 0xFF: a poll waits for a card for ever
and never says that there is none."""

IN_LIST_PASSIVE_TARGET = bytes([0x4A, 0x01, 0x00])
"""Look for one card, 106 kbit/s type A (ISO 14443A)."""

MAX_BODY_BYTES = 265
"""TFI and data of the longest frame of the chip (UM0701-02, 6.2.1.2)."""

_START = b"\x00\xff"
_SHORT_BYTES = 254


class Pn532Error(Exception):
    """The chip did not answer, or answered what cannot be; the text says what."""


class Sign(Enum):
    """What came that is no answer."""

    ACK = "ACK"
    NACK = "NACK"
    ERROR = "syntax error"
    """The chip did not understand the command."""
    DAMAGED = "damaged frame"
    """A frame whose sum is wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a command: its `code` (that of the command + 1) and what follows it."""

    code: int
    data: bytes


Frame = Sign | Answer


def frame(command: bytes, tfi: int = HOST_TO_CHIP) -> bytes:
    """The frame of a command (its code and parameters), an extended one when it is long.

    Raises ValueError for more than 264 bytes.
    """
    body = bytes([tfi]) + command
    if len(body) > MAX_BODY_BYTES:
        raise ValueError(f"command: came {len(command)} bytes, allowed {MAX_BODY_BYTES - 1}")
    if len(body) <= _SHORT_BYTES:
        head = bytes([len(body), -len(body) & 0xFF])
    else:
        high, low = divmod(len(body), 256)
        head = bytes([0xFF, 0xFF, high, low, -(high + low) & 0xFF])
    return b"\x00" + _START + head + body + bytes([-sum(body) & 0xFF, 0x00])


class FrameParser:
    """Takes bytes as they come, gives the frames in them.

    It looks for `00 FF` and takes it as the start, whatever stands before it: the zeros around a
    frame may be missing or more. After nonsense it goes on behind the start that was none.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def reset(self) -> None:
        """Forget what came."""
        self._buffer.clear()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames which are complete with `data`."""
        self._buffer += data
        return list(self._frames())

    def _frames(self) -> Iterator[Frame]:
        while (start := self._buffer.find(_START)) >= 0:
            del self._buffer[:start]
            size, found = _read(bytes(self._buffer))
            if size == 0:
                return  # the rest is still to come
            del self._buffer[:size]
            if found is not None:
                yield found
        del self._buffer[:-1]  # the last byte may be the zero of a start


def _read(data: bytes) -> tuple[int, Frame | None]:
    """How many bytes of `data`, which begins with a start, are done, and the frame in them.

    0 bytes: it is not complete.
    """
    if len(data) < 4:
        return 0, None
    head = data[2:4]
    if head == b"\x00\xff":
        return 4, Sign.ACK
    if head == b"\xff\x00":
        return 4, Sign.NACK
    if head == b"\xff\xff":
        if len(data) < 7:
            return 0, None
        begin, length, check = 7, data[4] * 256 + data[5], sum(data[4:7])
    else:
        begin, length, check = 4, data[2], sum(head)
    if check % 256 or not 0 < length <= MAX_BODY_BYTES:
        return len(_START), None
    body, total = data[begin : begin + length], data[begin : begin + length + 1]
    if len(total) <= length:
        return 0, None
    if sum(total) % 256:
        # Only the start is passed over: a wrong length may have swallowed the frame after it.
        return len(_START), Sign.DAMAGED
    return begin + length + 1, _content(body)


def _content(body: bytes) -> Frame | None:
    """What a frame with right sums says; None when it is not for the host."""
    if body[0] == SYNTAX_ERROR and len(body) == 1:
        return Sign.ERROR
    if body[0] == CHIP_TO_HOST and len(body) > 1:
        return Answer(body[1], body[2:])
    return None


def uid_of(data: bytes) -> str | None:
    """The UID in the answer to IN_LIST_PASSIVE_TARGET, None when there is no card.

    `data`: NbTg, Tg, SENS_RES (2), SEL_RES, NFCIDLength, NFCID, and an ATS if the card has one
    (UM0701-02, 7.3.5). Raises Pn532Error.
    """
    if data[:1] == b"\x00":
        return None
    if len(data) < 6 or len(data) < 6 + data[5]:
        raise Pn532Error(f"the answer about a card is cut off after {len(data)} bytes")
    try:
        return of_bytes(data[6 : 6 + data[5]])
    except UidError as error:
        raise Pn532Error(f"the reader gives a number that no card has: {error}") from error


def version_of(data: bytes) -> str:
    """What the answer to GET_FIRMWARE_VERSION says, as "PN532 1.6". Raises Pn532Error."""
    if len(data) != 4:
        raise Pn532Error(f"firmware version: came {len(data)} bytes, allowed 4")
    return f"PN5{data[0]:02x} {data[1]}.{data[2]}"
