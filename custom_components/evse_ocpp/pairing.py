"""The pairing window: for ten minutes the first unknown wallbox that calls is let in as a guest.

A guest has no password yet and is nobody's wallbox: no entities, nothing stored. It is let in so
that the user sees who called, and so that it can be given a password over OCPP. Everybody else who
is unknown is refused as ever, also one of the guest's name at another address; and when the window
closes the guest is, too.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from .central.admission import Attempt
from .central.charger import Charger

WINDOW_S: Final = 600.0
"""Enough to walk to the wallbox, log in there and type the address (issue: ten minutes), s."""


@dataclass(frozen=True, slots=True)
class Guest:
    """An unknown wallbox which was let in, and the address from which it called."""

    charger: Charger
    address: str


class PairingWindow:
    """Who may come in as a guest. There is one window for each server, and one guest for each."""

    def __init__(self) -> None:
        self._guest: asyncio.Future[Guest] | None = None

    @property
    def is_open(self) -> bool:
        """Whether an unknown wallbox is let in."""
        return self._guest is not None

    @property
    def guest(self) -> Guest | None:
        """Who came; None before, and when the window is closed."""
        return self._guest.result() if self._guest and self._came(self._guest) else None

    def open(self) -> None:
        """Wait for a new guest; a former one is refused from now on."""
        self.close()
        self._guest = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Let nobody in; whoever waits for a guest gets none."""
        if self._guest is not None:
            self._guest.cancel()
            self._guest = None

    def admit(self, attempt: Attempt) -> Charger | None:
        """Return the guest behind an attempt of an unknown identity; None: refuse it."""
        if self._guest is None:
            return None
        if self._came(self._guest):
            guest = self._guest.result()
            same = (guest.charger.identity, guest.address) == (attempt.identity, attempt.address)
            return guest.charger if same else None  # it is about to get a password
        guest = Guest(Charger(attempt.identity), attempt.address)
        self._guest.set_result(guest)
        return guest.charger

    async def wait(self, timeout_s: float = WINDOW_S) -> Guest | None:
        """Return the guest as soon as one comes; None when nobody came, or the window was closed.

        The window stays open for a guest that came, and closes when nobody did.
        """
        waiting = self._guest
        if waiting is None:
            return None
        await asyncio.wait((waiting,), timeout=timeout_s)
        if self._came(waiting):
            return waiting.result()
        if self._guest is waiting:
            self.close()
        return None

    @staticmethod
    def _came(guest: asyncio.Future[Guest]) -> bool:
        return guest.done() and not guest.cancelled()
