"""Commands → calls to an OCPP 1.6 charger: remote start and the words of a limit."""

from typing import Any

from .common_calls import CommonCalls
from .limit_calls import LimitCalls
from .v16_card_calls import CardCalls
from .v16_certificate_calls import CertificateCalls
from .v16_device_calls import DeviceCalls
from .v16_profile_calls import ProfileCalls


class Commands16(CardCalls, CertificateCalls, DeviceCalls, ProfileCalls, CommonCalls, LimitCalls):
    """`Commands` for one connection."""

    async def _write_profile(self, connector_id: int, profile: dict[str, Any]) -> None:
        await self.set_profile(connector_id, profile)

    async def remote_start(
        self, connector_id: int, id_tag: str, limit_a: float, duration_s: float
    ) -> None:
        """Send RemoteStartTransaction; with its first lease, if that is a TxProfile.

        No other may stand in it (OCPP 1.6, section 5.11): then the fallback holds at first.
        """
        payload: dict[str, Any] = {"connectorId": connector_id, "idTag": id_tag}
        if (lease := self._first_lease(connector_id, limit_a, duration_s)) is not None:
            payload["chargingProfile"] = lease
        self._charger.remote_id_tag = id_tag
        await self._ask("RemoteStartTransaction", payload)
