"""A line between two hosts that does to real IP packets what bad networks do.

Two TUN devices, one here and one in a network namespace (far_host.py), are joined by this program:
it loses, delays, reorders, repeats and throttles packets, holds them all back, or forgets the
connections that are open, as a router does after a restart. What `tc netem` does in the kernel is
done in user space, for many kernels come without it. Needs root.

    async with RoughLink(here, there) as link:
        link.both(Weather(loss=0.1, delay_s=0.3))
        link.both(CUT)
        link.both(CALM)
        link.forget()                  # open connections are dead, and nobody is told
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_TUN = "/dev/net/tun"
_SET_INTERFACE = 0x400454CA
"""TUNSETIFF; with the two flags below an interface of bare IP packets (linux/if_tun.h)."""
_BARE_IP = 0x0001 | 0x1000
_LARGEST = 65_536
_AT_ONCE = 64
"""Packets taken from a device before others have their turn."""
QUEUE_BYTES = 10_000
"""What a throttled line keeps; of more the newest are lost, as with a router's small buffer."""
HELD_S = (0.02, 0.25)
"""So much later than those behind it comes a packet that loses its place."""
_TCP = 6
_SYN, _ACK = 0x02, 0x10

Flow = frozenset[bytes]
"""Both ends of a TCP connection, each as address and port."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What befalls packets of one direction: shares of 0 … 1, and times in seconds."""

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    """At most so much more delay; packets keep their order."""
    reordered: float = 0.0
    repeated: float = 0.0
    bytes_per_s: float | None = None


CALM = Weather()
CUT = Weather(loss=1.0)


@dataclass(slots=True)
class Traffic:
    """Packets of one direction: those that came to the line, and what befell them."""

    came: int = 0
    lost: int = 0
    reordered: int = 0
    repeated: int = 0


class Way:
    """One direction of the line; packets go out by `send`."""

    def __init__(self, out: int, chance: random.Random) -> None:
        self.weather = CALM
        self.traffic = Traffic()
        self._out = out
        self._chance = chance
        self._last_due_s = 0.0
        self._free_at_s = 0.0

    def take(self, packet: bytes) -> None:
        """Carry a packet, or not, by the weather as it is now."""
        self.traffic.came += 1
        weather, chance = self.weather, self._chance
        if chance.random() < weather.loss:
            self.traffic.lost += 1
            return
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        due_s = now_s + weather.delay_s + chance.random() * weather.jitter_s
        if weather.bytes_per_s is not None:
            self._free_at_s = max(now_s, self._free_at_s) + len(packet) / weather.bytes_per_s
            if (self._free_at_s - now_s) * weather.bytes_per_s > QUEUE_BYTES:
                self.traffic.lost += 1
                return
            due_s += self._free_at_s - now_s
        if chance.random() < weather.reordered:
            self.traffic.reordered += 1
            due_s += chance.uniform(*HELD_S)
        else:
            due_s = self._last_due_s = max(due_s, self._last_due_s)
        copies = 1
        if chance.random() < weather.repeated:
            self.traffic.repeated += 1
            copies = 2
        for copy in range(copies):
            if due_s <= now_s and not copy:
                self._send(packet)
            else:
                loop.call_at(due_s + copy * 0.01, self._send, packet)

    def _send(self, packet: bytes) -> None:
        try:
            os.write(self._out, packet)
        except OSError:  # the interface at that end is down: the packet has nowhere to go
            self.traffic.lost += 1


class RoughLink:
    """The line between two TUN devices, given by their handles (see `open_tun`)."""

    def __init__(self, here: int, there: int, chance: random.Random | None = None) -> None:
        self._ends = {here: Way(there, chance or random.Random()), there: Way(here, _own(chance))}
        self.to_there, self.to_here = self._ends[here], self._ends[there]
        self._flows: set[Flow] = set()
        self._forgotten: set[Flow] = set()

    def both(self, weather: Weather) -> None:
        """Let this weather come over both directions."""
        self.to_there.weather = self.to_here.weather = weather

    def forget(self) -> None:
        """Let nothing more through of the TCP connections that are open; nobody is told.

        So it is when a router restarts or drops an idle connection, or a host behind it is gone.
        """
        self._forgotten |= self._flows
        self._flows.clear()

    @property
    def packets(self) -> int:
        """How many came to the line, from both sides."""
        return self.to_there.traffic.came + self.to_here.traffic.came

    async def __aenter__(self) -> Self:
        """Begin to carry packets."""
        loop = asyncio.get_running_loop()
        for end, way in self._ends.items():
            os.set_blocking(end, False)
            loop.add_reader(end, self._fetch, end, way)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Carry no more."""
        for end in self._ends:
            asyncio.get_running_loop().remove_reader(end)

    def _fetch(self, end: int, way: Way) -> None:
        for _ in range(_AT_ONCE):
            try:
                packet = os.read(end, _LARGEST)
            except BlockingIOError:
                return
            if not self._is_dead(packet):
                way.take(packet)

    def _is_dead(self, packet: bytes) -> bool:
        """Tell whether a packet is of a connection that was forgotten, and not of a new one."""
        flow, flags = tcp_flow(packet)
        if flow is None:
            return False
        if flags & (_SYN | _ACK) == _SYN:
            self._forgotten.discard(flow)
        if flow in self._forgotten:
            return True
        self._flows.add(flow)
        return False


def _own(chance: random.Random | None) -> random.Random:
    """The randomness of the second direction, which leaves the first's undisturbed."""
    return random.Random() if chance is None else random.Random(chance.random())


def tcp_flow(packet: bytes) -> tuple[Flow | None, int]:
    """Return which TCP connection an IPv4 packet belongs to, and its flags; None for others."""
    if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != _TCP:
        return None, 0
    head = 4 * (packet[0] & 15)
    if len(packet) < head + 20:
        return None, 0
    source = packet[12:16] + packet[head : head + 2]
    target = packet[16:20] + packet[head + 2 : head + 4]
    return frozenset((source, target)), packet[head + 13]


def open_tun(name: str) -> int:
    """Make a TUN device of this name; return its handle. OSError without root, or if it exists."""
    handle = os.open(_TUN, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.ioctl(handle, _SET_INTERFACE, struct.pack("16sH22x", name.encode(), _BARE_IP))
    except OSError:
        os.close(handle)
        raise
    return handle
