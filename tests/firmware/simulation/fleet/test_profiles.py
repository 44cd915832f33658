"""What charging profiles allow a light charge point (OCPP 1.6, 3.13)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evse.simulation.fleet.profiles import UNLIMITED_A, Profiles

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def profile(purpose: str = "TxDefaultProfile", level: int = 0, **more: Any) -> dict[str, Any]:
    schedule = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
    }
    own = {key: more.pop(key) for key in ("validFrom", "validTo") if key in more}
    return {
        "chargingProfileId": more.pop("id", 1),
        "chargingProfilePurpose": purpose,
        "stackLevel": level,
        "chargingSchedule": schedule | more,
        **own,
    }


def periods(*pairs: tuple[int, float]) -> list[dict[str, float]]:
    return [{"startPeriod": start, "limit": limit} for start, limit in pairs]


def test_nothing_is_limited_without_a_profile() -> None:
    assert Profiles().allowed_a(NOW, 3) == UNLIMITED_A


@pytest.mark.parametrize(
    ("more", "after_s", "allowed_a"),
    [
        ({}, 0, 10),
        ({"duration": 60}, 59, 10),
        ({"duration": 60}, 60, UNLIMITED_A),
        ({"chargingSchedulePeriod": periods((0, 6), (30, 16))}, 29, 6),
        ({"chargingSchedulePeriod": periods((0, 6), (30, 16))}, 30, 16),
        ({"chargingSchedulePeriod": periods((30, 16))}, 0, UNLIMITED_A),
        ({"startSchedule": "2026-03-01T12:01:00Z"}, 0, UNLIMITED_A),
        ({"startSchedule": "2026-03-01T12:01:00Z"}, 60, 10),
        ({"validFrom": "2026-03-01T12:01:00Z"}, 0, UNLIMITED_A),
        ({"validTo": "2026-03-01T12:01:00Z"}, 60, UNLIMITED_A),
        ({"validTo": "2026-03-01T12:01:00"}, 59, 10),
        ({"chargingRateUnit": "W", "chargingSchedulePeriod": periods((0, 6900))}, 0, 10),
    ],
)
def test_a_schedule(more: dict[str, Any], after_s: float, allowed_a: float) -> None:
    profiles = Profiles()
    profiles.put(1, profile(**more), NOW)
    assert profiles.allowed_a(NOW + timedelta(seconds=after_s), 3) == pytest.approx(allowed_a)


@pytest.mark.parametrize(
    "wrong",
    [
        {"chargingSchedulePeriod": [{"startPeriod": 0}]},
        {"chargingSchedulePeriod": None},
        {"startSchedule": "tomorrow"},
        {"duration": "long"},
        {"validTo": 5},
    ],
)
def test_one_that_is_none_is_not_installed(wrong: dict[str, Any]) -> None:
    """Its car found out, and charged no more."""
    profiles = Profiles()
    with pytest.raises((LookupError, TypeError, ValueError, AttributeError)):
        profiles.put(1, profile(**wrong), NOW)
    assert profiles.allowed_a(NOW, 3) == UNLIMITED_A


def limited(amps: float) -> dict[str, Any]:
    return {"chargingSchedulePeriod": periods((0, amps))}


def test_the_highest_level_of_each_purpose_and_the_least_of_all_count() -> None:
    profiles = Profiles()
    profiles.put(1, profile(level=0, **limited(6)), NOW)
    profiles.put(1, profile(level=3, **limited(20)), NOW)
    assert profiles.allowed_a(NOW, 3) == 20
    profiles.put(0, profile("ChargePointMaxProfile", **limited(16)), NOW)
    assert profiles.allowed_a(NOW, 3) == 16


def test_a_profile_of_the_transaction_stands_in_the_default_ones_place_until_its_end() -> None:
    profiles = Profiles()
    profiles.put(1, profile(**limited(6)), NOW)
    profiles.put(1, profile("TxProfile", **limited(13)), NOW)
    assert profiles.allowed_a(NOW, 3) == 13
    profiles.end_transaction()
    assert profiles.allowed_a(NOW, 3) == 6


@pytest.mark.parametrize(
    ("request_", "there"),
    [
        ({}, True),
        ({"id": 1}, True),
        ({"id": 2}, False),
        ({"connectorId": 1, "stackLevel": 0}, True),
        ({"stackLevel": 1}, False),
        ({"chargingProfilePurpose": "TxProfile"}, False),
    ],
)
def test_clearing_takes_what_is_named(request_: dict[str, Any], there: bool) -> None:
    profiles = Profiles()
    profiles.put(1, profile(), NOW)
    assert profiles.clear(request_) is there
    assert profiles.allowed_a(NOW, 3) == (UNLIMITED_A if there else 10)
