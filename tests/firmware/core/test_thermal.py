"""Heat: ETEK manual 5.8.1.8, thresholds 1 (70 °C, less) and 2 (90 °C, stop), with calibration."""

import math
from dataclasses import replace

import pytest

from evse.core import timing
from evse.core.faults import Fault
from evse.core.limits import Source
from evse.core.signals import Reading
from evse.core.thermal import SENSOR_LOST_A, ThermalSettings, ThermalState, limits, on_reading

BOTH = ThermalSettings(relay_sensor=True, plug_sensor=True)
HOT, PLUG, SENSOR = Fault.OVER_TEMPERATURE, Fault.PLUG_TEMPERATURE, Fault.TEMPERATURE_SENSOR


def run(celsius, *, state=None, offered_a=16.0, raised=(), at_s=0.0, settings=BOTH, plug_c=20.0):
    reading = Reading(at_s, temperature_c=celsius, plug_temperature_c=plug_c)
    return on_reading(
        state or ThermalState(), reading, frozenset(raised), offered_a, settings, at_s
    )


@pytest.mark.parametrize(
    ("celsius", "plug_c", "raised", "present"),
    [
        (89.9, 20.0, (), ()),
        (90.0, 20.0, (), (HOT,)),
        (20.0, 90.0, (), (PLUG,)),
        (95.0, 95.0, (), (HOT, PLUG)),
        (75.0, 20.0, (HOT,), (HOT,)),  # it ends below threshold 1
        (69.9, 20.0, (HOT,), ()),
        (-40.0, 20.0, (), (SENSOR,)),
        (-40.0, 20.0, (HOT,), (SENSOR, HOT)),  # a lost sensor shows no cooling
        (None, 20.0, (), (SENSOR,)),
        (math.nan, 20.0, (), (SENSOR,)),
        (130.0, 20.0, (), (SENSOR,)),
        (20.0, None, (), (SENSOR,)),
    ],
)
def test_faults(celsius, plug_c, raised, present):
    assert run(celsius, plug_c=plug_c, raised=raised).present == frozenset(present)


def test_a_sensor_that_is_not_fitted_is_not_missed():
    assert run(None, plug_c=None, settings=ThermalSettings()).present == frozenset()


def test_calibration_is_added():
    settings = replace(BOTH, calibration_k=-5.0)
    assert run(94.0, settings=settings).present == frozenset()
    assert run(95.0, settings=settings).present == frozenset({HOT})


def test_down_by_10_percent_at_once_and_each_minute_and_up_again_when_cool():
    state, allowed = ThermalState(), []
    for minute, celsius in enumerate([60, 70, 72, 71, 66, 66, 64, 64, 64, 64]):
        offered_a = min([16.0, *(limit.amps for limit in limits(state, (), 0.0))])
        state = run(celsius, state=state, offered_a=offered_a, at_s=minute * timing.THERMAL_STEP_S)
        allowed.append(round(min(state.limit_a, 99), 2))
    assert allowed == [99, 14.4, 12.96, 11.66, 11.66, 11.66, 12.96, 14.4, 16.0, 17.78]


def test_between_two_steps_it_waits():
    state = run(75.0)
    assert run(75.0, state=state, offered_a=14.4, at_s=timing.THERMAL_STEP_S - 0.1) == state


def test_it_never_goes_below_6_a_and_never_steps_without_an_offer():
    state = ThermalState()
    for step in range(40):
        state = run(80.0, state=state, offered_a=6.0, at_s=step * timing.THERMAL_STEP_S)
    assert state.limit_a == 6.0
    assert math.isinf(run(80.0, offered_a=0.0).limit_a)


def test_a_lost_sensor_gives_no_current_back():
    state = run(75.0)
    later = run(-40.0, state=state, offered_a=14.4, at_s=600.0)
    assert later.limit_a == state.limit_a


def test_a_lost_sensor_limits_once_it_is_a_fault():
    state = run(-40.0)
    assert limits(state, frozenset(), 1.0) == ()
    (limit,) = limits(state, frozenset({SENSOR}), 1.0)
    assert (limit.source, limit.amps) == (Source.TEMPERATURE, SENSOR_LOST_A)


def test_thresholds_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="the first below the second"):
        ThermalSettings(reduce_at_c=90.0, stop_at_c=90.0)
