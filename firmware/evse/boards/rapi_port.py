"""The serial port of an OpenEVSE board: one request open at a time, and what comes unasked."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Self

import serial
import serial_asyncio_fast

from evse.boards.rapi import BAUDRATE, Decoder, Frame, RapiError, encode
from evse.lines.serial_port import let_go

TIMEOUT_S = 0.5
"""For one answer, s (OpenEVSE_Lib waits as long)."""

_OPEN_TIMEOUT_S = 2.0
_LAST_SEQUENCE = 0xFF


class RapiLineError(RapiError):
    """The port cannot be opened, or is gone; the text names it."""


class RapiPort(asyncio.Protocol):
    """An open port. `unasked` is called with every frame that is no answer, as soon as it is there.

    Every request but the first is numbered, so that a late answer is not taken for the next one.
    """

    def __init__(self, device: str, unasked: Callable[[Frame], None]) -> None:
        self.device = device
        self.decoder = Decoder()
        self._unasked = unasked
        self._transport: asyncio.Transport | None = None
        self._sequence = 0
        self._expected: int | None = None
        self._answer: asyncio.Future[Frame] | None = None
        self._closed = asyncio.Event()

    @classmethod
    async def open(cls, device: str, unasked: Callable[[Frame], None]) -> Self:
        """Open `device` for us alone. RapiLineError."""
        port = cls(device, unasked)
        try:
            async with asyncio.timeout(_OPEN_TIMEOUT_S):
                port._transport, _ = await serial_asyncio_fast.create_serial_connection(
                    asyncio.get_running_loop(), lambda: port, device, BAUDRATE, exclusive=True
                )
        except (OSError, serial.SerialException, TimeoutError) as error:
            raise RapiLineError(f"{device} cannot be opened: {str(error) or 'time-out'}") from error
        return port

    async def request(self, command: str, *, numbered: bool = True) -> Frame:
        """Send `command`, as "SC 16 V", and return its answer, OK or NK.

        RapiError when none came in time; RapiLineError when the port is gone.
        """
        if self._transport is None or self._transport.is_closing():
            raise RapiLineError(f"{self.device} is closed")
        if self._answer is not None:
            raise RuntimeError(f"${command} while another request is open")
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        self._expected = self._sequence if numbered else None
        self._answer = asyncio.get_running_loop().create_future()
        try:
            self._transport.write(encode(command, self._expected))
            async with asyncio.timeout(TIMEOUT_S):
                return await self._answer
        except TimeoutError:
            raise RapiError(f"no answer to ${command} within {TIMEOUT_S} s") from None
        finally:
            self._answer = None

    async def ask(self, command: str, *, numbered: bool = True) -> tuple[str, ...]:
        """The values which answer `command`. RapiError, also when the board refuses."""
        answer = await self.request(command, numbered=numbered)
        if answer.head != "OK":
            raise RapiError(f"the board refuses ${command}: {' '.join(answer.values) or 'NK'}")
        return answer.values

    async def aclose(self) -> None:
        """Let go of the port; what was not sent yet is lost."""
        if self._transport is not None:
            let_go(self._transport)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIMEOUT_S):
                    await self._closed.wait()  # only then somebody else may have it

    # ------------------------------------------------------- asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        """Sort what arrived into answers and unasked frames."""
        for frame in self.decoder.feed(data):
            if not frame.is_answer:
                if frame.head == "AB":
                    self._fail(RapiError("the board has restarted"))
                self._unasked(frame)
            elif frame.sequence == self._expected:
                self._succeed(frame)
            elif frame == Frame("NK"):  # a damaged number can't be repeated
                self._fail(RapiError("the board got a damaged request"))

    def connection_lost(self, exc: Exception | None) -> None:
        """End the request that waits."""
        self._closed.set()
        self._fail(RapiLineError(f"{self.device} is gone: {exc or 'closed'}"))

    def _succeed(self, frame: Frame) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(frame)

    def _fail(self, error: RapiError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
