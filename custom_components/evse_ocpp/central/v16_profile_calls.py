"""Charging profiles as they are, and what the charger makes of them: calls of OCPP 1.6."""

from typing import Any

from .charger_calls import ChargerCalls
from .commands import CommandRefused, CompositeSchedule, Period
from .fields import as_integer, as_object, as_time


class ProfileCalls(ChargerCalls):
    """Smart Charging (OCPP 1.6, section 3.13), apart from which profile says which limit."""

    async def set_profile(self, connector_id: int, profile: dict[str, Any]) -> None:
        """Send SetChargingProfile."""
        await self._ask(
            "SetChargingProfile", {"connectorId": connector_id, "csChargingProfiles": profile}
        )

    async def clear_profiles(
        self,
        *,
        profile_id: int | None = None,
        connector_id: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Send ClearChargingProfile; Unknown means that there were none that fit."""
        wanted = {
            "id": profile_id,
            "connectorId": connector_id,
            "chargingProfilePurpose": purpose,
            "stackLevel": stack_level,
        }
        answer = await self._ask(
            "ClearChargingProfile",
            {name: value for name, value in wanted.items() if value is not None},
            ("Accepted", "Unknown"),
        )
        return bool(answer["status"] == "Accepted")

    async def composite_schedule(
        self, connector_id: int, duration_s: int, unit: str | None = None
    ) -> CompositeSchedule:
        """Send GetCompositeSchedule."""
        action = "GetCompositeSchedule"
        request: dict[str, Any] = {"connectorId": connector_id, "duration": duration_s}
        if unit is not None:
            request["chargingRateUnit"] = unit
        answer = await self._ask(action, request)
        try:
            return composite_schedule_in(answer)
        except (KeyError, TypeError, ValueError) as error:
            raise CommandRefused(action, "no readable schedule") from error


def composite_schedule_in(answer: dict[str, Any]) -> CompositeSchedule:
    """Read the answer; KeyError, TypeError or ValueError if it tells no schedule."""
    schedule = as_object(answer.get("chargingSchedule"))
    start = answer.get("scheduleStart") or schedule.get("startSchedule")
    return CompositeSchedule(
        _unit(schedule["chargingRateUnit"]),
        None if start is None else as_time(start),
        tuple(
            Period(
                as_integer(each["startPeriod"]),
                float(each["limit"]),
                as_integer(each["numberPhases"]) if each.get("numberPhases") is not None else None,
            )
            for each in schedule["chargingSchedulePeriod"]
        ),
    )


def _unit(told: object) -> str:
    """Return A or W; some write what they mean in words (evcc, row 32 of the quirks)."""
    names = {"A": "A", "Current": "A", "Amps": "A", "W": "W", "Power": "W", "Watts": "W"}
    if not isinstance(told, str) or told not in names:
        raise ValueError("chargingRateUnit is neither A nor W")
    return names[told]
