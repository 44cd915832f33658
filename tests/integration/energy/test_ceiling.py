"""The least of all limits."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.energy.ceiling import OutsideLimits, most_a
from custom_components.evse_ocpp.energy.model import Grant
from custom_components.evse_ocpp.energy.orders import ChargerFacts

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def grants(*limits_a: float) -> dict[int, Grant]:
    return {number: Grant(each, Reason.FUSE) for number, each in enumerate(limits_a, 1)}


@pytest.mark.parametrize(
    ("facts", "most"),
    [
        (ChargerFacts(), 16.0),
        (ChargerFacts(max_current_a=10.0), 10.0),
        (ChargerFacts(outside_a=8.0), 8.0),
        (ChargerFacts(outside_a=20.0), 16.0),
        (ChargerFacts(grants=grants(7.0, 9.0)), 9.0),
        (ChargerFacts(grants={}, silent_a=6.0), 6.0),
        (ChargerFacts(grants=grants(9.0), outside_a=8.0, max_current_a=7.0), 7.0),
        (ChargerFacts(grants=grants(0.0)), 0.0),
    ],
)
def test_the_least_of_all_limits_counts(facts: ChargerFacts, most: float) -> None:
    assert most_a(facts, 16.0) == most


def test_limits_of_others_come_end_and_are_taken_back() -> None:
    outside = OutsideLimits()
    assert outside.least_a(NOW) is None
    assert outside.take("office", 10.0)
    assert outside.take("grid", 7.0, LATER)
    assert outside.least_a(NOW) == 7.0
    assert outside.least_a(LATER) == 10.0
    assert outside.take("office", None)
    assert outside.least_a(LATER) is None


@pytest.mark.parametrize(
    ("limit_a", "until", "new"),
    [(10.0, LATER, False), (10.0, None, True), (9.0, LATER, True), (None, None, True)],
)
def test_only_what_differs_is_new(limit_a: float | None, until: datetime | None, new: bool) -> None:
    outside = OutsideLimits()
    outside.take("office", 10.0, LATER)
    assert outside.take("office", limit_a, until) is new
    assert outside.take("nobody", None) is False
