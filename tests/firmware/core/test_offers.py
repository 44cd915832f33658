"""What a vehicle may still be drawing while it has time to follow the pilot."""

import pytest

from evse.core import timing
from evse.core.offers import NOTHING, committed_a, told

FOLLOW_S = timing.EV_FOLLOW_S


@pytest.mark.parametrize(
    ("told_a", "at_s", "expected_a"),
    [
        ([], 0.0, 0.0),
        ([(0.0, 16.0)], 1000.0, 16.0),
        ([(0.0, 16.0), (10.0, 20.0)], 10.0, 20.0),
        ([(0.0, 16.0), (10.0, 8.0)], 10.0 + FOLLOW_S - 0.1, 16.0),
        ([(0.0, 16.0), (10.0, 8.0)], 10.0 + FOLLOW_S + 0.1, 8.0),
        ([(0.0, 16.0), (10.0, 0.0)], 12.0, 16.0),
        ([(0.0, 16.0), (10.0, 0.0)], 10.0 + FOLLOW_S + 0.1, 0.0),
        # Each of them counts for its own time.
        ([(0.0, 16.0), (10.0, 10.0), (14.0, 6.0)], 18.0, 10.0),
        ([(0.0, 16.0), (10.0, 10.0), (14.0, 6.0)], 22.0, 6.0),
        # Up again: what was higher still counts, what was lower never did.
        ([(0.0, 16.0), (10.0, 6.0), (12.0, 10.0)], 13.0, 16.0),
        ([(0.0, 16.0), (10.0, 6.0), (12.0, 10.0)], 18.0, 10.0),
    ],
)
def test_committed(told_a, at_s, expected_a):
    offers = NOTHING
    for now_s, amps in told_a:
        offers = told(offers, amps, now_s)
    if told_a:
        offers = told(offers, told_a[-1][1], at_s)
    assert committed_a(offers) == expected_a


def test_nothing_is_made_anew_while_nothing_changes():
    offers = told(NOTHING, 16.0, 0.0)
    assert told(offers, 16.0, 100.0) is offers
