"""Learning mode: its window, and what becomes of each card."""

import pytest

from evse.readers.reader import Card
from evse.whitelist.learning import (
    KEPT,
    WINDOW_S,
    Learned,
    Outcome,
    begin,
    ended,
    judge,
    learned,
    prolonged,
    remaining_s,
)

CARD = Card("0DBBA1A2")


@pytest.mark.parametrize(
    ("card", "known", "full", "outcome"),
    [
        (CARD, False, False, Outcome.ADDED),
        (CARD, True, False, Outcome.KNOWN),
        (CARD, True, True, Outcome.KNOWN),
        (CARD, False, True, Outcome.FULL),
        (Card("08A1B2C3", fixed=False), False, False, Outcome.NOT_FIXED),
        (Card("08A1B2C3", fixed=False), True, True, Outcome.NOT_FIXED),
        (Card("08A1B2C3"), False, False, Outcome.ADDED),  # 125 kHz numbers may begin so
        (Card("VISITOR"), False, False, Outcome.NO_UID),
    ],
)
def test_what_becomes_of_a_card(card: Card, known: bool, full: bool, outcome: Outcome) -> None:
    assert judge(card, known, full) is outcome
    assert outcome.good is (outcome in (Outcome.ADDED, Outcome.KNOWN))


def test_it_ends_five_minutes_after_the_last_card() -> None:
    state = begin(100)
    assert remaining_s(None, 100) == 0
    assert remaining_s(state, 100) == WINDOW_S == 300
    assert remaining_s(state, 399) == 1
    state = learned(state, CARD, Outcome.ADDED, 399)
    assert remaining_s(state, 400) == 299
    state = learned(state, CARD, Outcome.KNOWN, 600)  # a known card counts as one too
    assert remaining_s(state, 899) == 1
    assert remaining_s(state, 900) == 0
    assert remaining_s(state, 5000) == 0
    assert state.count == 2
    assert state.cards == (
        Learned(1, CARD.uid, Outcome.ADDED),
        Learned(2, CARD.uid, Outcome.KNOWN),
    )


def test_it_may_be_ended_early_and_stays_so() -> None:
    state = ended(begin(100), 150)
    assert remaining_s(state, 150) == 0
    late = learned(state, CARD, Outcome.ADDED, 150.1)  # its storing took until now
    assert remaining_s(late, 150.1) == 0
    assert late.count == 1


def test_it_may_be_prolonged() -> None:
    state = prolonged(learned(begin(100), CARD, Outcome.ADDED, 110), 200)
    assert remaining_s(state, 200) == 300
    assert state.count == 1


def test_only_the_last_cards_are_told() -> None:
    state = begin(0)
    for number in range(1000):
        state = learned(state, Card(f"{number:08X}"), Outcome.ADDED, number)
    assert len(state.cards) == KEPT
    assert state.cards[-1].number == state.count == 1000
