"""A name server with moods: slow, silent, wrong, or in denial. Pure but for its socket.

async with BadResolver("198.18.0.1", {"central.test": "198.18.0.1"}) as names:
    names.mood = Mood.SLOW
"""

from __future__ import annotations

import asyncio
import ipaddress
import struct
from collections.abc import Mapping
from enum import StrEnum
from types import TracebackType
from typing import Self

PORT = 53
SLOW_S = 12.0
"""Longer than a program waits for its connection; the C library has asked again by then."""
_HEAD = struct.Struct(">HHHHHH")
_A = 1
_ANSWER, _DENIAL, _FAILURE = 0x8180, 0x8183, 0x8182
_TTL_S = 1


class Mood(StrEnum):
    """How it answers just now."""

    GOOD = "good"
    SLOW = "slow"
    SILENT = "silent"
    DENYING = "denying"
    FAILING = "failing"
    WRONG = "wrong"


class BadResolver(asyncio.DatagramProtocol):
    """Answers for `names`: host name → IPv4 address. `asked` counts questions."""

    def __init__(self, address: str, names: Mapping[str, str]) -> None:
        self.address = address
        self.names = dict(names)
        self.mood = Mood.GOOD
        self.wrong_address = "198.19.255.254"
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        """Listen on port 53 of the address. OSError when that is impossible."""
        await self.listen(self.address)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Listen no more."""
        self._close()

    async def listen(self, address: str) -> None:
        """Listen on another address instead."""
        self._close()
        self.address = address
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(address, PORT)
        )

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question, in the mood of now."""
        self.asked += 1
        if self.mood is Mood.SILENT or self._transport is None:
            return
        reply = self.reply(data)
        if self.mood is Mood.SLOW:
            loop = asyncio.get_running_loop()
            loop.call_later(SLOW_S, self._transport.sendto, reply, addr)
        else:
            self._transport.sendto(reply, addr)

    def reply(self, question: bytes) -> bytes:
        """Return the answer to a question as it comes in a datagram."""
        number = _HEAD.unpack_from(question)[0]
        name, end = _name(question, _HEAD.size)
        kind = struct.unpack_from(">H", question, end)[0]
        asked = question[_HEAD.size : end + 4]
        if self.mood is Mood.FAILING:
            return _HEAD.pack(number, _FAILURE, 1, 0, 0, 0) + asked
        address = self.names.get(name)
        if address is None or self.mood is Mood.DENYING:
            return _HEAD.pack(number, _DENIAL, 1, 0, 0, 0) + asked
        if kind != _A:  # it has the name, and nothing of that kind
            return _HEAD.pack(number, _ANSWER, 1, 0, 0, 0) + asked
        told = ipaddress.IPv4Address(self.wrong_address if self.mood is Mood.WRONG else address)
        record = struct.pack(">HHHIH", 0xC00C, _A, 1, _TTL_S, 4) + told.packed
        return _HEAD.pack(number, _ANSWER, 1, 1, 0, 0) + asked + record


def _name(message: bytes, at: int) -> tuple[str, int]:
    """Return the name at a place of a message, and where it ends."""
    labels = []
    while length := message[at]:
        labels.append(message[at + 1 : at + 1 + length].decode("ascii", "replace").lower())
        at += 1 + length
    return ".".join(labels), at + 1
