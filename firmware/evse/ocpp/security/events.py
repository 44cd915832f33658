"""Security events: kept in the log before anything else, and told to the central system in order.

An event outlasts a power cut and a time offline (whitepaper, A04). All are told, critical or not:
an operator who does not want them sets DisableSecurityEventNotifications.
"""

import asyncio
import logging
import sqlite3
from enum import StrEnum

from ocpp.v16 import call

from evse.clock import Clock
from evse.ocpp import timestamps
from evse.ocpp.charge_point import CallRefused, ChargePoint, NoAnswer
from evse.settings.values import Settings
from evse.storage.security_log import SecurityEvent, SecurityLog

_logger = logging.getLogger(__name__)

MAX_TYPE = 50  # SecurityEventNotification, in characters
MAX_TECH_INFO = 255

RETRY_S = 10.0
"""(real) Until the events are looked at again when nothing wakes us, or the database failed."""


class Event(StrEnum):
    """The events of the whitepaper (edition 3, 4.2) which can happen to this wallbox."""

    FIRMWARE_UPDATED = "FirmwareUpdated"
    FAILED_TO_AUTHENTICATE = "FailedToAuthenticateAtCentralSystem"
    STARTUP = "StartupOfTheDevice"
    RESET = "ResetOrReboot"
    RECONFIGURED = "ReconfigurationOfSecurityParameters"
    INVALID_FIRMWARE_SIGNATURE = "InvalidFirmwareSignature"
    INVALID_SIGNING_CERTIFICATE = "InvalidFirmwareSigningCertificate"
    INVALID_CENTRAL_CERTIFICATE = "InvalidCentralSystemCertificate"
    INVALID_CHARGE_POINT_CERTIFICATE = "InvalidChargePointCertificate"
    INVALID_TLS_VERSION = "InvalidTLSVersion"
    INVALID_TLS_CIPHER_SUITE = "InvalidTLSCipherSuite"


class SecurityEvents:
    """Takes events from anywhere in the program."""

    def __init__(self, settings: Settings, clock: Clock, log: SecurityLog) -> None:
        self._settings = settings
        self._clock = clock
        self._log = log
        self._added = asyncio.Event()

    async def record(self, type_: str, tech_info: str = "") -> None:
        """Put an event into the log. A database that fails is told, and stops nothing."""
        _logger.info("security event %s: %s", type_, tech_info or "-")
        told = bool(self._settings["ocpp.disable_security_event_notifications"])
        try:
            await self._log.add(
                type_[:MAX_TYPE], self._clock.utcnow(), tech_info[:MAX_TECH_INFO], told=told
            )
        except sqlite3.Error:
            _logger.exception("the security event %s cannot be kept", type_)
        except ValueError:  # of aiosqlite: the program ends, and the database is closed already
            _logger.warning("the security event %s comes too late to be kept", type_)
        self._added.set()

    async def all(self) -> list[SecurityEvent]:
        """Every event kept, the oldest first. Raises `sqlite3.Error`."""
        return await self._log.all()

    async def run(self, charge_point: ChargePoint) -> None:
        """Tell over this connection until cancelled."""
        while True:
            self._added.clear()
            try:
                await self._tell(charge_point)
            except NoAnswer as error:
                _logger.info("%s", error)
            except sqlite3.Error:
                _logger.exception("the security events cannot be read or written")
            try:
                async with asyncio.timeout(RETRY_S):
                    await self._added.wait()
            except TimeoutError:
                continue

    async def _tell(self, charge_point: ChargePoint) -> None:
        """Send what waits, the oldest first. Raises NoAnswer or `sqlite3.Error`."""
        while event := await self._log.untold():
            payload = call.SecurityEventNotification(
                type=event.type,
                timestamp=timestamps.text(event.at),
                tech_info=event.tech_info or None,
            )
            try:
                await charge_point.request(payload)
            except CallRefused as error:  # it was told; that nobody there knows it changes nothing
                _logger.info("%s", error)
            await self._log.mark_told(event)
