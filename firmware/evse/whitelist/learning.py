"""Learning mode: every card held to the reader goes on the list (ETEK manual, 5.8.1.7 ④). Pure.

The manual's page says that it ends 5 minutes after the last card, its note that the card must come
within 40 s, its recipe A.3 within 30 s. Here the page holds. The state is kept nowhere, so that it
does not outlast a restart.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from evse.readers.reader import Card
from evse.readers.uid import is_uid

WINDOW_S = 300.0
"""From the last card, or from the beginning, to the end."""

KEPT = 100
"""So many of the last cards are told to whoever looks on."""


class Outcome(StrEnum):
    """What became of a card in learning mode."""

    ADDED = "added"
    KNOWN = "known already"
    NOT_FIXED = "refused: this card or phone gives another number each time"
    NO_UID = "refused: this is no number of a card"
    FULL = "refused: the list is full"
    NOT_STORED = "refused: it could not be stored"

    @property
    def good(self) -> bool:
        """Whether the card is on the list now."""
        return self in (Outcome.ADDED, Outcome.KNOWN)


@dataclass(frozen=True, slots=True)
class Learned:
    """A card in learning mode. `number` counts from 1."""

    number: int
    uid: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Learning:
    """Learning mode, on until `ends_at_s`. `cards`: the last KEPT of them, `count`: of all."""

    ends_at_s: float
    count: int = 0
    cards: tuple[Learned, ...] = ()


def begin(now_s: float) -> Learning:
    """Switch learning mode on."""
    return Learning(now_s + WINDOW_S)


def remaining_s(learning: Learning | None, now_s: float) -> float:
    """How long it goes on without a further card, s; 0 when it is over."""
    return max(0.0, learning.ends_at_s - now_s) if learning else 0.0


def judge(card: Card, known: bool, full: bool) -> Outcome:
    """What is to become of a card; with ADDED it is to be stored."""
    if not card.fixed:
        return Outcome.NOT_FIXED
    if not is_uid(card.uid):
        return Outcome.NO_UID
    if known:
        return Outcome.KNOWN
    return Outcome.FULL if full else Outcome.ADDED


def learned(learning: Learning, card: Card, outcome: Outcome, now_s: float) -> Learning:
    """The state after a card; whatever became of it, it gives the window anew.

    Not so when learning mode was ended while the card was being stored.
    """
    number = learning.count + 1
    cards = (*learning.cards, Learned(number, card.uid, outcome))[-KEPT:]
    after = replace(learning, count=number, cards=cards)
    return prolonged(after, now_s) if remaining_s(learning, now_s) else after


def prolonged(learning: Learning, now_s: float) -> Learning:
    """Learning mode with its whole window before it."""
    return replace(learning, ends_at_s=now_s + WINDOW_S)


def ended(learning: Learning, now_s: float) -> Learning:
    """Learning mode, over now."""
    return replace(learning, ends_at_s=now_s)
