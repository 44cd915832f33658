"""Firmware Management put together: diagnostics, logs and firmware; all that the client sees."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from evse.clock import Clock
from evse.ocpp.diagnostics import Diagnostics
from evse.ocpp.firmware_update import FirmwareUpdate
from evse.ocpp.installer import Installer, installer_of
from evse.ocpp.jobs import Reports
from evse.ocpp.remote_trigger import Sender
from evse.ocpp.security.extension import Security
from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.notes import Notes


class Maintenance:
    """What works on while connections come and go, and its reports."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: Database,
        security: Security,
        charging: Callable[[], bool],
        state_dir: Path,
        installer: Installer | None = None,
    ) -> None:
        """Use `load`."""
        self.reports = Reports()
        self.diagnostics = Diagnostics(
            settings, clock, security.store, security.events, self.reports, state_dir
        )
        self._firmware = FirmwareUpdate(
            clock,
            Notes(database),
            security.store,
            security.events,
            self.reports,
            installer or installer_of(settings),
            charging,
            state_dir,
        )
        self.profiles = (self.diagnostics, self._firmware)
        self.triggers: Mapping[str, Sender] = {
            "DiagnosticsStatusNotification": self.diagnostics.tell_diagnostics,
            "FirmwareStatusNotification": self._firmware.tell,
            "SignedFirmwareStatusNotification": self._firmware.tell_signed,
            "LogStatusNotification": self.diagnostics.tell_log,
            "SignChargePointCertificate": security.signing.sign,
        }

    @classmethod
    async def load(
        cls,
        settings: Settings,
        clock: Clock,
        database: Database,
        security: Security,
        charging: Callable[[], bool],
        state_dir: Path,
        installer: Installer | None = None,
    ) -> "Maintenance":
        """With the firmware update that was under way. `charging()`: whether a transaction runs.

        Raises `sqlite3.Error`.
        """
        maintenance = cls(settings, clock, database, security, charging, state_dir, installer)
        await maintenance._firmware.restore()
        return maintenance

    async def run(self) -> None:
        """Transfer and install until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.diagnostics.run())
            tasks.create_task(self._firmware.run())
