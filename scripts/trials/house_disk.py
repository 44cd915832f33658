"""The disk of Home Assistant fills up, becomes read-only or dies, or our database on it is damaged.

After each fault: the integration runs, or says what is wrong and runs as soon as the disk is well;
what a wallbox was answered is on the disk; a damaged file is set aside and told as a repair, and of
its sessions all are kept but those of the page that is gone. Wallboxes charge on all the time, and
in the end all their energy is counted, and no total has ever fallen, also where all was lost.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from scripts.harness.charging_day import SETTLE_S, ChargingDay
from scripts.harness.chooser import AWAY
from scripts.harness.home_assistant import HomeAssistant
from scripts.harness.kept import database_of
from scripts.harness.memory_card import MemoryCard
from scripts.trials.findings import Findings, Job
from scripts.trials.house_power_cuts import copy_of_program

MEGABYTES = 96
PAGE_BYTES = 4096
OLD_SESSIONS = 400
"""Of the past, so that the database has pages to lose."""
MOST_LOST = 100
"""How many sessions stand in one page at most."""
FAULT_S = 8.0
"""How long a disk stays full or dead; a charge begins or ends meanwhile."""
TOLD_S = 20.0
MOST_CHOICES = 60
"""So many until a full disk has no room in the database's log either."""


async def run(job: Job) -> Findings:
    """Harm the disk `job.count` times, each way in turn."""
    findings, chance = Findings(), job.chance()
    with MemoryCard(job.folder / "card", MEGABYTES) as card:
        page = HomeAssistant(
            card.path / "home-assistant",
            job.home_assistant,
            log_level="warning",
            program=copy_of_program(job.folder),
            log=job.folder / "log.txt",
        )
        bench = Bench(ChargingDay(page, chance), card, chance)
        try:
            await bench.day.begin()
            os.sync()
            for number in range(job.count):
                way = WAYS[number % len(WAYS)]
                name = way.__name__.replace("_", " ")
                wrong = [f"{name}: {each}" for each in await way(bench) if each]
                recovery_s, unwell = await bench.recover()
                wrong += [f"{name}: {each}" for each in unwell]
                findings.fault(recovery_s, *wrong)
                job.say(f"fault {number + 1} of {job.count}: {name}; {wrong or 'well'}")
            await bench.day.end()
            findings.energy_wh, differences = await bench.day.differences()
            findings.wrong += differences
        finally:
            await bench.day.close()
    findings.figures = {"sessions lost with one page, worst": str(bench.most_lost)}
    return findings


class Bench:
    """What the ways to harm a disk work on."""

    def __init__(self, day: ChargingDay, card: MemoryCard, chance: random.Random) -> None:
        self.day = day
        self.page = day.page
        self.card = card
        self.chance = chance
        self.most_lost = 0

    @property
    def database(self) -> Path:
        """Our file."""
        return database_of(self.page.folder, self.day.entry_id)

    async def run(self) -> None:
        """Have Home Assistant run with all wallboxes."""
        if not self.page.running:
            await asyncio.to_thread(self.page.start)
        await self.day.connected()

    async def stop(self) -> None:
        """Have it not run, after an orderly end."""
        await asyncio.to_thread(self.page.stop)

    async def recover(self) -> tuple[float, list[str]]:
        """Let it run until every wallbox has told everything; return the time and what is wrong."""
        began_s = time.monotonic()
        await self.run()
        wrong = [
            f"{car.name} still has {len(car.point.waiting)} messages to tell"
            for car in self.day.cars
            if not await car.point.drained(SETTLE_S)
        ]
        return time.monotonic() - began_s, wrong

    async def choose(self) -> bool:
        """Choose a limit; return whether that was answered well."""
        car = self.chance.choice(self.day.cars)
        choice = {"entity_id": car.limit_id, "value": self.chance.randint(6, 16)}
        try:
            await asyncio.to_thread(lambda: self.page.act("number.set_value", **choice))
        except AWAY:
            return False
        return True

    async def told(self, key: str, there: bool = True) -> str:
        """Wait until a repair is there, or gone; return what is wrong if that does not come."""
        end_s = time.monotonic() + TOLD_S
        while time.monotonic() < end_s:
            found = await asyncio.to_thread(lambda: self.page.websocket(type="repairs/list_issues"))
            told = {
                each["translation_key"] for each in found["issues"] if each["domain"] == "evse_ocpp"
            }
            if (key in told) is there:
                return ""
            await asyncio.sleep(0.3)
        return f"the repair {key} is {'not' if there else 'still'} there"

    async def damage(
        self, spoil: Callable[[Path], None], most_lost: int, *, running: bool = False
    ) -> list[str]:
        """Spoil the database, below a Home Assistant that runs or not, and start it with that."""
        await self.stop()
        _fill(self.database)
        before = _count(self.database)
        aside = len(self._set_aside())
        if running:
            await self.run()
        spoil(self.database)
        if running:
            await asyncio.sleep(FAULT_S)
            await self.stop()
        self.day.forget()
        await self.run()
        kept = sum(map(len, (await asyncio.to_thread(self.day.kept)).sessions.values()))
        lost = before - kept
        wrong = []
        if lost > most_lost:
            wrong.append(f"{lost} of {before} sessions are lost")
        if len(self._set_aside()) == aside:
            if lost > 0:
                wrong.append("no file was set aside")
        else:
            wrong.append(await self.told("damaged_database"))
        if most_lost < before:
            self.most_lost = max(self.most_lost, lost)
        return wrong

    def _set_aside(self) -> list[Path]:
        return [*self.database.parent.glob(f"{self.database.name}.damaged-*[0-9]")]


