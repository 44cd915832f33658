"""Where bundles come in: received, verified, and kept until they are installed.

What is not a verified bundle leaves nothing behind. One that is survives a restart, once: what was
interrupted twice is forgotten, for it may be what interrupts.
"""

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from evse.update import bundle as bundles
from evse.update.bundle import MAX_BUNDLE_BYTES, Bundle
from evse.update.codes import Code, NoRoom, TooLarge, UpdateError
from evse.update.slots import RESERVE_BYTES
from evse.update.trust import KeyFileError, TrustedKeys
from evse.update.versions import Version

SILENCE_S = 15.0
"""(real) Without data for so long an upload has failed (Cabur manual, E03)."""

RECEIVE_S = 3600.0
"""(real) A whole upload takes no longer: one that trickles would keep every other away."""

WAITING, RESUMED = "waiting.evse", "resumed.evse"

Percent = Callable[[int | None], None]
"""Told how far it is, in per cent; None when nobody knows."""


class Inbox:
    """The folder of what is on its way into a slot. It is ours alone."""

    def __init__(self, folder: Path, key_folders: Iterable[Path], version: str) -> None:
        """`version`: of the running program."""
        self.incoming = folder / "incoming"
        self.feed = folder / "feed"
        self.folder = folder
        self._key_folders = tuple(key_folders)
        self._version = version

    def take_over(self) -> None:
        """At the start: forget what was not whole when the last run ended. A bundle that waited
        then is set apart for `resumed`, unless that had happened to it before. Raises OSError.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in (self.incoming, self.feed):
            left.unlink(missing_ok=True)
            left.with_name(f"{left.name}.part").unlink(missing_ok=True)
        waiting, resumed = self.folder / WAITING, self.folder / RESUMED
        resumed.unlink(missing_ok=True)
        if waiting.exists():
            waiting.replace(resumed)

    def forget(self) -> None:
        """Keep nothing of the update that was under way. Raises OSError."""
        for name in (self.incoming.name, WAITING, RESUMED):
            (self.folder / name).unlink(missing_ok=True)

    def resumed(self, tried: str) -> Path | None:
        """The bundle that waited when the last run ended, if there is one to go on with.

        `tried`: the SHA-256 of the bundle which was on trial last. Raises OSError.
        """
        resumed = self.folder / RESUMED
        if not resumed.exists():
            return None
        if bundles.digests(resumed)[0] != tried:
            return resumed
        resumed.unlink()
        return None

    async def receive(
        self, stream: AsyncIterable[bytes], size: int | None, percent: Percent
    ) -> None:
        """Write down what comes. `size`: bytes, if it is known. Raises UpdateError, OSError."""
        came, blocks = 0, aiter(stream)
        self.check_size(size or 0)
        try:
            async with asyncio.timeout(RECEIVE_S) as whole:
                with self.incoming.open("wb") as out:
                    while block := await _next(blocks):
                        came += len(block)
                        self.check_size(came)
                        await asyncio.to_thread(out.write, block)
                        percent(came * 100 // size if size else None)
        except TimeoutError:
            limit_s = RECEIVE_S if whole.expired() else SILENCE_S
            raise UpdateError(
                f"no more data came within {limit_s:g} s", Code.TIMEOUT, status=408
            ) from None

    def check_size(self, size: int) -> None:
        """Raise TooLarge or NoRoom for a file of so many bytes, OSError."""
        if size > MAX_BUNDLE_BYTES:
            raise TooLarge(MAX_BUNDLE_BYTES)
        free = shutil.disk_usage(self.folder).free
        if free < RESERVE_BYTES:
            raise NoRoom(RESERVE_BYTES, free)

    async def keep(self, *, md5: str = "", sha256: str = "") -> Bundle:
        """Verify what came in, and keep it. Raises UpdateError, OSError."""
        return await asyncio.to_thread(self._keep, md5.strip().lower(), sha256.strip().lower())

    def _keep(self, md5: str, sha256: str) -> Bundle:
        self.check_size(self.incoming.stat().st_size)
        came = bundles.digests(self.incoming)
        for kind, wanted, is_ in zip(("SHA-256", "MD5"), (sha256, md5), came, strict=True):
            if wanted and wanted != is_:
                raise UpdateError(
                    f"the {kind} of the file is {is_}, {wanted} was given", Code.CHECKSUM
                )
        bundle = self._verified(self.incoming)
        kept = self.folder / WAITING
        with self.incoming.open("rb") as written:
            os.fsync(written.fileno())
        self.incoming.replace(kept)
        return replace(bundle, file=kept)

    async def verified(self, file: Path) -> Bundle:
        """The bundle in a file, if it may follow what runs. Raises UpdateError, OSError."""
        return await asyncio.to_thread(self._verified, file)

    def _verified(self, file: Path) -> Bundle:
        try:
            keys = TrustedKeys.load(self._key_folders)
        except KeyFileError as error:
            raise UpdateError(str(error), Code.MISMATCH) from error
        bundle = bundles.read(file, keys)
        python = (sys.version_info.major, sys.version_info.minor)
        bundle.manifest.fits(Version(self._version), python, platform.machine())
        return bundle


async def _next(blocks: Any) -> bytes:
    """The next block that is not empty; an empty one at the end. Raises TimeoutError."""
    async with asyncio.timeout(SILENCE_S):
        async for block in blocks:
            if block:
                return bytes(block)
    return b""
