"""What every reader of cards can do: say which card is held to it, once, and whether it works."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

LEFT_AFTER_S = 0.5
"""A card has left when the reader has seen none for so long, s. A card at the edge of the field is
missed now and then; taken for gone and back it would end the charge that it began."""

UNSEEN_S = 2.0
"""A card that was not seen for so long counts anew, s, also where a reader cannot say that a card
has left: it types a number, or was silent meanwhile."""

SILENT_AFTER_S = 5.0
"""A reader that did not answer for so long is not healthy, s: longer than one new beginning."""

REOPEN_S = 1.0
"""From a lost device to the next attempt to open it, s."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card at a reader. `uid` as in `uid.py`; `fixed` is False for a number that the card (a
    phone) makes anew each time, so that it cannot be known again."""

    uid: str
    fixed: bool = True


OnCard = Callable[[Card], None]


class Reader(Protocol):
    """One reader.

    `name` is for people. `healthy` is False when the device has been silent or gone for
    SILENT_AFTER_S; whoever runs it raises the fault.
    """

    name: str

    @property
    def healthy(self) -> bool:
        """Whether the device answers."""

    async def run(self, on_card: OnCard) -> None:
        """Read until cancelled; `on_card` is told once of each card as long as it lies there.

        No failure of the device ends it.
        """


class Presence:
    """Which card lies at a reader: tells a card that has come from one that still lies there."""

    def __init__(self) -> None:
        self._uid: str | None = None
        self._seen_at_s = 0.0
        self._empty_since_s: float | None = None

    def seen(self, uid: str, now_s: float) -> bool:
        """A card was read; True when it has just come."""
        left = (
            self._empty_since_s is not None and now_s - self._empty_since_s >= LEFT_AFTER_S
        ) or now_s - self._seen_at_s >= UNSEEN_S
        came = uid != self._uid or left
        self._uid, self._seen_at_s, self._empty_since_s = uid, now_s, None
        return came

    def empty(self, now_s: float) -> None:
        """The reader looked and saw no card."""
        if self._empty_since_s is None:
            self._empty_since_s = now_s
