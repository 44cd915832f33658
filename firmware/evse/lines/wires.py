"""The bytes of a line: a serial port or a TCP connection, behind one small protocol."""

import asyncio
import os
from typing import Protocol

import serial

from evse.lines.connection import Connection, SerialConnection, TcpConnection

_CHUNK = 4096


class Wire(Protocol):
    """An open line. Every method raises OSError when the line is lost."""

    def discard(self) -> None:
        """Forget what was received and not yet read."""

    async def send(self, data: bytes) -> None:
        """Hand `data` over to the line."""

    async def receive(self) -> bytes:
        """Wait for at least one byte."""

    def close(self) -> None:
        """Release the line at once."""


async def open_wire(connection: Connection) -> Wire:
    """Open a line. Raises OSError; a serial port is taken for this program alone."""
    if isinstance(connection, TcpConnection):
        return TcpWire(*await asyncio.open_connection(connection.host, connection.port))
    return SerialWire(connection)


class SerialWire:
    """A serial port on the running event loop."""

    def __init__(self, connection: SerialConnection) -> None:
        """Raises OSError (serial.SerialException is one) when the port cannot be opened."""
        self._port = serial.Serial(
            connection.device,
            baudrate=connection.baudrate,
            parity=connection.parity,
            stopbits=connection.stopbits,
            timeout=0,
            write_timeout=0,
            exclusive=True,  # a second program on the line would break frames of both
        )
        self._descriptor: int = self._port.fileno()
        self._received = bytearray()
        self._error: OSError | None = None
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._descriptor, self._take)

    def _take(self) -> None:
        """Fetch what has come. Of a removed device reading tells nothing, but asking for the count
        of bytes fails."""
        try:
            data = os.read(self._descriptor, _CHUNK)
            if not data:
                _ = self._port.in_waiting
        except BlockingIOError:
            return
        except OSError as error:
            self._error = error
            self._loop.remove_reader(self._descriptor)
            self._news.set()
            return
        if data:
            self._received += data
            self._news.set()

    def discard(self) -> None:
        """Forget what was received; also what the event loop has not fetched yet."""
        if self._error is None:
            self._take()
        self._received.clear()
        if self._error is not None:
            raise self._error

    async def send(self, data: bytes) -> None:
        """Write all of `data`; a request is much shorter than the port's buffer."""
        sent = os.write(self._descriptor, data)
        if sent < len(data):
            raise OSError(f"the port took {sent} of {len(data)} bytes")

    async def receive(self) -> bytes:
        """What has come, at least one byte."""
        while not self._received:
            if self._error is not None:
                raise self._error
            self._news.clear()
            await self._news.wait()
        data = bytes(self._received)
        self._received.clear()
        return data

    def close(self) -> None:
        """Release the port at once."""
        self._loop.remove_reader(self._descriptor)
        self._port.close()


class TcpWire:
    """A TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def discard(self) -> None:
        """Nothing: Modbus TCP numbers its answers, so an old one is told apart."""

    async def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self._writer.write(data)
        await self._writer.drain()

    async def receive(self) -> bytes:
        """What has come, at least one byte."""
        if data := await self._reader.read(_CHUNK):
            return data
        raise ConnectionResetError("the other end closed the connection")

    def close(self) -> None:
        """Close the connection at once."""
        self._writer.close()
