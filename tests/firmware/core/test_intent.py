"""Intents: the highest priority decides, a pause wins ties."""

import pytest

from evse.core.intent import Intent, IntentSource, Priority, arbitrate


def intent(charge, priority):
    return Intent(IntentSource.OPERATOR, charge, priority)


@pytest.mark.parametrize(
    ("intents", "charges"),
    [
        ([(True, Priority.TRANSACTION)], True),
        ([(False, Priority.NO_TRANSACTION)], False),
        ([(True, Priority.TRANSACTION), (False, Priority.OPERATOR)], False),
        ([(True, Priority.OPERATOR), (False, Priority.OPERATOR)], False),
        ([(False, Priority.OPERATOR), (True, Priority.OPERATOR)], False),
        ([(True, Priority.OPERATOR), (False, Priority.AVAILABILITY)], False),
        ([(True, Priority.AVAILABILITY), (False, Priority.NO_TRANSACTION)], False),
        ([(False, Priority.TRANSACTION), (True, Priority.OPERATOR)], True),
        # The start delay and the timetable pause a transaction; the operator's word is above both.
        ([(True, Priority.TRANSACTION), (False, Priority.START_DELAY)], False),
        ([(True, Priority.TRANSACTION), (False, Priority.TIMETABLE)], False),
        (
            [
                (True, Priority.TRANSACTION),
                (False, Priority.START_DELAY),
                (False, Priority.TIMETABLE),
                (True, Priority.OPERATOR),
            ],
            True,
        ),
    ],
)
def test_priority_decides_and_a_pause_wins_ties(intents, charges):
    assert arbitrate(intent(*one) for one in intents).charge is charges


def test_nobody_wanting_anything_is_an_error():
    with pytest.raises(ValueError, match="empty"):
        arbitrate(())
