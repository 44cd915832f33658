"""Voltage monitoring: ETEK manual 5.8.1.8 (265/180 V, back below 250 and above 200 V), ERR MIS."""

import math

import pytest

from evse.core.faults import Fault
from evse.core.mains import MainsSettings, conditions

OVER, UNDER, LOST = Fault.OVER_VOLTAGE, Fault.UNDER_VOLTAGE, Fault.PHASE_LOSS
THREE, ONE = MainsSettings(phases=3), MainsSettings(phases=1)


@pytest.mark.parametrize(
    ("settings", "voltage_v", "raised", "expected"),
    [
        (THREE, (230, 230, 230), (), ()),
        (THREE, (265, 230, 230), (), ()),
        (THREE, (265.1, 230, 230), (), (OVER,)),
        (THREE, (230, 230, 266), (), (OVER,)),
        (THREE, (230, 180, 230), (), ()),
        (THREE, (230, 179.9, 230), (), (UNDER,)),
        (THREE, (230, 0, 230), (), (LOST,)),
        (THREE, (230, 59, 230), (), (LOST,)),
        (THREE, (230, 61, 230), (), (UNDER,)),
        (THREE, (0, 0, 0), (), (UNDER,)),
        (THREE, (170, 0, 270), (), (OVER, UNDER, LOST)),
        (ONE, (230, 0, 0), (), ()),
        (ONE, (0, 0, 0), (), (UNDER,)),
        (ONE, (266, 0, 0), (), (OVER,)),
        # Hysteresis: what is raised stays until the voltage is well back in its band.
        (THREE, (251, 230, 230), (OVER,), (OVER,)),
        (THREE, (250, 230, 230), (OVER,), ()),
        (THREE, (230, 199, 230), (UNDER,), (UNDER,)),
        (THREE, (230, 200, 230), (UNDER,), ()),
        (THREE, (230, 199, 230), (OVER,), ()),
    ],
)
def test_conditions(settings, voltage_v, raised, expected):
    assert conditions(voltage_v, frozenset(raised), settings) == frozenset(expected)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum_v": 270.0},
        {"recover_high_v": 270.0},
        {"recover_low_v": 170.0},
        {"recover_low_v": 250.0},
        {"maximum_v": math.nan},
    ],
)
def test_settings_that_contradict_each_other_are_refused(wrong):
    with pytest.raises(ValueError, match="minimum ≤ recover low < recover high ≤ maximum"):
        MainsSettings(**wrong)
