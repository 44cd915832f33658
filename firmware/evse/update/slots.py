"""The two slots of a wallbox: what is in them, and how another version comes into one.

Nothing here holds up the control turns: what waits for the disk does so in a thread.

The running slot is never written. The other one is emptied, made anew as a virtual environment and
filled from the bundle's wheels alone; only when all of it is on disk does one write of the state
file put it on trial (see `launcher`, which is what starts it). `current` names it after it has
proved itself healthy.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from evse.update import launcher
from evse.update.bundle import Bundle, extract
from evse.update.codes import Code, NoRoom, UpdateError
from evse.update.launcher import CLEAN, SLOTS, Slot, State, Trial
from evse.update.versions import Version

_log = logging.getLogger(__name__)

LAUNCH = "launch"
LOCK = "lock"
WHEELS = "wheels"

COMMAND_TIMEOUT_S = 900.0
"""(real) For one step of an installation; pip takes some minutes on a slow memory card."""

LOCK_WAIT_S = 120.0
"""(real) What an earlier, killed installation has left running gets so long to end."""

LOCK_LOOK_S = 0.5

ROOM_PER_WHEEL_BYTE = 5
"""Unpacked, compiled, and the wheels themselves."""

RESERVE_BYTES = 80_000_000
"""For the environment itself, and so that the disk is not full afterwards."""

NICENESS = "15"
"""An installation waits for the control turns, never they for it."""

Tell = Callable[[int], None]
"""Told how far an installation is, in per cent."""


class Slots:
    """The slots in the folder `root`."""

    def __init__(self, root: Path, running: str | None) -> None:
        """`running`: the slot which this program is in; None: it is in none of them."""
        self.root = root
        self.running = running

    @classmethod
    def around(cls, prefix: Path) -> "Slots | None":
        """The slots of which the environment at `prefix` is one; None when it stands alone."""
        root = prefix.parent
        if prefix.name in SLOTS and (root / LAUNCH).is_file():
            return cls(root, prefix.name)
        return None

    @property
    def state(self) -> State:
        """What is on disk. A state that cannot be read says: nothing is known."""
        return launcher.load(self.root) or State()

    @property
    def on_trial(self) -> bool:
        """Whether this program has yet to prove itself."""
        trial = self.state.trial
        return trial is not None and trial.slot == self.running

    @property
    def other(self) -> str:
        """The slot that may be written."""
        keep = self.running or launcher.linked(self.root)
        return next(name for name in SLOTS if name != keep)

    # ------------------------------------------------------------------- writing

    async def install(self, bundle: Bundle, now: datetime, tell: Tell = lambda _: None) -> str:
        """Write a verified bundle into the other slot, and return its name. Nothing is switched.

        Raises UpdateError, OSError.
        """
        await asyncio.to_thread(self._check_room, bundle)
        async with self._alone() as lock:
            slot = self.other
            await self._empty(slot)
            try:
                await self._fill(slot, bundle, lock, tell)
            except BaseException:
                await self._empty(slot)
                raise
            finally:
                await asyncio.to_thread(shutil.rmtree, self.root / WHEELS, ignore_errors=True)
            await asyncio.to_thread(os.sync)
            state = self.state
            written = Slot(bundle.manifest.version, now.isoformat(timespec="seconds"), False)
            state = replace(state, slots={**state.slots, slot: written})
            await asyncio.to_thread(launcher.save, self.root, state)
            tell(100)
        return slot

    async def _fill(self, slot: str, bundle: Bundle, lock: int, tell: Tell) -> None:
        """Make the environment of a slot. Raises UpdateError, OSError."""
        wheels = self.root / WHEELS
        await asyncio.to_thread(shutil.rmtree, wheels, ignore_errors=True)
        tell(0)
        files = await asyncio.to_thread(extract, bundle, wheels)
        tell(10)
        # Of the interpreter below, not of ours: an environment of an environment would need both.
        base = getattr(sys, "_base_executable", sys.executable)
        brought = next((file for file in files if file.name.startswith("pip-")), None)
        with_pip = () if brought is None else ("--without-pip",)
        await _command(lock, base, "-m", "venv", *with_pip, str(self.root / slot))
        tell(35)
        python = str(launcher.python(self.root, slot))
        # A wheel of pip is a program too; without one there is that of Python's ensurepip.
        start = ("-m", "pip") if brought is None else (str(brought / "pip"),)
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        install = ("install", *quiet, "--no-index", "--no-cache-dir", "--no-deps")
        await _command(lock, python, *CLEAN, *start, *install, *map(str, files))
        tell(85)
        await _command(lock, python, *CLEAN, "-m", "pip", "check", *quiet)
        said = await _command(lock, python, *CLEAN, "-m", "evse", "--version")
        await _command(lock, python, *CLEAN, "-c", launcher.PROBE)
        if said.split()[-1:] != [bundle.manifest.version]:
            raise UpdateError(
                f"the bundle says version {bundle.manifest.version}, its program {said.strip()!r}",
                Code.WRITE,
            )
        tell(95)

    async def _empty(self, slot: str) -> None:
        """Take a slot out of the state, then delete it: a half of one is never startable."""
        state = self.state
        if slot in state.slots:
            rest = {name: each for name, each in state.slots.items() if name != slot}
            await asyncio.to_thread(launcher.save, self.root, replace(state, slots=rest))
        await asyncio.to_thread(shutil.rmtree, self.root / slot, ignore_errors=True)

    def _check_room(self, bundle: Bundle) -> None:
        """Raise NoRoom, OSError."""
        needed = bundle.manifest.size * ROOM_PER_WHEEL_BYTE + RESERVE_BYTES
        free = shutil.disk_usage(self.root).free
        with contextlib.suppress(OSError):
            free += _size(self.root / self.other)
        if free < needed:
            raise NoRoom(needed, free)

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[int]:
        """Hold the slots. The lock is inherited by every command of the installation: after a kill
        it is free when the last of them has ended. Raises UpdateError, OSError."""
        lock = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            end_s = time.monotonic() + LOCK_WAIT_S
            while not _locked(lock):
                if time.monotonic() >= end_s:
                    raise UpdateError("another installation works on the slots", Code.WRITE, 409)
                await asyncio.sleep(LOCK_LOOK_S)
            yield lock
        finally:
            os.close(lock)

    # ----------------------------------------------------------------- switching

    def put_on_trial(self, slot: str, sha256: str, time_s: float) -> None:
        """From the next start on it is tried. Raises UpdateError, OSError."""
        state = self.state
        if slot not in state.slots:
            raise UpdateError(f"slot {slot} has no program", Code.WRITE, 409)
        launcher.save(self.root, replace(state, trial=Trial(slot, sha256, time_s)))

    def make_first(self, slot: str) -> None:
        """Believe a slot without a trial: there is no other one to go back to. Raises OSError."""
        state = self.state
        launcher.link(self.root, slot)
        proved = replace(state.slots[slot], healthy=True)
        launcher.save(self.root, replace(state, slots={**state.slots, slot: proved}, trial=None))

    def healthy(self, version: str, now: datetime) -> bool:
        """This program has proved itself: `current` names it from now on. Whether it was on trial.

        First the link, then the state: a launcher that finds the one without the other ends the
        trial itself. A state that was lost is begun anew with what is certain. Raises OSError.
        """
        state, on_trial = self.state, self.on_trial
        if self.running is None:
            return False
        if launcher.linked(self.root) != self.running:
            launcher.link(self.root, self.running)
        if not on_trial and self.running in state.slots:
            return False
        if on_trial:
            state = launcher.ended(state)
        else:
            proved = Slot(version, now.isoformat(timespec="seconds"), healthy=True)
            state = replace(state, slots={**state.slots, self.running: proved})
        launcher.save(self.root, state)
        return on_trial

    async def tidy(self) -> None:
        """Delete what a killed installation has left, unless a part of it still runs. Raises
        OSError."""
        lock = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _locked(lock):
                return
            known = launcher.load(self.root)
            left = {self.root / WHEELS}
            if known is not None and self.running in known.slots:
                left |= {self.root / name for name in SLOTS if name not in known.slots}
            for folder in left:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        finally:
            os.close(lock)

    def way_back(self) -> str:
        """The slot with the version before. Raises UpdateError when there is none."""
        slot = self.state.slots.get(self.other)
        if slot is None or not slot.healthy:
            raise UpdateError(
                "there is no version to go back to: the other slot holds none that has worked",
                status=409,
            )
        return self.other

    def known_bad(self, version: str) -> bool:
        """Whether the last trial was of this version, and it was taken back."""
        last = self.state.last
        return last is not None and not last.healthy and _same(last.version, version)


def make_root(root: Path) -> Slots:
    """The folder of the slots with its launcher, made or mended. Raises OSError."""
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    base = getattr(sys, "_base_executable", sys.executable)
    text = f"#!{base}\n" + Path(launcher.__file__).read_text(encoding="utf-8")
    temporary = root / f"{LAUNCH}.new"
    temporary.write_text(text, encoding="utf-8")
    temporary.chmod(0o755)
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(root / LAUNCH)
    return Slots(root, None)


async def _command(lock: int, *words: str) -> str:
    """Run one step to its end, and return what it printed. Raises UpdateError, OSError."""
    nice = ("nice", "-n", NICENESS) if shutil.which("nice") else ()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))
    }
    environment.pop("NOTIFY_SOCKET", None)
    process = await asyncio.create_subprocess_exec(
        *nice,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        pass_fds=(lock,),
    )
    try:
        async with asyncio.timeout(COMMAND_TIMEOUT_S):
            printed, _ = await process.communicate()
    except TimeoutError:
        raise UpdateError(
            f"{' '.join(words)[:200]}: not done in {COMMAND_TIMEOUT_S:g} s", Code.WRITE
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = printed.decode(errors="replace")
    if process.returncode:
        _log.error("%s: %s", " ".join(words), text.strip())
        last = (text.strip().splitlines() or [f"status {process.returncode}"])[-1]
        raise UpdateError(f"the version cannot be installed: {last}", Code.WRITE)
    return text


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*"))


def _same(one: str, other: str) -> bool:
    return bool(one) and Version(one) == Version(other)