# The ways.


async def full(bench: Bench) -> list[str]:
    """No byte is left; a person is told, and nothing is answered that is not kept."""
    await bench.run()
    ballast = bench.card.path / "ballast"
    _write_until_full(ballast)
    for _ in range(MOST_CHOICES):
        if not await bench.choose():
            break
    else:
        ballast.unlink()
        return ["the database never ran out of room"]
    wrong = [await bench.told("storage_fails")]
    await asyncio.sleep(FAULT_S)
    wrong += await bench.day.missing()
    ballast.unlink()
    if not await bench.choose():
        wrong.append("nothing can be chosen though the disk has room")
    return [*wrong, await bench.told("storage_fails", there=False)]


async def dead(bench: Bench) -> list[str]:
    """The card answers nothing but errors while Home Assistant runs, which is then started anew."""
    await bench.run()
    bench.card.die()
    await asyncio.sleep(FAULT_S)
    wrong = ["a choice was answered that cannot be kept"] if await bench.choose() else []
    await asyncio.to_thread(bench.page.kill)
    bench.card.pull_out()
    bench.card.plug_in()
    return [*wrong, *await bench.day.missing()]


async def page(bench: Bench) -> list[str]:
    """Any page but the first has other bytes."""
    return await bench.damage(lambda file: _spoil_page(file, bench.chance), MOST_LOST)


async def read_only(bench: Bench) -> list[str]:
    """Home Assistant starts on a disk that takes nothing, which becomes well later."""
    await bench.stop()
    bench.card.read_only()
    starting = asyncio.create_task(asyncio.to_thread(bench.page.start))
    await asyncio.wait([starting], timeout=2 * FAULT_S)
    bench.card.read_only(on=False)
    try:
        await starting
    except AWAY:  # it has ended by itself: its supervisor starts it again
        await asyncio.to_thread(bench.page.kill)
    return []


async def log(bench: Bench) -> list[str]:
    """Some bytes of the log beside the database are others after a power cut."""
    await bench.run()
    await bench.choose()
    await asyncio.to_thread(bench.page.kill)
    file = bench.database.with_name(f"{bench.database.name}-wal")
    if file.exists() and (size := file.stat().st_size):
        _overwrite(file, bench.chance.randrange(size), bench.chance.randbytes(64))
    bench.day.forget()
    await bench.run()
    return []


async def page_while_running(bench: Bench) -> list[str]:
    """As `page`, below a Home Assistant that runs and then ends."""
    return await bench.damage(
        lambda file: _spoil_page(file, bench.chance), OLD_SESSIONS * 2, running=True
    )


async def cut_short(bench: Bench) -> list[str]:
    """The file ends in its midst."""
    return await bench.damage(
        lambda file: os.truncate(file, file.stat().st_size // 2), OLD_SESSIONS * 2
    )


async def first_page(bench: Bench) -> list[str]:
    """The file does not begin as a database does."""
    spoilt = bench.chance.randbytes(PAGE_BYTES)
    return await bench.damage(lambda file: _overwrite(file, 0, spoilt), OLD_SESSIONS * 2)


async def empty(bench: Bench) -> list[str]:
    """The file is there, and has nothing in it."""
    return await bench.damage(lambda file: os.truncate(file, 0), OLD_SESSIONS * 2)


async def lost(bench: Bench) -> list[str]:
    """File and copy are gone; of the meters Home Assistant has a record of its own."""
    await bench.stop()
    for file in bench.database.parent.glob(f"{bench.database.name}*"):
        if ".damaged-" not in file.name:
            file.unlink()
    bench.day.forget()
    await bench.run()
    return []


WAYS: tuple[Callable[[Bench], Awaitable[list[str]]], ...] = (
    full,
    page,
    dead,
    read_only,
    log,
    page_while_running,
    cut_short,
    first_page,
    empty,
    lost,
)


def _fill(database: Path) -> None:
    """Bring the database to some hundred sessions."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT OR IGNORE INTO session (uid, identity, connector_id, started_at, ended_at,"
            " energy_wh, cost, unpriced_wh, recovered, unattributed)"
            " VALUES (?, 'box-0', 1, ?, ?, 7000, 0, 7000, 0, 0)",
            [(f"old-{day}", day * 86400, day * 86400 + 9000) for day in range(OLD_SESSIONS)],
        )


def _count(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (number,) = connection.execute("SELECT COUNT(*) FROM session").fetchone()
        return int(number)


def _spoil_page(file: Path, chance: random.Random) -> None:
    number = chance.randrange(1, file.stat().st_size // PAGE_BYTES)
    _overwrite(file, number * PAGE_BYTES, chance.randbytes(PAGE_BYTES))


def _overwrite(file: Path, at: int, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(content)


def _write_until_full(file: Path) -> None:
    """Take all room of a disk, the last byte too."""
    for size in (1 << 20, PAGE_BYTES, 1):
        try:
            with file.open("ab", buffering=0) as ballast:
                while ballast.write(bytes(size)):
                    pass
        except OSError:
            continue
