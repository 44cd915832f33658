"""The control pilot: levels with hysteresis, duty cycles, holding times."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core.pilot import (
    PilotLevel,
    PilotState,
    PilotTrack,
    classify,
    duty_percent,
    offered_a,
    pilot_state,
    signalled_a,
    track,
)
from tests.firmware.core.bench import DETERMINISTIC, NOMINAL_V

A, B, C, D, E, F = PilotLevel


@pytest.mark.parametrize("previous", PilotLevel)
@pytest.mark.parametrize("level", PilotLevel)
@pytest.mark.parametrize("deviation_v", [-1.1, -0.6, 0.0, 0.6, 1.1])
def test_nominal_voltages_are_told_wherever_the_pilot_comes_from(level, deviation_v, previous):
    assert classify(NOMINAL_V[level] + deviation_v, previous) is level


@pytest.mark.parametrize(
    ("upper", "lower", "boundary_v"),
    [(A, B, 10.5), (B, C, 7.5), (C, D, 4.5), (D, E, 1.5), (E, F, -6.0)],
)
def test_at_a_boundary_the_level_stays_where_it_came_from(upper, lower, boundary_v):
    for wobble_v in (-0.2, 0.0, 0.2):
        assert classify(boundary_v + wobble_v, upper) is upper
        assert classify(boundary_v + wobble_v, lower) is lower
    assert classify(boundary_v - 0.4, upper) is lower
    assert classify(boundary_v + 0.4, lower) is upper


@pytest.mark.parametrize("invalid_v", [math.nan, math.inf, -math.inf])
def test_an_invalid_voltage_is_no_pilot(invalid_v):
    assert classify(invalid_v, C) is E


@pytest.mark.parametrize(
    ("level", "without_pwm", "with_pwm"),
    [
        (A, PilotState.A, PilotState.A),
        (B, PilotState.B1, PilotState.B2),
        (C, PilotState.C1, PilotState.C2),
        (D, PilotState.D, PilotState.D),
        (E, PilotState.E, PilotState.E),
        (F, PilotState.F, PilotState.F),
    ],
)
def test_suffix_2_means_pwm(level, without_pwm, with_pwm):
    assert pilot_state(level, pwm=False) is without_pwm
    assert pilot_state(level, pwm=True) is with_pwm


@pytest.mark.parametrize(
    ("current_a", "percent"),
    [
        (6.0, 10.0),
        (6.5, 10.8333),
        (10.0, 16.6667),
        (16.0, 26.6667),
        (32.0, 53.3333),
        (48.0, 80.0),
        (51.0, 85.0),
        (52.0, 85.0),
        (52.5, 85.0),
        (55.0, 86.0),
        (63.0, 89.2),
        (80.0, 96.0),
    ],
)
def test_duty_cycle_of_table_a7(current_a, percent):
    assert duty_percent(current_a) == pytest.approx(percent, abs=1e-3)


@pytest.mark.parametrize("outside_a", [-1.0, 0.0, 5.99, 80.01, math.nan, math.inf])
def test_a_current_without_duty_cycle_is_refused(outside_a):
    with pytest.raises(ValueError, match="allowed: 6"):
        duty_percent(outside_a)


@pytest.mark.parametrize(
    ("percent", "current_a"),
    [
        (0.0, 0.0),
        (2.9, 0.0),
        (5.0, 0.0),
        (7.9, 0.0),
        (8.0, 6.0),
        (10.0, 6.0),
        (50.0, 30.0),
        (85.0, 51.0),
        (90.0, 65.0),
        (96.0, 80.0),
        (97.0, 80.0),
        (97.1, 0.0),
        (100.0, 0.0),
    ],
)
def test_what_a_vehicle_reads(percent, current_a):
    assert offered_a(percent) == pytest.approx(current_a)


@DETERMINISTIC
@given(st.floats(0, 200))
def test_i6_a_limit_is_told_as_0_or_at_least_6_a_and_read_back_within_it(limit_a):
    told_a = signalled_a(limit_a)
    assert told_a == 0.0 or 6.0 <= told_a <= 80.0
    assert told_a <= limit_a
    if told_a:
        assert offered_a(duty_percent(told_a)) == pytest.approx(told_a)
        assert offered_a(duty_percent(told_a)) <= limit_a + 1e-9


def settle(level, *readings):
    """Feed (ms, level) readings to a pilot settled at `level`; return its (ms, level) changes."""
    now = PilotTrack(level, level, 0.0, 0.0, 0.0)
    changes = []
    for at_ms, reading in readings:
        after = track(now, NOMINAL_V[reading], at_ms / 1000)
        if after.level is not now.level:
            changes.append((at_ms, after.level))
        now = after
    return changes


@pytest.mark.parametrize("turn_ms", [7, 20, 40, 100])
@pytest.mark.parametrize(
    ("old", "new", "hold_ms"),
    [
        (A, B, 50),
        (A, C, 500),
        (B, C, 500),
        (B, D, 500),
        (E, C, 500),
        (C, B, 50),
        (D, B, 50),
        (C, A, 30),
        (B, A, 30),
        (C, E, 30),
        (B, E, 30),
        (B, F, 30),
        (E, B, 50),
    ],
)
def test_a_level_holds_from_the_first_turn_after_its_time(old, new, hold_ms, turn_ms):
    turns = [(at_ms, new) for at_ms in range(turn_ms, 1500, turn_ms)]
    [(changed_ms, level)] = settle(old, *turns)
    assert level is new
    # A vehicle that lets go may have done so right after the last reading that said otherwise.
    since_ms = 0 if old in {C, D} else turn_ms
    assert hold_ms <= changed_ms - since_ms < hold_ms + turn_ms


def test_the_false_c_of_a_bmw_ix3_is_no_c():
    pulse = [(at_ms, C) for at_ms in range(20, 270, 10)]
    after = [(at_ms, B) for at_ms in range(270, 1000, 10)]
    assert settle(B, *pulse, *after) == []


def test_one_bad_sample_does_not_stop_charging():
    readings = [(at_ms, B if at_ms == 100 else C) for at_ms in range(0, 1000, 20)]
    assert settle(C, *readings) == []


def test_a_bouncing_plug_leaves_c_in_time():
    """I4: readings that agree on nothing but "not C" end charging as fast as steady ones."""
    readings = [(20 * turn, (B, A, E)[turn % 3]) for turn in range(1, 10)]
    changed_ms, level = settle(C, *readings)[0]
    assert level is not C
    assert changed_ms <= 60
