"""The Core profile: what the central system may ask of us (OCPP 1.6, 5)."""

import logging
from collections.abc import Mapping
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from evse.ocpp.authorization import Authorization
from evse.ocpp.charge_point import after, on
from evse.ocpp.configuration import change_configuration, configuration_keys
from evse.ocpp.notices import VENDOR_ID
from evse.ocpp.port import StationPort
from evse.ocpp.profiles import ProfileError
from evse.ocpp.registration import Registration
from evse.ocpp.security.events import Event
from evse.ocpp.security.extension import Security
from evse.ocpp.smart_charging import SmartCharging
from evse.ocpp.transactions import RunningTransactions
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)


class CoreProfile:
    """Answers the calls of the Core profile."""

    def __init__(
        self,
        settings: Settings,
        station: StationPort,
        registration: Registration,
        authorization: Authorization,
        transactions: RunningTransactions,
        smart_charging: SmartCharging,
        security: Security,
    ) -> None:
        self._settings = settings
        self._station = station
        self._registration = registration
        self._authorization = authorization
        self._transactions = transactions
        self._smart_charging = smart_charging
        self._security = security

    @on(Action.get_configuration)
    async def get_configuration(self, key: list[str] | None = None) -> call_result.GetConfiguration:
        """5.8."""
        known, unknown = configuration_keys(self._settings, key)
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown)

    @on(Action.change_configuration)
    async def change_configuration(self, key: str, value: str) -> call_result.ChangeConfiguration:
        """5.3."""
        status, why = await change_configuration(
            self._settings, key, value, self._security.trial.refusal
        )
        if why:
            _logger.warning("ChangeConfiguration is refused: %s", why)
        return call_result.ChangeConfiguration(status=status)

    @on(Action.remote_start_transaction)
    async def remote_start_transaction(
        self,
        id_tag: str,
        connector_id: int | None = None,
        charging_profile: Mapping[str, Any] | None = None,
    ) -> call_result.RemoteStartTransaction:
        """5.11; a profile with it must be a TxProfile and holds for the transaction it starts."""
        rejected = call_result.RemoteStartTransaction(status="Rejected")
        if not self._registration.accepted:
            return rejected
        if connector_id is not None and (
            connector_id not in self._station.connector_ids or self._transactions.at(connector_id)
        ):
            return rejected
        if charging_profile is not None:
            try:
                self._smart_charging.offer(connector_id, id_tag, charging_profile)
            except ProfileError as error:
                _logger.warning("RemoteStartTransaction is rejected: %s", error)
                return rejected
        if not await self._station.remote_start(connector_id, id_tag):
            self._smart_charging.withdraw(connector_id, id_tag)
            return rejected
        return call_result.RemoteStartTransaction(status="Accepted")

    @on(Action.remote_stop_transaction)
    async def remote_stop_transaction(
        self, transaction_id: int
    ) -> call_result.RemoteStopTransaction:
        """5.12."""
        stopped = self._registration.accepted and await self._station.remote_stop(transaction_id)
        return call_result.RemoteStopTransaction(status="Accepted" if stopped else "Rejected")

    @on(Action.change_availability)
    async def change_availability(
        self,
        connector_id: int,
        type: str,  # noqa: A002 (the name of the field)
    ) -> call_result.ChangeAvailability:
        """5.2; Rejected where the manual's "Change availability" (ETEK EKEPC3, 5.8.1.6) is off."""
        known = connector_id in (0, *self._station.connector_ids)
        if not (known and self._settings["ocpp.change_availability"]):
            return call_result.ChangeAvailability(status="Rejected")
        status = await self._station.change_availability(connector_id, type == "Operative")
        return call_result.ChangeAvailability(status=status)

    @on(Action.unlock_connector)
    async def unlock_connector(self, connector_id: int) -> call_result.UnlockConnector:
        """5.18."""
        if connector_id not in self._station.connector_ids:
            return call_result.UnlockConnector(status="NotSupported")
        return call_result.UnlockConnector(status=await self._station.unlock(connector_id))

    @on(Action.clear_cache)
    async def clear_cache(self) -> call_result.ClearCache:
        """5.4."""
        cleared = await self._authorization.clear()
        return call_result.ClearCache(status="Accepted" if cleared else "Rejected")

    @on(Action.data_transfer)
    async def data_transfer(
        self, vendor_id: str, message_id: str | None = None, data: str | None = None
    ) -> call_result.DataTransfer:
        """5.6: we tell, but have no messages of a vendor that we take."""
        known = vendor_id == VENDOR_ID
        _logger.info(
            "DataTransfer of %r: message %r, %d characters of data are not used",
            vendor_id,
            message_id,
            len(data or ""),
        )
        return call_result.DataTransfer(status="UnknownMessageId" if known else "UnknownVendorId")

    @on(Action.reset)
    async def reset(self, type: str) -> call_result.Reset:  # noqa: A002 (the name of the field)
        """5.14."""
        await self._security.events.record(Event.RESET, f"Reset.req {type}")
        return call_result.Reset(status="Accepted")

    @after(Action.reset)
    def after_reset(self, type: str) -> None:  # noqa: A002 (the name of the field)
        """The station stops what runs and ends the process."""
        self._station.reset(hard=type == "Hard")
