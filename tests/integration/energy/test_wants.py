"""What a car makes of its limit (load-control.md, 4): only what is sure is believed."""

from dataclasses import replace

import pytest

from custom_components.evse_ocpp.energy.model import Asks, PointNow
from custom_components.evse_ocpp.energy.wants import Wants, learn

CAR = PointNow(asks=Asks.CHARGING, told_a=16.0, told_at_s=100.0, session="1")


def after(*steps, point=CAR):
    """What is known after these `(measured at s, A)`."""
    state = Wants()
    for at_s, amps in steps:
        state = learn(state, replace(point, measured_at_s=at_s), (amps, 0.0, 0.0))
    return state


@pytest.mark.parametrize(
    ("steps", "most_a"),
    [
        ([(120.0, 15.7)], None),  # it has what it was offered
        ([(105.0, 9.0)], None),  # it may still be rising
        ([(99.0, 9.0)], None),  # measured before it was told
        ([(120.0, 9.0)], 9 * 1.03 + 1),
        ([(120.0, 9.0), (120.0, 15.9)], 9 * 1.03 + 1),  # nothing new
        ([(120.0, 9.0), (130.0, 15.9)], None),  # at once
    ],
)
def test_what_a_car_was_seen_to_use(steps, most_a):
    assert after(*steps).most_a == (None if most_a is None else pytest.approx(most_a))


def test_another_session_or_a_pause_begins_anew():
    full = after((120.0, 9.0))
    assert learn(full, replace(CAR, session="2"), None).most_a is None
    assert learn(full, replace(CAR, asks=Asks.LITTLE), None).most_a is None


def offered(*steps):
    """What a car leaves after `(told A, since s, drawn A)`, measured for a minute each."""
    state = Wants()
    for told_a, since_s, drawn_a in steps:
        for at_s in range(int(since_s) + 1, int(since_s) + 60, 5):
            point = replace(CAR, told_a=told_a, told_at_s=since_s, measured_at_s=float(at_s))
            state = learn(state, point, (drawn_a, drawn_a, drawn_a))
    return state


def test_a_car_that_goes_by_its_offer_is_offered_what_it_leaves_on_top():
    state = offered((10.0, 100.0, 9.8), (14.0, 200.0, 13.72))
    assert state.on_top_a(14.0) == pytest.approx(0.28, abs=0.02)
    assert state.borne_a(14.28) == pytest.approx(14.0, abs=0.02)
    assert state.on_top_a(100.0) == 1.0  # never more


@pytest.mark.parametrize(
    "steps",
    [
        ((10.0, 100.0, 9.8),),  # it may be its own limit
        ((10.0, 100.0, 9.8), (12.0, 200.0, 9.8)),  # and it was
        ((10.0, 100.0, 9.8), (14.0, 200.0, 13.72), (14.5, 300.0, 14.5)),  # it takes all now
        ((10.0, 100.0, 8.0), (14.0, 200.0, 11.2)),  # so much is not left by chance
    ],
)
def test_of_a_car_of_which_nothing_is_sure_nothing_is_left(steps):
    assert offered(*steps).on_top_a(14.0) == pytest.approx(0.0, abs=0.02)


def test_what_was_learned_of_a_car_is_forgotten_with_it():
    state = offered((10.0, 100.0, 9.8), (14.0, 200.0, 13.72))
    later = replace(CAR, told_a=14.0, told_at_s=500.0, measured_at_s=900.0)
    assert learn(state, later, (0.0, 0.0, 0.0)).on_top_a(14.0) == 0.0
