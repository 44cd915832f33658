"""Who has one charger meanwhile: a commissioning test, say, to which the steering has left it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

RETURN_S = 30.0
"""Longest time until a commissioning test that a choice ends has given the charger back."""


class Lending:
    """Whether a charger is lent, and the way to get it back.

    `lent_a`: the most that its borrower may command (A per phase).
    """

    def __init__(self) -> None:
        self._borrower: Callable[[], None] | None = None
        self._returned = asyncio.Event()
        self.lent_a = 0.0

    @property
    def lent(self) -> bool:
        """Whether somebody else has it."""
        return self._borrower is not None

    def lend(self, borrower: Callable[[], None], lent_a: float) -> None:
        """Note that somebody has it, whose `borrower` is called to get it back."""
        self._borrower, self.lent_a = borrower, lent_a
        self._returned.clear()

    def end(self) -> None:
        """Note that it was given back."""
        self._borrower = None
        self._returned.set()

    def claim(self) -> None:
        """Ask for it, if it is lent."""
        if self._borrower is not None:
            self._borrower()

    async def take_back(self) -> None:
        """Ask for it and wait until it is back, RETURN_S at most."""
        if self._borrower is not None:
            self._borrower()
            with suppress(TimeoutError):
                async with asyncio.timeout(RETURN_S):
                    await self._returned.wait()
