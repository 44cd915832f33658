"""The charging profiles of a light charge point, and what they allow. Pure (OCPP 1.6, 3.13).

Of each purpose the highest stack level that is valid counts, of all purposes the least; a TxProfile
stands in the place of the TxDefaultProfile. Recurring schedules count from their start and do
not repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

VOLTAGE_V = 230.0
UNLIMITED_A = 1000.0

Payload = Mapping[str, Any]


@dataclass(slots=True)
class Profiles:
    """What is installed, by (connectorId, purpose, stackLevel), with the instant it came."""

    installed: dict[tuple[int, str, int], tuple[Payload, datetime]] = field(default_factory=dict)

    def put(self, connector_id: int, profile: Payload, now: datetime) -> None:
        """Install a profile (csChargingProfiles); one of the same purpose and level goes."""
        key = (connector_id, profile["chargingProfilePurpose"], profile["stackLevel"])
        self.installed[key] = (profile, now)

    def clear(self, request: Payload) -> bool:
        """Remove what a ClearChargingProfile names; return whether there was any."""
        gone = [key for key, (each, _) in self.installed.items() if _named(request, key, each)]
        for key in gone:
            del self.installed[key]
        return bool(gone)

    def end_transaction(self) -> None:
        """Forget what holds for one transaction."""
        for key in [key for key in self.installed if key[1] == "TxProfile"]:
            del self.installed[key]

    def allowed_a(self, now: datetime, phases: int) -> float:
        """Return what is allowed now in A per phase; UNLIMITED_A without a profile."""
        highest: dict[str, tuple[int, float]] = {}
        for (_, purpose, level), (profile, came) in self.installed.items():
            limit_a = _limit_a(profile, came, now, phases)
            if limit_a is not None and level >= highest.get(purpose, (-1, 0.0))[0]:
                highest[purpose] = (level, limit_a)
        if "TxProfile" in highest:
            highest.pop("TxDefaultProfile", None)
        return min((limit_a for _, limit_a in highest.values()), default=UNLIMITED_A)


def _named(request: Payload, key: tuple[int, str, int], profile: Payload) -> bool:
    if "id" in request:
        return bool(request["id"] == profile["chargingProfileId"])
    connector_id, purpose, level = key
    wanted = (
        request.get("connectorId", connector_id),
        request.get("chargingProfilePurpose", purpose),
        request.get("stackLevel", level),
    )
    return wanted == key


def _limit_a(profile: Payload, came: datetime, now: datetime, phases: int) -> float | None:
    """Return the limit of the period at this instant in A; None when it does not hold now."""
    schedule = profile["chargingSchedule"]
    start = _time(schedule.get("startSchedule")) or came
    over = timedelta(seconds=schedule.get("duration", 10**9))
    from_, to = _time(profile.get("validFrom")), _time(profile.get("validTo"))
    if not start <= now < start + over or (from_ and now < from_) or (to and now >= to):
        return None
    period = _at(schedule["chargingSchedulePeriod"], (now - start).total_seconds())
    if period is None:
        return None
    if schedule["chargingRateUnit"] == "W":
        return float(period["limit"]) / (VOLTAGE_V * phases)
    return float(period["limit"])


def _at(periods: Iterable[Payload], second: float) -> Payload | None:
    begun = [period for period in periods if period["startPeriod"] <= second]
    return begun[-1] if begun else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
