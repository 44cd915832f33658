"""Cuts a wallbox's power at random instants of its updates; each time the next start must answer.

Real slots on a memory card that forgets what was not synchronised, the real launcher, `evse run` on
the simulated board, real bundles of this checkout under two version numbers. Two of three are power
cuts, the others kill the program alone, as a lack of memory does: what it has begun (pip) goes on.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from evse.update import bundle as bundles
from evse.update.slots import make_root
from scripts.harness.memory_card import MemoryCard
from scripts.trials.findings import Findings, Job
from tests.firmware.update.bundles import Maker
from tests.firmware.update.process import Wallbox, kill_campaign

OLD, NEW = "1.0.0", "2.0.0"
CARD_MB = 768
LONGEST_S = 14.0
"""From the order to the kill, at most: as long as an update takes here."""


async def run(job: Job) -> Findings:
    """Kill `job.count` times, all on one card."""
    found = Findings()
    maker = Maker.new(job.folder / "maker")
    old, new = maker.real(OLD), maker.real(NEW)
    first = make_root(job.folder / "first")
    await first.install(bundles.read(old, maker.keys), datetime.now(UTC))
    first.make_first("a")
    card = MemoryCard(job.folder / "box", CARD_MB)

    def cut() -> None:
        card.cut()
        card.plug_in()

    with card:
        async with Wallbox(card.path, first.root, maker) as box:
            card.synchronise()
            try:
                rows = await kill_campaign(
                    box,
                    new,
                    job.count,
                    job.seed,
                    LONGEST_S,
                    lambda row: _told(row, job, found),
                    cut,
                )
                await box.until(phase="idle")
            except AssertionError as error:
                found.fault(None, str(error))
                return found
    found.figures |= {
        "in phase": _counted(rows, "phase"),
        "answered afterwards": _counted(rows, "version"),
        "power cuts": str(sum(row["power_cut"] for row in rows)),
    }
    return found


def _told(row: Any, job: Job, found: Findings) -> None:
    found.fault(row["back_s"])
    job.say(f"cut {row['kill']}: {row['phase']}, back after {row['back_s']} s: {row['version']}")


def _counted(rows: list[dict[str, Any]], name: str) -> str:
    counts = Counter(str(row[name]) for row in rows).most_common()
    return ", ".join(f"{value} {count}" for value, count in counts)
