"""Charging profiles of OCPP 1.6 (3.13, 7.8 to 7.14): which limit holds at an instant. Pure.

A profile has a limit only between its bounds (validFrom, validTo, duration). Of those which have
one *now*, the highest stack level counts. So a TxProfile with a duration over a TxDefaultProfile
is a lease: when it is over and nobody renewed it, the TxDefaultProfile holds again.
"""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from evse.ocpp import timestamps

NOMINAL_V = 230.0
"""Phase to neutral: converts between watts and amperes, as central systems do."""

MAX_SCHEDULE_S = 10 * 366 * 86_400
"""The longest schedule taken, ten years, and MAX_YEAR the year before which it has to begin: sums
of the two then never leave the calendar."""

MAX_YEAR = 9000

RECURRENCE = {"Daily": timedelta(days=1), "Weekly": timedelta(weeks=1)}


class Purpose(StrEnum):
    """ChargingProfilePurposeType."""

    STATION = "ChargePointMaxProfile"
    DEFAULT = "TxDefaultProfile"
    TRANSACTION = "TxProfile"


class ProfileError(ValueError):
    """A profile that cannot be taken; the text names the field, what came and what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field}: came {value!r}, allowed is {allowed}")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start_s` of the schedule on at most `limit`, in the schedule's unit."""

    start_s: int
    limit: float
    number_phases: int = 3


@dataclass(frozen=True, slots=True)
class ChargingProfile:
    """One ChargingProfile with its schedule; instants aware in UTC, `unit` is "A" or "W"."""

    profile_id: int
    stack_level: int
    purpose: Purpose
    kind: str
    unit: str
    periods: tuple[Period, ...]
    recurrency: str | None = None
    transaction_id: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    duration_s: int | None = None
    start_schedule: datetime | None = None


@dataclass(frozen=True, slots=True)
class Installed:
    """A profile and the connector it was set for; 0 is the wallbox with all its connectors."""

    connector_id: int
    profile: ChargingProfile


@dataclass(frozen=True, slots=True)
class ProfileLimit:
    """What a profile, or a stack of them, allows until `until` (None: from now on for good).

    `amps` per phase; None: no limit in this time.
    """

    amps: float | None
    until: datetime | None = None


def parse(raw: Mapping[str, Any], max_stack_level: int, max_periods: int) -> ChargingProfile:
    """The profile of a csChargingProfiles with snake-case keys that passed the JSON schema.

    Raises ProfileError for what the schema cannot say.
    """
    schedule = raw["charging_schedule"]
    profile = ChargingProfile(
        profile_id=raw["charging_profile_id"],
        stack_level=raw["stack_level"],
        purpose=Purpose(raw["charging_profile_purpose"]),
        kind=raw["charging_profile_kind"],
        unit=schedule["charging_rate_unit"],
        periods=tuple(
            Period(period["start_period"], float(period["limit"]), period.get("number_phases", 3))
            for period in schedule["charging_schedule_period"]
        ),
        recurrency=raw.get("recurrency_kind"),
        transaction_id=raw.get("transaction_id"),
        valid_from=_instant("validFrom", raw.get("valid_from")),
        valid_to=_instant("validTo", raw.get("valid_to")),
        duration_s=schedule.get("duration"),
        start_schedule=_instant("startSchedule", schedule.get("start_schedule")),
    )
    _check(profile, max_stack_level, max_periods)
    return profile


def to_json(profile: ChargingProfile) -> dict[str, Any]:
    """The form which `parse` reads, to be stored."""
    return {
        "charging_profile_id": profile.profile_id,
        "stack_level": profile.stack_level,
        "charging_profile_purpose": profile.purpose.value,
        "charging_profile_kind": profile.kind,
        "recurrency_kind": profile.recurrency,
        "transaction_id": profile.transaction_id,
        "valid_from": profile.valid_from and profile.valid_from.isoformat(),
        "valid_to": profile.valid_to and profile.valid_to.isoformat(),
        "charging_schedule": {
            "charging_rate_unit": profile.unit,
            "duration": profile.duration_s,
            "start_schedule": profile.start_schedule and profile.start_schedule.isoformat(),
            "charging_schedule_period": [
                {
                    "start_period": period.start_s,
                    "limit": period.limit,
                    "number_phases": period.number_phases,
                }
                for period in profile.periods
            ],
        },
    }


def _instant(field: str, text: str | None) -> datetime | None:
    try:
        return None if text is None else timestamps.parse(text)
    except ValueError:
        raise ProfileError(field, text, "a date and time of ISO 8601") from None


def _check(profile: ChargingProfile, max_stack_level: int, max_periods: int) -> None:
    if not 0 <= profile.stack_level <= max_stack_level:
        raise ProfileError("stackLevel", profile.stack_level, f"0 … {max_stack_level}")
    if profile.kind == "Recurring":
        if profile.recurrency is None:
            raise ProfileError("recurrencyKind", None, "Daily or Weekly for a Recurring profile")
        if profile.start_schedule is None:
            raise ProfileError("startSchedule", None, "an instant for a Recurring profile")
    if profile.kind == "Relative" and profile.purpose is Purpose.STATION:
        raise ProfileError("chargingProfileKind", profile.kind, "Absolute or Recurring")
    if profile.start_schedule and profile.start_schedule.year >= MAX_YEAR:
        raise ProfileError("startSchedule", profile.start_schedule, f"before {MAX_YEAR}")
    if profile.duration_s is not None and not 0 < profile.duration_s <= MAX_SCHEDULE_S:
        raise ProfileError("duration", profile.duration_s, f"1 … {MAX_SCHEDULE_S} s")
    _check_periods(profile.periods, max_periods)


