"""The serial line under examination: a thin shell around pyserial, with real time-outs."""

import errno
import termios
import time
from dataclasses import dataclass
from enum import StrEnum

import serial

from evse.doctor.devices import Format
from evse.doctor.questions import ANSWERED, Judged, Question

PAUSE_S = 0.04
"""A pause that ends a frame: 20 ms of the operating system and 16 ms of an FTDI chip."""

WRITE_TIMEOUT_S = 2.0
"""An adapter that takes no bytes for so long is lost, s."""

_SLICE_S = 0.005
"""The longest wait of one read: answers are timed with this resolution at worst."""


class PortTrouble(StrEnum):
    """Why a port cannot be examined."""

    MISSING = "missing"
    DENIED = "denied"
    BUSY = "busy"
    UNUSABLE = "unusable"
    LOST = "lost"


class PortError(Exception):
    """A port cannot be opened or used."""

    def __init__(self, trouble: PortTrouble, text: str) -> None:
        super().__init__(text)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Heard:
    """What one question brought: its meaning, the bytes, and the time until it was over, s.

    `before`: what came in the silence before it: late, or nobody's.
    """

    judged: Judged
    received: bytes
    elapsed_s: float
    before: bytes = b""


class SerialLine:
    """One open port."""

    def __init__(self, port: str) -> None:
        """Open it for us alone. Raises PortError."""
        try:
            self._serial = serial.Serial(
                port, timeout=_SLICE_S, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except (serial.SerialException, OSError, ValueError, termios.error) as error:
            raise PortError(_trouble(error), f"{port}: {error}") from error
        self._port = port
        self._format = Format(9600)

    def close(self) -> None:
        """Give the port back."""
        self._serial.close()

    def tune(self, line: Format) -> bool:
        """Set rate, parity and stop bits; False when the adapter has no such format."""
        try:
            self._serial.parity = (
                line.parity
            )  # first: one that was refused is tried with the others
            self._serial.stopbits = line.stopbits
            self._serial.baudrate = line.baudrate
        except (serial.SerialException, OSError, ValueError, termios.error):
            return False
        self._format = line
        return True

    def listen(self, seconds: float) -> bytes:
        """What comes while nobody is asked. Raises PortError."""
        return self._collect(time.monotonic() + seconds)

    def ask(self, question: Question, answer_s: float, gap_s: float) -> Heard:
        """Ask, after `gap_s` of silence, and listen until it is answered or the time is over.

        `answer_s`: for the first byte; what the bytes take on the wire is added. Raises PortError.
        """
        before = self.listen(gap_s)
        payload = question.payload
        began_s = time.monotonic()
        self._send(payload)
        wire_s = self._format.duration_s(len(payload) + question.answer_bytes)
        received, judged = b"", question.judge(b"")
        last_s, end_s = began_s, began_s + answer_s + wire_s
        while judged.outcome not in ANSWERED and time.monotonic() < end_s:
            more = self._read()
            if more:
                received, last_s = received + more, time.monotonic()
                judged = question.judge(received)
            elif received.removeprefix(payload) and time.monotonic() - last_s > PAUSE_S:
                break  # whatever that was, it is over
        return Heard(judged, received, time.monotonic() - began_s, before)

    def _collect(self, end_s: float) -> bytes:
        received = b""
        while time.monotonic() < end_s:
            received += self._read()
        return received

    def _send(self, payload: bytes) -> None:
        try:
            self._serial.write(payload)
        except (serial.SerialException, OSError) as error:
            raise PortError(PortTrouble.LOST, f"{self._port}: {error}") from error

    def _read(self) -> bytes:
        """What is there, or comes soon."""
        try:
            first: bytes = self._serial.read(1)
            return first + bytes(self._serial.read(self._serial.in_waiting)) if first else b""
        except (serial.SerialException, OSError) as error:
            raise PortError(PortTrouble.LOST, f"{self._port}: {error}") from error


def _trouble(error: Exception) -> PortTrouble:
    number = error.errno if isinstance(error, OSError) else None
    return {
        errno.ENOENT: PortTrouble.MISSING,
        errno.ENXIO: PortTrouble.MISSING,
        errno.ENODEV: PortTrouble.MISSING,
        errno.EACCES: PortTrouble.DENIED,
        errno.EPERM: PortTrouble.DENIED,
        errno.EAGAIN: PortTrouble.BUSY,
        errno.EBUSY: PortTrouble.BUSY,
    }.get(number or 0, PortTrouble.UNUSABLE)
