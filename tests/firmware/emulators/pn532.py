"""A PN532 on a pseudo terminal: answers, and fails, as the chip does.

Written from the frame descriptions of NXP UM0701-02 alone, without the driver's own code.
"""

import asyncio
import contextlib
import os
import tty
from pathlib import Path

ACK = bytes.fromhex("0000FF00FF00")
NACK = bytes.fromhex("0000FFFF0000")
ERROR = bytes.fromhex("0000FF01FF7F8100")
WAKE_UP = bytes.fromhex("5555")
VERSION = bytes.fromhex("D50332010607")


def frame(body: bytes, extended: bool = False) -> bytes:
    """A frame around TFI and data."""
    size = len(body)
    if extended:
        high, low = size >> 8, size & 0xFF
        head = bytes([0xFF, 0xFF, high, low, (256 - (high + low) % 256) % 256])
    else:
        head = bytes([size, (256 - size) % 256])
    return b"\x00\x00\xff" + head + body + bytes([(256 - sum(body) % 256) % 256, 0])


class Pn532Emulator:
    """One chip. `path` is its device; it can be unplugged and plugged.

    `card`: the UID of the card that lies there. `silent`: answers nothing. `lose_answers`,
    `lose_acks`, `damage_answers`, `refuse`: how many of the next it loses, damages, or answers with
    an error frame. `noise`: bytes put before each answer. `extended`: answers in extended frames.
    `wrong_first`: gives one wrong answer first, as after power-up.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.card: bytes | None = None
        self.ats = b""
        self.silent = False
        self.extended = False
        self.wrong_first = False
        self.noise = b""
        self.lose_answers = self.lose_acks = self.damage_answers = self.refuse = 0
        self.received: list[bytes] = []
        self.nacks = self.aborts = 0
        self._reset()

    def _reset(self) -> None:
        self._buffer = b""
        self._last = b""
        self._awake = False
        self._configured = False
        self._endless = True
        self._waiting: asyncio.Task[None] | None = None

    def plug(self) -> None:
        """Power it and give it a device."""
        self._reset()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._readable)

    def unplug(self) -> None:
        """Take device and power away."""
        if self._waiting is not None:
            self._waiting.cancel()
        asyncio.get_running_loop().remove_reader(self._master)
        self.path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)

    def inject(self, data: bytes) -> None:
        """Let bytes come that the chip has not sent."""
        with contextlib.suppress(BlockingIOError):  # nobody reads: lost, as on a wire
            self._write(data)

    def _readable(self) -> None:
        self._buffer += os.read(self._master, 1024)
        if self.silent:
            self._buffer = b""
            return
        if WAKE_UP in self._buffer:
            self._awake = True
        while self._take():
            pass

    def _take(self) -> bool:
        """One frame out of the buffer."""
        start = self._buffer.find(b"\x00\xff")
        if start < 0 or len(self._buffer) < start + 4:
            return False
        head = self._buffer[start + 2 : start + 4]
        if head in (b"\x00\xff", b"\xff\x00"):
            self._buffer = self._buffer[start + 4 :]
            self._ack_or_nack(head)
            return True
        end = start + 4 + head[0] + 1
        if len(self._buffer) < end:
            return False
        whole, self._buffer = self._buffer[start + 4 : end], self._buffer[end:]
        assert sum(head) % 256 == 0
        assert sum(whole) % 256 == 0
        self._command(whole[:-1])
        return True

    def _ack_or_nack(self, head: bytes) -> None:
        if head == b"\x00\xff":
            self.aborts += 1
            if self._waiting is not None:
                self._waiting.cancel()
        else:
            self.nacks += 1
            self._answer(self._last)

    def _command(self, body: bytes) -> None:
        self.received.append(body)
        if not self._awake:
            return
        if self.lose_acks:
            self.lose_acks -= 1
            return
        self._write(ACK)
        if self.refuse:
            self.refuse -= 1
            self._write(ERROR)
        elif self.wrong_first:
            self.wrong_first = False
            self._write(frame(bytes([0xD5, 0x4B, 0x00])))
        elif body[:2] == b"\xd4\x4a" and self.card is None and self._endless:
            self._waiting = asyncio.get_running_loop().create_task(self._wait_for_card())
        else:
            self._answer(self._body(body))

    async def _wait_for_card(self) -> None:
        while self.card is None:  # noqa: ASYNC110 (a physical event)
            await asyncio.sleep(0.005)
        self._answer(self._found())

    def _body(self, body: bytes) -> bytes:
        command = body[1]
        if command == 0x14:
            self._configured = True
            return b"\xd5\x15"
        if command == 0x02:
            return VERSION
        if command == 0x32:
            self._endless = body[5] == 0xFF
            return b"\xd5\x33"
        assert body == b"\xd4\x4a\x01\x00"
        return self._found() if self._configured else b"\x7f"

    def _found(self) -> bytes:
        if self.card is None:
            return b"\xd5\x4b\x00"
        sens_res = {4: b"\x00\x04", 7: b"\x00\x44", 10: b"\x00\x84"}[len(self.card)]
        head = b"\xd5\x4b\x01\x01" + sens_res + b"\x08" + bytes([len(self.card)])
        return head + self.card + self.ats

    def _answer(self, body: bytes) -> None:
        self._last = body
        if self.lose_answers:
            self.lose_answers -= 1
            return
        answer = frame(body, self.extended)
        if self.damage_answers:
            self.damage_answers -= 1
            answer = answer[:-3] + bytes([answer[-3] ^ 0x10]) + answer[-2:]
        self._write(self.noise + answer)

    def _write(self, data: bytes) -> None:
        os.write(self._master, data)
