"""A websocket over a bare socket, to send to a central system what no library would.

Randomness comes from the client's own generator only, so a seed repeats a run up to the network's
timing.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import struct
from dataclasses import dataclass, field
from random import Random

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect. `identity` is a charger that is let in without a password."""

    host: str
    port: int
    tls_port: int
    identity: str


@dataclass(slots=True)
class Client:
    """One misbehaviour's randomness and target, and the connections which it made."""

    random: Random
    target: Target
    _opened: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open(self, *, tls: bool = False) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; over TLS without looking at the certificate."""
        context = None
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        port = self.target.tls_port if tls else self.target.port
        return await self.connect(port, context)

    async def connect(
        self, port: int, context: ssl.SSLContext | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a port as it is."""
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(self.target.host, port, ssl=context)
        self._opened.append(writer)
        return reader, writer

    def abort(self) -> None:
        """Drop all connections that are still there."""
        for writer in self._opened:
            writer.transport.abort()

    def handshake(self, path: str | None = None, **changes: str) -> bytes:
        """Return a good opening handshake, but for the changed headers (empty: left out)."""
        headers = {
            "Host": "192.0.2.1:9000",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(self.random.randbytes(16)).decode(),
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": self.random.choice(["ocpp1.6", "ocpp2.0.1"]),
        } | {name.replace("_", "-"): value for name, value in changes.items()}
        lines = [f"GET {path or f'/ocpp/{self.target.identity}'} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    async def admitted(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect as the charger that is let in."""
        reader, writer = await self.open(tls=self.random.random() < 0.2)
        writer.write(self.handshake())
        async with asyncio.timeout(10):
            await reader.readuntil(b"\r\n\r\n")
        return reader, writer

    def frame(self, opcode: int, payload: bytes, *, fin: bool = True, masked: bool = True) -> bytes:
        """Return a websocket frame (RFC 6455, section 5.2)."""
        first, mask_bit = (0x80 if fin else 0) | opcode, 0x80 if masked else 0
        if len(payload) < 126:
            head = struct.pack("!BB", first, mask_bit | len(payload))
        elif len(payload) < 2**16:
            head = struct.pack("!BBH", first, mask_bit | 126, len(payload))
        else:
            head = struct.pack("!BBQ", first, mask_bit | 127, len(payload))
        return head + (b"\0\0\0\0" if masked else b"") + payload  # a mask of zeros changes nothing

    def text(self, value: object) -> bytes:
        """Return a text frame with JSON."""
        return self.frame(TEXT, json.dumps(value).encode())
