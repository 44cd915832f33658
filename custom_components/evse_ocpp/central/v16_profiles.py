"""Charging profiles: how a fallback and a lease are said in OCPP 1.6 (section 7.8).

The lease is a TxProfile over a TxDefaultProfile, because there are wallboxes which know stack level
0 only, and purposes stand above each other without levels. Both are Absolute: a Relative schedule
with a duration would end for good n seconds after the transaction's start. Profiles of the same id
are overwritten, never cleared before, since the gap lets the car take full power for a moment
(lbbrhzn/ocpp PR #1718). numberPhases is not sent: it may switch phases.
"""

from datetime import datetime, timedelta
from typing import Any

STACK_LEVEL = 0
FALLBACK_ID = 100
LEASE_ID = 200
"""Profile ids: these plus the connector's number."""
LONG_AGO = "2020-01-01T00:00:00Z"
LEASE_HEAD_START = timedelta(seconds=30)
"""How far in the past a lease begins: the error of the measured clock offset."""


def fallback_profile(connector_id: int, limit_a: float) -> dict[str, Any]:
    """Return the standing TxDefaultProfile of a connector (0: all)."""
    return _profile(FALLBACK_ID + connector_id, "TxDefaultProfile", limit_a, LONG_AGO)


def lease_profile(
    connector_id: int,
    limit_a: float,
    duration_s: float,
    charger_now: datetime,
    transaction_id: int | None,
) -> dict[str, Any]:
    """Return a TxProfile that holds for `duration_s` from `charger_now` by the charger's clock."""
    start = (charger_now - LEASE_HEAD_START).strftime("%Y-%m-%dT%H:%M:%SZ")
    profile = _profile(LEASE_ID + connector_id, "TxProfile", limit_a, start)
    profile["chargingSchedule"]["duration"] = round(duration_s + LEASE_HEAD_START.total_seconds())
    if transaction_id is not None:
        profile["transactionId"] = transaction_id
    return profile


def _profile(profile_id: int, purpose: str, limit_a: float, start: str) -> dict[str, Any]:
    return {
        "chargingProfileId": profile_id,
        "stackLevel": STACK_LEVEL,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": start,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": round(limit_a, 1)}],
        },
    }
