"""Home Assistant loses its power at random instants of a day with three wallboxes.

Each cut is a SIGKILL and a memory card that forgets what was not synchronised: a third of them
while it starts, some right after a person has chosen something. After each: whatever was answered,
to a wallbox or to a person, is on the card, once; no energy that is shown falls; all wallboxes come
back. In the end all energy is counted, in entities, history, statistics and sessions.

What Home Assistant itself had not written (its recorder's last seconds, its own .storage) is its
own affair: it writes those later, by design.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from scripts.harness.charging_day import ChargingDay
from scripts.harness.chooser import AWAY, Chooser
from scripts.harness.home_assistant import ROOT, HomeAssistant
from scripts.harness.memory_card import MemoryCard
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job

MEGABYTES = 160
"""Room for Home Assistant's recorder of a whole trial."""
LIFE_S = (0.0, 4.0)
"""Between all being well and the cut; samples come every two seconds."""
START_S = (0.3, 6.0)
"""Between the start of the process and a cut that hits the start."""
OF_STARTS, OF_CHOICES = 1 / 3, 1 / 4
"""Which parts of the cuts hit a start, and come right after something was chosen."""
ENOUGH_FOR_STATISTICS = 50
"""From so many cuts on the trial waits for the recorder's statistics, up to five minutes."""


async def run(job: Job) -> Findings:
    """Cut the power `job.count` times."""
    program = copy_of_program(job.folder)
    with MemoryCard(job.folder / "card", MEGABYTES) as card:
        page = HomeAssistant(
            card.path / "home-assistant",
            job.home_assistant,
            log_level="warning",
            program=program,
            log=job.folder / "log.txt",
        )

        def cut() -> None:
            card.cut()
            card.plug_in()

        return await day_of_cuts(
            page,
            job.count,
            job.chance(),
            cut=cut,
            statistics=job.count >= ENOUGH_FOR_STATISTICS,
            say=job.say,
        )


def copy_of_program(folder: Path) -> Path:
    """Return a copy of the integration as it is now: a trial of an hour tries one program."""
    copy = folder / "evse_ocpp"
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(ROOT / "custom_components" / "evse_ocpp", copy, ignore=ignored)


async def day_of_cuts(
    page: HomeAssistant,
    cuts: int,
    chance: random.Random,
    *,
    cut: Callable[[], None] = lambda: None,
    statistics: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Findings:
    """Kill it so often; `cut` is what else happens to its folder then."""
    findings, day = Findings(), ChargingDay(page, chance)
    try:
        await day.begin()
        os.sync()  # what Home Assistant writes when it ends it does not synchronise
        chooser = Chooser(day, random.Random(chance.random()))
        for number in range(1, cuts + 1):
            how, recovery_s = await _life(day, chooser, chance)
            cut()
            wrong = [f"cut {number}, {how}: {each}" for each in _wrong(day, chooser)]
            findings.fault(recovery_s, *wrong)
            say(f"cut {number} of {cuts}: {how}")
            for each in wrong:
                say(f"WRONG: {each}")
        await asyncio.to_thread(page.start)
        await day.end()
        findings.energy_wh, wrong = await day.differences()
        if statistics:
            wrong += await day.statistics_differences(say)
        findings.wrong += wrong
        findings.figures = {
            "charged": f"{sum(car.charged_wh for car in day.cars) / 1000:.3f} kWh",
            "sessions": str(sum(len(car.point.sessions) for car in day.cars)),
            "choices answered and kept": str(chooser.choices),
        }
    finally:
        await day.close()
    return findings


async def _life(
    day: ChargingDay, chooser: Chooser, chance: random.Random
) -> tuple[str, float | None]:
    """Start Home Assistant and kill it; return when, and how long it took until all was well."""
    page, began_s = day.page, time.monotonic()
    starting = asyncio.create_task(asyncio.to_thread(page.start))
    if chance.random() < OF_STARTS:
        after_s = chance.uniform(*START_S)
        await asyncio.wait([starting], timeout=after_s)
        await asyncio.to_thread(page.kill)
        with suppress(*AWAY):
            await starting
        return f"{after_s:.1f} s after its start", None
    await starting
    await day.connected()
    recovery_s = time.monotonic() - began_s
    end = asyncio.Event()
    life = asyncio.create_task(chooser.live(end))
    after_s = chance.uniform(*LIFE_S)
    await asyncio.sleep(after_s)
    how = f"{after_s:.1f} s after all was well"
    if chance.random() < OF_CHOICES:
        end.set()
        await life
        await chooser.choose()
        how += ", right after a choice"
    end.set()
    await asyncio.to_thread(page.kill)
    await life
    return how, recovery_s


def _wrong(day: ChargingDay, chooser: Chooser) -> Iterator[str]:
    kept = day.kept()
    if kept.integrity != "ok":
        yield f"the database is damaged: {kept.integrity}"
    yield from day.unkept(kept)
    yield from chooser.unkept(kept)
    yield from chooser.wrong
    chooser.wrong.clear()
    yield from complaints(day.page.log, only="evse_ocpp", afresh=True)
