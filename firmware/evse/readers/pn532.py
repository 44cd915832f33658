"""A PN532 card reader on a serial line (HSU): reads ISO 14443A cards of 4, 7 or 10 bytes.

The chip is asked for a card again and again. When it stays silent, the line is opened and the chip
set up anew, so that it may be reset, unplugged and plugged at any time. Sources: NXP PN532 user
manual UM0701-02, 6.2 and 7; adafruit/Adafruit_CircuitPython_PN532 for what real chips do.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from serial_asyncio_fast import open_serial_connection

from evse.clock import Clock
from evse.lines.serial_port import let_go
from evse.readers import pn532_frames as frames
from evse.readers.pn532_frames import Answer, Frame, FrameParser, Pn532Error, Sign
from evse.readers.reader import REOPEN_S, SILENT_AFTER_S, Card, OnCard, Presence
from evse.readers.uid import is_random

_log = logging.getLogger(__name__)

ACK_TIMEOUT_S = 0.1
"""Real time for the ACK, s. The chip sends it within 15 ms (UM0701-02, 6.2.2.1)."""

ANSWER_TIMEOUT_S = 1.0
"""Real time for an answer, s: 17 tries to find a card take below 0.2 s."""

IO_TIMEOUT_S = 2.0
"""Real time to open the line, and to hand it a command, s."""

TRIES = 3
"""Of one command. The first exchange after power-up often fails."""

POLL_S = 0.1
"""Between two looks for a card, s: a card is felt at once, and the line has some rest."""


@dataclass(frozen=True, slots=True)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Pn532:
    """See the module."""

    def __init__(self, device: str, clock: Clock) -> None:
        """`device`: the serial device, as /dev/ttyS3; `clock`: of real time, as the device has."""
        self.name = f"PN532 at {device}"
        self._device = device
        self._clock = clock
        self._parser = FrameParser()
        self._frames: list[Frame] = []
        self._presence = Presence()
        self._answered_at_s: float | None = None
        self._lost = False

    @property
    def healthy(self) -> bool:
        """Whether the chip has lately looked for a card; True before it was ever asked."""
        if self._answered_at_s is None:
            return True
        return self._clock.monotonic() - self._answered_at_s < SILENT_AFTER_S

    async def run(self, on_card: OnCard) -> None:
        """See `Reader`."""
        self._answered_at_s = self._clock.monotonic()
        while True:
            try:
                async with self._open() as line:
                    await self._serve(line, on_card)
            except (OSError, Pn532Error) as error:  # TimeoutError is an OSError
                if not self._lost:
                    _log.warning("%s: %s; trying again", self.name, error or "no answer")
                self._lost = True
            await self._clock.sleep(REOPEN_S)

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[_Line]:
        async with asyncio.timeout(IO_TIMEOUT_S):
            reader, writer = await open_serial_connection(
                url=self._device, baudrate=frames.BAUDRATE, exclusive=True
            )
        try:
            yield _Line(reader, writer)
        finally:
            let_go(writer.transport)

    async def _serve(self, line: _Line, on_card: OnCard) -> None:
        """Set the chip up and look for cards until it fails."""
        line.writer.write(frames.WAKE_UP)
        await self._ask(line, frames.SAM_CONFIGURATION)
        version = frames.version_of(await self._ask(line, frames.GET_FIRMWARE_VERSION))
        await self._ask(line, frames.RF_CONFIGURATION_RETRIES)
        _log.info("%s is ready (%s)", self.name, version)
        self._lost = False
        while True:
            uid = frames.uid_of(await self._ask(line, frames.IN_LIST_PASSIVE_TARGET))
            self._looked(uid, on_card)
            await self._clock.sleep(POLL_S)

    def _looked(self, uid: str | None, on_card: OnCard) -> None:
        """The chip looked for a card: this one lies there, or none."""
        now_s = self._answered_at_s = self._clock.monotonic()
        if uid is None:
            self._presence.empty(now_s)
        elif self._presence.seen(uid, now_s):
            on_card(Card(uid, fixed=not is_random(uid)))

    async def _ask(self, line: _Line, command: bytes) -> bytes:
        """What the chip answers to a command. Raises Pn532Error, OSError."""
        failure = Pn532Error("no answer")
        for _ in range(TRIES):
            self._parser.reset()
            self._frames.clear()
            try:
                data = await self._exchange(line, command)
            except Pn532Error as error:
                failure = error
                await self._send(line, frames.ACK)  # forget it, then the next try
            else:
                return data
        raise failure

    async def _exchange(self, line: _Line, command: bytes) -> bytes:
        """One command: sent, acknowledged, answered. Raises Pn532Error, OSError."""
        await self._send(line, frames.frame(command))
        try:
            async with asyncio.timeout(ACK_TIMEOUT_S):
                while (came := await self._next(line)) is not Sign.ACK:
                    _check_understood(came, command)
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                while True:
                    came = await self._next(line)
                    _check_understood(came, command)
                    if came is Sign.DAMAGED:
                        await self._send(line, frames.NACK)
                    elif isinstance(came, Answer) and came.code == command[0] + 1:
                        return came.data
        except TimeoutError as error:
            raise Pn532Error(f"no answer to command {command[0]:02X}") from error

    async def _next(self, line: _Line) -> Frame:
        """The next frame that comes."""
        while not self._frames:
            data = await line.reader.read(1024)
            if not data:
                raise Pn532Error("the line was closed")
            self._frames += self._parser.feed(data)
        return self._frames.pop(0)

    async def _send(self, line: _Line, data: bytes) -> None:
        line.writer.write(data)
        async with asyncio.timeout(IO_TIMEOUT_S):
            await line.writer.drain()


def _check_understood(came: Frame, command: bytes) -> None:
    if came in (Sign.ERROR, Sign.NACK):
        raise Pn532Error(f"{came.value} in answer to command {command[0]:02X}")
