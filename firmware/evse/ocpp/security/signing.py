"""Asks the central system for a certificate of this wallbox: when told to, and before one ends."""

import asyncio
import logging

from ocpp.v16 import call

from evse.clock import Clock
from evse.ocpp.charge_point import CallRefused, ChargePoint, NoAnswer
from evse.ocpp.security.certificates import new_key, renewal_due, signing_request
from evse.ocpp.security.store import CertificateStore
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)

LOOK_S = 3600.0
"""Until we look again whether the certificate ends soon; it lasts months."""


class Signing:
    """Makes keys and sends SignCertificate (whitepaper, A02 and A03)."""

    def __init__(self, settings: Settings, clock: Clock, store: CertificateStore) -> None:
        self._settings = settings
        self._clock = clock
        self._store = store

    async def sign(self, charge_point: ChargePoint) -> None:
        """Make a key and ask for its certificate, which comes by CertificateSigned.

        Raises NoAnswer or CallRefused.
        """
        key = new_key()
        request = signing_request(
            key, self._settings["manufacturer.serial"], self._settings["ocpp.cpo_name"]
        )
        try:
            # First of all: CertificateSigned may be right behind the answer.
            await asyncio.to_thread(self._store.keep_next_key, key)
        except OSError:
            _logger.exception("the key for a new certificate cannot be kept")
            return
        answer = await charge_point.request(call.SignCertificate(csr=request))
        _logger.info("the central system answered SignCertificate with %s", answer.status)

    async def run(self, charge_point: ChargePoint) -> None:
        """Renew the certificate in time, until cancelled."""
        while True:
            try:
                identity = await asyncio.to_thread(self._store.identity)
                if identity and renewal_due(identity.certificate, self._clock.utcnow()):
                    _logger.info("the certificate of this wallbox ends soon: asking for a new one")
                    await self.sign(charge_point)
            except (NoAnswer, CallRefused, OSError) as error:
                _logger.warning("%s", error)
            await self._clock.sleep(LOOK_S)
