"""Another host in a network namespace, joined with this one by a RoughLink.

    async with FarHost(folder) as far:
        far.here, far.there            # addresses of this host and of the other
        Wallbox(…, prefix=far.prefix)  # a program that runs on it
        far.link.both(Weather(loss=0.1))

It has no other network, its own /etc/resolv.conf and its own loopback. Programs there and here
still share the file system, so that a control socket in a folder can be reached whatever the
network does. Needs root.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from scripts.harness.rough_link import RoughLink, open_tun

COMMAND_TIMEOUT_S = 10
NETS = Path("/etc/netns")
"""`ip netns exec` puts files from here over those of /etc (ip-netns(8))."""
_NETWORK = "198.18"
"""Set aside for trials of networks (RFC 2544), so that it is nobody's."""


class FarHost:
    """One namespace and the line to it."""

    def __init__(self, chance: random.Random | None = None, number: int = 0) -> None:
        """`number` tells several of one process apart, 0 … 7."""
        self.name = f"rough-{os.getpid()}-{number}"
        self._subnet = f"{_NETWORK}.{(8 * os.getpid() + number) % 256}"
        self.here, self.there = f"{self._subnet}.1", f"{self._subnet}.2"
        self.prefix = ("ip", "netns", "exec", self.name)
        self._chance = chance
        self._devices = (f"rh{os.getpid() % 10**7}-{number}", f"rt{os.getpid() % 10**7}-{number}")
        self._stack = AsyncExitStack()
        self.link: RoughLink

    async def __aenter__(self) -> Self:
        """Make it and join it."""
        async with AsyncExitStack() as stack:
            _ip("netns", "add", self.name)
            stack.callback(self._remove)
            here, there = self._devices
            ends: list[int] = []
            for device in self._devices:
                ends.append(open_tun(device))
                stack.callback(os.close, ends[-1])
            _ip("link", "set", there, "netns", self.name)
            _ip("address", "add", f"{self.here}/24", "dev", here)
            _ip("link", "set", here, "up", "mtu", "1400")
            self._there("link", "set", "lo", "up")
            self._there("link", "set", there, "up", "mtu", "1400")
            self._there("address", "add", f"{self.there}/24", "dev", there)
            self._route()
            self.resolvers(self.here)
            self.link = await stack.enter_async_context(RoughLink(ends[0], ends[1], self._chance))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take it away; programs that run there have been ended before."""
        await self._stack.aclose()

    def resolvers(self, *addresses: str, timeout_s: int = 5) -> None:
        """Whom programs there ask for names; those that run there see the change.

        Each is asked twice, and waited for so long each time (resolv.conf(5)).
        """
        folder = NETS / self.name
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"nameserver {each}\n" for each in addresses]
        lines.append(f"options timeout:{timeout_s} attempts:2\n")
        # In place: it is mounted over the other's file, and so this very file is read there.
        with (folder / "resolv.conf").open("w", encoding="ascii") as file:
            file.writelines(lines)

    def move_there(self) -> str:
        """Give the far host another address, as a router does after its restart; return it."""
        self.there = self._moved(self.there, self._devices[1], "-n", self.name)
        self._route()
        return self.there

    def move_here(self) -> str:
        """Give this host another address on the line; return it."""
        self.here = self._moved(self.here, self._devices[0])
        self._route()
        return self.here

    def _moved(self, old: str, device: str, *where: str) -> str:
        last = int(old.rpartition(".")[2])
        new = f"{self._subnet}.{last + 2 if last < 250 else last % 2 + 2}"
        # In this order: with the first address of a network the others go, too.
        _ip(*where, "address", "del", f"{old}/24", "dev", device)
        _ip(*where, "address", "add", f"{new}/24", "dev", device)
        return new

    def _route(self) -> None:
        """All of the world is at the other end of the line, as behind a router."""
        self._there("route", "replace", "default", "dev", self._devices[1])

    def _there(self, *command: str) -> None:
        _ip("-n", self.name, *command)

    def _remove(self) -> None:
        _ip("netns", "delete", self.name)
        shutil.rmtree(NETS / self.name, ignore_errors=True)


def _ip(*command: str) -> None:
    subprocess.run(("ip", *command), check=True, capture_output=True, timeout=COMMAND_TIMEOUT_S)
