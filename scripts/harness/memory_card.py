"""A memory card that loses at a power cut what was not synchronised: ext4 in a file, shut down.

The kernel's own way to test this (EXT4_IOC_SHUTDOWN without flushing the log, as in xfstests): the
file system stops at once; at the next mount it replays its journal, and what programs wrote without
`fsync` is gone or half there, as after a real cut. Needs root.

    with MemoryCard(folder) as card:
        ...                 # processes write into card.path
        card.cut()          # kill the processes first
        card.plug_in()
"""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32) of linux/fs/ext4/ext4.h."""
NO_LOG_FLUSH = 2
"""EXT4_GOING_FLAGS_NOLOGFLUSH: nothing more reaches the card, not even the journal."""
COMMAND_TIMEOUT_S = 30
UNMOUNT_TRIES = 50
"""A killed process takes a moment to let go of its files."""


class MemoryCard:
    """One card of `megabytes` in a file of `folder`; `path` is where it is mounted."""

    def __init__(self, folder: Path, megabytes: int = 256) -> None:
        """Makes an empty card; it is plugged in by `plug_in`, or by `with`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "card"
        self.path.mkdir(exist_ok=True)
        self._image = folder / "card.img"
        self._device = ""
        with self._image.open("wb") as image:
            image.truncate(megabytes << 20)
        # `lost+found` is no file of a program's state; a lazily made inode table is busy for long.
        _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", str(self._image))

    def plug_in(self) -> None:
        """Mount it; the journal is replayed.

        Always by a device of its own: in another mount namespace the file system that was shut down
        may still be mounted, and the same device would only bring that one back.
        """
        self._device = _run("losetup", "--find", "--show", str(self._image))
        _run("mount", self._device, str(self.path))
        with suppress(OSError):
            (self.path / "lost+found").rmdir()

    def cut(self) -> None:
        """Take the power away: nothing that is not on the card yet comes onto it any more."""
        self.die()
        self.pull_out()

    def die(self) -> None:
        """Answer everything with an error from now on; what was not synchronised is lost."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(handle)

    def give_up(self) -> None:
        """Let the file system end its work as after an error of the card: it can only be read, also
        by those who have opened files for writing, until it is pulled out and plugged in again.
        """
        _run("mount", "-o", "remount,abort", str(self.path))

    def synchronise(self) -> None:
        """Let everything that was written until now be on the card."""
        _run("sync", "-f", str(self.path))

    def read_only(self, on: bool = True) -> None:
        """Let nothing be written any more, or again: as a worn-out card, or after an error."""
        _run("mount", "-o", f"remount,{'ro' if on else 'rw'}", str(self.path))

    def pull_out(self) -> None:
        """Unmount it."""
        for left in reversed(range(UNMOUNT_TRIES)):
            try:
                _run("umount", str(self.path))
            except subprocess.CalledProcessError:
                if not left:
                    raise
                time.sleep(0.1)
            else:
                _run("losetup", "--detach", self._device)
                return

    def __enter__(self) -> Self:
        """Plug it in."""
        self.plug_in()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Pull it out if it is in."""
        if self.path.is_mount():
            self.pull_out()


def _run(*command: str) -> str:
    run = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S
    )
    return run.stdout.strip()
