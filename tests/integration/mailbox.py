"""A mail server on 127.0.0.1 that keeps what it is sent: as much of SMTP (RFC 5321) as it takes."""

import asyncio
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from typing import NamedTuple, Self


class Mail(NamedTuple):
    """One e-mail: to whom it went, and what it is."""

    recipients: tuple[str, ...]
    message: EmailMessage


class Mailbox:
    """The server; `async with` starts and ends it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._server.close_clients()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients: list[str] = []
        writer.write(b"220 mailbox\r\n")
        while line := (await reader.readline()).decode():
            word = line.split()[0].upper()
            if word == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                self.mails.append(Mail(tuple(recipients), await _message(reader)))
                recipients.clear()
            writer.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")
            await writer.drain()
            if word == "QUIT":
                break
        writer.close()


async def _message(reader: asyncio.StreamReader) -> EmailMessage:
    """Read a message up to the line with only a full stop (section 4.5.2)."""
    lines: list[bytes] = []
    while (line := await reader.readline()) not in (b".\r\n", b""):
        lines.append(line[1:] if line.startswith(b".") else line)
    message = BytesParser(policy=SMTP).parsebytes(b"".join(lines))
    assert isinstance(message, EmailMessage)
    return message
