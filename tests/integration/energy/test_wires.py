"""Which phases a point uses, as it is wired and as its car does (rows 33, 41)."""

import pytest

from custom_components.evse_ocpp.energy.model import Demand, PointNow, PointSettings
from custom_components.evse_ocpp.energy.wires import on_site, spread, used


@pytest.mark.parametrize(
    ("wiring", "now", "demand", "site_phases", "expected"),
    [
        ((0, 1, 2), {}, None, 3, (0, 1, 2)),
        ((1, 2, 0), {"phases": 1}, None, 3, (1,)),
        ((1, 2, 0), {"phases": 2}, None, 3, (1, 2)),
        ((2,), {"phases": 3}, None, 3, (2,)),
        ((0, 1, 2), {}, None, 1, (0,)),
        ((0, 1, 2), {"connected_phases": 1}, None, 3, (0,)),
        ((0, 1, 2), {"connected_phases": 1, "phases": 1}, Demand(phases=3), 3, (0, 1, 2)),
        ((0, 1, 2), {"connected_phases": 3}, Demand(phases=1), 3, (0, 1, 2)),
        # A charger that calls the phase of its one-phase car L2: its fuse must count it.
        ((0, 1, 2), {"phases": 1, "current_a": (0.1, 15.0, 0.0)}, None, 3, (0, 1)),
        ((1, 2, 0), {"phases": 1, "current_a": (0.1, 0.0, 15.0)}, None, 3, (1, 0)),
    ],
)
def test_the_phases_that_a_point_uses_or_will_use(wiring, now, demand, site_phases, expected):
    settings = PointSettings("box/1", wiring=wiring)
    assert used(settings, PointNow(**now), demand, site_phases) == expected


def test_currents_as_the_site_sees_them():
    settings = PointSettings("box/1", wiring=(2, 0, 1))
    point = PointNow(current_a=(1.0, None, 3.0), measured_at_s=0.0)
    assert on_site(settings, point, (2, 0, 1)) == (0.0, 3.0, 1.0)
    assert on_site(settings, PointNow(), (2, 0, 1)) is None
    assert on_site(settings, PointNow(power_w=2300.0), (2,)) == (0.0, 0.0, 10.0)
    assert spread((0, 2), 6.0) == (6.0, 0.0, 6.0)
