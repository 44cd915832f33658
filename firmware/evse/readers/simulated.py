"""A reader without hardware: a card is held to it by whoever steers the simulation."""

import asyncio

from evse.readers.reader import Card, OnCard
from evse.readers.uid import is_random


class SimulatedReader:
    """One reader. `works`: False simulates a reader that does not answer."""

    def __init__(self) -> None:
        self.name = "simulated reader"
        self.works = True
        self._on_card: OnCard | None = None

    @property
    def healthy(self) -> bool:
        """Whether it works."""
        return self.works

    async def run(self, on_card: OnCard) -> None:
        """See `Reader`."""
        self._on_card = on_card
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._on_card = None

    def swipe(self, uid: str) -> None:
        """Hold a card to the reader for a moment.

        `uid` is meant to be as in `uid.py`; any other text is a card with that idTag. Raises
        ValueError when the reader reads nothing.
        """
        if self._on_card is None or not self.works:
            raise ValueError("reader: does not answer, so that no card can be held to it")
        self._on_card(Card(uid, fixed=not is_random(uid)))
