"""What an OCPP 1.6 charger tells about itself: its firmware, its logs, its security, its limit."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson

from .charger import MAX_CONNECTORS, Charger
from .fields import as_current_a, as_integer, as_name, as_text, as_time, optional, required
from .frames import CallRefusal
from .happenings import HappeningKind

_LOGGER = logging.getLogger(__name__)

VENDOR_ID = "evse-ocpp"
"""vendorId of the DataTransfer by which our wallboxes tell the limit that wins, and the offer."""
MAX_CSR_CHARS = 5500

Payload = dict[str, Any]


class Notices:
    """Works in the calls which neither cards nor transactions nor meters are concerned with."""

    def __init__(self, charger: Charger, utcnow: Callable[[], datetime]) -> None:
        self._charger = charger
        self._utcnow = utcnow
        self.handlers: Mapping[str, Callable[[Payload], Payload]] = {
            "DataTransfer": self._data_transfer,
            "DiagnosticsStatusNotification": self._log_status,
            "FirmwareStatusNotification": self._firmware_status,
            "LogStatusNotification": self._log_status,
            "SecurityEventNotification": self._security_event,
            "SignCertificate": self._sign_certificate,
            "SignedFirmwareStatusNotification": self._firmware_status,
        }

    def _data_transfer(self, payload: Payload) -> Payload:
        if required(payload, "vendorId", as_name) != VENDOR_ID:
            return {"status": "UnknownVendorId"}
        if payload.get("messageId") != "Limit":
            return {"status": "UnknownMessageId"}
        try:
            told = dict(orjson.loads(payload["data"]))
            connector_id = connector_id_in(told, minimum=1)
            limit_a = as_current_a(told["limit"])
            source = str(told["source"])[:50]
        except (KeyError, TypeError, ValueError, CallRefusal):
            self._charger.violated("DataTransfer.data")
            return {"status": "Rejected"}
        offered_a = optional(told, "offered", as_current_a, self._charger)
        self._charger.take_limit(connector_id, limit_a, source, offered_a, self._utcnow())
        return {"status": "Accepted"}

    def _firmware_status(self, payload: Payload) -> Payload:
        self._charger.firmware_status = required(payload, "status", as_name)[:50]
        return {}

    def _log_status(self, payload: Payload) -> Payload:
        self._charger.diagnostics_status = required(payload, "status", as_name)[:50]
        return {}

    def _security_event(self, payload: Payload) -> Payload:
        kind = required(payload, "type", as_name)[:50]
        stamp = optional(payload, "timestamp", as_time, self._charger)
        tech_info = optional(payload, "techInfo", as_name, self._charger)
        _LOGGER.info("%s: security event %r", self._charger.identity, kind)
        self._charger.happened(
            HappeningKind.SECURITY_EVENT,
            0,
            self._charger.clock.instant(stamp, self._utcnow()),
            type=kind,
            tech_info=None if tech_info is None else tech_info[:255],
        )
        return {}

    def _sign_certificate(self, payload: Payload) -> Payload:
        """Pass the request on; the certificate comes later, by a call of ours."""
        csr = required(payload, "csr", as_text)
        if not csr or len(csr) > MAX_CSR_CHARS:
            self._charger.violated("csr")
            return {"status": "Rejected"}
        self._charger.happened(HappeningKind.CERTIFICATE_REQUEST, 0, self._utcnow(), csr=csr)
        return {"status": "Accepted"}


def connector_id_in(payload: Mapping[str, Any], minimum: int) -> int:
    """Return connectorId from `minimum` to 16; CallRefusal names what came."""
    connector_id = required(payload, "connectorId", as_integer)
    if not minimum <= connector_id <= MAX_CONNECTORS:
        raise CallRefusal(
            "PropertyConstraintViolation",
            f"connectorId: {connector_id} came, allowed are {minimum} to {MAX_CONNECTORS}",
        )
    return connector_id
