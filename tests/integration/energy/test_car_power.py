"""What a car takes at most is learned where it takes less than it is offered."""

import pytest

from custom_components.evse_ocpp.energy.car_power import CarPower, learn, reckoned_w
from custom_components.evse_ocpp.energy.model import Asks, PointNow


def drive(*steps, seen=None) -> CarPower:
    """Steps of (seconds, told A, drawn A, session)."""
    seen, now_s = seen or CarPower(), 0.0
    for seconds, told_a, drawn_a, session in steps:
        point = PointNow(
            asks=Asks.CHARGING,
            told_a=told_a,
            current_a=(drawn_a, 0.0, 0.0),
            power_w=drawn_a * 230.0,
            session=session,
        )
        for _ in range(int(seconds)):
            now_s += 1.0
            seen = learn(seen, point, now_s)
    return seen


@pytest.mark.parametrize(
    ("steps", "power_w"),
    [
        ([(300, 16.0, 15.7, "a")], None),  # takes all that it is offered
        ([(300, 32.0, 16.0, "a")], 3680),
        ([(30, 32.0, 16.0, "a")], None),
        ([(300, 32.0, 16.0, "a"), (300, 32.0, 6.0, "a")], 3680),  # nearly full
        ([(300, 32.0, 16.0, "a"), (5, 32.0, 30.0, "b")], 6900),  # another car
        ([(300, 32.0, 16.0, "a"), (300, 32.0, 10.0, "b")], 2300),
        ([(300, 16.0, 0.0, "a")], None),
    ],
)
def test_learned(steps, power_w):
    assert drive(*steps).power_w == power_w


@pytest.mark.parametrize(
    ("seen", "told_w", "reckoned"),
    [
        (CarPower(), None, 9350.0),
        (CarPower(seen_w=10_800.0), None, 10_800.0),
        (CarPower(seen_w=4000.0), None, 9350.0),  # was offered little
        (CarPower(3680.0, 10_800.0), None, 3680.0),
        (CarPower(), 7400.0, 7400.0),
        (CarPower(), 22_000.0, 11_000.0),
    ],
)
def test_reckoned(seen, told_w, reckoned):
    assert reckoned_w(seen, told_w, 11_000.0) == pytest.approx(reckoned)


def test_a_pause_begins_the_minute_anew():
    seen = drive((50, 32.0, 16.0, "a"))
    seen = learn(seen, PointNow(asks=Asks.LITTLE, session="a"), 51.0)
    assert drive((50, 32.0, 16.0, "a"), seen=seen).power_w is None
