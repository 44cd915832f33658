"""Cuts the power of wallboxes at random instants of their lives; what was confirmed must be there.

`evse run` on a memory card that forgets what was not synchronised, a car, people, and a central
system that keeps the books. After each cut: it starts, faults that were latched are latched,
settings, cards and lists are those that were confirmed, and no file is half. In the end every
transaction is at the central system once, and their energies are what the meter's register counted.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from scripts.harness import wallbox_books
from scripts.harness.card_wallbox import CardWallbox, as_installed
from scripts.harness.home_assistant import HarnessError
from scripts.harness.light_central import LightCentral
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.wallbox_life import Life

SPEEDS = (1, 8, 8)
"""Of the wallboxes' worlds; they are tried at once, for most of a cut's time is waiting. The
quick ones charge more between two cuts."""

CHARGING, CHARGING_S, OTHERS_S = 0.6, 9.0, 2.0
"""So many cuts come while a car is to be charged, within so many seconds; the others within fewer,
while settings, cards and lists are changed, and faults happen."""

ONLINE_S = 5.0
"""So long a check waits for the connection to the central system."""

QUIET_S = 60.0
"""In the end all queues are empty within this time."""

REGISTER_WH = 1.0
"""Of each wallbox: registers are told in whole watt-hours."""

OURS = "connector 1: fault "
"""What is logged because of the trial's own doing."""

HALF_FILES = (".damaged-", ".unusable", "-journal")


async def run(job: Job) -> Findings:
    """Cut the power `job.count` times, at three wallboxes at once."""
    as_installed(job.folder)
    found, turns = Findings(energy_wh=0.0), iter(range(job.count))
    began_s = time.monotonic()
    async with LightCentral() as central:
        with ExitStack() as boxes:
            lives = []
            for number in range(min(len(SPEEDS), job.count)):
                identity = f"box{number + 1}"
                box = CardWallbox(
                    job.folder / identity,
                    ocpp__identity=identity,
                    ocpp__url=central.url,
                    simulation__speed=SPEEDS[number],
                )
                boxes.enter_context(box)
                lives.append(Life(box, central, random.Random(f"{job.seed} {number}")))
            async with asyncio.TaskGroup() as tasks:
                for life in lives:
                    tasks.create_task(_cuts(life, turns, found, job))
            took_s = time.monotonic() - began_s
            for life in lives:
                await _settle(life)
                found.energy_wh = (found.energy_wh or 0.0) + _check_books(life, found)
        found.wrong += central.wrong
    found.energy_wh = round(found.energy_wh or 0.0, 3)
    done = {name: sum(life.done.get(name, 0) for life in lives) for name in lives[0].done}
    found.figures |= {
        "transactions": str(len(central.transactions)),
        "energy": f"{sum((t.stop_wh or 0) - t.start_wh for t in central.transactions.values())} Wh",
        "messages told again": str(central.repeated),
        "things done between": ", ".join(f"{name} {times}" for name, times in done.items()),
        "a cut each": f"{took_s / max(1, found.injected):.1f} s",
    }
    return found


async def _cuts(life: Life, turns: Iterator[int], found: Findings, job: Job) -> None:
    """Cut one wallbox's power until there are no turns left; each start is checked."""
    box = life.box
    await asyncio.to_thread(box.start)
    for number in turns:
        await _live(life)
        life.wrong += complaints(box.log, OURS)
        await asyncio.to_thread(box.power_cut)
        if life.draw.random() < 0.3:  # and once more while it starts
            box.spawn()
            await asyncio.sleep(life.draw.uniform(0, 1.0))
            await asyncio.to_thread(box.power_cut)
        recovery_s = None
        try:
            recovery_s = await asyncio.to_thread(box.start)
        except HarnessError as error:
            life.wrong.append(f"{life.identity}: it does not start: {error}")
        else:
            await life.check()
            await _check_online(life)
        life.wrong += _half_files(box.folder)
        found.fault(recovery_s, *life.wrong)
        if life.wrong:
            job.say("\n".join(life.wrong))
            box.log.rename(box.place / f"evse-{number}.log")
        life.wrong.clear()
        if number % 20 == 19:
            job.say(f"{number + 1} cuts, {len(found.wrong)} wrong")
        if recovery_s is None:
            return


async def _live(life: Life) -> None:
    """Let people and the central system do things until the cut."""
    charging = life.draw.random() < CHARGING
    doing = asyncio.create_task(life.run(charging=charging))
    await asyncio.sleep(life.draw.uniform(0, CHARGING_S if charging else OTHERS_S))
    doing.cancel()
    with suppress(asyncio.CancelledError):
        await doing


async def _check_online(life: Life) -> None:
    """Sometimes wait for the central system, and ask what it knows."""
    if life.draw.random() < 0.3:
        with suppress(TimeoutError):
            async with asyncio.timeout(ONLINE_S):
                while life.identity not in life.central.connected:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        await life.check_online()


async def _settle(life: Life) -> None:
    """End what runs and let the queue go out; then end the wallbox as the service does."""
    await life.ask("network", up=True)
    with suppress(Exception):
        await life.ask("unplug")
    until_s = time.monotonic() + QUIET_S
    while time.monotonic() < until_s:
        if not await asyncio.to_thread(wallbox_books.under_way, life.box.folder):
            break
        await asyncio.sleep(0.5)
    await asyncio.to_thread(life.box.stop)


def _check_books(life: Life, found: Findings) -> float:
    """Compare wallbox, central system and meter; return the energy that is missing or double."""
    sql = "SELECT server_id, meter_start_wh, meter_stop_wh FROM transactions ORDER BY server_id"
    of_wallbox = [tuple(row) for row in wallbox_books.rows(life.box.folder, sql)]
    of_central = [(t.id, t.start_wh, t.stop_wh) for t in life.central.of(life.identity)]
    found.check(
        of_wallbox == of_central,
        f"{life.identity}: the wallbox knows {of_wallbox}, the central system {of_central}",
    )
    (waiting,) = wallbox_books.rows(life.box.folder, "SELECT count(*) FROM outbox")[0]
    found.check(not waiting, f"{life.identity}: {waiting} messages never went out")
    world = json.loads(life.box.world.read_text(encoding="utf-8"))
    register_wh = float(world["connectors"]["1"]["register_wh"])
    counted_wh = sum((stop or start) - start for _, start, stop in of_central)
    missing_wh = register_wh - counted_wh
    found.check(
        abs(missing_wh) <= REGISTER_WH,
        f"{life.identity}: the register counted {register_wh:.1f} Wh, sessions {counted_wh} Wh",
    )
    life.wrong += complaints(life.box.log, OURS)
    found.wrong += life.wrong
    return 0.0 if abs(missing_wh) <= REGISTER_WH else missing_wh


def _half_files(folder: Path) -> list[str]:
    """Names that tell of a file that was not whole."""
    names = [path.name for path in folder.rglob("*")]
    return [f"half a file: {name}" for name in names if any(part in name for part in HALF_FILES)]
