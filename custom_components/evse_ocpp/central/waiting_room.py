"""Connections that are not admitted yet: as many as we can afford, and the oldest goes first.

An honest charger is in and out within a few round trips. Whoever fills the room with half
handshakes drives out his own; those who were admitted are not counted here, and are bounded by the
number of chargers.
"""

from collections import Counter
from typing import Protocol

MAX_WAITING = 256
"""With some 30 kB each below 8 MB; a quarter of the 1024 files which a process may have open."""
MAX_WAITING_PER_ADDRESS = 192
"""Behind a container's network all chargers of a house have one address, and dial at once after a
restart; so one address may have most of the room, but not all of it."""


class Guest(Protocol):
    """Who waits."""

    def abort(self) -> None:
        """Drop the connection."""


class WaitingRoom:
    """Who has connected and is not admitted yet, the oldest first."""

    def __init__(self) -> None:
        self._guests: dict[Guest, str] = {}
        self._of_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._guests)

    def enter(self, guest: Guest, address: str) -> None:
        """Take one in; if there is no room the oldest is dropped, of its own address if need be."""
        if self._of_address[address] >= MAX_WAITING_PER_ADDRESS:
            self._drop(next(each for each, its in self._guests.items() if its == address))
        elif len(self._guests) >= MAX_WAITING:
            self._drop(next(iter(self._guests)))
        self._guests[guest] = address
        self._of_address[address] += 1

    def leave(self, guest: Guest) -> None:
        """Let one out, who was admitted or is gone; once is enough."""
        address = self._guests.pop(guest, None)
        if address is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def clear(self) -> None:
        """Drop them all."""
        for guest in tuple(self._guests):
            self._drop(guest)

    def _drop(self, guest: Guest) -> None:
        self.leave(guest)
        guest.abort()
