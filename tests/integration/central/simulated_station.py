"""The simulated wallbox as a station of OCPP 2.0.1: other words, ids of its own, the same car.

Each call of ours is checked against the schemas; a profile for another transaction is refused
(K01.FR.39), as is the end of one (F03.FR.07).
"""

from typing import Any
from unittest.mock import AsyncMock, Mock

from custom_components.evse_ocpp.central.charger import ConfigurationKey
from custom_components.evse_ocpp.central.v201_inbound import Inbound201
from custom_components.evse_ocpp.central.v201_outbound import Commands201

from .simulated_charger import SimulatedCharger
from .v201_support import check_request

PURPOSES_16 = {"ChargingStationMaxProfile": "ChargePointMaxProfile"}


class SimulatedStation(SimulatedCharger):
    """See the module."""

    def __post_init__(self) -> None:
        super().__post_init__()
        charger, admission = self.charger, Mock(**{"authorize.return_value": "Accepted"})
        self.inbound = Inbound201(charger, admission, AsyncMock(), lambda: self.now)
        self.commands = Commands201(charger, self.call, lambda: self.now, self.inbound)
        charger.speaks("2.0.1")
        charger.link_up(self.commands, self.now)
        self.count = 0
        if self.behaviour.max_level_told is not None:
            told = ConfigurationKey(self.behaviour.max_level_told, readonly=True)
            charger.configuration = {"SmartChargingCtrlr.ProfileStackLevel": told}

    def start(self, remote_start_id: int | None = None) -> None:
        self.count += 1
        more = {} if remote_start_id is None else {"remoteStartId": remote_start_id}
        self._event("Started", "RemoteStart" if more else "CablePluggedIn", **more)
        self._second()

    def _end(self, reason: str) -> None:
        if self.connector.transaction is not None:
            self._event("Ended", "RemoteStop", stoppedReason=reason)
            self._ended()

    def _event(self, kind: str, trigger: str, **info: Any) -> None:
        transactions = self.inbound.transactions
        payload = {
            "eventType": kind,
            "timestamp": self.now.isoformat(),
            "triggerReason": trigger,
            "seqNo": self.count,
            "transactionInfo": {"transactionId": f"tx-{self.count}", **info},
            "evse": {"id": 1, "connectorId": 1},
        }
        transactions.take(transactions.read(payload))

    async def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        check_request(action, payload)
        return await super().call(action, payload)

    def _on_set_charging_profile(self, payload: dict[str, Any]) -> dict[str, Any]:
        profile, running = payload["chargingProfile"], self.connector.transaction
        other = running is None or profile.get("transactionId") != running.id
        if profile["chargingProfilePurpose"] == "TxProfile" and other:
            return {"status": "Rejected"}
        return self._take(payload["evseId"], _profile_16(profile))

    def _on_clear_charging_profile(self, payload: dict[str, Any]) -> dict[str, Any]:
        criteria = dict(payload.get("chargingProfileCriteria", {}))
        if "evseId" in criteria:
            criteria["connectorId"] = criteria.pop("evseId")
        if purpose := criteria.get("chargingProfilePurpose"):
            criteria["chargingProfilePurpose"] = PURPOSES_16.get(purpose, purpose)
        return super()._on_clear_charging_profile(criteria)

    def _on_get_composite_schedule(self, payload: dict[str, Any]) -> dict[str, Any]:
        told = super()._on_get_composite_schedule(payload)
        schedule = {
            "evseId": payload["evseId"],
            "duration": payload["duration"],
            "scheduleStart": self.now.isoformat(),
            **told["chargingSchedule"],
        }
        return {"status": "Accepted", "schedule": schedule}

    def _on_change_availability(self, payload: dict[str, Any]) -> dict[str, Any]:
        return super()._on_change_availability({"type": payload["operationalStatus"]})

    def _on_request_stop_transaction(self, payload: dict[str, Any]) -> dict[str, Any]:
        running = self.connector.transaction
        if running is None or payload["transactionId"] != running.id:
            return {"status": "Rejected"}
        self._end("Remote")
        return {"status": "Accepted"}

    def _on_request_start_transaction(self, payload: dict[str, Any]) -> dict[str, Any]:
        if self.finished and not self.behaviour.restarts:
            return {"status": "Rejected"}
        self.finished = False
        self.start(payload["remoteStartId"])
        if (profile := payload.get("chargingProfile")) is not None:
            self._take(1, _profile_16(profile))
        return {"status": "Accepted"}


def _profile_16(profile: dict[str, Any]) -> dict[str, Any]:
    purpose = profile["chargingProfilePurpose"]
    (schedule,) = profile["chargingSchedule"]
    return profile | {
        "chargingProfilePurpose": PURPOSES_16.get(purpose, purpose),
        "chargingSchedule": schedule,
    }
