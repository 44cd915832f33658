"""What of a meter is believed, and how long its last word holds (row 40)."""

import math
from dataclasses import replace

import pytest

from custom_components.evse_ocpp.energy.freezing import LEARNED_AFTER, PATIENCE_S, SHORTEST_S
from custom_components.evse_ocpp.energy.meter_watch import MeterWatch, Silence, silence, take
from custom_components.evse_ocpp.energy.model import GridSample

CARS = (10.0, 10.0, 10.0)


def grid(at_s, amps=12.0, **more):
    return GridSample(at_s, (amps, amps, amps), **more)


@pytest.mark.parametrize(
    "sample",
    [
        None,
        grid(100.0),  # the same instant again
        grid(99.0),
        grid(130.0),  # of the future
        grid(102.0, math.nan),
        grid(102.0, 1000.1),
        grid(102.0, -math.inf),
        GridSample(102.0),
        GridSample(102.0, power_w=math.nan),
        GridSample(102.0, power_w=100_001.0),
    ],
)
def test_what_cannot_be_believed_is_silence(sample):
    state = take(MeterWatch(), grid(100.0), None, 101.0, 3)
    assert take(state, sample, None, 103.0, 3) == state
    assert state.alive_s == 100.0


def test_a_phase_that_the_site_does_not_have_may_show_anything():
    sample = GridSample(100.0, (1.0, math.nan, 5000.0))
    assert take(MeterWatch(), sample, None, 101.0, 1).sample == sample


@pytest.mark.parametrize(
    ("silent_s", "timeout_s", "expected"),
    [
        (0.0, 10.0, Silence.NONE),
        (4.9, 10.0, Silence.NONE),
        (5.0, 10.0, Silence.STEP_DOWN),
        (6.0, 10.0, Silence.LOST),
        (14.0, 30.0, Silence.NONE),
        (18.0, 30.0, Silence.LOST),
        (math.inf, 10.0, Silence.LOST),
    ],
)
def test_hold_step_down_fallback(silent_s, timeout_s, expected):
    assert silence(100.0, 100.0 + silent_s, timeout_s) is expected


def watched(samples, cars_a=CARS):
    state = MeterWatch()
    for at_s, amps, *cars in samples:
        state = take(state, grid(at_s, amps), cars[0] if cars else cars_a, at_s + 1, 3)
    return state


def test_a_quiet_house_without_a_car_is_not_frozen():
    state = watched([(float(at), 5.0) for at in range(5000)], cars_a=(0.2, 0.0, 0.0))
    assert state.alive_s == 4999.0


def test_the_same_for_long_beside_a_car_is_frozen_since_it_began():
    quiet = [(float(at), 5.0) for at in range(int(PATIENCE_S) + 2)]
    state = watched(quiet)
    assert state.alive_s == 0.0
    state = take(state, grid(PATIENCE_S + 5, 5.1), CARS, PATIENCE_S + 6, 3)
    assert state.alive_s == PATIENCE_S + 5  # it was only quiet
    later = [PATIENCE_S + 6 + at for at in range(int(PATIENCE_S) + 60)]
    for at_s in later:  # so that is known of it now, when enough was seen of it
        state = take(state, grid(at_s, 5.1 + at_s % 2), CARS, at_s, 3)
    state = watched_on(state, later[-1], int(PATIENCE_S) + 60)
    assert state.alive_s > later[-1] + 1.0


def watched_on(state, from_s, count):
    for at in range(1, count):
        state = take(state, grid(from_s + at, 7.0), CARS, from_s + at, 3)
    return state


def test_a_lively_meter_is_given_a_minute():
    lively = [(float(at), 5.0 + at % 3) for at in range(LEARNED_AFTER + 5)]
    state = watched_on(watched(lively), lively[-1][0], int(SHORTEST_S) + 5)
    assert state.alive_s == pytest.approx(lively[-1][0] + 1.0, abs=1.0)


def test_a_silence_is_no_repetition_to_be_patient_with():
    lively = [(float(at), 5.0 + at % 3) for at in range(LEARNED_AFTER + 5)]
    after_it = [(1000.0 + at_s, amps) for at_s, amps in lively]
    assert watched(lively + after_it).freezing.longest_s < SHORTEST_S


def followed(samples):
    """The watch after samples of (s, A of the meter, A of the cars or None, W of the battery)."""
    state = MeterWatch()
    for at_s, amps, cars_a, battery_w in samples:
        each_a = None if cars_a is None else (cars_a,) * 3
        state = take(state, grid(float(at_s), amps), each_a, at_s + 1.0, 3, battery_w)
    return state


def test_cars_that_move_while_the_meter_does_not_are_a_proof():
    samples = [(float(at), 5.0) for at in range(10)]
    moved = [(10.0 + at, 5.0, (4.0, 10.0, 10.0)) for at in range(3)]
    assert watched([*samples, *moved]).alive_s == 0.0
    assert watched([*samples, *moved[:2]]).alive_s == 11.0  # it may be read a little later
    unknown = take(watched(samples), grid(10.0, 5.0), None, 11.0, 3)
    assert unknown.alive_s == 10.0
    total = replace(grid(11.0), current_a=None, power_w=900.0)
    assert take(unknown, total, None, 12.0, 3).sample == total


def test_a_proof_stays_one_while_nobody_measures_the_cars():
    samples = [(at, 5.0, 10.0 if at < 10 else 6.0, None) for at in range(13)]
    assert followed([*samples, (13, 5.0, None, None)]).alive_s == 0.0
    assert followed([*samples, (13, 5.0, 10.0, None)]).alive_s == 13.0
    assert followed([*samples, (13, 4.9, None, None)]).alive_s == 13.0


def test_cars_that_are_measured_each_ten_seconds_and_moved_before_are_no_proof():
    """The meter showed it at once, and was steady when the wallbox told it at last."""
    seen = [(0, 12.0, 10.0, None)]
    seen += [(at, 8.0, None, None) for at in range(1, 10)]
    seen += [(at, 8.0, 6.0, None) for at in range(10, 14)]
    assert followed(seen).alive_s == 13.0
    later = [(at, 8.0, None, None) for at in range(14, 20)]
    later += [(at, 8.0, 10.0, None) for at in range(20, 23)]
    assert followed([*seen, *later]).alive_s == 1.0  # what it does not show, it has not seen


def test_what_was_measured_as_the_repetition_began_is_no_proof():
    """The wallbox measured its car in the middle of a change, which the meter has shown whole."""
    seen = [(0, 12.0, None, None), (1, 8.0, 10.0, None), (2, 8.0, None, None)]
    seen += [(at, 8.0, None if at < 10 else 6.0, None) for at in range(3, 14)]
    assert followed(seen).alive_s == 13.0


def test_a_battery_that_keeps_the_grid_at_zero_hides_the_cars_from_the_meter():
    seen = [(at, 0.0, 6.0, -2500.0) for at in range(8)]
    hidden = [(at, 0.0, 12.0, 1640.0) for at in range(8, 20)]
    assert followed([*seen, *hidden]).alive_s == 19.0
    idle = [(at, 0.0, 12.0, -2500.0) for at in range(8, 20)]
    assert followed([*seen, *idle]).alive_s == 0.0
