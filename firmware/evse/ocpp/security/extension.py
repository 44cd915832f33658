"""Puts the security extension together: all that the client sees of it."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from evse.clock import Clock
from evse.ocpp.charge_point import ChargePoint
from evse.ocpp.security.certificates import CertificateError, parse_chain
from evse.ocpp.security.events import Event, SecurityEvents
from evse.ocpp.security.management import CertificateManagement
from evse.ocpp.security.signing import Signing
from evse.ocpp.security.store import CertificateStore, Use
from evse.ocpp.security.tls import CERTIFICATE_PROFILE
from evse.ocpp.security.trial import ProfileTrial
from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.notes import Notes
from evse.storage.security_log import SecurityLog

_logger = logging.getLogger(__name__)

_RECONFIGURING = ("ocpp.password", "ocpp.security_profile", "ocpp.url")


class Security:
    """Certificates, the trial of a profile, events, and who asks for certificates."""

    def __init__(
        self, settings: Settings, clock: Clock, database: Database, state_dir: Path
    ) -> None:
        """Use `load`."""
        self.store = CertificateStore(state_dir)
        self.trial = ProfileTrial(settings, Notes(database), self.store)
        self.events = SecurityEvents(settings, clock, SecurityLog(database))
        self.signing = Signing(settings, clock, self.store)
        self._settings = settings
        self._reconnect: Callable[[], None] | None = None
        self._recording: set[asyncio.Task[None]] = set()
        self.management = CertificateManagement(
            settings, clock, self.store, self.events, self._identity_changed
        )

    @classmethod
    async def load(
        cls, settings: Settings, clock: Clock, database: Database, state_dir: Path
    ) -> "Security":
        """The extension with what it knew before. Raises `sqlite3.Error`."""
        security = cls(settings, clock, database, state_dir)
        await security.trial.restore()
        await asyncio.to_thread(_install_root, security.store, settings["ocpp.root_certificate"])
        await security.events.record(Event.STARTUP)
        settings.subscribe(security._on_setting)
        return security

    def join(self, reconnect: Callable[[], None]) -> None:
        """Tell how to connect anew with another certificate."""
        self._reconnect = reconnect

    async def run(self, charge_point: ChargePoint) -> None:
        """Our part of the conversation after acceptance, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.events.run(charge_point))
            tasks.create_task(self.signing.run(charge_point))

    def _identity_changed(self) -> None:
        if self._settings["ocpp.security_profile"] == CERTIFICATE_PROFILE and self._reconnect:
            self._reconnect()

    def _on_setting(self, key: str) -> None:
        if key in _RECONFIGURING:
            task = asyncio.ensure_future(self.events.record(Event.RECONFIGURED, key))
            self._recording.add(task)
            task.add_done_callback(self._recording.discard)


def _install_root(store: CertificateStore, file: str) -> None:
    """Install what the configuration brings. A file that cannot be used is told, not fatal."""
    if not file:
        return
    try:
        for certificate in parse_chain(Path(file).read_text(encoding="utf-8")):
            store.add_root(Use.CENTRAL_SYSTEM, certificate)
    except (OSError, UnicodeDecodeError, CertificateError) as error:
        _logger.error("ocpp.root_certificate: %s cannot be used: %s", file, error)  # noqa: TRY400
