"""The proximity circuit: coding resistors, and short or open as faults."""

import math

import pytest

from evse.core.proximity import ampacity_a


@pytest.mark.parametrize(
    ("nominal_ohm", "amps"), [(1500.0, 13.0), (680.0, 20.0), (220.0, 32.0), (100.0, 63.0)]
)
@pytest.mark.parametrize("tolerance", [0.7, 0.9, 1.0, 1.1, 1.45])
def test_coding_resistors(nominal_ohm, amps, tolerance):
    assert ampacity_a(nominal_ohm * tolerance) == amps


@pytest.mark.parametrize("fault_ohm", [-1.0, 0.0, 49.9, 4501.0, 1e6, math.inf, math.nan])
def test_short_and_open_are_faults_not_currents(fault_ohm):
    assert ampacity_a(fault_ohm) is None


def test_more_ohms_never_mean_more_amperes():
    ampacities = [ampacity_a(float(ohm)) for ohm in range(50, 4501)]
    assert ampacities == sorted(ampacities, reverse=True)
