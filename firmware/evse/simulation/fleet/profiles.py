"""The charging profiles of a light charge point, and what they allow. Pure (OCPP 1.6, 3.13).

Of each purpose the highest stack level that is valid counts, of all purposes the least; a TxProfile
stands in the place of the TxDefaultProfile. Recurring schedules count from their start and do
not repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

VOLTAGE_V = 230.0
UNLIMITED_A = 1000.0

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """A csChargingProfiles. `duration_s`: None without an end; `periods`: (startPeriod, limit)."""

    number: int
    start: datetime
    duration_s: float | None
    valid_from: datetime | None
    valid_to: datetime | None
    in_watts: bool
    periods: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, payload: Payload, now: datetime) -> Self:
        """Read one that comes now.

        Raises LookupError, TypeError, ValueError or AttributeError for what is none.
        """
        schedule = payload["chargingSchedule"]
        duration_s = schedule.get("duration")
        return cls(
            payload["chargingProfileId"],
            _time(schedule.get("startSchedule")) or now,
            None if duration_s is None else float(duration_s),
            _time(payload.get("validFrom")),
            _time(payload.get("validTo")),
            schedule["chargingRateUnit"] == "W",
            tuple(
                (float(period["startPeriod"]), float(period["limit"]))
                for period in schedule["chargingSchedulePeriod"]
            ),
        )

    def limit_a(self, now: datetime, phases: int) -> float | None:
        """Return the limit of the period at this instant; None when it does not hold now."""
        second = (now - self.start).total_seconds()
        if self.duration_s is not None and second >= self.duration_s:
            return None
        if (self.valid_from and now < self.valid_from) or (self.valid_to and now >= self.valid_to):
            return None
        begun = [limit for start_s, limit in self.periods if start_s <= second and second >= 0]
        if not begun:
            return None
        return begun[-1] / (VOLTAGE_V * phases) if self.in_watts else begun[-1]


@dataclass(slots=True)
class Profiles:
    """What is installed, by (connectorId, purpose, stackLevel)."""

    installed: dict[tuple[int, str, int], Profile] = field(default_factory=dict)

    def put(self, connector_id: int, profile: Payload, now: datetime) -> None:
        """Install a profile (csChargingProfiles); one of the same purpose and level goes.

        Raises what `Profile.of` raises.
        """
        key = (connector_id, profile["chargingProfilePurpose"], profile["stackLevel"])
        self.installed[key] = Profile.of(profile, now)

    def clear(self, request: Payload) -> bool:
        """Remove what a ClearChargingProfile names; return whether there was any."""
        gone = [key for key, each in self.installed.items() if _named(request, key, each)]
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
        for (_, purpose, level), profile in self.installed.items():
            limit_a = profile.limit_a(now, phases)
            if limit_a is not None and level >= highest.get(purpose, (-1, 0.0))[0]:
                highest[purpose] = (level, limit_a)
        if "TxProfile" in highest:
            highest.pop("TxDefaultProfile", None)
        return min((limit_a for _, limit_a in highest.values()), default=UNLIMITED_A)


def _named(request: Payload, key: tuple[int, str, int], profile: Profile) -> bool:
    if "id" in request:
        return bool(request["id"] == profile.number)
    connector_id, purpose, level = key
    wanted = (
        request.get("connectorId", connector_id),
        request.get("chargingProfilePurpose", purpose),
        request.get("stackLevel", level),
    )
    return wanted == key


def _time(text: str | None) -> datetime | None:
    """An instant as OCPP writes it; in UTC where it says no zone."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
