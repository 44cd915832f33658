"""Charging profiles of OCPP 1.6 (section 7.8): how a limit is said by each method.

A lease has an end, a standing limit has none. Absolute: it begins slightly in the past by the
charger's clock, and ends by `duration`. Relative: its schedule counts from the start of the
transaction, so a `duration` would end it for good n seconds after that; it ends by `validTo`.
ChargePointMaxProfile is always Absolute (lbbrhzn/ocpp #1019, PR #2154).

The profile's id follows from purpose, stack level and connector, which are what the charger itself
tells profiles apart by: the same is overwritten and never cleared before, since the gap lets the
car take full power for a moment (lbbrhzn/ocpp PR #1718). numberPhases may switch phases, so it is
sent only to do that (row 33).
"""

from datetime import datetime, timedelta
from typing import Any

from .control import MIN_STANDING_A, Kind, Method, Purpose, Unit

PROFILE_IDS = {
    Purpose.TX_DEFAULT_PROFILE: 100,
    Purpose.TX_PROFILE: 200,
    Purpose.CHARGE_POINT_MAX_PROFILE: 300,
}
"""The id is this, plus the connector, plus 1000 for each stack level."""
LONG_AGO = "2020-01-01T00:00:00Z"
LEASE_HEAD_START = timedelta(seconds=30)
"""How far in the past a lease begins: the error of the measured clock offset."""


def target(method: Method, connector_id: int) -> int:
    """Return the connector which the profile is written to; 0 is the whole station."""
    whole = method.whole_station or method.purpose is Purpose.CHARGE_POINT_MAX_PROFILE
    return 0 if whole else connector_id


def profile_id(method: Method, connector_id: int) -> int:
    """Return the id of the profile by which `method` limits a connector."""
    return PROFILE_IDS[method.purpose] + target(method, connector_id) + 1000 * method.stack_level


def profile_for(
    method: Method,
    connector_id: int,
    limit_a: float,
    duration_s: float | None,
    charger_now: datetime,
    transaction_id: int | str | None = None,
    limit_w: float | None = None,
    *,
    switch_to: int | None = None,
) -> dict[str, Any]:
    """Return the csChargingProfiles that limits a connector to `limit_a` per phase.

    `duration_s` None: standing, else a lease from `charger_now` (the charger's clock). `limit_w` is
    that limit in W, for a method in W. `switch_to`: charge with so many phases. ValueError for a
    key, which is no profile, and for a pause where it would outlast a transaction and lock the
    charger (evcc #29272).
    """
    if method.purpose is Purpose.KEY:
        raise ValueError(f"method: {method.key} is a configuration key, not a profile")
    if not method.volatile and limit_a < MIN_STANDING_A:
        raise ValueError(
            f"limit_a: {limit_a:g} A came for a {method.purpose} that outlasts the transaction, "
            f"allowed are {MIN_STANDING_A:g} A and more"
        )
    profile: dict[str, Any] = {
        "chargingProfileId": profile_id(method, connector_id),
        "stackLevel": method.stack_level,
        "chargingProfilePurpose": method.purpose.value,
        "chargingProfileKind": _kind(method).value,
        "chargingSchedule": _schedule(method, limit_a, limit_w, switch_to),
    }
    if method.volatile and transaction_id is not None:
        profile["transactionId"] = transaction_id
    _set_time(profile, duration_s, charger_now)
    return profile


def _kind(method: Method) -> Kind:
    if method.purpose is Purpose.CHARGE_POINT_MAX_PROFILE:
        return Kind.ABSOLUTE
    return method.kind


def _schedule(
    method: Method, limit_a: float, limit_w: float | None, switch_to: int | None
) -> dict[str, Any]:
    if method.unit is Unit.W:
        if limit_w is None:
            raise ValueError("limit_w: nothing came, a method in W needs it")
        limit: float = int(limit_w)
    else:
        limit = round(limit_a, 1)
    period: dict[str, Any] = {"startPeriod": 0, "limit": limit}
    if switch_to is not None and method.purpose is not Purpose.CHARGE_POINT_MAX_PROFILE:
        period["numberPhases"] = switch_to
    return {"chargingRateUnit": method.unit.value, "chargingSchedulePeriod": [period]}


def _set_time(profile: dict[str, Any], duration_s: float | None, charger_now: datetime) -> None:
    schedule = profile["chargingSchedule"]
    relative = profile["chargingProfileKind"] == Kind.RELATIVE
    if not relative:
        begins = LONG_AGO if duration_s is None else _text(charger_now - LEASE_HEAD_START)
        schedule["startSchedule"] = begins
    if duration_s is None:
        return
    if relative:
        profile["validTo"] = _text(charger_now + timedelta(seconds=duration_s))
    else:
        schedule["duration"] = round(duration_s + LEASE_HEAD_START.total_seconds())


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")  # with Z, without fractions (row 25)
