"""Days of a real wallbox program in minutes, with cars, OCPP and everything it keeps.

Its clock leaps (scripts/harness/fast_wallbox.py); the central system and the meters are spoken to
in real time. What it keeps and holds is sampled by simulated time, and must not grow but for the
database, by what a charge takes. What the meter counted is what the central system was told.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from scripts.harness.light_central import LightCentral
from scripts.harness.process_cost import cost
from scripts.harness.wallbox import Wallbox
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.trend import Trend

IDENTITY = "soak"
DAY_S = 86_400.0
PAUSE_S = 2.0
LONGEST_S = 5400.0
"""Of real time: how far it came by then is told."""

JUDGED_DAYS = 3.0
"""After so many the growth is judged."""

ALLOWED_MIB_A_DAY = 0.3
"""Noise of the allocator; a leak of a hundred bytes a second would be 8 MiB."""
ALLOWED_COUNT_A_DAY = 0.3
"""Of handles and threads: one in three days is a leak."""
WHOLE_WH = 1.0
"""OCPP tells whole watt-hours: a transaction may be off by so much."""


@dataclass
class Course:
    """What was sampled, by simulated s."""

    days: float = 0.0
    plugged: bool = False
    register_wh: float = 0.0
    trends: dict[str, Trend] = field(default_factory=dict)

    def note(self, wallbox: Wallbox) -> None:
        """Take one sample."""
        world = wallbox.request(command="status")["world"]
        now = cost(wallbox.process_id)
        database_kb = sum(each.stat().st_size for each in wallbox.folder.glob("evse.sqlite*")) / 1e3
        self.days = world["elapsed_s"] / DAY_S
        self.plugged = world["connectors"]["1"]["plugged"]
        self.register_wh = world["connectors"]["1"]["register_wh"]
        for name, value in (
            ("memory", now.resident_mib),
            ("handles", float(now.handles)),
            ("threads", float(now.threads)),
            ("database", database_kb),
            ("files", sum(each.is_file() for each in wallbox.folder.rglob("*"))),
        ):
            self.trends.setdefault(name, Trend()).add(world["elapsed_s"], value)


async def run(job: Job) -> Findings:
    """Run for `job.count` simulated days."""
    findings, course = Findings(), Course()
    async with LightCentral() as central:
        wallbox = Wallbox(
            job.folder / "wallbox",
            module="scripts.harness.fast_wallbox",
            ocpp__url=central.url,
            ocpp__identity=IDENTITY,
            authorization__free_charging="true",
            simulation__house="quiet",
            loadmanagement__dlb_function="Disable",
            meter__interval_s=5,
        )
        try:
            await asyncio.to_thread(wallbox.start)
            await _days(wallbox, course, job)
            await asyncio.to_thread(wallbox.stop)
            _judge(wallbox, course, central, findings)
        finally:
            await asyncio.to_thread(wallbox.kill)
    return findings


async def _days(wallbox: Wallbox, course: Course, job: Job) -> None:
    began_s, told_day = time.monotonic(), 0
    over = False
    while not over or course.plugged:  # its last transaction has an end, too
        await asyncio.sleep(PAUSE_S)
        await asyncio.to_thread(course.note, wallbox)
        if int(course.days) > told_day:
            told_day = int(course.days)
            job.say(f"day {told_day}: {course.register_wh / 1000:.1f} kWh")
        over = course.days >= job.count or time.monotonic() - began_s > LONGEST_S


def _judge(wallbox: Wallbox, course: Course, central: LightCentral, findings: Findings) -> None:
    transactions = central.of(IDENTITY)
    findings.wrong += central.wrong
    ended = [each for each in transactions if each.stop_wh is not None]
    told_wh = sum((each.stop_wh or 0) - each.start_wh for each in ended)
    missing = len(transactions) - len(ended)
    findings.check(not missing, f"{missing} transactions have no end")
    findings.check(bool(ended), "no car has charged")
    off_wh = abs(course.register_wh - told_wh)
    findings.energy_wh = 0.0 if off_wh <= WHOLE_WH * len(ended) else off_wh
    findings.check(not findings.energy_wh, f"{off_wh:.0f} Wh were not told, or twice")
    findings.figures |= {
        "simulated days": f"{course.days:.1f}",
        "charges": f"{len(ended)}, {told_wh / 1000:.1f} kWh",
    }
    for name, trend in course.trends.items():
        first, last = trend.samples[0][1], trend.samples[-1][1]
        a_day = trend.per_hour * 24
        unit = {"memory": " MiB", "database": " kB"}.get(name, "")
        findings.figures[name] = f"{first:.0f} → {last:.0f}{unit}, {a_day:+.2f}{unit} a day"
        allowed = {
            "memory": ALLOWED_MIB_A_DAY,
            "handles": ALLOWED_COUNT_A_DAY,
            "threads": ALLOWED_COUNT_A_DAY,
        }.get(name)
        if allowed is not None and course.days >= JUDGED_DAYS:
            findings.check(a_day <= allowed, f"{name} grows: {findings.figures[name]}")
    text = wallbox.log.read_text(errors="replace")
    bad = complaints(wallbox.log)
    findings.check(not bad, f"{len(bad)} errors logged, the first: {bad[:1]}")
    findings.figures["log"] = f"{len(text) / max(course.days, 0.01) / 1e3:.0f} kB a day"
