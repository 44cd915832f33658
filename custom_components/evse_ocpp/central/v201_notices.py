"""What an OCPP 2.0.1 charger tells beside its transactions: reports, events, limits, progress."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .charger import MAX_CONNECTORS, NOMINAL_V, Charger
from .fields import (
    as_current_a,
    as_integer,
    as_list,
    as_name,
    as_number,
    as_object,
    as_text,
    as_time,
    as_word,
    optional,
    required,
)
from .happenings import HappeningKind
from .v201_device_model import DeviceModel, variable_name
from .v201_status import CONNECTOR_STATUSES

_LOGGER = logging.getLogger(__name__)

Payload = dict[str, Any]
TakeAvailability = Callable[[int, int, str, datetime], None]
"""(EVSE, 0: the station; connector, 0: the EVSE; ConnectorStatus; when)."""


class Notices:
    """The handlers of one connection by action."""

    def __init__(
        self,
        charger: Charger,
        device_model: DeviceModel,
        take_availability: TakeAvailability,
        utcnow: Callable[[], datetime],
    ) -> None:
        self._charger = charger
        self._device_model = device_model
        self._take_availability = take_availability
        self._utcnow = utcnow
        self.handlers: Mapping[str, Callable[[Payload], Payload]] = {
            "ClearedChargingLimit": self._cleared_charging_limit,
            "DataTransfer": self._data_transfer,
            "FirmwareStatusNotification": self._firmware_status,
            "Get15118EVCertificate": self._get_15118_ev_certificate,
            "GetCertificateStatus": self._get_certificate_status,
            "LogStatusNotification": self._log_status,
            "NotifyChargingLimit": self._notify_charging_limit,
            "NotifyCustomerInformation": self._unused,
            "NotifyDisplayMessages": self._unused,
            "NotifyEVChargingNeeds": self._notify_ev_charging_needs,
            "NotifyEVChargingSchedule": self._notify_ev_charging_schedule,
            "NotifyEvent": self._notify_event,
            "NotifyMonitoringReport": self._unused,
            "NotifyReport": self._notify_report,
            "PublishFirmwareStatusNotification": self._unused,
            "ReportChargingProfiles": self._unused,
            "ReservationStatusUpdate": self._reservation_status_update,
            "SecurityEventNotification": self._security_event,
            "SignCertificate": self._sign_certificate,
        }

    # The device model.

    def _notify_report(self, payload: Payload) -> Payload:
        self._device_model.take_report(payload)
        return {}

    def _notify_event(self, payload: Payload) -> Payload:
        """Take new values of variables, and with them availability and faults (N07, G05)."""
        for event in required(payload, "eventData", as_list):
            try:
                told = as_object(event)
                component, variable = as_object(told.get("component")), as_object(told["variable"])
                name = variable_name(component, variable)
                value = as_text(told["actualValue"])
            except (KeyError, ValueError):
                self._charger.violated("eventData")
                continue
            if name in self._charger.configuration:
                self._device_model.take_value(name, value)
            self._take_event(told, component, variable["name"], value)
        return {}

    def _take_event(self, event: Payload, component: Payload, variable: str, value: str) -> None:
        evse = component.get("evse") or {}
        evse_id = optional(evse, "id", as_integer, self._charger) or 0
        connector_id = optional(evse, "connectorId", as_integer, self._charger) or 0
        if not 0 <= evse_id <= MAX_CONNECTORS:
            self._charger.violated("evse.id")
            return
        stamp = optional(event, "timestamp", as_time, self._charger)
        at = self._charger.clock.instant(stamp, self._utcnow())
        if variable == "AvailabilityState" and component["name"] == "Connector":
            if value in CONNECTOR_STATUSES:
                self._take_availability(evse_id, connector_id or 1, value, at)
            else:
                self._charger.violated("AvailabilityState")
        elif variable == "Problem":
            self._take_problem(event, evse_id, value, at)

    def _take_problem(self, event: Payload, evse_id: int, value: str, at: datetime) -> None:
        if event.get("cleared") is True or value.lower() != "true":
            self._charger.happened(HappeningKind.FAULT_CLEARED, evse_id, at)
            return
        self._charger.happened(
            HappeningKind.FAULT,
            evse_id,
            at,
            error_code=None,
            vendor_error_code=optional(event, "techCode", as_name, self._charger),
            info=optional(event, "techInfo", as_name, self._charger),
        )

    # Limits of others, and what the car wants.

    def _notify_charging_limit(self, payload: Payload) -> Payload:
        """Take the limit of another authority: its source, and the amperes where they are told."""
        told = required(payload, "chargingLimit", as_object)
        source = required(told, "chargingLimitSource", as_name)[:50]
        limit_a = self._limit_a(payload)
        for evse_id in self._evses(payload):
            if limit_a is not None:
                self._charger.take_limit(evse_id, limit_a, source, None, self._utcnow())
            else:
                self._charger.connector(evse_id).limited_by = source
        return {}

    def _cleared_charging_limit(self, payload: Payload) -> Payload:
        for evse_id in self._evses(payload):
            connector = self._charger.connector(evse_id)
            connector.limited_by = connector.limit_a = None
        return {}

    def _evses(self, payload: Payload) -> list[int]:
        evse_id = optional(payload, "evseId", as_integer, self._charger) or 0
        if evse_id == 0:
            return list(self._charger.connectors)
        if 1 <= evse_id <= MAX_CONNECTORS:
            return [evse_id]
        self._charger.violated("evseId")
        return []

    def _limit_a(self, payload: Payload) -> float | None:
        """Return the first limit of the first schedule in A per phase, the one that holds now."""
        try:
            schedule = as_object(payload["chargingSchedule"][0])
            period = as_object(schedule["chargingSchedulePeriod"][0])
            limit = as_number(period["limit"])
            unit = as_word(("A", "W"))(schedule["chargingRateUnit"])
            phases = as_integer(period.get("numberPhases") or self._charger.phases)
            return as_current_a(limit if unit == "A" else limit / (NOMINAL_V * phases))
        except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError):
            if payload.get("chargingSchedule") is not None:
                self._charger.violated("chargingSchedule")
            return None

    def _notify_ev_charging_needs(self, payload: Payload) -> Payload:
        """Note how full the car is. We make no schedule for ISO 15118; our limits come anyway."""
        evse_id = optional(payload, "evseId", as_integer, self._charger) or 0
        needs = optional(payload, "chargingNeeds", as_object, self._charger) or {}
        direct = optional(needs, "dcChargingParameters", as_object, self._charger) or {}
        soc_percent = optional(direct, "stateOfCharge", as_integer, self._charger)
        if soc_percent is not None and 0 <= soc_percent <= 100 and 1 <= evse_id <= MAX_CONNECTORS:
            self._charger.connector(evse_id).readings.soc_percent = float(soc_percent)
        return {"status": "Rejected"}

    def _notify_ev_charging_schedule(self, _: Payload) -> Payload:
        return {"status": "Accepted"}  # the car's own plan lies below our limits

    # Reservations, security, certificates.

    def _reservation_status_update(self, payload: Payload) -> Payload:
        reservation_id = required(payload, "reservationId", as_integer)
        status = required(payload, "reservationUpdateStatus", as_name)
        self._charger.end_reservation(reservation_id, status, self._utcnow())
        return {}

    def _security_event(self, payload: Payload) -> Payload:
        kind = required(payload, "type", as_name)[:50]
        _LOGGER.info("%s: security event %r", self._charger.identity, kind)
        stamp = optional(payload, "timestamp", as_time, self._charger)
        self._charger.happened(
            HappeningKind.SECURITY_EVENT,
            0,
            self._charger.clock.instant(stamp, self._utcnow()),
            type=kind,
            tech_info=optional(payload, "techInfo", as_name, self._charger),
        )
        return {}

    def _sign_certificate(self, payload: Payload) -> Payload:
        """Pass a request for the station's certificate on; contracts (V2G) are not our trade."""
        if payload.get("certificateType") == "V2GCertificate":
            return {"status": "Rejected"}
        csr = required(payload, "csr", as_text)
        self._charger.happened(HappeningKind.CERTIFICATE_REQUEST, 0, self._utcnow(), csr=csr)
        return {"status": "Accepted"}

    def _get_15118_ev_certificate(self, _: Payload) -> Payload:
        return {"status": "Failed", "exiResponse": ""}  # we reach no contract certificate pool

    def _get_certificate_status(self, _: Payload) -> Payload:
        return {"status": "Failed"}  # we ask no OCSP responder

    # Progress, and the rest.

    def _firmware_status(self, payload: Payload) -> Payload:
        self._charger.firmware_status = required(payload, "status", as_name)[:50]
        return {}

    def _log_status(self, payload: Payload) -> Payload:
        self._charger.diagnostics_status = required(payload, "status", as_name)[:50]
        return {}

    def _data_transfer(self, payload: Payload) -> Payload:
        required(payload, "vendorId", as_name)
        return {"status": "UnknownVendorId"}

    def _unused(self, _: Payload) -> Payload:
        """Acknowledge what answers a question that only another back office has asked."""
        return {}
