"""A bundle that comes over OCPP: verified by our own signature too, and its outcome told later.

The file may be signed by OCPP's own means (SignedUpdateFirmware); that says who has sent it, ours
says who has made it, and both must hold.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from evse.ocpp.installer import InstallationError
from evse.storage.files import write_private
from evse.update.codes import UpdateError
from evse.update.slots import Slots

ORDER_FILE = "ordered"
"""The SHA-256 of the bundle which the central system has ordered and which is on trial."""

Order = Callable[[Path, Callable[[str], None]], Awaitable[None]]
"""`Updater.order`."""


class BundleInstaller:
    """See the module; an `evse.ocpp.installer.Installer`."""

    def __init__(
        self,
        slots: Slots,
        folder: Path,
        order: Order,
        settled: Callable[[], Awaitable[object]],
    ) -> None:
        """`settled` returns when no version is on trial any more."""
        self._slots = slots
        self._note = folder / ORDER_FILE
        self._order = order
        self._settled = settled

    async def install(self, image: Path) -> None:
        """Install the bundle: the program ends by it. Raises InstallationError."""
        try:
            await self._order(image, self._ordered)
        except (UpdateError, OSError) as error:
            raise InstallationError(f"{image.name}: {error}") from error

    async def outcome(self) -> bool | None:
        """See `Installer`; a version on trial is waited for."""
        await self._settled()
        try:
            sha256 = self._note.read_text(encoding="ascii")
        except (OSError, ValueError):
            return None
        last = self._slots.state.last
        if last is None or last.sha256 != sha256:
            return None
        self._note.unlink(missing_ok=True)
        return last.healthy

    def _ordered(self, sha256: str) -> None:
        write_private(self._note, sha256.encode("ascii"))
