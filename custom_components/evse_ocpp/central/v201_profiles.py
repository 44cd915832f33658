"""Charging profiles of OCPP 2.0.1 (part 2, K01) from those of 1.6, which say the same otherwise.

How a limit is said by each method, why it is Absolute, and why nothing is cleared before it is
overwritten stands in `v16_profiles`. ChargingStationMaxProfile is never Relative there (K01).
"""

from typing import Any

from .control import Purpose

STATION_MAX = "ChargingStationMaxProfile"
_PURPOSES = {Purpose.CHARGE_POINT_MAX_PROFILE.value: STATION_MAX}


def purpose_201(purpose: str) -> str:
    """Return a purpose of OCPP 1.6 as 2.0.1 names it; one of 2.0.1 stays."""
    return _PURPOSES.get(purpose, purpose)


def profile_201(profile: dict[str, Any]) -> dict[str, Any]:
    """Return a chargingProfile from a csChargingProfiles of OCPP 1.6."""
    taken: dict[str, Any] = {
        name: profile[name]
        for name in (
            "stackLevel",
            "chargingProfileKind",
            "recurrencyKind",
            "validFrom",
            "validTo",
        )
        if name in profile
    }
    taken["id"] = profile["chargingProfileId"]
    taken["chargingProfilePurpose"] = purpose_201(profile["chargingProfilePurpose"])
    taken["chargingSchedule"] = [{"id": taken["id"], **profile["chargingSchedule"]}]
    if profile.get("transactionId") is not None:
        taken["transactionId"] = str(profile["transactionId"])
    return taken
