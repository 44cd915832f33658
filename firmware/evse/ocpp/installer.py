"""The border between a firmware file that has come over OCPP, and what installs it."""

import logging
from pathlib import Path
from typing import Protocol

from evse.settings.values import Settings

_logger = logging.getLogger(__name__)


class InstallationError(Exception):
    """The firmware could not be installed; what ran before goes on. The text says why."""


class Installer(Protocol):
    """What installs a firmware file. It may end the program: the next one reports the outcome."""

    async def install(self, image: Path) -> None:
        """Install the file. Raises InstallationError."""

    async def outcome(self) -> bool | None:
        """Of the installation under way when the program ended: True when this program is the new
        firmware, False when it was taken back, None when it had not begun for good.

        Waits as long as neither is certain."""


class SimulatedInstaller:
    """Installs without effect: for a simulated wallbox."""

    async def install(self, image: Path) -> None:
        """Say so."""
        _logger.info("%s is installed in simulation", image.name)

    async def outcome(self) -> bool | None:
        """It begins again."""
        return None


class NoInstaller:
    """A wallbox that is updated in another way, by whoever looks after its system."""

    async def install(self, image: Path) -> None:
        """Raises InstallationError."""
        raise InstallationError(f"{image.name}: this wallbox has nothing that installs firmware")

    async def outcome(self) -> bool | None:
        """Nothing was installed."""
        return False


def installer_of(settings: Settings) -> Installer:
    """What installs firmware on a wallbox without slots for updates."""
    simulated = settings["board.kind"] == "simulated"
    return SimulatedInstaller() if simulated else NoInstaller()
