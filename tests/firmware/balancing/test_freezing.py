"""A meter that repeats itself is told from one that is only steady, by what it has shown before."""

import pytest

from evse.balancing.freezing import LEARNED_AFTER, SHORTEST_S, Freezing, is_frozen, on_sample
from evse.balancing.freezing import patience_s as patience
from evse.balancing.house import HouseSample


def _sample(at_s: float, house_a: float, car_a: float = 10.0) -> HouseSample:
    return HouseSample(at_s, (house_a, 3.0, 2.0), (car_a, car_a, car_a))


def _lively(state: Freezing, from_s: float, samples: int = LEARNED_AFTER + 10) -> Freezing:
    """A meter of hundredths beside a car, five times a second."""
    for number in range(samples):
        state = on_sample(state, _sample(from_s + number / 5, 15 + number % 7 / 100))
    return state


def test_a_silence_is_no_repetition() -> None:
    """Seen by the campaign: after a silence of 18 s a frozen meter was believed for 38 s."""
    state = _lively(_lively(Freezing(), 0.0), 40.0)
    assert patience(state) == SHORTEST_S
    state = on_sample(state, _sample(60.0, 15.5))
    assert not is_frozen(state, _sample(60.0 + SHORTEST_S, 15.5))
    assert is_frozen(state, _sample(60.1 + SHORTEST_S, 15.5))


def test_a_proven_freeze_is_no_repetition() -> None:
    state = _lively(Freezing(), 0.0)
    for second in range(20):
        state = on_sample(state, _sample(20.0 + second, 15.5, 10.0 if second < 3 else 6.0))
    assert is_frozen(state, _sample(39.0, 15.5, 6.0))
    assert patience(_lively(state, 40.0)) == SHORTEST_S


@pytest.mark.parametrize("steady_s", [4, 9, 30])
def test_a_meter_that_is_steady_by_itself_gets_the_patience_for_it(steady_s: int) -> None:
    state = _lively(Freezing(), 0.0)
    for second in range(steady_s + 1):
        state = on_sample(state, _sample(20.0 + second, 15.5))
    state = _lively(state, 20.2 + steady_s)
    assert patience(state) == pytest.approx(max(SHORTEST_S, 2 * steady_s + 2))
