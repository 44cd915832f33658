"""Commands → calls to an OCPP 1.6 charger."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .charger import Charger, ConfigurationKey
from .commands import CommandRefused
from .connection import Caller
from .v16_profiles import fallback_profile, lease_profile


class Commands16:
    """`Commands` for one connection."""

    def __init__(self, charger: Charger, call: Caller, utcnow: Callable[[], datetime]) -> None:
        self._charger = charger
        self._call = call
        self._utcnow = utcnow

    async def set_fallback(self, limit_a: float) -> None:
        """Write the TxDefaultProfile of each connector, or that of connector 0 if refused there."""
        connectors = self._charger.connectors
        for connector_id in tuple(connectors):
            try:
                await self._set_profile(connector_id, fallback_profile(connector_id, limit_a))
            except CommandRefused:
                await self._set_profile(0, fallback_profile(0, limit_a))
                break
        if self._charger.connectors is connectors:  # else one came meanwhile, and has none
            self._charger.fallback_a = limit_a
        self._charger.publish()

    async def set_lease(self, connector_id: int, limit_a: float, duration_s: float) -> None:
        """Write the TxProfile of the running transaction."""
        transaction = self._charger.connector(connector_id).transaction
        transaction_id = None if transaction is None else transaction.id
        profile = lease_profile(
            connector_id, limit_a, duration_s, self._charger_now(), transaction_id
        )
        await self._set_profile(connector_id, profile)

    async def remote_start(
        self, connector_id: int, id_tag: str, limit_a: float, duration_s: float
    ) -> None:
        """Send RemoteStartTransaction with a TxProfile inside."""
        profile = lease_profile(connector_id, limit_a, duration_s, self._charger_now(), None)
        await self._ask(
            "RemoteStartTransaction",
            {"connectorId": connector_id, "idTag": id_tag, "chargingProfile": profile},
        )

    async def remote_stop(self, transaction_id: int) -> None:
        """Send RemoteStopTransaction."""
        await self._ask("RemoteStopTransaction", {"transactionId": transaction_id})

    async def change_configuration(self, key: str, value: str) -> None:
        """Send ChangeConfiguration; the model follows what was accepted."""
        await self._ask(
            "ChangeConfiguration", {"key": key, "value": value}, ("Accepted", "RebootRequired")
        )
        self._charger.configuration[key] = ConfigurationKey(value, readonly=False)
        self._charger.publish()

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
        """Send TriggerMessage."""
        where = {} if connector_id is None else {"connectorId": connector_id}
        await self._ask("TriggerMessage", {"requestedMessage": message} | where)

    async def refresh(self) -> None:
        """Read the configuration and ask for the status of all connectors."""
        await self.read_configuration()
        await self.trigger("StatusNotification")

    async def read_configuration(self, keys: tuple[str, ...] = ()) -> None:
        """Read the configuration (OCPP 1.6, section 5.8): all of it, or some keys."""
        action = "GetConfiguration"
        answer = await self._call(action, {"key": list(keys)} if keys else {})
        told = answer.get("configurationKey")
        if not isinstance(told, list):
            raise CommandRefused(action, "no configurationKey")
        for each in told:
            if not isinstance(each, dict) or not isinstance(each.get("key"), str):
                self._charger.violated("configurationKey")
                continue
            value = each.get("value")
            self._charger.configuration[each["key"]] = ConfigurationKey(
                None if value is None else str(value), each.get("readonly") is True
            )
        self._charger.publish()

    async def _set_profile(self, connector_id: int, profile: dict[str, Any]) -> None:
        await self._ask(
            "SetChargingProfile", {"connectorId": connector_id, "csChargingProfiles": profile}
        )

    async def _ask(
        self, action: str, payload: dict[str, Any], accepted: tuple[str, ...] = ("Accepted",)
    ) -> None:
        answer = await self._call(action, payload)
        status = str(answer.get("status", "no status"))
        if status not in accepted:
            raise CommandRefused(action, status)

    def _charger_now(self) -> datetime:
        return self._charger.clock.charger_time(self._utcnow())
