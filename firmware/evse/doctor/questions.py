"""What the doctor asks, and what the bytes mean that come back. Pure.

A question is judged by all that was heard since it was sent: the answer, the adapter's echo, other
people's frames, and noise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from evse.boards import rapi
from evse.doctor.devices import Probe
from evse.lines.frames import (
    EXCEPTION,
    READ_HOLDING_REGISTERS,
    READ_INPUT_REGISTERS,
    WRITE_SINGLE_REGISTER,
    Request,
    RtuFraming,
    crc16,
    refusal,
    registers,
)
from evse.readers import pn532_frames
from evse.readers.pn532_frames import Answer, FrameParser, Pn532Error

_RTU = RtuFraming()
_REQUEST_BYTES = 8
REFUSAL_BYTES = 5
_READS = (READ_HOLDING_REGISTERS, READ_INPUT_REGISTERS)


class Outcome(StrEnum):
    """How a question ended."""

    GOOD = "good"
    EXCEPTION = "exception"
    """The device refuses; but it is there, and understood."""
    SILENCE = "timeout"
    CHECKSUM = "checksum"
    """An answer of the right length with a wrong checksum."""
    CUT = "cut"
    """The beginning of an answer."""
    FOREIGN = "foreign"
    """Whole frames, none of which answers."""
    NOISE = "noise"


ANSWERED = frozenset({Outcome.GOOD, Outcome.EXCEPTION})
DAMAGED = frozenset({Outcome.CHECKSUM, Outcome.CUT, Outcome.NOISE})


@dataclass(frozen=True, slots=True)
class Judged:
    """`registers` of a good answer, `text` of one in words, `code` of a refusal.

    `echo`: the adapter heard what it sent. `others`: whole frames that do not answer.
    """

    outcome: Outcome
    registers: tuple[int, ...] = ()
    text: str = ""
    code: int | None = None
    echo: bool = False
    others: tuple[bytes, ...] = ()


class Question(Protocol):
    """What is sent, how many bytes answer it, and what it means what comes."""

    @property
    def payload(self) -> bytes:
        """The bytes to send."""

    @property
    def answer_bytes(self) -> int:
        """Of the whole answer, for the time it takes on the wire."""

    def judge(self, received: bytes) -> Judged:
        """The meaning of all that came since."""


@dataclass(frozen=True, slots=True)
class ModbusQuestion:
    """Reads registers of one unit."""

    unit: int
    probe: Probe

    @property
    def _request(self) -> Request:
        probe = self.probe
        return Request(self.unit, probe.function_code, probe.address, probe.count)

    @property
    def payload(self) -> bytes:
        """See `Question`."""
        return _RTU.frame(self._request)

    @property
    def answer_bytes(self) -> int:
        """See `Question`."""
        return 5 + 2 * self.probe.count

    def judge(self, received: bytes) -> Judged:
        """See `Question`."""
        before, echo, after = received.partition(self.payload)
        rest = before + after
        answer = _RTU.answer(rest, self._request)
        if answer is None:
            return Judged(self._failure(rest), echo=bool(echo), others=frames_in(rest))
        ours = with_checksum(bytes([self.unit]) + answer)
        others = tuple(frame for frame in frames_in(rest) if frame != ours)
        if (code := refusal(answer)) is not None:
            return Judged(Outcome.EXCEPTION, code=code, echo=bool(echo), others=others)
        return Judged(Outcome.GOOD, tuple(registers(answer)), echo=bool(echo), others=others)

    def may_be_answered_by(self, frame: bytes) -> bool:
        """Whether the frame is an answer to this question, though perhaps a late one."""
        function_code = frame[1] & ~EXCEPTION
        return (frame[0], function_code) == (self.unit, self.probe.function_code)

    def _failure(self, rest: bytes) -> Outcome:
        if not rest:
            return Outcome.SILENCE
        if frames_in(rest):
            return Outcome.FOREIGN
        head = bytes([self.unit, self.probe.function_code, 2 * self.probe.count])
        start = rest.find(head)
        refused = bytes([self.unit, self.probe.function_code | EXCEPTION])
        if len(rest) == REFUSAL_BYTES and rest.startswith(refused):
            return Outcome.CHECKSUM
        if len(rest) == self.answer_bytes or 0 <= start <= len(rest) - self.answer_bytes:
            return Outcome.CHECKSUM
        return Outcome.CUT if start >= 0 else Outcome.NOISE


@dataclass(frozen=True, slots=True)
class RapiQuestion:
    """Asks an OpenEVSE for its version."""

    @property
    def payload(self) -> bytes:
        """See `Question`. Its `$` makes the board forget what it may have heard before."""
        return rapi.encode("GV")

    @property
    def answer_bytes(self) -> int:
        """See `Question`: `$OK 8.2.3.EU 5.2.1^XX` and CR, and an unasked `$AT` before it."""
        return 64

    def judge(self, received: bytes) -> Judged:
        """See `Question`."""
        before, echo, after = received.partition(self.payload)
        rest = before + after
        damaged = False
        for line in rest.split(b"\r")[:-1]:
            try:
                frame = rapi.decode(line[max(line.rfind(b"$"), 0) :].decode("ascii", "replace"))
            except rapi.RapiError:
                damaged = True
                continue
            if frame.head == "OK" and len(frame.values) >= 2:
                firmware, protocol = frame.values[:2]
                text = f"firmware {firmware}, RAPI {protocol}"
                return Judged(Outcome.GOOD, text=text, echo=bool(echo))
        if not rest:
            return Judged(Outcome.SILENCE, echo=bool(echo))
        checksum = damaged and b"$OK" in rest
        return Judged(Outcome.CHECKSUM if checksum else Outcome.NOISE, echo=bool(echo))


@dataclass(frozen=True, slots=True)
class Pn532Question:
    """Asks a PN532 for its version, and wakes it before that."""

    @property
    def payload(self) -> bytes:
        """See `Question`."""
        command = pn532_frames.frame(pn532_frames.GET_FIRMWARE_VERSION)
        return pn532_frames.WAKE_UP + command

    @property
    def answer_bytes(self) -> int:
        """See `Question`: ACK and answer."""
        return 6 + 13

    def judge(self, received: bytes) -> Judged:
        """See `Question`."""
        before, echo, after = received.partition(self.payload)
        rest = before + after
        wanted = pn532_frames.GET_FIRMWARE_VERSION[0] + 1
        for frame in FrameParser().feed(rest):
            if isinstance(frame, Answer) and frame.code == wanted:
                try:
                    text = pn532_frames.version_of(frame.data)
                except Pn532Error:
                    continue
                return Judged(Outcome.GOOD, text=text, echo=bool(echo))
        outcome = Outcome.SILENCE if not rest else Outcome.NOISE
        if pn532_frames.ACK in rest:
            outcome = Outcome.CUT
        return Judged(outcome, echo=bool(echo))


def with_checksum(body: bytes) -> bytes:
    """A whole frame."""
    return body + crc16(body)


def frames_in(data: bytes) -> tuple[bytes, ...]:
    """The whole Modbus frames with a good checksum in `data`, requests and answers."""
    return tuple(_frames(data))


def _frames(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data) - 4:
        length = _frame_length(data[at:])
        yield from (data[at : at + length],) if length else ()
        at += length or 1


def _frame_length(data: bytes) -> int:
    """The length of the frame at the beginning, 0 when there is none."""
    if len(data) >= _REQUEST_BYTES and data[1] in (*_READS, WRITE_SINGLE_REGISTER):
        unit, function_code = data[0], data[1]
        address, operand = int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:6], "big")
        if data.startswith(_RTU.frame(Request(unit, function_code, address, operand))):
            return _REQUEST_BYTES
    found = _RTU.other(data)
    return 0 if found is None else 1 + len(found[1]) + 2
