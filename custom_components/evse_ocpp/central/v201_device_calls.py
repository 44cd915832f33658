"""The device itself: variables, availability, firmware and logs of an OCPP 2.0.1 charger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .answers import time_text
from .charger_calls import bounded
from .commands import (
    CommandRefused,
    CommandUnanswered,
    LogKind,
    NotSupported,
)
from .fields import as_object
from .v201_calls import Calls201
from .v201_device_model import feature_profiles, variable_name, variable_parts

TRIGGERS = frozenset(
    {
        "BootNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "PublishFirmwareStatusNotification",
        "SignChargingStationCertificate",
        "SignCombinedCertificate",
        "SignV2GCertificate",
        "StatusNotification",
        "TransactionEvent",
    }
)
"""MessageTriggerEnumType."""
_TRIGGERS_OF_16 = {
    "DiagnosticsStatusNotification": "LogStatusNotification",
    "SignChargePointCertificate": "SignChargingStationCertificate",
}
REPORT_BASES = ("FullInventory", "ConfigurationInventory")
"""The second one is all that some can; it lacks what cannot be written."""
MAX_VARIABLES_A_CALL = 10
"""In one GetVariables where the charger names no ItemsPerMessage."""
GET_CHUNK_VARIABLE = "DeviceDataCtrlr.ItemsPerMessage[GetVariables]"
MAX_VALUE_CHARS = 1000
MAX_LOCATION_CHARS = 512
MAX_SIGNING_CERTIFICATE_CHARS = 5500
MAX_SIGNATURE_CHARS = 800
_TAKEN = ("Accepted", "AcceptedCanceled")
"""AcceptedCanceled: it gave up an upload or update that was under way."""


class DeviceCalls201(Calls201):
    """Functional blocks B, F, G, L, N and P (OCPP 2.0.1, part 2)."""

    async def read_configuration(self, keys: Sequence[str] = ()) -> None:
        """Read the whole device model by a report, or some variables.

        An empty report is no error; CommandUnanswered when the charger promises one and sends none.
        """
        if keys:
            await self._get_variables(keys)
        else:
            await self._get_report()
        self._charger.feature_profiles = feature_profiles(self._charger.configuration)
        self._charger.publish()

    async def _get_report(self) -> None:
        action, model = "GetBaseReport", self._inbound.device_model
        for base in REPORT_BASES:
            request_id = self._request_id()
            model.expect(request_id)
            try:
                answer = await self._request(action, {"requestId": request_id, "reportBase": base})
                status = str(answer.get("status", "no status"))
                if status == "Accepted":
                    if not await model.arrived(request_id):
                        raise CommandUnanswered(action)
                    return
            finally:
                model.forget(request_id)
            if status == "EmptyResultSet":
                return
        raise CommandRefused(action, status)

    async def _get_variables(self, keys: Sequence[str]) -> None:
        action, model = "GetVariables", self._inbound.device_model
        size = self._chunk(GET_CHUNK_VARIABLE, MAX_VARIABLES_A_CALL)
        wanted = [variable_parts(key) for key in keys]
        for start in range(0, len(wanted), size):
            answer = await self._request(action, {"getVariableData": wanted[start : start + size]})
            results = answer.get("getVariableResult")
            if not isinstance(results, list):
                raise CommandRefused(action, "no getVariableResult")
            for each in results:
                try:
                    name = variable_name(as_object(each["component"]), as_object(each["variable"]))
                    if each["attributeStatus"] == "Accepted":
                        model.take_value(name, str(each["attributeValue"]))
                except (KeyError, TypeError, ValueError):
                    self._charger.violated("getVariableResult")

    async def change_configuration(self, key: str, value: str) -> bool:
        """Send SetVariables for one variable; the model follows what was accepted.

        What cannot be read, a password, is not kept.
        """
        action = "SetVariables"
        data = {"attributeValue": bounded("value", value, MAX_VALUE_CHARS)} | variable_parts(key)
        results = (await self._request(action, {"setVariableData": [data]})).get(
            "setVariableResult"
        )
        result = results[0] if isinstance(results, list) and results else None
        status = str(result.get("attributeStatus")) if isinstance(result, dict) else "no status"
        if status not in {"Accepted", "RebootRequired"}:
            raise CommandRefused(action, status)
        known = self._charger.configuration.get(key)
        if known is None or known.value is not None:
            self._inbound.device_model.take_value(key, value, readonly=False)
        self._charger.publish()
        return status == "RebootRequired"

    async def change_availability(self, connector_id: int, operative: bool) -> None:
        """Send ChangeAvailability for an EVSE, or without one for the station."""
        request: dict[str, Any] = {"operationalStatus": "Operative" if operative else "Inoperative"}
        if connector_id > 0:
            request["evse"] = {"id": connector_id}
        await self._ask("ChangeAvailability", request, ("Accepted", "Scheduled"))

    async def unlock(self, connector_id: int) -> None:
        """Send UnlockConnector for the connector in use of an EVSE."""
        await self._ask(
            "UnlockConnector",
            {"evseId": connector_id, "connectorId": self._inbound.connector_in_use(connector_id)},
            ("Unlocked",),
        )

    async def reset(self, hard: bool, evse_id: int | None = None) -> None:
        """Send Reset: Immediate, or OnIdle, which waits for the end of transactions."""
        where = {} if evse_id is None else {"evseId": evse_id}
        kind = {"type": "Immediate" if hard else "OnIdle"}
        await self._ask("Reset", kind | where, ("Accepted", "Scheduled"))

    async def trigger(self, message: str, connector_id: int | None = None) -> None:
        """Send TriggerMessage; names of OCPP 1.6 are taken too.

        StatusNotification can be asked for of one connector only (F06), so it is for each.
        """
        message = _TRIGGERS_OF_16.get(message, message)
        if message not in TRIGGERS:
            raise NotSupported(f"TriggerMessage {message[:50]}")
        if message == "StatusNotification":
            evses = [connector_id] if connector_id else list(self._charger.connectors)
            for evse_id in evses:
                for connector in self._inbound.connectors_of(evse_id):
                    await self._trigger(message, {"id": evse_id, "connectorId": connector})
        else:
            await self._trigger(message, {"id": connector_id} if connector_id else None)

    async def _trigger(self, message: str, evse: dict[str, int] | None) -> None:
        where = {} if evse is None else {"evse": evse}
        await self._ask("TriggerMessage", {"requestedMessage": message} | where)

    async def refresh(self) -> None:
        """Read the device model and ask for the status of all connectors."""
        await self.read_configuration()
        await self.trigger("StatusNotification")

    async def update_firmware(
        self,
        url: str,
        retrieve_at: datetime,
        *,
        signing_certificate: str | None = None,
        signature: str | None = None,
    ) -> None:
        """Send UpdateFirmware."""
        firmware: dict[str, Any] = {
            "location": bounded("url", url, MAX_LOCATION_CHARS),
            "retrieveDateTime": self._charger_time(retrieve_at),
        }
        if bool(signing_certificate) != bool(signature):
            raise ValueError("signing_certificate, signature: one came, allowed are both")
        if signing_certificate and signature:
            firmware["signingCertificate"] = bounded(
                "signing_certificate", signing_certificate, MAX_SIGNING_CERTIFICATE_CHARS
            )
            firmware["signature"] = bounded("signature", signature, MAX_SIGNATURE_CHARS)
        request = {"requestId": self._request_id(), "firmware": firmware}
        await self._ask("UpdateFirmware", request, _TAKEN)

    async def get_log(
        self,
        url: str,
        kind: LogKind = LogKind.DIAGNOSTICS,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> str | None:
        """Send GetLog."""
        log = {"remoteLocation": bounded("url", url, MAX_LOCATION_CHARS)}
        if since is not None:
            log["oldestTimestamp"] = self._charger_time(since)
        if until is not None:
            log["latestTimestamp"] = self._charger_time(until)
        request = {"logType": kind.value, "requestId": self._request_id(), "log": log}
        name = (await self._ask("GetLog", request, _TAKEN)).get("filename")
        return name[:255] if isinstance(name, str) and name else None

    def _charger_time(self, instant: datetime) -> str:
        return time_text(self._charger.clock.charger_time(instant))
