"""Modbus RTU slaves behind a pseudo terminal, byte by byte, in a thread of their own.

A slave has its registers and the physics behind them (`advance`); a `Wire` stands between its
answers and the host and spoils them on demand. `serve` runs them and yields the path of the serial
device, a symbolic link that stays the same when the adapter is pulled out and put in again.
"""

import contextlib
import os
import select
import tempfile
import threading
import time
import tty
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

READ_HOLDING, READ_INPUT, WRITE_ONE, WRITE_MANY = 3, 4, 6, 16
NO_FUNCTION, NO_ADDRESS, NO_VALUE = 1, 2, 3

STEP_S = 0.005
"""The physics move at least so often."""

END_OF_FRAME_S = 0.03
"""A pause that ends a frame whose length is not known."""


def crc16(data: bytes) -> bytes:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            low = crc & 1
            crc >>= 1
            if low:
                crc ^= 0xA001
    return bytes((crc & 0xFF, crc >> 8))


def with_crc(body: bytes) -> bytes:
    return body + crc16(body)


class Refusal(Exception):  # noqa: N818 - not an error of the slave
    """The slave answers with a Modbus exception."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Slave(Protocol):
    """One device."""

    def answers_to(self, unit: int) -> bool: ...

    def read(self, address: int) -> int:
        """One register. Raises Refusal."""

    def write(self, address: int, value: int) -> None:
        """Raises Refusal."""

    def advance(self, now_s: float) -> None:
        """Let physics and firmware live until `now_s`."""


@dataclass
class Wire:
    """What happens to answers. Counts run down with each answer that they spoil; the others stay
    until they are set back. `requests` are the frames with a good checksum that came."""

    noise: bytes = b""
    lose: int = 0
    cut: int = 0
    bad_crc: int = 0
    wrong: int = 0
    late: int = 0
    late_s: float = 0.7
    delay_s: float = 0.0
    silent: bool = False
    frozen: bool = False
    maximum_count: int = 125
    requests: list[bytes] = field(default_factory=list)

    def spoil(self, answer: bytes) -> list[tuple[float, bytes]]:
        """What goes out instead of `answer`: `(after_s, bytes)`."""
        if self.silent or self._take("lose"):
            return []
        after_s = self.late_s if self._take("late") else self.delay_s
        if self._take("cut"):
            answer = answer[: len(answer) // 2]
        if self._take("bad_crc"):
            answer = answer[:-1] + bytes([answer[-1] ^ 0x55])
        if self._take("wrong"):
            answer = with_crc(bytes([answer[0], READ_HOLDING, 4, 0xDE, 0xAD, 0xBE, 0xEF]))
        return [(after_s, self.noise + answer)]

    def _take(self, name: str) -> bool:
        left: int = getattr(self, name)
        setattr(self, name, max(0, left - 1))
        return left > 0


def frame_length(received: bytes) -> int | None:
    """How long a request is, None when it cannot be told."""
    if len(received) < 2:
        return None
    if received[1] in {READ_HOLDING, READ_INPUT, WRITE_ONE}:
        return 8
    if received[1] == WRITE_MANY:
        return 9 + received[6] if len(received) > 6 else None
    return None


def answer(request: bytes, slave: Slave, maximum_count: int = 125) -> bytes:
    """The answer to a request with a good checksum that is meant for this slave."""
    try:
        return with_crc(request[:1] + _pdu(request, slave, maximum_count))
    except Refusal as refusal:
        return with_crc(bytes([request[0], request[1] | 0x80, refusal.code]))


def _pdu(request: bytes, slave: Slave, maximum_count: int) -> bytes:
    function = request[1]
    address, operand = (int.from_bytes(request[i : i + 2], "big") for i in (2, 4))
    if function == READ_HOLDING:
        if not 1 <= operand <= maximum_count:
            raise Refusal(NO_VALUE)
        words = [slave.read(address + i) for i in range(operand)]
        return bytes([function, 2 * operand]) + b"".join(w.to_bytes(2, "big") for w in words)
    if function == WRITE_ONE:
        slave.write(address, operand)
        return request[1:6]
    if function == WRITE_MANY:
        if not 1 <= operand <= maximum_count or request[6] != 2 * operand:
            raise Refusal(NO_VALUE)
        for i in range(operand):
            slave.write(address + i, int.from_bytes(request[7 + 2 * i : 9 + 2 * i], "big"))
        return request[1:6]
    raise Refusal(NO_FUNCTION)


class Bus:
    """The slaves of one line, and its serial port."""

    def __init__(self, slaves: Sequence[Slave], wire: Wire, link: Path) -> None:
        self.slaves = slaves
        self.wire = wire
        self.path = str(link)
        self._link = link
        self._guard = threading.RLock()
        self._received = b""
        self._received_s = 0.0
        self._outbox: list[tuple[float, bytes]] = []
        self._master = self._end = -1
        self._over = False
        self._thread = threading.Thread(target=self._run, name="modbus-slaves", daemon=True)

    def start(self) -> None:
        self.plug_in()
        self._thread.start()

    def stop(self) -> None:
        self._over = True
        self._thread.join(timeout=5.0)
        self.pull_out()

    def plug_in(self) -> None:
        """Put the adapter in: the same path leads to it."""
        with self._guard:
            self._master, self._end = os.openpty()
            tty.setraw(self._end)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(os.ttyname(self._end))
            self._received, self._outbox = b"", []

    def pull_out(self) -> None:
        """Pull the adapter out: who holds the port loses it."""
        with self._guard:
            if self._master >= 0:
                os.close(self._master)
                os.close(self._end)
            self._master = self._end = -1
            self._link.unlink(missing_ok=True)

    def inject(self, data: bytes) -> None:
        """Let a stranger on the line say something, at once and whole."""
        with self._guard, contextlib.suppress(OSError):  # nobody is there to hear it
            os.write(self._master, data)

    def _run(self) -> None:
        while not self._over:
            with self._guard:
                master = self._master
            ready = self._wait(master)
            with self._guard:
                now_s = time.monotonic()
                if not self.wire.frozen:
                    for slave in self.slaves:
                        slave.advance(now_s)
                if self._master >= 0 and self._master == master:
                    self._turn(ready, now_s)

    def _wait(self, master: int) -> bool:
        """Wait a step for the host; whether it has sent something."""
        if master < 0:
            time.sleep(STEP_S)
            return False
        try:
            return bool(select.select([master], [], [], STEP_S)[0])
        except OSError:  # the adapter was pulled out at this moment
            return False

    def _turn(self, ready: bool, now_s: float) -> None:
        if ready:
            self._received += os.read(self._master, 1024)
            self._received_s = now_s
        self._take_frames(now_s)
        due = [data for at_s, data in self._outbox if at_s <= now_s]
        self._outbox = [(at_s, data) for at_s, data in self._outbox if at_s > now_s]
        for data in due:
            os.write(self._master, data)

    def _take_frames(self, now_s: float) -> None:
        length = frame_length(self._received)
        if length is not None and len(self._received) >= length:
            self._take(self._received[:length], now_s)
            self._received = self._received[length:]
        elif self._received and now_s - self._received_s >= END_OF_FRAME_S:
            self._take(self._received, now_s)
            self._received = b""

    def _take(self, frame: bytes, now_s: float) -> None:
        """Answer a frame; silence for a bad checksum and for foreign addresses."""
        if len(frame) < 4 or crc16(frame[:-2]) != frame[-2:]:
            return
        self.wire.requests.append(frame)
        for slave in self.slaves:
            if slave.answers_to(frame[0]):
                whole = answer(frame, slave, self.wire.maximum_count)
                spoiled = self.wire.spoil(whole)
                self._outbox += [(now_s + after_s, data) for after_s, data in spoiled]
                return


@contextlib.contextmanager
def serve(*slaves: Slave, wire: Wire | None = None) -> Iterator[Bus]:
    """Serve the slaves; `Bus.path` is the serial device. Needs no event loop."""
    with tempfile.TemporaryDirectory(prefix="modbus-") as folder:
        bus = Bus(slaves, wire or Wire(), Path(folder) / "ttyRS485")
        bus.start()
        try:
            yield bus
        finally:
            bus.stop()
