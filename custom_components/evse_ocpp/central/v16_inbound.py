"""Calls of the charger → the charger model, and what they are answered."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from .admission import Admission
from .answers import HEARTBEAT_S, Store, save_first, time_text
from .charger import Charger, ChargerStatus
from .charger_clock import is_live
from .fields import (
    as_energy_wh,
    as_integer,
    as_list,
    as_name,
    as_time,
    optional,
    required,
)
from .frames import CallRefusal
from .happenings import HappeningKind
from .reservations import expire_reservations
from .v16_measurands import DEFAULT_MEASURAND, samples_in
from .v16_notices import Notices, connector_id_in

_STATUS = {
    "Available": ChargerStatus.AVAILABLE,
    "Preparing": ChargerStatus.PREPARING,
    "Charging": ChargerStatus.CHARGING,
    "SuspendedEV": ChargerStatus.SUSPENDED_EV,
    "SuspendedEVSE": ChargerStatus.SUSPENDED_EVSE,
    "Finishing": ChargerStatus.FINISHING,
    "Reserved": ChargerStatus.RESERVED,
    "Unavailable": ChargerStatus.UNAVAILABLE,
    "Faulted": ChargerStatus.FAULTED,
}

MAX_KEY_CHARS = 400
"""Of what makes a repeated StartTransaction known: a card, a time stamp and a number."""

Payload = dict[str, Any]


class Inbound:
    """Works the calls of one connection in. `status_seen`: it told a connector's status."""

    def __init__(
        self,
        charger: Charger,
        admission: Admission,
        store: Store,
        utcnow: Callable[[], datetime],
    ) -> None:
        self._charger = charger
        self._admission = admission
        self._store = store
        self._utcnow = utcnow
        self.status_seen = False
        self._card: str | None = None
        self._handlers: Mapping[str, Callable[[Payload], Payload | Awaitable[Payload]]] = {
            "Authorize": self._authorize,
            "BootNotification": self._boot_notification,
            "Heartbeat": self._heartbeat,
            "MeterValues": self._meter_values,
            "StartTransaction": self._start_transaction,
            "StatusNotification": self._status_notification,
            "StopTransaction": self._stop_transaction,
            **Notices(charger, utcnow).handlers,
        }

    async def handle(self, action: str, payload: Payload) -> Payload:
        """Work one call in and return its answer; CallRefusal when it cannot be used."""
        handler = self._handlers.get(action)
        if handler is None:
            raise CallRefusal("NotImplemented", f"{action[:50]!r} is not known here")
        answer = handler(payload)
        return answer if isinstance(answer, dict) else await answer

    def _boot_notification(self, payload: Payload) -> Payload:
        charger = self._charger
        texts = {
            name: optional(payload, name, as_name, charger)
            for name in (
                "chargePointVendor",
                "chargePointModel",
                "chargePointSerialNumber",
                "chargeBoxSerialNumber",
                "firmwareVersion",
                "meterType",
                "meterSerialNumber",
            )
        }
        charger.booted(
            texts["chargePointVendor"],
            texts["chargePointModel"],
            texts["chargePointSerialNumber"] or texts["chargeBoxSerialNumber"],
            texts["firmwareVersion"],
            self._utcnow(),
            meter_type=texts["meterType"],
            meter_serial=texts["meterSerialNumber"],
        )
        return {
            "status": "Accepted",
            "currentTime": time_text(self._utcnow()),
            "interval": HEARTBEAT_S,
        }

    def _heartbeat(self, _: Payload) -> Payload:
        expire_reservations(self._charger, self._utcnow())
        return {"currentTime": time_text(self._utcnow())}

    def _status_notification(self, payload: Payload) -> Payload:
        connector_id = connector_id_in(payload, minimum=0)
        status = required(payload, "status", _as_status)
        texts = {
            name: optional(payload, name, as_name, self._charger)
            for name in ("errorCode", "vendorErrorCode", "info")
        }
        stamp = optional(payload, "timestamp", as_time, self._charger)
        arrived_at = self._utcnow()
        if stamp is not None:
            self._charger.clock.observe(stamp, arrived_at)
        at = self._charger.clock.instant(stamp, arrived_at)
        self._charger.take_status(
            connector_id,
            status,
            texts["errorCode"],
            at,
            vendor_error_code=texts["vendorErrorCode"],
            info=texts["info"],
        )
        self.status_seen = self.status_seen or connector_id > 0
        return {}

    def _authorize(self, payload: Payload) -> Payload:
        id_tag = required(payload, "idTag", as_name)
        status = self._admission.authorize(self._charger, id_tag)
        self._card_read(0, id_tag, status)
        return {"idTagInfo": {"status": status}}

    def _card_read(self, connector_id: int, id_tag: str, status: str) -> None:
        """Tell of a card; the tag of a remote start is none."""
        self._card = id_tag
        if id_tag != self._charger.remote_id_tag:
            self._charger.happened(
                HappeningKind.CARD_READ, connector_id, self._utcnow(), id_tag=id_tag, status=status
            )

    async def _start_transaction(self, payload: Payload) -> Payload:
        connector_id = connector_id_in(payload, minimum=1)
        id_tag = required(payload, "idTag", as_name)
        meter_start_wh = optional(payload, "meterStart", as_energy_wh, self._charger)
        stamp = optional(payload, "timestamp", as_time, self._charger)
        reservation_id = optional(payload, "reservationId", as_integer, self._charger)
        started_at = self._charger.clock.instant(stamp, self._utcnow())
        transaction = self._charger.start_transaction(
            connector_id,
            id_tag,
            started_at,
            meter_start_wh,
            start_key=_start_key(id_tag, payload),
            stamp=stamp,
        )
        if reservation_id is not None:
            self._charger.end_reservation(reservation_id, "Used", started_at)
        await save_first(self._store, self._charger)
        status = self._admission.authorize(self._charger, id_tag)
        if id_tag != self._card:  # the charger knew the card, and asked nobody
            self._card_read(connector_id, id_tag, status)
        return {"transactionId": transaction.id, "idTagInfo": {"status": status}}

    async def _stop_transaction(self, payload: Payload) -> Payload:
        transaction_id = required(payload, "transactionId", as_integer)
        meter_stop_wh = optional(payload, "meterStop", as_energy_wh, self._charger)
        stamp = optional(payload, "timestamp", as_time, self._charger)
        reason = optional(payload, "reason", as_name, self._charger) or "Local"
        id_tag = optional(payload, "idTag", as_name, self._charger)
        data = optional(payload, "transactionData", as_list, self._charger) or []
        connector = self._charger.connector_of(transaction_id)
        if connector is not None:
            self._take_meter_values(connector.id, transaction_id, data)
        self._charger.stop_transaction(
            transaction_id,
            self._charger.clock.instant(stamp, self._utcnow()),
            reason,
            meter_stop_wh,
            stamp=stamp,
            meter_start_wh=None if connector else self._begin_wh(data),
            id_tag=id_tag,
        )
        await save_first(self._store, self._charger)
        if id_tag is None:
            return {}
        return {"idTagInfo": {"status": self._admission.authorize(self._charger, id_tag)}}

    def _begin_wh(self, data: list[Any]) -> float | None:
        """Return the register at the transaction's begin, if its data tell it."""
        sampled = [
            each
            for meter_value in data
            if isinstance(meter_value, dict) and isinstance(meter_value.get("sampledValue"), list)
            for each in meter_value["sampledValue"]
        ]
        for sample in samples_in(sampled, self._charger):
            if sample.measurand == DEFAULT_MEASURAND and sample.context == "Transaction.Begin":
                return sample.value
        return None

    def _meter_values(self, payload: Payload) -> Payload:
        connector_id = connector_id_in(payload, minimum=0)
        transaction_id = optional(payload, "transactionId", as_integer, self._charger)
        meter_values = required(payload, "meterValue", as_list)
        self._take_meter_values(connector_id, transaction_id, meter_values)
        return {}

    def _take_meter_values(
        self, connector_id: int, transaction_id: int | None, meter_values: list[Any]
    ) -> None:
        charger, arrived_at = self._charger, self._utcnow()
        for meter_value in meter_values:
            if not isinstance(meter_value, dict):
                charger.violated("meterValue")
                continue
            stamp = optional(meter_value, "timestamp", as_time, charger)
            if stamp is not None:
                charger.clock.observe(stamp, arrived_at)
            at = charger.clock.instant(stamp, arrived_at)
            sampled = optional(meter_value, "sampledValue", as_list, charger) or []
            samples = list(samples_in(sampled, charger))
            if connector_id > 0:
                charger.take_samples(
                    connector_id, transaction_id, samples, at, arrived_at, stamp=stamp
                )
            elif is_live(at, arrived_at):
                inlet = [each for each in samples if each.location == "Inlet"]
                charger.take_house_current(inlet, arrived_at)


def _as_status(value: object) -> ChargerStatus:
    status = _STATUS.get(value) if isinstance(value, str) else None
    if status is None:
        raise ValueError(f"one of {', '.join(_STATUS)}")
    return status


def _start_key(id_tag: str, payload: Payload) -> str:
    """Return what makes a repeated StartTransaction known."""
    return f"{id_tag} {payload.get('timestamp')} {payload.get('meterStart')}"[:MAX_KEY_CHARS]
