"""What happened between two decisions."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.happenings import EnergyEvent, Kind, events
from custom_components.evse_ocpp.energy.model import (
    Asks,
    Decision,
    Demand,
    Grant,
    PointNow,
    SiteNow,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
POINT = PointNow(asks=Asks.CHARGING)


def decided(limit_a: float, reason: Reason, *, phases: int | None = None, **more: Any) -> Decision:
    demand = Demand(most_a=16.0, reason=more.pop("wanted", reason), values=more.pop("values", {}))
    return Decision(AT, {"a/1": Grant(limit_a, reason, phases)}, {"a/1": demand}, **more)


def known(point: PointNow = POINT, **more: Any) -> SiteNow:
    return SiteNow(0.0, AT, points={"a/1": point}, **more)


def kinds(before: Decision, after: Decision, was: SiteNow, now: SiteNow) -> list[Kind]:
    return [each.kind for each in events(before, after, was, now)]


PAUSE = decided(0.0, Reason.SOLAR)


@pytest.mark.parametrize(
    ("after", "mode", "kind"),
    [
        (decided(6.0, Reason.SOLAR), Mode.SOLAR, Kind.STARTED_BY_SUN),
        (decided(6.0, Reason.FUSE, wanted=Reason.USER_LIMIT), Mode.SOLAR, Kind.STARTED_BY_SUN),
        (decided(6.0, Reason.PRICE), Mode.CHEAP, Kind.STARTED_BY_PRICE),
        (decided(6.0, Reason.FUSE, wanted=Reason.PLAN), Mode.PLAN, Kind.STARTED_BY_PLAN),
        (decided(6.0, Reason.USER_LIMIT), Mode.FAST, Kind.RESUMED),
    ],
)
def test_a_start_has_its_cause(after: Decision, mode: Mode, kind: Kind) -> None:
    point = replace(POINT, mode=mode)
    assert kinds(PAUSE, after, known(point), known(point)) == [kind]


def test_a_pause_has_its_reason() -> None:
    before = decided(6.0, Reason.USER_LIMIT)
    assert events(before, decided(0.0, Reason.FUSE), known(), known()) == (
        EnergyEvent(Kind.PAUSED, "a/1", {"reason": "fuse"}),
    )
    unplugged = known(PointNow(asks=Asks.NOTHING))
    assert not events(before, decided(0.0, Reason.PAUSED), known(), unplugged)


def test_nothing_happens_twice() -> None:
    steady = decided(8.0, Reason.FUSE, phases=3, values={"possible_kwh": 4.0})
    assert not events(
        steady, replace(steady, at=AT), known(dimmed_w=4200.0), known(dimmed_w=4200.0)
    )


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"phases": 3}, {"phases": 1}, Kind.PHASES_SWITCHED),
        ({}, {"values": {"possible_kwh": 4.0}}, Kind.PLAN_MISSED),
        ({}, {"meter_lost": True}, Kind.METER_LOST),
        ({"meter_lost": True}, {}, Kind.METER_BACK),
    ],
)
def test_decisions_differ(before: dict[str, Any], after: dict[str, Any], kind: Kind) -> None:
    first, second = (decided(8.0, Reason.PLAN, **each) for each in (before, after))
    assert kinds(first, second, known(), known()) == [kind]


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (known(), known(dimmed_w=4200.0), Kind.DIMMED),
        (known(dimmed_w=4200.0), known(), Kind.DIMMED_NO_MORE),
        (known(), known(replace(POINT, boost=True)), Kind.BOOST_ON),
        (known(replace(POINT, boost=True)), known(), Kind.BOOST_OFF),
    ],
)
def test_facts_differ(was: SiteNow, now: SiteNow, kind: Kind) -> None:
    steady = decided(8.0, Reason.FUSE)
    assert kinds(steady, steady, was, now) == [kind]


def test_a_point_that_is_new_has_no_before() -> None:
    assert not events(Decision(AT), decided(8.0, Reason.FUSE), known(), known())
