"""Fills, protects and damages a wallbox's memory card; it starts, says what it lost, and charges.

`evse run` on a card with settings, cards, sessions and messages that wait. In turn: the card is
full, or can only be read, while a car charges, and at a start; random bytes stand in a random page
of the database, in its journal, in any other file; any file is cut short. What is not there any
more is said in the log, and the damaged file is kept beside.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.harness import wallbox_books
from scripts.harness.card_wallbox import CardWallbox, as_installed
from scripts.harness.home_assistant import HarnessError, wait_until
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job

CARD_MB = 24
PAGE_BYTES = 4096
CHARGE_S = 30.0
"""From plug to a closed contactor, on a busy computer."""

CARDS = tuple(f"04{number:06X}" for number in range(200))
SETTING, VALUE = "ocpp.connection_timeout_s", 77
DATABASE = "evse.sqlite"
LEFT_ALONE = {"control.sock", "lock", "simulation.json"}
"""What cannot be damaged, or is no part of the wallbox."""


@dataclass
class Bench:
    """A wallbox, and its state as it is before each fault."""

    box: CardWallbox
    master: Path
    draw: random.Random

    def fill(self) -> None:
        """Leave not one free byte on the card."""
        with (self.box.card.path / "filler").open("wb") as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        with (self.box.card.path / "filler").open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(512))

    def empty(self) -> None:
        """Free what `fill` took."""
        (self.box.card.path / "filler").unlink()

    def restore(self) -> None:
        """Put the state back as it was before, and the world: no car is there."""
        shutil.copy(self.master.with_name("world"), self.box.world)
        shutil.rmtree(self.box.folder)
        shutil.copytree(self.master, self.box.folder, symlinks=True)
        self.box.card.synchronise()

    def charge(self) -> None:
        """A car comes and charges. HarnessError when it does not."""
        with suppress(HarnessError):
            self.box.request(command="unplug")
            wait_until(lambda: self._phase() == "idle", "an idle connector", CHARGE_S, 0.1)
        self.box.request(command="plug", start_delay_s=0, reaction_s=0)
        wait_until(self.charges, "a charging car", CHARGE_S, 0.1)

    def charges(self) -> bool:
        """Whether current can flow."""
        connector = self.box.request(command="status")["connectors"]["1"]
        return bool(connector["contactor"] and connector["transaction"] is not None)

    def _phase(self) -> str:
        return str(self.box.request(command="status")["connectors"]["1"]["phase"])

    def lost(self, values: tuple[int, ...] = (VALUE,)) -> str:
        """Which cards and settings are not those that were stored; "" for none."""
        answer = self.box.request(command="settings-get", keys=[SETTING])
        value: int = answer["settings"][0]["value"]
        count = self.box.request(command="cards-list")["count"]
        setting = "" if value in values else f"the setting is {value} instead of {VALUE}, "
        cards = "" if count == len(CARDS) else f"{count} cards instead of {len(CARDS)}, "
        return setting + cards


async def run(job: Job) -> Findings:
    """Let `job.count` faults happen, of all kinds in turn."""
    return await asyncio.to_thread(_run, job)


def _run(job: Job) -> Findings:
    as_installed(job.folder)
    found, draw = Findings(), job.chance()
    with CardWallbox(
        job.folder / "box", CARD_MB, ocpp__identity="box1", FreeCharging=True, simulation__speed=8
    ) as box:
        bench = Bench(box, job.folder / "master", draw)
        _make_master(bench)
        survived: dict[str, int] = {}
        for number in range(job.count):
            kind = KINDS[number % len(KINDS)]
            name = kind.__name__.strip("_")
            wrong: list[str] = []
            recovery_s = None
            box.log.unlink(missing_ok=True)
            try:
                recovery_s = kind(bench, wrong)
            except HarnessError as error:
                wrong.append(str(error))
            survived[name] = survived.get(name, 0) + (not wrong)
            wrong += _complaints(box)
            found.fault(recovery_s, *(f"{name}: {sentence}" for sentence in wrong))
            if wrong:
                job.say(f"{number} {name}: {wrong}")
            box.kill()
            bench.restore()
    found.figures["survived"] = ", ".join(f"{name} {times}" for name, times in survived.items())
    return found


def _make_master(bench: Bench) -> None:
    """A state as after some months: cards, settings, sessions."""
    box = bench.box
    box.start()
    box.request(command="settings-set", values={SETTING: VALUE})
    for card in CARDS:
        box.request(command="cards-insert", tag=card)
    for _ in range(2):
        bench.charge()
        time.sleep(1)
        box.request(command="unplug")
    box.stop()
    with closing(sqlite3.connect(box.folder / DATABASE)) as database, database:
        rows = [(minute, "power 1", minute / 7) for minute in range(20_000)]
        database.executemany("INSERT INTO chart_samples VALUES (?, ?, ?)", rows)
    shutil.copy(box.world, bench.master.with_name("world"))
    shutil.copytree(box.folder, bench.master, symlinks=True)
    box.card.synchronise()


# ------------------------------------------------------------------ the faults


def _full_while_charging(bench: Bench, wrong: list[str]) -> float:
    """Charging goes on, changes are refused in words; with room on the card all is stored."""
    box = bench.box
    box.start()
    bench.charge()
    bench.fill()
    try:
        _cannot_write(bench, wrong)
        box.request(command="unplug")
        time.sleep(1)
    finally:
        bench.empty()
    began_s = time.monotonic()
    wait_until(lambda: _open_transactions(box) == 0, "the end of the transaction", 20, 0.1)
    recovery_s = time.monotonic() - began_s
    box.request(command="settings-set", values={SETTING: VALUE})
    _check(bench, wrong, damaged=False)
    return recovery_s


def _read_only_while_charging(bench: Bench, wrong: list[str]) -> float:
    """Charging goes on, changes are refused in words; after a restart all is there."""
    box = bench.box
    box.start()
    bench.charge()
    box.card.give_up()
    try:
        _cannot_write(bench, wrong)
    finally:
        box.kill()
        box.card.pull_out()
        box.card.plug_in()
    recovery_s = box.start()
    # A change that was refused in the middle may be there.
    if lost := bench.lost((VALUE, VALUE + 1)):
        wrong.append(lost)
    bench.charge()
    return recovery_s


def _cannot_write(bench: Bench, wrong: list[str]) -> None:
    time.sleep(2)
    if not bench.charges():
        wrong.append("the charge was ended")
    try:
        bench.box.request(command="settings-set", values={SETTING: VALUE + 1})
        wrong.append("a change of settings was confirmed that cannot be stored")
    except HarnessError as error:
        if "disk" not in str(error) and "readonly" not in str(error):
            wrong.append(f"it does not say why a change is refused: {error}")


def _full_at_start(bench: Bench, wrong: list[str]) -> float:
    """It starts and answers; a car has to wait until its session can be stored (I9)."""
    bench.fill()
    try:
        recovery_s = bench.box.start()
        bench.box.request(command="plug", start_delay_s=0, reaction_s=0)
        time.sleep(2)
        if bench.charges():
            wrong.append("a car charges whose session cannot be stored")
    finally:
        bench.empty()
    wait_until(bench.charges, "a charging car once there is room", CHARGE_S, 0.1)
    _check(bench, wrong, damaged=False)
    return recovery_s


def _read_only_at_start(bench: Bench, wrong: list[str]) -> float:
    """Nothing can be promised of a wallbox that cannot store a session (I9): it says why it ends,
    and starts as soon as the card can be written.
    """
    bench.box.card.read_only()
    bench.box.spawn()
    try:
        status = bench.box.wait(15)
        log = bench.box.log_end()
        if status == 0 or not log.strip().splitlines()[-1].startswith("evse: "):
            wrong.append(f"it ends with {status} without a clear word: {log}")
    finally:
        bench.box.card.read_only(False)
    recovery_s = bench.box.start()
    _check(bench, wrong, damaged=False)
    return recovery_s


def _page(bench: Bench, wrong: list[str]) -> float:
    """Random bytes in a random page."""
    path = bench.box.folder / DATABASE
    pages = path.stat().st_size // PAGE_BYTES
    length = bench.draw.choice((16, 512, PAGE_BYTES))
    at = bench.draw.randrange(pages) * PAGE_BYTES + bench.draw.randrange(PAGE_BYTES - length + 1)
    _overwrite(path, at, bench.draw.randbytes(length))
    return _start_damaged(bench, wrong)


def _first_pages(bench: Bench, wrong: list[str]) -> float:
    """Random bytes in the header, or where the tables begin."""
    at = bench.draw.randrange(60 * PAGE_BYTES // 4)
    _overwrite(bench.box.folder / DATABASE, at, bench.draw.randbytes(32))
    return _start_damaged(bench, wrong)


def _journal(bench: Bench, wrong: list[str]) -> float:
    """Random bytes in what was not moved into the database yet."""
    bench.box.start()
    bench.box.request(command="settings-set", values={SETTING: VALUE})
    bench.box.kill()
    path = bench.box.folder / f"{DATABASE}-wal"
    at = bench.draw.randrange(max(1, path.stat().st_size - 64))
    _overwrite(path, at, bench.draw.randbytes(64))
    return _start_damaged(bench, wrong)


def _cut_short(bench: Bench, wrong: list[str]) -> float:
    """The database ends in the middle."""
    path = bench.box.folder / DATABASE
    os.truncate(path, bench.draw.randrange(path.stat().st_size))
    return _start_damaged(bench, wrong)


def _other_file(bench: Bench, wrong: list[str]) -> float:
    """Any other file is empty, or garbage."""
    files = [
        path
        for path in sorted(bench.box.folder.rglob("*"))
        if path.is_file() and path.name not in LEFT_ALONE and not path.name.startswith(DATABASE)
    ]
    path = bench.draw.choice(files)
    content = b"" if bench.draw.random() < 0.5 else bench.draw.randbytes(200)
    path.write_bytes(content)
    try:
        return _start_damaged(bench, wrong)
    finally:
        wrong[:] = [f"{path.name} ({len(content)} bytes): {sentence}" for sentence in wrong]


KINDS = (
    _page,
    _full_while_charging,
    _journal,
    _read_only_while_charging,
    _cut_short,
    _full_at_start,
    _other_file,
    _read_only_at_start,
    _first_pages,
)


def _overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def _start_damaged(bench: Bench, wrong: list[str]) -> float:
    recovery_s = bench.box.start()
    _check(bench, wrong, damaged=True)
    return recovery_s


def _check(bench: Bench, wrong: list[str], *, damaged: bool) -> None:
    """It charges, and what is lost is said and kept aside."""
    if lost := bench.lost():
        log = bench.box.log.read_text(errors="replace")
        if not damaged:
            wrong.append(lost)
        elif "damaged" not in log:
            wrong.append(f"{lost}and nobody says so")
        elif not list(bench.box.folder.glob("*.damaged-*")):
            wrong.append(f"{lost}and the damaged file is not kept")
    bench.charge()


def _open_transactions(box: CardWallbox) -> int:
    sql = "SELECT count(*) FROM transactions WHERE stopped_at IS NULL"
    return int(wallbox_books.rows(box.folder, sql)[0][0])


def _complaints(box: CardWallbox) -> list[str]:
    """A word of SQLite about the card may be told with where it was said."""
    return complaints(box.log, r"\nsqlite3\.OperationalError: ", r"\nOSError: ", errors=False)
