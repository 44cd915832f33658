"""Commands → calls to an OCPP 2.0.1 charger: remote start and the words of a limit."""

from typing import Any

from .common_calls import CommonCalls
from .limit_calls import LimitCalls
from .v201_calls import id_token
from .v201_card_calls import CardCalls201
from .v201_certificate_calls import CertificateCalls201
from .v201_device_calls import DeviceCalls201
from .v201_profile_calls import ProfileCalls201
from .v201_profiles import profile_201


class Commands201(
    CardCalls201,
    CertificateCalls201,
    DeviceCalls201,
    ProfileCalls201,
    CommonCalls,
    LimitCalls,
):
    """`Commands` for one connection."""

    async def _write_profile(self, connector_id: int, profile: dict[str, Any]) -> None:
        await self.set_profile(connector_id, profile_201(profile))

    async def remote_start(
        self, connector_id: int, id_tag: str, limit_a: float, duration_s: float
    ) -> None:
        """Send RequestStartTransaction, with its first lease if that is a TxProfile."""
        remote_start_id = self._request_id()
        request: dict[str, Any] = {
            "evseId": connector_id,
            "idToken": id_token(id_tag),
            "remoteStartId": remote_start_id,
        }
        if (lease := self._first_lease(connector_id, limit_a, duration_s)) is not None:
            request["chargingProfile"] = profile_201(lease)
        self._inbound.transactions.expect_start(remote_start_id, id_tag)
        self._charger.remote_id_tag = id_tag
        await self._ask("RequestStartTransaction", request)
