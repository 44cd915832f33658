"""Charging profiles as they are, and what the charger makes of them: calls of OCPP 2.0.1."""

from typing import Any

from .commands import CommandRefused, CompositeSchedule
from .control import Purpose
from .v16_profile_calls import composite_schedule_in
from .v201_calls import Calls201
from .v201_profiles import purpose_201


class ProfileCalls201(Calls201):
    """Functional block K (OCPP 2.0.1, part 2), apart from which profile says which limit."""

    async def set_profile(self, connector_id: int, profile: dict[str, Any]) -> None:
        """Send SetChargingProfile; a TxProfile needs a transaction (K01.FR.03)."""
        action = "SetChargingProfile"
        if profile.get("chargingProfilePurpose") == Purpose.TX_PROFILE and not profile.get(
            "transactionId"
        ):
            raise CommandRefused(action, "no transaction")
        await self._ask(action, {"evseId": connector_id, "chargingProfile": profile})

    async def clear_profiles(
        self,
        *,
        profile_id: int | None = None,
        connector_id: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Send ClearChargingProfile; Unknown means that there were none that fit."""
        criteria = {
            "evseId": connector_id,
            "chargingProfilePurpose": None if purpose is None else purpose_201(purpose),
            "stackLevel": stack_level,
        }
        told = {name: value for name, value in criteria.items() if value is not None}
        request: dict[str, Any] = {} if profile_id is None else {"chargingProfileId": profile_id}
        if told:
            request["chargingProfileCriteria"] = told
        answer = await self._ask("ClearChargingProfile", request, ("Accepted", "Unknown"))
        return bool(answer["status"] == "Accepted")

    async def composite_schedule(
        self, connector_id: int, duration_s: int, unit: str | None = None
    ) -> CompositeSchedule:
        """Send GetCompositeSchedule for an EVSE (0: the grid connection)."""
        action = "GetCompositeSchedule"
        request: dict[str, Any] = {"evseId": connector_id, "duration": duration_s}
        if unit is not None:
            request["chargingRateUnit"] = unit
        answer = await self._ask(action, request)
        try:
            schedule = answer["schedule"]
            start = schedule.get("scheduleStart")
            return composite_schedule_in({"chargingSchedule": schedule, "scheduleStart": start})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CommandRefused(action, "no readable schedule") from error
