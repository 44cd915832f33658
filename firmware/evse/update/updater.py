"""The updates of this wallbox: how a bundle comes, waits, is installed, and proves itself.

It comes by upload, from a url, by the central system's order or by itself; then all ways are one:
verified, kept until no car is there, written into the other slot, and tried. One update at a time,
and what did not get so far leaves nothing behind.
"""

import asyncio
import logging
import random
import shutil
from collections.abc import AsyncIterable, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evse.clock import Clock
from evse.ocpp.installer import Installer
from evse.ocpp.jobs import Slot as Job
from evse.ocpp.transfer import TransferError, shown
from evse.update import bundle as bundles
from evse.update import schedule
from evse.update.bundle import Bundle
from evse.update.codes import Busy, Code, NoSlots, UpdateError
from evse.update.inbox import Inbox
from evse.update.installer import BundleInstaller
from evse.update.manifest import DEFAULT_TRIAL_S
from evse.update.progress import Phase, Progress
from evse.update.schedule import Offer
from evse.update.slots import Slots

_log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often we look whether the last car has gone, s."""

CALENDAR_LOOK_S = 30.0
"""How often we look at the calendar: the clock may be set, s."""

RETRY_S = 5.0
"""Until it is tried again to write down that a version is healthy, s."""

SCHEMES = ("http", "https", "ftp", "ftps")

Fetch = Callable[[str, Path], Awaitable[None]]
"""Fetches a url into a file, whole or not at all. Raises TransferError."""


class Updater:
    """See the module."""

    def __init__(
        self,
        clock: Clock,
        slots: Slots | None,
        inbox: Inbox,
        version: str,
        available: Callable[[], bool],
        restart: Callable[[], None],
        fetch: Fetch,
        feed_url: Callable[[], str],
        installer: Installer | None = None,
    ) -> None:
        """`slots`: None where the program is updated in another way, over OCPP by `installer`.

        `available()`: whether every connector is Available; `restart()` ends the program so that it
        is started again. `feed_url()`: "" to look for nothing by itself.
        """
        self._clock = clock
        self._slots = slots
        self._inbox = inbox
        self._version = version
        self._available = available
        self._restart = restart
        self._fetch = fetch
        self._feed_url = feed_url
        self._job = Job("update")
        self._busy = False
        self._proved = asyncio.Event()
        self._settled = asyncio.Event()
        self._progress = Progress()
        self._offer: Offer | None = None
        self._next_check: datetime | None = None
        ours = slots and BundleInstaller(slots, inbox.folder, self.order, self._settled.wait)
        self.installer: Installer | None = ours or installer
        """What installs the firmware that comes over OCPP."""
        self._take_over()

    def _take_over(self) -> None:
        """What the last run has left: a trial that this program is on, or how one has ended."""
        try:
            self._inbox.take_over()
        except OSError as error:  # no update, but a wallbox
            _log.error("the folder of updates: %s", error)
        slots = self._slots
        if slots is not None and slots.on_trial:
            self._progress.go(Phase.TRIAL, f"version {self._version} is on trial")
            return
        self._settled.set()
        if slots is not None and (last := slots.state.last) is not None:
            self._progress.proved(last.version, last.why)

    # ------------------------------------------------------------------ what is told

    def snapshot(self) -> dict[str, Any]:
        """All that is to be known of updates; instants as ISO 8601. `code` as the manual has it."""
        progress, state = self._progress, self._slots.state if self._slots else None
        running = self._slots.running if self._slots else None
        slot = state.slots.get(running) if state and running else None
        offer = self._offer if self._offer and schedule.worth(self._offer, self._version) else None
        return {
            "version": self._version,
            "installed_at": slot.at if slot else None,
            "available": {"version": offer.version, "url": offer.url} if offer else None,
            "phase": str(progress.phase),
            "progress_percent": progress.percent,
            "code": str(progress.code) if progress.code else None,
            "message": progress.message or ("" if self._slots else str(NoSlots())),
            "slots": [
                {
                    "slot": name,
                    "version": each.version,
                    "at": each.at,
                    "healthy": each.healthy,
                    "running": name == running,
                }
                for name, each in sorted(state.slots.items())
            ]
            if state
            else [],
            "next_check_at": self._next_check.isoformat() if self._next_check else None,
        }

    def healthy(self) -> None:
        """This program has shown that it works (see `health`). Costs nothing: it is written down
        by `run`."""
        self._proved.set()

    # ---------------------------------------------------------------------- the ways

    async def upload(
        self, stream: AsyncIterable[bytes], name: str, md5: str = "", size: int | None = None
    ) -> dict[str, Any]:
        """Take a bundle as it comes, verify it, and go on in the background; the snapshot then.

        `md5`: of the whole file, in hexadecimal digits, as the Cabur procedure has it; "" for none.
        `size`: bytes that are announced. Raises UpdateError, OSError, and what `stream` raises.
        """
        if md5 and not _is_md5(md5):
            raise UpdateError(
                f"md5: came {md5!r:.60}, allowed are 32 hexadecimal digits", Code.CHECKSUM
            )
        self._take()
        try:
            self._progress.go(Phase.RECEIVING, f"{name[:80]} is received", 0)
            await self._inbox.receive(stream, size, self._progress.at)
            self._progress.go(Phase.VERIFYING, f"{name[:80]} is verified")
            bundle = await self._inbox.keep(md5=md5)
        except BaseException as error:
            self._inbox.incoming.unlink(missing_ok=True)
            self._release(error)
            raise

        async def kept() -> Bundle:
            return bundle

        self._job.start(partial(self._bring, kept))
        return self.snapshot()

    async def from_url(self, url: str, sha256: str = "") -> dict[str, Any]:
        """Fetch a bundle and go on with it, all in the background; the snapshot at once.

        `sha256`: of the whole file, where it is known. Raises UpdateError.
        """
        try:
            parts = urlsplit(url)
            fits = parts.scheme in SCHEMES and bool(parts.hostname)
        except ValueError:
            fits = False
        if not fits:
            raise UpdateError(
                f"url: came {shown(url)!r:.80}, allowed is a host and {', '.join(SCHEMES)}"
            )
        if self._offer is not None and url == self._offer.url:
            sha256 = self._offer.sha256
        self._take()
        return self._begin(partial(self._fetch, url), shown(url), sha256)

    async def from_file(self, path: Path) -> dict[str, Any]:
        """The same with a file of this computer, of which a copy is taken. Raises UpdateError."""
        try:
            size = await asyncio.to_thread(lambda: path.stat().st_size)
            self._inbox.check_size(size)
        except OSError as error:
            raise UpdateError(f"path: {error}") from error
        self._take()

        async def copied(target: Path) -> None:
            await asyncio.to_thread(shutil.copyfile, path, target)

        return self._begin(copied, path.name, "")

    def _begin(
        self, fetch: Callable[[Path], Awaitable[object]], name: str, sha256: str
    ) -> dict[str, Any]:
        """Let a file come in the background."""

        async def coming() -> Bundle:
            await fetch(self._inbox.incoming)
            self._progress.go(Phase.VERIFYING, f"{name} is verified")
            return await self._inbox.keep(sha256=sha256)

        self._progress.go(Phase.RECEIVING, f"{name} is fetched")
        self._job.start(partial(self._bring, coming))
        return self.snapshot()

    async def order(self, image: Path, began: Callable[[str], None]) -> None:
        """Install a file that the central system has ordered; the program ends by it.

        `began` is told the SHA-256 of the file before its slot is tried. Raises UpdateError,
        OSError.
        """
        self._take()
        try:
            self._progress.go(Phase.VERIFYING, "the central system's firmware is verified")
            bundle = await self._inbox.verified(image)
            await self._install(bundle, began)
        except BaseException as error:
            self._release(error)
            raise

    async def check(self) -> dict[str, Any]:
        """Look what the feed offers; the snapshot then. Raises UpdateError."""
        url = self._feed_url()
        if not url:
            raise UpdateError("update.feed_url is empty: there is no list of updates", status=409)
        file = self._inbox.feed
        try:
            await self._fetch(url, file)
            content = await asyncio.to_thread(_at_most, file, schedule.MAX_FEED_BYTES + 1)
            self._offer = schedule.parse_feed(content, url)
        except (TransferError, OSError, ValueError, RecursionError) as error:
            raise UpdateError(f"the list of updates cannot be read: {error}", status=409) from error
        finally:
            file.unlink(missing_ok=True)
        return self.snapshot()

    async def rollback(self) -> dict[str, Any]:
        """Go back to the version before, in the background; the snapshot at once.

        It has to prove itself, too. Raises UpdateError.
        """
        slots = self._take()
        try:
            slot = slots.way_back()
        except UpdateError:
            self._busy = False
            raise
        self._progress.go(Phase.WAITING, f"version {slots.state.slots[slot].version} comes back")
        self._job.start(partial(self._go_back, slots, slot))
        return self.snapshot()

    # ----------------------------------------------------------------------- running

    async def run(self) -> None:
        """Install, look for updates, and see a trial through, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._job.run())
            tasks.create_task(self._see_the_trial_through())
            tasks.create_task(self._look_by_itself())

    async def _see_the_trial_through(self) -> None:
        """Wait for health, write it down, then take up what waited before a power cut."""
        await self._proved.wait()
        while self._slots is not None:
            try:
                was_on_trial = await asyncio.to_thread(
                    self._slots.healthy, self._version, self._clock.utcnow()
                )
            except OSError as error:
                _log.error("version %s is healthy, but not on disk: %s", self._version, error)
                await self._clock.sleep(RETRY_S)
                continue
            if was_on_trial:
                _log.info("version %s has proved itself healthy", self._version)
                self._progress.proved(self._version, "")
            break
        self._settled.set()
        await self._resume()

    async def _resume(self) -> None:
        """Go on with a verified bundle from before a restart, but only once."""
        if self._slots is None:
            return
        last = self._slots.state.last
        try:
            await self._slots.tidy()
            file = await asyncio.to_thread(self._inbox.resumed, last.sha256 if last else "")
        except OSError as error:
            _log.error("the update that was under way is forgotten: %s", error)
            return
        if file is None:
            return
        if self._busy:  # somebody was faster with another one
            file.unlink(missing_ok=True)
            return
        self._take()
        self._progress.go(Phase.VERIFYING, "the update from before the restart goes on")
        self._job.start(partial(self._bring, partial(self._inbox.verified, file)))

    async def _look_by_itself(self) -> None:
        """After the start, and in the hour after midnight; install what is newer."""
        await self._clock.sleep(schedule.AFTER_START_S)
        while True:
            await self._look()
            shows = self._clock.utcnow().astimezone().replace(tzinfo=None)
            self._next_check = schedule.next_check(shows, random.random()).astimezone(UTC)
            while self._clock.utcnow() < self._next_check:
                await self._clock.sleep(CALENDAR_LOOK_S)

    async def _look(self) -> None:
        if not self._feed_url() or self._slots is None:
            return
        try:
            await self.check()
            offer = self._offer
            if offer is None or not schedule.worth(offer, self._version):
                return
            if self._slots.known_bad(offer.version):
                _log.info("version %s was taken back before, it is not tried again", offer.version)
                return
            await self.from_url(offer.url, offer.sha256)
        except UpdateError as error:
            _log.warning("looking for updates: %s", error)

    # ------------------------------------------------------------------- from then on

    async def _bring(self, coming: Callable[[], Awaitable[Bundle]]) -> None:
        """The rest of every way: what comes is installed, or leaves nothing."""
        try:
            await self._install(await coming())
        except TransferError as error:
            self._release(UpdateError(str(error), Code.TIMEOUT))
        except (UpdateError, OSError) as error:
            await asyncio.to_thread(self._inbox.forget)
            self._release(error)
        except BaseException:  # the program ends, and this one comes back; or a bug of ours
            self._busy = False
            raise

    async def _go_back(self, slots: Slots, slot: str) -> None:
        """Put the version before on trial."""
        try:
            await self._wait_until_available(self._progress.message)
            await asyncio.to_thread(slots.put_on_trial, slot, "", DEFAULT_TRIAL_S)
        except (UpdateError, OSError) as error:
            self._release(error)
        else:
            await self._end()

    async def _install(self, bundle: Bundle, began: Callable[[str], None] | None = None) -> None:
        """Into the other slot, and on trial; only ever between two cars. Ends with the program."""
        slots, version = self._slots, bundle.manifest.version
        if slots is None:
            raise NoSlots
        await self._wait_until_available(f"version {version} waits until no car is there")
        self._progress.go(Phase.INSTALLING, f"version {version} is installed", 0)
        sha256, _ = await asyncio.to_thread(bundles.digests, bundle.file)
        slot = await slots.install(bundle, self._clock.utcnow(), self._progress.at)
        await self._wait_until_available(f"version {version} waits until no car is there")
        if began is not None:
            await asyncio.to_thread(began, sha256)
        await asyncio.to_thread(slots.put_on_trial, slot, sha256, bundle.manifest.trial_s)
        await asyncio.to_thread(self._inbox.forget)
        await self._end()

    async def _wait_until_available(self, message: str) -> None:
        while not self._available():
            self._progress.go(Phase.WAITING, message)
            await self._clock.sleep(LOOK_S)

    async def _end(self) -> None:
        """End the program for the trial of another one, but never under a car: one may have come
        while the trial was written down.
        """
        await self._wait_until_available(self._progress.message)
        self._progress.go(Phase.RESTARTING, self._progress.message)
        self._restart()
        await asyncio.get_running_loop().create_future()

    # ------------------------------------------------------------------------- state

    def _take(self) -> Slots:
        """Begin an update. Raises UpdateError."""
        if self._slots is None:
            raise NoSlots
        if self._progress.phase is Phase.TRIAL:
            raise UpdateError(
                "the new version is still on trial: wait until it has ended", status=409
            )
        if self._busy:
            raise Busy
        self._busy = True
        return self._slots

    def _release(self, error: BaseException) -> None:
        """The update has ended without an installation."""
        self._busy = False
        self._progress.ended(error)


def _at_most(file: Path, most: int) -> bytes:
    with file.open("rb") as content:
        return content.read(most)


def _is_md5(text: str) -> bool:
    digits = text.strip().lower()
    return len(digits) == 32 and all(digit in "0123456789abcdef" for digit in digits)
