"""The limits which a second back office set by charging profiles; pure.

Only their most careful reading counts, since they can but lower our own limit: the least of all
purposes, in each the profile of the highest stack level (OCPP 1.6, section 3.13.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .fields import as_integer, as_time

NOMINAL_V = 230.0
MAX_PROFILES = 20
MAX_PERIODS = 100
MAX_SECONDS = 10 * 366 * 86_400
LAST_YEAR = 2200
"""Beyond these nobody can count; a profile that never mattered must not end the relay later."""
PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
_RECURRENCE = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class _Profile:
    profile_id: int
    connector_id: int
    purpose: str
    stack_level: int
    unit: str
    starts_at: datetime | None  # None: with the transaction
    every: timedelta | None
    duration: timedelta | None
    valid_from: datetime | None
    valid_to: datetime | None
    periods: tuple[tuple[timedelta, float], ...]


class RelayLimits:
    """The charging profiles of the other side, kept in memory: it sends them again on a new link.

    The charger's connectors share the one limit, the least of them.
    """

    def __init__(self) -> None:
        self._profiles: dict[int, _Profile] = {}

    def set(self, connector_id: int, profile: Mapping[str, Any], now: datetime) -> None:
        """Take a csChargingProfiles; KeyError, TypeError or ValueError when it is malformed."""
        new = _parse(connector_id, profile, now)
        same_place = (new.connector_id, new.purpose, new.stack_level)
        kept = {
            number: each
            for number, each in self._profiles.items()
            if (each.connector_id, each.purpose, each.stack_level) != same_place
        }
        if len(kept) >= MAX_PROFILES and new.profile_id not in kept:
            raise ValueError(f"at most {MAX_PROFILES} profiles")
        self._profiles = kept | {new.profile_id: new}

    def clear(self, payload: Mapping[str, Any]) -> bool:
        """Remove what a ClearChargingProfile names; return whether there was any."""

        def named(profile: _Profile) -> bool:
            if payload.get("id") is not None:
                return bool(profile.profile_id == payload["id"])
            asked = {
                "connectorId": profile.connector_id,
                "chargingProfilePurpose": profile.purpose,
                "stackLevel": profile.stack_level,
            }
            return all(payload.get(name) in (None, value) for name, value in asked.items())

        kept = {number: each for number, each in self._profiles.items() if not named(each)}
        found = len(kept) < len(self._profiles)
        self._profiles = kept
        return found

    def at(
        self, now: datetime, *, phases: int, started: datetime | None
    ) -> tuple[float | None, datetime | None]:
        """Return (least limit in A per phase, when to look again); None: no limit, or no change.

        `started`: when the running transaction began; None: none runs, and TxProfiles do not count.
        """
        limits: list[float] = []
        changes: list[datetime] = []
        for purpose in PURPOSES:
            if purpose == "TxProfile" and started is None:
                continue
            valid: dict[int, tuple[int, float]] = {}  # by connector: stack level and limit
            for profile in self._profiles.values():
                if profile.purpose != purpose:
                    continue
                limit_a, change = _limit_of(profile, now, phases, started)
                if change is not None:
                    changes.append(change)
                best = valid.get(profile.connector_id)
                if limit_a is not None and (best is None or best[0] < profile.stack_level):
                    valid[profile.connector_id] = (profile.stack_level, limit_a)
            limits += [limit_a for _, limit_a in valid.values()]
        return min(limits, default=None), min(changes, default=None)


def _parse(connector_id: int, profile: Mapping[str, Any], now: datetime) -> _Profile:
    schedule = profile["chargingSchedule"]
    purpose, unit = str(profile["chargingProfilePurpose"]), str(schedule["chargingRateUnit"])
    if purpose not in PURPOSES or unit not in ("A", "W"):
        raise ValueError("unknown purpose or unit")
    kind = str(profile["chargingProfileKind"])
    every = _RECURRENCE[str(profile["recurrencyKind"])] if kind == "Recurring" else None
    told = schedule.get("startSchedule")
    starts_at = None if kind == "Relative" else now if told is None else _time(told)
    seconds = schedule.get("duration")
    periods = tuple(
        sorted(
            (_span(each["startPeriod"]), _limit(each["limit"]))
            for each in schedule["chargingSchedulePeriod"][:MAX_PERIODS]
        )
    )
    if not periods or periods[0][0] != timedelta(0):
        raise ValueError("chargingSchedulePeriod begins at 0")
    return _Profile(
        int(profile["chargingProfileId"]),
        connector_id,
        purpose,
        int(profile["stackLevel"]),
        unit,
        starts_at,
        every,
        None if seconds is None else _span(seconds),
        None if profile.get("validFrom") is None else _time(profile["validFrom"]),
        None if profile.get("validTo") is None else _time(profile["validTo"]),
        periods,
    )


def _span(value: object) -> timedelta:
    seconds = as_integer(value)
    if not 0 <= seconds <= MAX_SECONDS:
        raise ValueError(f"0 to {MAX_SECONDS} s")
    return timedelta(seconds=seconds)


def _time(value: object) -> datetime:
    stamp = as_time(value)
    if stamp.year > LAST_YEAR:
        raise ValueError(f"a time until {LAST_YEAR}")
    return stamp


def _limit(value: object) -> float:
    limit = float(str(value))
    if not 0 <= limit < 1e6:
        raise ValueError("limit: 0 or more")
    return limit


def _limit_of(
    profile: _Profile, now: datetime, phases: int, started: datetime | None
) -> tuple[float | None, datetime | None]:
    """Return one profile's limit now in A, and when it changes; None: none, or never."""
    if profile.valid_from is not None and now < profile.valid_from:
        return None, profile.valid_from
    if profile.valid_to is not None and now >= profile.valid_to:
        return None, None
    begin = profile.starts_at or started
    if begin is None:
        return None, None
    if now < begin:
        return None, begin
    if profile.every is not None:
        begin += (now - begin) // profile.every * profile.every
    elapsed = now - begin
    over = profile.duration is not None and elapsed >= profile.duration
    ends = [begin + start for start, _ in profile.periods if start > elapsed]
    ends += [begin + profile.duration] if profile.duration is not None and not over else []
    ends += [begin + profile.every] if profile.every is not None else []
    ends += [profile.valid_to] if profile.valid_to is not None else []
    if over:
        return None, min(ends, default=None)
    limit = [each for each in profile.periods if each[0] <= elapsed][-1][1]
    if profile.unit == "W":
        limit /= NOMINAL_V * phases  # whatever numberPhases says: all of them may be in use
    return limit, min(ends, default=None)
