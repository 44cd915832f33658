"""The computer's own watchdog, `/dev/watchdog`: it restarts the machine when nobody feeds it.

Opening it arms it, any write feeds it, and a `V` before the close disarms it (magic close). Closed
without that it goes on counting, which is wanted when the program crashed. Source: the kernel's
Documentation/watchdog/watchdog-api.rst and include/uapi/linux/watchdog.h.
"""

import fcntl
import logging
import os
import struct
from pathlib import Path

_log = logging.getLogger(__name__)

# _IOR/_IOWR('W', n, int) as ARM, x86 and RISC-V code them.
GET_BOOT_STATUS = 0x80045702
KEEP_ALIVE = 0x80045705
SET_TIMEOUT = 0xC0045706
CARD_RESET = 0x0020
"""Of the boot status: the watchdog has caused the last restart."""

MAGIC = b"V"


class DeviceWatchdog:
    """An armed watchdog."""

    def __init__(self, path: Path, timeout_s: int) -> None:
        """Open and thereby arm the watchdog at `path`, for about `timeout_s` s.

        The hardware may have another timeout; then that is `interval_s`. A file that is no watchdog
        gets the writes alone. Raises OSError: it is not there, or in use (by systemd itself, when
        RuntimeWatchdogSec is set).
        """
        self._path = path
        self._device = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        self._obeys = True
        taken_s = self._ioctl(SET_TIMEOUT, timeout_s)
        self._timeout_s = timeout_s if taken_s is None else taken_s
        if (self._ioctl(GET_BOOT_STATUS, 0) or 0) & CARD_RESET:
            _log.warning("%s has caused the last restart of this computer", path)
        _log.info("%s is armed, it restarts this computer after %d s", path, self._timeout_s)

    @property
    def interval_s(self) -> float | None:
        """After so long without `feed` the computer restarts, s."""
        return float(self._timeout_s)

    def feed(self) -> None:
        """Start the count anew. What the device refuses is logged, once in a row."""
        if self._ioctl(KEEP_ALIVE, 0) is not None:
            self._obeys = True
            return
        try:
            os.write(self._device, b"\0")
        except OSError as error:
            if self._obeys:
                _log.error("%s cannot be fed: %s", self._path, error)
            self._obeys = False
        else:
            self._obeys = True

    def disarm(self) -> None:
        """The orderly end: nobody feeds it any more, and nothing shall happen.

        After a crash nobody calls this. A watchdog without a way out (`nowayout`) counts on.
        """
        try:
            os.write(self._device, MAGIC)
        except OSError as error:
            _log.error("%s cannot be disarmed: %s", self._path, error)
        os.close(self._device)

    def _ioctl(self, request: int, value: int) -> int | None:
        """The number which the device answers; None when it does not know the request."""
        try:
            answer = fcntl.ioctl(self._device, request, struct.pack("i", value))
        except OSError:
            return None
        number: int = struct.unpack("i", answer)[0]
        return number


def armed(device: str, timeout_s: int) -> DeviceWatchdog | None:
    """The watchdog at the path `device`, armed; None for an empty path, or when there is none.

    A wallbox without its watchdog charges on: the board has a lease of its own.
    """
    if not device:
        return None
    try:
        return DeviceWatchdog(Path(device), timeout_s)
    except OSError as error:
        _log.error("no watchdog: %s: %s", device, error.strerror)
        return None
