"""The device itself: configuration, availability, firmware and logs of an OCPP 1.6 charger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .answers import time_text
from .charger import ConfigurationKey
from .charger_calls import ChargerCalls, bounded
from .commands import CommandRefused, LogKind, NotSupported

EXTENDED_ONLY = frozenset({"LogStatusNotification", "SignChargePointCertificate"})
"""What only ExtendedTriggerMessage can ask for (security white paper, section 4.6)."""
TRIGGERS = EXTENDED_ONLY | {
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
}
MAX_LOCATION_CHARS = 512
MAX_SIGNING_CERTIFICATE_CHARS = 5500
MAX_SIGNATURE_CHARS = 800
_UNKNOWN = frozenset({"NotImplemented", "NotSupported"})
_TAKEN = ("Accepted", "AcceptedCanceled")
"""AcceptedCanceled: it gave up an upload or update that was under way."""


class DeviceCalls(ChargerCalls):
    """Core, Firmware Management and Remote Trigger, and what the security white paper adds."""

    async def read_configuration(self, keys: Sequence[str] = ()) -> None:
        """Read the configuration (OCPP 1.6, section 5.8): all of it, or some keys."""
        action, charger = "GetConfiguration", self._charger
        answer = await self._request(action, {"key": list(keys)} if keys else {})
        told = answer.get("configurationKey")
        if not isinstance(told, list):
            raise CommandRefused(action, "no configurationKey")
        for each in told:
            if not isinstance(each, dict) or not isinstance(each.get("key"), str):
                charger.violated("configurationKey")
                continue
            value = each.get("value")
            charger.configuration[each["key"]] = ConfigurationKey(
                None if value is None else str(value), each.get("readonly") is True
            )
        profiles = charger.configuration.get("SupportedFeatureProfiles")
        if profiles and profiles.value:
            names = (name.strip() for name in profiles.value.split(","))
            charger.feature_profiles = frozenset(name for name in names if name)
        charger.publish()

    async def change_configuration(self, key: str, value: str) -> bool:
        """Send ChangeConfiguration; the model follows what was accepted."""
        answer = await self._ask(
            "ChangeConfiguration",
            {"key": bounded("key", key, 50), "value": bounded("value", value, 500)},
            ("Accepted", "RebootRequired"),
        )
        self._charger.configuration[key] = ConfigurationKey(value, readonly=False)
        self._charger.publish()
        return bool(answer["status"] == "RebootRequired")

    async def change_availability(self, connector_id: int, operative: bool) -> None:
        """Send ChangeAvailability."""
        await self._ask(
            "ChangeAvailability",
            {"connectorId": connector_id, "type": "Operative" if operative else "Inoperative"},
            ("Accepted", "Scheduled"),
        )

    async def unlock(self, connector_id: int) -> None:
        """Send UnlockConnector."""
        await self._ask("UnlockConnector", {"connectorId": connector_id}, ("Unlocked",))

    async def reset(self, hard: bool) -> None:
        """Send Reset."""
        await self._ask("Reset", {"type": "Hard" if hard else "Soft"})

    async def trigger(self, message: str, connector_id: int | None = None) -> None:
        """Send TriggerMessage, or ExtendedTriggerMessage for what only that knows."""
        if message not in TRIGGERS:
            raise NotSupported(f"TriggerMessage {message[:50]}")
        where = {} if connector_id is None else {"connectorId": connector_id}
        action = "ExtendedTriggerMessage" if message in EXTENDED_ONLY else "TriggerMessage"
        await self._ask(action, {"requestedMessage": message} | where)

    async def refresh(self) -> None:
        """Read the configuration and ask for the status of all connectors."""
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
        """Send UpdateFirmware, which has no refusal, or SignedUpdateFirmware."""
        url = bounded("url", url, MAX_LOCATION_CHARS)
        retrieve = time_text(self._charger.clock.charger_time(retrieve_at))
        if signing_certificate is None or signature is None:
            if signing_certificate or signature:
                raise ValueError("signing_certificate, signature: one came, allowed are both")
            await self._request("UpdateFirmware", {"location": url, "retrieveDate": retrieve})
            return
        firmware = {
            "location": url,
            "retrieveDateTime": retrieve,
            "signingCertificate": bounded(
                "signing_certificate", signing_certificate, MAX_SIGNING_CERTIFICATE_CHARS
            ),
            "signature": bounded("signature", signature, MAX_SIGNATURE_CHARS),
        }
        request = {"requestId": self._request_id(), "firmware": firmware}
        await self._ask("SignedUpdateFirmware", request, _TAKEN)

    async def get_log(
        self,
        url: str,
        kind: LogKind = LogKind.DIAGNOSTICS,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> str | None:
        """Send GetDiagnostics, or GetLog where that is unknown or the security log is wanted."""
        url = bounded("url", url, MAX_LOCATION_CHARS)
        if kind is LogKind.DIAGNOSTICS:
            span = self._span("startTime", since) | self._span("stopTime", until)
            try:
                answer = await self._request("GetDiagnostics", {"location": url} | span)
            except CommandRefused as refusal:
                if refusal.answer not in _UNKNOWN:
                    raise
            else:
                return _file_name(answer.get("fileName"))
        span = self._span("oldestTimestamp", since) | self._span("latestTimestamp", until)
        request = {
            "logType": kind.value,
            "requestId": self._request_id(),
            "log": {"remoteLocation": url} | span,
        }
        return _file_name((await self._ask("GetLog", request, _TAKEN)).get("filename"))

    def _span(self, name: str, instant: datetime | None) -> dict[str, Any]:
        if instant is None:
            return {}
        return {name: time_text(self._charger.clock.charger_time(instant))}

    def _request_id(self) -> int:
        """Return an id which differs from those of earlier requests, also before a restart."""
        return int(self._utcnow().timestamp()) % 2**31


def _file_name(told: object) -> str | None:
    return told[:255] if isinstance(told, str) and told else None
