"""From amperes to watts and back, with meters that lack a phase or show nonsense."""

import math

import pytest

from evse.balancing.house import HouseSample
from evse.balancing.power import drawn_from, import_w, loads_a, loads_w, room_of_power_a, volts
from tests.firmware.balancing.samples import ALL, NOTHING, ONLY_L1, sample


def metered(house_a, voltage_v, car_a=NOTHING):
    return HouseSample(0.0, house_a, car_a, voltage_v)


@pytest.mark.parametrize(
    ("shown_v", "taken_v"),
    [
        (236.4, 236.4),
        (207.0, 207.0),
        (0.0, 230.0),  # a phase that the meter does not have
        (math.nan, 230.0),
        (-230.0, 230.0),
        (99.9, 230.0),
        (2364.0, 230.0),  # a factor of ten in the registers
        (math.inf, 230.0),
    ],
)
def test_a_voltage_that_cannot_be_is_the_nominal_one(shown_v, taken_v):
    shown = metered(NOTHING, (shown_v, 230.0, shown_v))
    assert volts(shown) == (taken_v, 230.0, taken_v)


def test_a_sample_without_voltages_has_the_nominal_ones():
    assert volts(sample()) == (230.0, 230.0, 230.0)


def test_loads_are_the_house_without_the_cars_each_phase_at_its_voltage():
    shown = metered((12.0, -3.0, 5.0), (240.0, 230.0, 220.0), car_a=(10.0, 0.0, 1.0))
    assert loads_a(shown, ALL) == (2.0, -3.0, 4.0)
    assert loads_w(shown, ALL) == pytest.approx(2 * 240 - 3 * 230 + 4 * 220)
    assert import_w(shown) == pytest.approx(12 * 240 - 3 * 230 + 5 * 220)


def test_export_is_no_import():
    assert import_w(sample((-8.0, 2.0, 1.0))) == 0.0


@pytest.mark.parametrize("wrong_a", [math.nan, math.inf, -math.inf, 6553.5])
def test_an_unreadable_phase_counts_where_the_cars_draw(wrong_a):
    unreadable = sample((2.0, wrong_a, 3.0))
    assert loads_w(unreadable, ALL) == math.inf
    assert loads_w(unreadable, ONLY_L1) == pytest.approx(5 * 230)
    assert import_w(unreadable) == pytest.approx(5 * 230)


@pytest.mark.parametrize(
    ("power_w", "used", "room_a"),
    [
        (6900.0, ALL, (10.0, 10.0, 10.0)),
        (2300.0, ONLY_L1, (10.0, math.inf, math.inf)),
        (-2300.0, ONLY_L1, (-10.0, math.inf, math.inf)),
        (2300.0, (False, True, True), (math.inf, 5.0, 5.0)),
        (-math.inf, ONLY_L1, (0.0, math.inf, math.inf)),
        (math.nan, ALL, (0.0, 0.0, 0.0)),
    ],
)
def test_room_of_a_power(power_w, used, room_a):
    assert room_of_power_a(power_w, sample(), used) == pytest.approx(room_a)


@pytest.mark.parametrize(
    ("car_a", "connected", "drawn"),
    [
        (NOTHING, ALL, ALL),
        (NOTHING, ONLY_L1, ONLY_L1),
        ((16.0, 0.3, 0.0), ALL, (True, False, False)),
        ((16.0, 16.0, 0.0), ALL, (True, True, False)),
        ((0.4, 0.4, 0.4), ALL, ALL),  # its electronics
        ((math.nan, 10.0, 10.0), ALL, (False, True, True)),
        ((10.0, 10.0, 10.0), ONLY_L1, ONLY_L1),
    ],
)
def test_phases_are_learned_from_what_is_drawn(car_a, connected, drawn):
    assert drawn_from(car_a, connected) == drawn
