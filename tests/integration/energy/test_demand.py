"""What a point should have by its mode, before any fuse."""

from dataclasses import replace

import pytest

from custom_components.evse_ocpp.energy import demand
from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.model import Asks, Demand, PointNow, PointSettings

SETTINGS = PointSettings("CP-1/1", maximum_a=16.0)
SUN = Demand(6.0, 9.0, Reason.SOLAR)
NO_SUN = Demand(0.0, 0.0, Reason.SOLAR)
SLOT = Demand(6.0, 32.0, Reason.PLAN, urgent=True)
NO_SLOT = Demand(0.0, 0.0, Reason.PLAN)


def asked(mode: Mode, sunny: Demand | None = None, planned: Demand | None = None, **now) -> Demand:
    return demand.of(SETTINGS, PointNow(mode, Asks.CHARGING, **now), sunny, planned)


@pytest.mark.parametrize(
    ("mode", "sunny", "planned", "least_a", "most_a", "reason"),
    [
        (Mode.FAST, None, None, 6.0, 16.0, Reason.USER_LIMIT),
        (Mode.WINDOW, None, None, 6.0, 16.0, Reason.USER_LIMIT),
        (Mode.SOLAR, SUN, None, 6.0, 9.0, Reason.SOLAR),
        (Mode.SOLAR, NO_SUN, None, 0.0, 0.0, Reason.SOLAR),
        (Mode.MINIMUM_SOLAR, SUN, None, 6.0, 9.0, Reason.SOLAR),
        (Mode.SOLAR, None, None, 0.0, 0.0, Reason.NO_PLAN),
        (Mode.PLAN, None, SLOT, 6.0, 16.0, Reason.PLAN),
        (Mode.PLAN, None, NO_SLOT, 0.0, 0.0, Reason.PLAN),
        (Mode.PLAN, None, None, 0.0, 0.0, Reason.NO_PLAN),
        (Mode.CHEAP, None, None, 0.0, 0.0, Reason.NO_PLAN),
        # What a plan needs goes before what the sun gives; a slot that is not now does not.
        (Mode.SOLAR, NO_SUN, SLOT, 6.0, 16.0, Reason.PLAN),
        (Mode.SOLAR, SUN, NO_SLOT, 6.0, 9.0, Reason.SOLAR),
    ],
)
def test_the_mode_decides(mode, sunny, planned, least_a, most_a, reason) -> None:
    wanted = asked(mode, sunny, planned)
    assert (wanted.least_a, wanted.most_a, wanted.reason) == (least_a, most_a, reason)


@pytest.mark.parametrize(("mode", "planned"), [(Mode.FAST, None), (Mode.PLAN, SLOT)])
def test_what_is_fast_wants_all_phases(mode: Mode, planned: Demand | None) -> None:
    switching = replace(SETTINGS, switches_phases=True)
    now = PointNow(mode, Asks.CHARGING)
    assert demand.of(switching, now, None, planned).phases == 3
    assert demand.of(SETTINGS, now, None, planned).phases is None


def test_nobody_asks_without_a_car() -> None:
    now = PointNow(Mode.FAST, Asks.NOTHING)
    assert demand.of(SETTINGS, now, SUN, SLOT).most_a == 0


@pytest.mark.parametrize(
    ("limit_a", "most_a"), [(5.0, 0.0), (6.0, 6.0), (10.0, 10.0), (32.0, 16.0)]
)
def test_never_more_than_owner_and_installation_allow(limit_a: float, most_a: float) -> None:
    for mode, sunny, planned in (
        (Mode.FAST, None, None),
        (Mode.SOLAR, Demand(6.0, 99.0), None),
        (Mode.PLAN, None, Demand(6.0, 99.0)),
    ):
        assert asked(mode, sunny, planned, limit_a=limit_a).most_a == most_a


def test_less_than_the_minimum_is_nothing() -> None:
    assert asked(Mode.SOLAR, Demand(0.0, 5.9, Reason.SOLAR)).most_a == 0.0


def test_a_plan_keeps_its_urgency_and_its_reason_why_not_more() -> None:
    wanted = asked(Mode.PLAN, None, Demand(6.0, 10.0, Reason.PLAN, urgent=True, phases=1))
    assert wanted == Demand(6.0, 10.0, Reason.PLAN, urgent=True, phases=1)
