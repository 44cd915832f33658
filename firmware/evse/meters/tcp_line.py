"""A Modbus TCP connection under examination, with real time-outs: the line of a meter on Ethernet.

It does what a gateway does: the serial frame of a question goes out with the header of Modbus TCP
instead of its checksum, and what comes back gets a checksum again. So a question is judged as on a
serial line.
"""

import contextlib
import socket
import time

from evse.doctor.devices import Format
from evse.doctor.line import Heard, PortError, PortTrouble
from evse.doctor.questions import ANSWERED, Question, with_checksum
from evse.lines.connection import TcpConnection

CONNECT_TIMEOUT_S = 2.0
"""Real time to open the connection, s."""

NETWORK_S = 0.3
"""What the network may take beyond a serial line, s."""

_HEADER_BYTES = 6
_CHECKSUM_BYTES = 2


class TcpLine:
    """One open connection."""

    def __init__(self, connection: TcpConnection) -> None:
        """Open it. Raises PortError."""
        self._name = str(connection)
        self._number = 0
        try:
            self._socket = socket.create_connection(
                (connection.host, connection.port), CONNECT_TIMEOUT_S
            )
        except OSError as error:
            raise PortError(PortTrouble.UNUSABLE, f"{self._name}: {error}") from error

    def close(self) -> None:
        """Give the connection back."""
        self._socket.close()

    def tune(self, _line: Format) -> bool:
        """There are no formats."""
        return True

    def listen(self, _seconds: float) -> bytes:
        """Nobody speaks unasked on a connection of our own."""
        return b""

    def ask(self, question: Question, answer_s: float, gap_s: float) -> Heard:
        """Ask, and listen until it is answered or the time is over. Raises PortError."""
        time.sleep(gap_s)
        self._number = self._number % 0xFFFF + 1
        body = question.payload[:-_CHECKSUM_BYTES]
        header = self._number.to_bytes(2, "big") + bytes(2) + len(body).to_bytes(2, "big")
        began_s = time.monotonic()
        end_s = began_s + answer_s + NETWORK_S
        received, judged = b"", question.judge(b"")
        try:
            self._socket.sendall(header + body)
            with contextlib.suppress(TimeoutError):  # then `judged` says what was heard till now
                while judged.outcome not in ANSWERED and (left_s := end_s - time.monotonic()) > 0:
                    self._socket.settimeout(left_s)
                    received += self._receive()
                    judged = question.judge(self._translated(received))
        except OSError as error:
            raise PortError(PortTrouble.LOST, f"{self._name}: {error}") from error
        return Heard(judged, received, time.monotonic() - began_s)

    def _receive(self) -> bytes:
        data = self._socket.recv(4096)
        if not data:
            raise ConnectionResetError("the other end closed the connection")
        return data

    def _translated(self, received: bytes) -> bytes:
        """The frames that answer our number, as on a serial line."""
        frames, at = b"", 0
        while len(received) - at > _HEADER_BYTES:
            length = int.from_bytes(received[at + 4 : at + 6], "big")
            end = at + _HEADER_BYTES + length
            number = int.from_bytes(received[at : at + 2], "big")
            if number == self._number and length and end <= len(received):
                frames += with_checksum(received[at + _HEADER_BYTES : end])
            at = end
        return frames
