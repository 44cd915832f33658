"""Telling systemd how the program is: ready, ending, what it does, and that it still lives.

One datagram of `KEY=VALUE` lines a message to the socket in NOTIFY_SOCKET. Source: sd_notify(3),
sd_watchdog_enabled(3). Without systemd there is no socket, and nothing is told to nobody.
"""

import logging
import socket
from collections.abc import Mapping

_log = logging.getLogger(__name__)

MICROSECONDS = 1_000_000


class Notifier:
    """One process's line to systemd. Telling never blocks and never fails the program."""

    def __init__(self, address: str | None, watchdog_s: float | None = None) -> None:
        """`address`: NOTIFY_SOCKET, None without systemd. `watchdog_s`: see `interval_s`."""
        self._address = _abstract(address) if address else None
        self._watchdog_s = watchdog_s if address else None
        self._heard = True

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], pid: int) -> "Notifier":
        """The line which systemd has left in the environment of process `pid`.

        A watchdog that is meant for another process (WATCHDOG_PID) is not ours to feed.
        """
        ours = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        interval = environ.get("WATCHDOG_USEC", "")
        asked = ours and interval.isdecimal() and int(interval) > 0
        return cls(environ.get("NOTIFY_SOCKET"), int(interval) / MICROSECONDS if asked else None)

    @property
    def interval_s(self) -> float | None:
        """After so long without `feed` systemd ends the program, s; None: it does not watch."""
        return self._watchdog_s

    def ready(self) -> None:
        """The program does its work (ends the start of a unit of `Type=notify`)."""
        self._tell("READY=1")

    def status(self, text: str) -> None:
        """One line of what the program does, for `systemctl status`."""
        self._tell("STATUS=" + " ".join(text.split()))

    def stopping(self) -> None:
        """The program is about to end."""
        self._tell("STOPPING=1")

    def feed(self) -> None:
        """The program lives."""
        self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.sendto(message.encode(), self._address)
        except OSError as error:
            if self._heard:  # once: the watchdog is fed every few seconds
                _log.warning("systemd cannot be told %r: %s", message, error)
            self._heard = False
        else:
            self._heard = True


def _abstract(address: str) -> str:
    """The address as the kernel has it: a leading @ stands for the abstract namespace's NUL."""
    return "\0" + address[1:] if address.startswith("@") else address
