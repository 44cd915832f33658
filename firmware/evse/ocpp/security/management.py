"""What the central system does with our certificates (security whitepaper, A02, M03 to M05)."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from evse.clock import Clock
from evse.ocpp.charge_point import after, on
from evse.ocpp.security.certificates import (
    Certificate,
    CertificateError,
    check_signed,
    check_validity,
    hash_data,
    issued_by,
    name,
    parse_chain,
    same_hash_data,
)
from evse.ocpp.security.events import Event, SecurityEvents
from evse.ocpp.security.store import CertificateStore, Use
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)


class CertificateManagement:
    """Answers the calls about certificates. What it has accepted is on disk."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        store: CertificateStore,
        events: SecurityEvents,
        identity_changed: Callable[[], None],
    ) -> None:
        """`identity_changed` is called after the answer that a new certificate is taken."""
        self._settings = settings
        self._clock = clock
        self._store = store
        self._events = events
        self._identity_changed = identity_changed
        self._changed = False

    @on(Action.install_certificate)
    async def install_certificate(
        self, certificate_type: str, certificate: str
    ) -> call_result.InstallCertificate:
        """M05: Rejected when it is none, is not valid now, or the store is full."""
        try:
            installed = await asyncio.to_thread(self._install, Use(certificate_type), certificate)
        except CertificateError as error:
            _logger.warning("InstallCertificate is rejected: %s", error)
            return call_result.InstallCertificate(status="Rejected")
        except OSError:
            _logger.exception("the certificate cannot be kept")
            return call_result.InstallCertificate(status="Failed")
        await self._events.record(Event.RECONFIGURED, f"{certificate_type} {name(installed)}")
        return call_result.InstallCertificate(status="Accepted")

    def _install(self, use: Use, pem: str) -> Certificate:
        certificate = parse_chain(pem)[0]
        check_validity(certificate, self._clock.utcnow())
        roots = self._store.roots(use)
        replaces = use is Use.CENTRAL_SYSTEM and bool(roots)
        checked = replaces and self._settings["ocpp.additional_root_certificate_check"]
        if checked and certificate not in roots and not issued_by(certificate, roots[-1]):
            raise CertificateError(f"{name(roots[-1])} has not signed it")
        installed = sum(len(self._store.roots(each)) for each in Use)
        most = self._settings["ocpp.certificate_store_max_length"]
        if installed >= most and certificate not in roots:
            raise CertificateError(f"{installed} are installed, allowed are {most}")
        self._store.add_root(use, certificate)
        if checked:  # the one before stays to fall back on, those before it go
            for old in self._store.roots(use)[:-2]:
                self._store.remove_root(use, old)
        return certificate

    @on(Action.get_installed_certificate_ids)
    async def get_installed_certificate_ids(
        self, certificate_type: str
    ) -> call_result.GetInstalledCertificateIds:
        """M03."""
        roots = await asyncio.to_thread(self._store.roots, Use(certificate_type))
        if not roots:
            return call_result.GetInstalledCertificateIds(status="NotFound")
        return call_result.GetInstalledCertificateIds(
            status="Accepted", certificate_hash_data=[hash_data(root, roots) for root in roots]
        )

    @on(Action.delete_certificate)
    async def delete_certificate(
        self, certificate_hash_data: Mapping[str, Any]
    ) -> call_result.DeleteCertificate:
        """M04."""
        try:
            deleted = await asyncio.to_thread(self._delete, certificate_hash_data)
        except OSError:
            _logger.exception("the certificate cannot be deleted")
            return call_result.DeleteCertificate(status="Failed")
        if deleted is None:
            return call_result.DeleteCertificate(status="NotFound")
        await self._events.record(Event.RECONFIGURED, f"deleted {name(deleted)}")
        return call_result.DeleteCertificate(status="Accepted")

    def _delete(self, wanted: Mapping[str, Any]) -> Certificate | None:
        for use in Use:
            roots = self._store.roots(use)
            for root in roots:
                if same_hash_data(hash_data(root, roots, str(wanted["hash_algorithm"])), wanted):
                    self._store.remove_root(use, root)
                    return root
        return None

    @on(Action.certificate_signed)
    async def certificate_signed(self, certificate_chain: str) -> call_result.CertificateSigned:
        """A02: Rejected unless it is sound and for the key for which we asked."""
        try:
            await asyncio.to_thread(self._take, certificate_chain)
        except (CertificateError, OSError) as error:
            _logger.warning("CertificateSigned is rejected: %s", error)
            await self._events.record(Event.INVALID_CHARGE_POINT_CERTIFICATE, str(error))
            return call_result.CertificateSigned(status="Rejected")
        self._changed = True
        await self._events.record(Event.RECONFIGURED, "a new certificate of this wallbox")
        return call_result.CertificateSigned(status="Accepted")

    def _take(self, pem: str) -> None:
        most = self._settings["ocpp.certificate_signed_max_chain_size"]
        if len(pem) > most:
            raise CertificateError(f"the chain has {len(pem)} bytes, allowed are {most}")
        key = self._store.next_key()
        if key is None:
            raise CertificateError("no certificate was asked for")
        chain = parse_chain(pem)
        check_signed(chain, key, self._store.roots(Use.CENTRAL_SYSTEM), self._clock.utcnow())
        self._store.keep_identity(key, chain)

    @after(Action.certificate_signed)
    def after_certificate_signed(self, certificate_chain: str) -> None:  # noqa: ARG002 (the field)
        """Take it into use."""
        if self._changed:
            self._changed = False
            self._identity_changed()