def _check_periods(periods: tuple[Period, ...], max_periods: int) -> None:
    starts = [period.start_s for period in periods]
    if not 1 <= len(starts) <= max_periods:
        raise ProfileError("chargingSchedulePeriod", len(starts), f"1 … {max_periods} periods")
    if starts[0] != 0 or any(late <= early for early, late in itertools.pairwise(starts)):
        raise ProfileError("startPeriod", starts, "0 first, then rising")
    if starts[-1] > MAX_SCHEDULE_S:
        raise ProfileError("startPeriod", starts[-1], f"at most {MAX_SCHEDULE_S} s")
    for period in periods:
        if not (math.isfinite(period.limit) and period.limit >= 0):
            raise ProfileError("limit", period.limit, "0 or more")
        if period.number_phases not in (1, 2, 3):
            raise ProfileError("numberPhases", period.number_phases, "1, 2 or 3")


def replaces(new: Installed, old: Installed) -> bool:
    """True when `new` takes the place of `old`: same connector, and same id or purpose and level.

    Central systems use one id at two connectors, so an id alone does not replace.
    """
    return new.connector_id == old.connector_id and (
        new.profile.profile_id == old.profile.profile_id
        or (new.profile.purpose, new.profile.stack_level)
        == (old.profile.purpose, old.profile.stack_level)
    )


def profile_at(
    profile: ChargingProfile, now: datetime, transaction_started_at: datetime, phases: int
) -> ProfileLimit:
    """What one profile allows at `now`.

    Relative profiles count from `transaction_started_at`, and so does an Absolute one without
    startSchedule. Limits in W are shared by all `phases` of the installation, whatever
    numberPhases says: the wallbox cannot switch phases off, so a car may use every one.
    """
    if profile.valid_from and now < profile.valid_from:
        return ProfileLimit(None, until=profile.valid_from)
    if profile.valid_to and now >= profile.valid_to:
        return ProfileLimit(None)
    anchor, ends = _occurrence(profile, now, transaction_started_at)
    if now < anchor:
        return ProfileLimit(None, until=anchor)
    if profile.duration_s is not None:
        over = anchor + timedelta(seconds=profile.duration_s)
        if now >= over and (ends is None or over < ends):
            return ProfileLimit(None, until=_earliest(ends, profile.valid_to))
        ends = _earliest(over, ends)
    elapsed_s = (now - anchor).total_seconds()
    index = max(i for i, period in enumerate(profile.periods) if period.start_s <= elapsed_s)
    following = profile.periods[index + 1 : index + 2]
    next_at = anchor + timedelta(seconds=following[0].start_s) if following else None
    limit = profile.periods[index].limit
    amps = limit if profile.unit == "A" else limit / (NOMINAL_V * phases)
    return ProfileLimit(amps, _earliest(next_at, ends, profile.valid_to))


def _occurrence(
    profile: ChargingProfile, now: datetime, transaction_started_at: datetime
) -> tuple[datetime, datetime | None]:
    """When the schedule in question began, and when its next repetition does.

    A transaction that begins in the future did so before the clock was set back: its schedule
    holds from now on, or there would be no limit until then.
    """
    anchor = profile.start_schedule
    if profile.kind == "Relative" or anchor is None:
        return min(transaction_started_at, now), None
    if profile.recurrency is None or profile.kind != "Recurring":
        return anchor, None
    every = RECURRENCE[profile.recurrency]
    if now > anchor:
        anchor += (now - anchor) // every * every
    return anchor, anchor + every


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)


def limit_at(
    installed: Iterable[Installed],
    connector_id: int,
    now: datetime,
    transaction_started_at: datetime | None,
    phases: int = 3,
    sharing: int = 1,
) -> ProfileLimit:
    """What the profiles allow a connector at `now`.

    TxProfile before TxDefaultProfile; a TxDefaultProfile of connector 0 is for all connectors, and
    at the same level the connector's own counts. ChargePointMaxProfile caps the result; it is
    for the whole wallbox, so `sharing` connectors which charge at the same time divide it. Without
    a transaction the answer is for one that would start now.
    """
    started_at = transaction_started_at or now
    stacks: dict[Purpose, list[Installed]] = {purpose: [] for purpose in Purpose}
    for item in installed:
        if item.connector_id in (0, connector_id):
            stacks[item.profile.purpose].append(item)
    if transaction_started_at is None:
        stacks[Purpose.TRANSACTION].clear()

    def top(purpose: Purpose) -> ProfileLimit:
        return _top(stacks[purpose], now, started_at, phases)

    charge = top(Purpose.TRANSACTION)
    if charge.amps is None:
        fallback = top(Purpose.DEFAULT)
        charge = _with_until(fallback, _earliest(charge.until, fallback.until))
    cap = top(Purpose.STATION)
    until = _earliest(charge.until, cap.until)
    if cap.amps is None:
        return _with_until(charge, until)
    share_a = cap.amps / max(1, sharing)
    if charge.amps is None or share_a < charge.amps:
        return ProfileLimit(share_a, until)
    return _with_until(charge, until)


def _top(stack: list[Installed], now: datetime, started_at: datetime, phases: int) -> ProfileLimit:
    """The limit of the highest level that has one now; `until` takes in all levels above it."""
    until: datetime | None = None
    for item in sorted(
        stack, key=lambda item: (item.profile.stack_level, item.connector_id), reverse=True
    ):
        limit = profile_at(item.profile, now, started_at, phases)
        until = _earliest(until, limit.until)
        if limit.amps is not None:
            return _with_until(limit, until)
    return ProfileLimit(None, until=until)


def _with_until(limit: ProfileLimit, until: datetime | None) -> ProfileLimit:
    return ProfileLimit(limit.amps, until)
