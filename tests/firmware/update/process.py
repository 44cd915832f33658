"""A wallbox in real slots: the launcher, started again whenever it ends, as systemd would."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evse.local.client import ControlError, request
from evse.update import launcher
from evse.update.slots import LAUNCH
from evse.update.trust import OWN
from tests.firmware.update.bundles import Maker

RESTART_S = 0.2
START_S = 60.0
"""A start on a busy machine, with the time for a version that fails its trial three times."""

SETTINGS = (
    "simulation.house=quiet",
    "ocpp.identity=box1",
    "web.enabled=false",
)


class Wallbox:
    """See the module. `root`: its slots; use it as a context."""

    def __init__(self, folder: Path, installed: Path, maker: Maker, *settings: str) -> None:
        """`installed`: slots as they are after the first installation, of which a copy is taken.

        An environment is found by where it is, so that a copy of it works.
        """
        self.root = folder / "slots"
        self.state = folder / "state"
        self.log = folder.parent / f"{folder.name}.log"
        """Beside the folder, which may be a memory card."""
        self.starts = 0
        shutil.copytree(installed, self.root, symlinks=True)
        self.state.mkdir(mode=0o700)
        maker.trusted_in(self.state / OWN)
        self._settings = (*SETTINGS, *settings)
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._powered = asyncio.Event()
        self._powered.set()

    async def __aenter__(self) -> "Wallbox":
        self._keeper = asyncio.create_task(self._keep_running())
        await self.answer()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self.kill(everything=True)
        if self._process is not None:
            await self._process.wait()

    async def _keep_running(self) -> None:
        """Start the launcher whenever nothing runs."""
        known = [word for each in self._settings for word in ("--set", each)]
        while True:
            await self._powered.wait()
            with self.log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *(str(self.root / LAUNCH), "run", "--state", str(self.state), *known),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env={"PATH": os.environ["PATH"], "HOME": str(self.state)},
                )
            self.starts += 1
            await self._process.wait()
            await asyncio.sleep(RESTART_S)

    def kill(self, *, everything: bool) -> None:
        """End it as a power cut does, or, without `everything`, as a lack of memory does: then
        what it has begun (pip) goes on."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if everything:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    async def power_cut(self, cut: Callable[[], None]) -> None:
        """End it with all that it has begun; `cut` is what becomes of its files meanwhile."""
        self._powered.clear()
        self.kill(everything=True)
        if self._process is not None:
            await self._process.wait()
        try:
            await asyncio.to_thread(cut)
        finally:
            self._powered.set()

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        answer = await request(self.state, {"command": command, **fields})
        assert answer["ok"], answer
        return answer

    async def answer(self, timeout_s: float = START_S) -> dict[str, Any]:
        """The first answer that there is. AssertionError with the log when there is none."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while True:
                    with contextlib.suppress(ControlError):
                        return await self.ask("update-status")
                    await asyncio.sleep(0.05)
        raise AssertionError(f"no answer within {timeout_s:g} s:\n{self.tail()}")

    async def until(self, timeout_s: float = 150.0, **wanted: Any) -> dict[str, Any]:
        """The snapshot as soon as it says all that is wanted."""
        told: dict[str, Any] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while True:
                    with contextlib.suppress(ControlError):
                        told = await self.ask("update-status")
                        if all(told[name] == value for name, value in wanted.items()):
                            return told
                    await asyncio.sleep(0.1)
        raise AssertionError(f"wanted {wanted}, it tells {told}:\n{self.tail()}")

    @property
    def linked(self) -> str | None:
        return launcher.linked(self.root)

    def tail(self) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-4000:]


LATE, LATE_S = 0.4, 4.0
"""So many kills come within the seconds after an installation: switch, restart, and trial."""


async def kill_campaign(
    box: Wallbox,
    bundle: Path,
    kills: int,
    seed: int,
    longest_s: float,
    tell: Callable[[object], None] = lambda _: None,
    cut: Callable[[], None] = lambda: None,
) -> list[dict[str, Any]]:
    """Kill a wallbox at so many random instants of its updates.

    `cut` is called while nothing runs, after those kills that are power cuts. Each row: what was
    asked, when it was killed, and what answered afterwards, and how soon.
    AssertionError when nobody answers.
    """
    draw, rows = random.Random(seed), []
    for number in range(kills):
        before = await box.answer()
        begun = False
        if before["phase"] in {"idle", "failed"}:
            with contextlib.suppress(ControlError):  # it may be about to restart
                await box.ask("update-file", path=str(bundle))
                begun = True
        if late := draw.random() < LATE:
            await _installed(box)
        after_s = draw.uniform(0.0, LATE_S if late else longest_s)
        await asyncio.sleep(after_s)
        phase = await _phase(box)
        everything = draw.random() < 0.7
        killed_at_s = time.monotonic()
        if everything:
            await box.power_cut(cut)
        else:
            box.kill(everything=False)
        await asyncio.sleep(0.1)
        told = await box.answer()
        rows.append(
            {
                "kill": number + 1,
                "begun": begun,
                "late": late,
                "after_s": round(after_s, 2),
                "phase": phase,
                "power_cut": everything,
                "version": told["version"],
                "back_s": round(time.monotonic() - killed_at_s, 2),
            }
        )
        tell(rows[-1])
    return rows


async def _installed(box: Wallbox) -> None:
    """Wait until nothing is received or installed any more."""
    for _ in range(400):
        if await _phase(box) not in {"receiving", "verifying", "waiting", "installing"}:
            return
        await asyncio.sleep(0.1)


async def _phase(box: Wallbox) -> str:
    """Where the update is; "restart" while nobody answers."""
    try:
        return str((await box.ask("update-status"))["phase"])
    except ControlError:
        return "restart"


def short_folder() -> Path:
    """A folder whose path is short enough for a Unix socket."""
    return Path(tempfile.mkdtemp(prefix="evse-"))
