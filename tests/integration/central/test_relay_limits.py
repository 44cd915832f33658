"""The other side's charging profiles, reduced to the limit that holds now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evse_ocpp.central.relay_limits import MAX_PROFILES, RelayLimits

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def profile(*periods: tuple[int, float], **fields: Any) -> dict[str, Any]:
    """A csChargingProfiles; `unit`, `start`, `duration` go to its schedule."""
    schedule: dict[str, Any] = {
        "chargingRateUnit": fields.pop("unit", "A"),
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": limit} for start, limit in periods or ((0, 10),)
        ],
    }
    for name, key in (("start", "startSchedule"), ("duration", "duration")):
        if name in fields:
            schedule[key] = fields.pop(name)
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    } | fields


def at(limits: RelayLimits, seconds: float = 0, *, running: bool = False) -> float | None:
    started = NOW if running else None
    return limits.at(NOW + timedelta(seconds=seconds), phases=3, started=started)[0]


def test_without_profiles_there_is_no_limit() -> None:
    assert RelayLimits().at(NOW, phases=3, started=None) == (None, None)


def test_periods_follow_each_other_until_the_duration() -> None:
    limits = RelayLimits()
    limits.set(0, profile((0, 16), (60, 8), duration=120), NOW)
    assert [at(limits, second) for second in (0, 59, 60, 119, 120)] == [16, 16, 8, 8, None]
    assert limits.at(NOW, phases=3, started=None)[1] == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(("phases", "amps"), [(1, 16.0), (3, 16 / 3)])
def test_watts_are_read_with_all_phases(phases: int, amps: float) -> None:
    limits = RelayLimits()
    limits.set(0, profile((0, 3680), unit="W"), NOW)
    assert limits.at(NOW, phases=phases, started=None)[0] == pytest.approx(amps)


def test_the_highest_stack_level_wins_in_a_purpose_and_the_least_of_the_purposes() -> None:
    limits = RelayLimits()
    limits.set(0, profile((0, 8)), NOW)
    limits.set(0, profile((0, 16), chargingProfileId=2, stackLevel=3), NOW)
    assert at(limits) == 16
    session = profile((0, 12), chargingProfileId=3, chargingProfilePurpose="TxProfile")
    limits.set(1, session, NOW)
    assert at(limits) == 16, "no transaction runs"
    assert at(limits, running=True) == 12


def test_the_same_place_is_overwritten() -> None:
    limits = RelayLimits()
    limits.set(0, profile((0, 8)), NOW)
    limits.set(0, profile((0, 9), chargingProfileId=2), NOW)
    assert at(limits) == 9


def test_relative_profiles_begin_with_the_transaction() -> None:
    limits = RelayLimits()
    relative = profile((0, 16), (30, 6), chargingProfileKind="Relative")
    limits.set(1, relative, NOW)
    assert at(limits) is None
    assert at(limits, 31, running=True) == 6


def test_a_daily_profile_comes_again() -> None:
    limits = RelayLimits()
    start = (NOW - timedelta(days=3)).isoformat()
    daily = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
    limits.set(0, profile((0, 6), start=start, duration=3600, **daily), NOW)
    assert [at(limits, hours * 3600) for hours in (0, 2, 24)] == [6, None, 6]
    assert limits.at(NOW + timedelta(hours=2), phases=3, started=None)[1] == NOW + timedelta(days=1)


def test_validity_and_start_bound_a_profile() -> None:
    limits = RelayLimits()
    later, end = (NOW + timedelta(seconds=seconds) for seconds in (10, 20))
    limits.set(0, profile(validFrom=later.isoformat(), validTo=end.isoformat()), NOW)
    assert [at(limits, second) for second in (0, 10, 20)] == [None, 10, None]
    begins = RelayLimits()
    begins.set(0, profile(start=later.isoformat()), NOW)
    assert begins.at(NOW, phases=3, started=None) == (None, later)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"id": 1}, 9),
        ({"id": 5}, 7),
        ({"stackLevel": 0}, 9),
        ({"connectorId": 1}, 7),
        ({"chargingProfilePurpose": "TxProfile"}, 7),
        ({}, None),
    ],
)
def test_clearing(asked: dict[str, Any], left: float | None) -> None:
    limits = RelayLimits()
    limits.set(0, profile((0, 7), stackLevel=0), NOW)
    second = profile((0, 9), chargingProfileId=2, chargingProfilePurpose="TxDefaultProfile")
    limits.set(0, second | {"stackLevel": 1}, NOW)
    found = limits.clear(asked)
    assert (at(limits), found) == (left, left != 7)


@pytest.mark.parametrize(
    "bad",
    [
        {},
        profile() | {"chargingProfilePurpose": "Other"},
        profile(unit="kW"),
        profile((5, 10)),
        profile((0, -1)),
        profile((0, float("nan"))),
        profile(start="yesterday"),
        profile(start="9999-12-31T23:59:59Z"),
        profile(duration=10**18),
        profile((0, 10), (10**18, 6)),
        profile() | {"validTo": "9999-12-31T23:59:59Z"},
        profile(chargingProfileKind="Recurring"),
        profile() | {"chargingSchedule": []},
        profile() | {"stackLevel": None},
    ],
)
def test_malformed_profiles_are_refused_and_change_nothing(bad: dict[str, Any]) -> None:
    limits = RelayLimits()
    limits.set(0, profile((0, 8)), NOW)
    with pytest.raises((KeyError, TypeError, ValueError)):
        limits.set(0, bad, NOW)
    assert at(limits) == 8


def test_their_number_is_bounded() -> None:
    limits = RelayLimits()
    for number in range(MAX_PROFILES):
        limits.set(0, profile(chargingProfileId=number, stackLevel=number), NOW)
    with pytest.raises(ValueError, match="at most"):
        limits.set(0, profile(chargingProfileId=99, stackLevel=99), NOW)
