"""HTTP/1.1 over a bare socket, to send what no library would: requests as bytes, many at once."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

ANSWER_S = 60.0
"""More than a server gives any of its handlers, on a machine that others work on."""


CONTINUE = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: status, headers in lower case, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Closed(Exception):  # noqa: N818 - says what happened
    """The server has ended the connection."""


@dataclass(slots=True)
class Connection:
    """One connection; answers come in the order of the requests."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, host: str, port: int, context: ssl.SSLContext | None) -> Connection:
        """Connect. Raises OSError, TimeoutError."""
        async with asyncio.timeout(ANSWER_S):
            return cls(*await asyncio.open_connection(host, port, ssl=context))

    def send(self, requests: bytes) -> None:
        """Send, whatever it is."""
        self.writer.write(requests)

    async def answer(self, *, bodiless: bool = False, within_s: float = ANSWER_S) -> Answer:
        """Return the next answer; `bodiless`: to a HEAD. Raises Closed, TimeoutError, ValueError.

        ValueError: what came is no HTTP.
        """
        try:
            async with asyncio.timeout(within_s):
                status = CONTINUE
                headers: dict[str, str] = {}
                while status == CONTINUE:
                    status, headers = _head(await self.reader.readuntil(b"\r\n\r\n"))
                body = b"" if bodiless else await self._body(status, headers)
        except (asyncio.IncompleteReadError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise Closed from error
        return Answer(status, headers, body)

    async def _body(self, status: int, headers: dict[str, str]) -> bytes:
        if status < 200 or status in {204, 304}:
            return b""
        if headers.get("transfer-encoding") == "chunked":
            whole = b""
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                whole += await self.reader.readexactly(size)
                await self.reader.readexactly(2)
            await self.reader.readuntil(b"\r\n")
            return whole
        if "content-length" in headers:
            return await self.reader.readexactly(int(headers["content-length"]))
        return await self.reader.read()

    def abort(self) -> None:
        """Drop it."""
        self.writer.transport.abort()


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    if version not in {"HTTP/1.0", "HTTP/1.1"} or not rest[:3].isdigit():
        raise ValueError(f"no HTTP: {first[:100]!r}")
    fields = (line.partition(":") for line in lines if line)
    return int(rest[:3]), {name.strip().lower(): value.strip() for name, _, value in fields}
