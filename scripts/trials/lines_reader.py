"""A real wallbox with a PN532 on a serial line that is spoilt, silent, or pulled out.

Asked after each fault: how long until the card that lies there starts a charge; and at every
moment: does no other card than that one ever do so (I15)? A bit that is turned over on the line
makes another number, which must not pass for a card that may charge.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from scripts.harness.wallbox import Wallbox
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from tests.firmware.emulators.pn532 import Pn532Emulator

CARD = bytes.fromhex("04A1B2C3D4E580")
LASTING_S = (1.0, 8.0)
WITHIN_S = 60.0
HELD_S = 8.0
"""So long a person holds a card until he tries again."""
LOOK_S = 0.1
AWAY_S = 1.5
"""A card that is held again has been away."""

End = Callable[[], None]

SETTINGS: dict[str, object] = {
    "ocpp.url": "",
    "loadmanagement.dlb_function": "Disable",
    "simulation.house": "quiet",
    "reader.kind": "pn532",
}


@dataclass(frozen=True, slots=True)
class ReaderFault:
    """One fault; `begin` returns what ends it."""

    name: str
    begin: Callable[[Pn532Emulator, random.Random], End]


def _counted(**counts: int | bool) -> Callable[[Pn532Emulator, random.Random], End]:
    """Set fields of the chip; at the end they are as they were."""

    def begin(chip: Pn532Emulator, _chance: random.Random) -> End:
        for name, value in counts.items():
            setattr(chip, name, value)

        def end() -> None:
            for name, value in counts.items():
                setattr(chip, name, type(value)(0))

        return end

    return begin


def _noise(chip: Pn532Emulator, chance: random.Random) -> End:
    chip.noise = chance.randbytes(12)

    def end() -> None:
        chip.noise = b""

    return end


def _babbling(chip: Pn532Emulator, chance: random.Random) -> End:
    """Bytes come all the time, from nobody."""

    async def babble() -> None:
        while True:
            chip.inject(chance.randbytes(chance.randint(1, 20)))
            await asyncio.sleep(0.01)

    task = asyncio.get_running_loop().create_task(babble())
    return lambda: (task.cancel(), None)[1]


def _pulled_out(chip: Pn532Emulator, _chance: random.Random) -> End:
    chip.unplug()
    return chip.plug


FAULTS = (
    ReaderFault("noise before each answer", _noise),
    ReaderFault("a babbling line", _babbling),
    ReaderFault("answers lost", _counted(lose_answers=6)),
    ReaderFault("acknowledgements lost", _counted(lose_acks=6)),
    ReaderFault("answers damaged", _counted(damage_answers=20)),
    ReaderFault("commands refused", _counted(refuse=6)),
    ReaderFault("silent chip", _counted(silent=True)),
    ReaderFault("pulled out", _pulled_out),
)


async def run(job: Job) -> Findings:
    """Let a person charge with a card after each fault."""
    findings, chance = Findings(), job.chance()
    chip = Pn532Emulator(job.folder / "ttyS3")
    chip.plug()
    given = {key.replace(".", "__"): value for key, value in SETTINGS.items()}
    wallbox = Wallbox(
        job.folder / "wallbox",
        reader__connection=f"serial:{chip.path}",
        **given,  # type: ignore[arg-type]
    )
    try:
        await asyncio.to_thread(wallbox.start)
        await _ask(wallbox, "cards-insert", tag=CARD.hex().upper())
        deck: list[ReaderFault] = []
        while len(deck) < job.count:
            deck += chance.sample(FAULTS, len(FAULTS))
        for fault in deck[: job.count]:
            await _one(job, chip, wallbox, fault, chance, findings)
        cards = set(_cards(wallbox))
        findings.check(len(cards) == 1, f"other cards have charged: {cards}")
        findings.figures["charges by card"] = str(len(_cards(wallbox)))
    finally:
        await asyncio.to_thread(wallbox.kill)
        chip.unplug()
    return findings


async def _one(
    job: Job,
    chip: Pn532Emulator,
    wallbox: Wallbox,
    fault: ReaderFault,
    chance: random.Random,
    findings: Findings,
) -> None:
    wrong, lasting_s = [], chance.uniform(*LASTING_S)
    await _ask(wallbox, "plug", max_a=16)
    end = fault.begin(chip, chance)
    await asyncio.sleep(lasting_s / 2)
    chip.card = CARD  # held while the line is bad; it stays for a while after
    await asyncio.sleep(lasting_s / 2)
    end()
    took_s = await _charges(chip, wallbox)
    if took_s is None:
        wrong.append(f"no charge within {WITHIN_S:.0f} s: {wallbox.log_end(800)}")
    chip.card = None
    await asyncio.sleep(AWAY_S)
    chip.card = CARD
    if took_s is not None and await _until(wallbox, WITHIN_S, charging=False) is None:
        wrong.append("the card does not end the charge")
    chip.card = None
    await _ask(wallbox, "unplug")
    await asyncio.sleep(AWAY_S)
    wrong += complaints(wallbox.log, errors=False, afresh=True)
    findings.fault(took_s, *(f"{fault.name}: {sentence}" for sentence in wrong))
    job.say(f"{fault.name}: charges after {took_s if took_s is None else round(took_s, 1)} s")
    for sentence in wrong:
        job.say(f"WRONG {sentence}")


async def _charges(chip: Pn532Emulator, wallbox: Wallbox) -> float | None:
    """Hold the card again and again, as people do, until there is a transaction."""
    began_s = time.monotonic()
    while time.monotonic() < began_s + WITHIN_S:
        if await _until(wallbox, HELD_S, charging=True) is not None:
            return time.monotonic() - began_s
        chip.card = None
        await asyncio.sleep(AWAY_S)
        chip.card = CARD
    return None


async def _until(wallbox: Wallbox, within_s: float, *, charging: bool) -> float | None:
    """Wait until there is a transaction, or none; how long that took."""
    began_s = time.monotonic()
    while time.monotonic() < began_s + within_s:
        status = await _ask(wallbox, "status")
        if (status["connectors"]["1"]["transaction"] is not None) == charging:
            return time.monotonic() - began_s
        await asyncio.sleep(LOOK_S)
    return None


async def _ask(wallbox: Wallbox, command: str, **fields: object) -> dict[str, Any]:
    return await asyncio.to_thread(lambda: wallbox.request(command=command, **fields))


def _cards(wallbox: Wallbox) -> list[str]:
    path = wallbox.folder / "evse.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return [str(row[0]) for row in database.execute("SELECT id_tag FROM transactions")]
