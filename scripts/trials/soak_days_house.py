"""Days of Home Assistant in minutes, with a site, three wallboxes, and all that people do.

scripts/harness/fast_house.py is the program, whose time leaps. What it holds is sampled each night:
memory, objects, tasks, timers, listeners, handles, rows. It must not grow but for what is kept of
each charge. What the wallboxes counted is what the energy entities show, and what the sessions say.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.trials.findings import Findings, Job
from scripts.trials.trend import Trend

REPOSITORY = Path(__file__).resolve().parents[2]
DAY_LIMIT_S = 600.0
"""Of real time for a simulated day, on a machine that has much else to do."""

JUDGED_DAYS = 9
"""After so many the growth is judged: a week has passed, with its reload."""

ALLOWED_A_DAY = {
    # The allocator's: the blocks below tell exactly.
    "memory": 0.5,
    # One timer that each reload leaves over holds its hub: 650 blocks and 340 objects a day.
    "blocks": 400.0,
    "objects": 150.0,
    "handles": 0.1,
    "threads": 0.1,
    "tasks": 0.1,
    "timers": 0.2,
    "listeners": 0.1,
    "states": 0.1,
}
"""How much each may grow in a day. What is counted in ones must not, but for the line's accuracy:
a car that charges at night has a task and a timer more."""

ROUNDING_KWH = 0.0011
"""Of a figure in kWh with three decimals, and of the sums of floats."""

UNITS = {"memory": " MiB", "database": " kB"}
BAD_WORDS = ("Traceback", " ERROR ", " CRITICAL ", "never awaited", "never retrieved")


@dataclass
class Nights:
    """What was sampled: `told` are the lines of the program."""

    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def trends(self) -> dict[str, Trend]:
        """The figures by simulated time."""
        trends: dict[str, Trend] = {}
        for night in self.told:
            for name, value in night["held"].items():
                trends.setdefault(name, Trend()).add(night["elapsed_s"], value)
        return trends

    def grown(self) -> str:
        """Return the kinds of objects that have become most more since the middle."""
        first, last = (dict(self.told[at]["objects"]) for at in (len(self.told) // 2, -1))
        more = sorted(((count - first.get(name, 0), name) for name, count in last.items()))
        return ", ".join(f"{name} {count:+d}" for count, name in reversed(more[-8:]))


async def run(job: Job) -> Findings:
    """Run for `job.count` simulated days."""
    findings, nights = Findings(), Nights()
    home, log = job.folder / "home", job.folder / "home.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            job.home_assistant,
            *("-m", "scripts.harness.fast_house", str(job.count), str(home)),
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'firmware'}"},
            stdout=subprocess.PIPE,
            stderr=errors,
            limit=2**20,
        )
        try:
            await _follow(process, nights, job)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    findings.check(process.returncode == 0, f"it ended with {process.returncode}")
    _judge_log(log.read_text(errors="replace"), findings)
    if findings.check(
        bool(nights.told) and "ended" in nights.told[-1], "it did not come to its end"
    ):
        _judge_growth(nights, findings)
        _judge_energy(nights.told[-1], home, findings)
    return findings


async def _follow(process: asyncio.subprocess.Process, nights: Nights, job: Job) -> None:
    if process.stdout is None:
        raise ValueError("process: its output is not read")
    while True:
        async with asyncio.timeout(DAY_LIMIT_S):
            line = await process.stdout.readline()
        if not line:
            break
        nights.told.append(json.loads(line))
        night = nights.told[-1]
        charged_kwh = sum(night["registers_wh"].values()) / 1000
        held = ", ".join(f"{name} {night['held'].get(name, 0):.0f}" for name in ALLOWED_A_DAY)
        job.say(f"day {night['day']}: {charged_kwh:.1f} kWh, {night['cpu_s']:.0f} s CPU, {held}")
    async with asyncio.timeout(DAY_LIMIT_S):
        await process.wait()


def _judge_log(text: str, findings: Findings) -> None:
    bad = [line for line in text.splitlines() if any(word in line for word in BAD_WORDS)]
    end = text[text.index(bad[0]) :][:1500] if bad else ""
    findings.check(not bad, f"{len(bad)} errors logged, the first: {end}")


def _judge_growth(nights: Nights, findings: Findings) -> None:
    days = nights.told[-1]["day"]
    findings.figures["simulated days"] = f"{days}, {nights.told[-1]['cpu_s'] / days:.0f} s CPU each"
    for name, trend in nights.trends.items():
        first, last = trend.samples[0][1], trend.samples[-1][1]
        a_day, unit = trend.per_hour * 24, UNITS.get(name, "")
        told = f"{first:.0f} → {last:.0f}{unit}, {a_day:+.2f}{unit} a day"
        findings.figures[name] = told
        if days >= JUDGED_DAYS and (allowed := ALLOWED_A_DAY.get(name)) is not None:
            findings.check(a_day <= allowed, f"{name} grow: {told}; {nights.grown()}")


def _judge_energy(end: dict[str, Any], home: Path, findings: Findings) -> None:
    """Hold the wallboxes' registers against entities, sessions and tallies."""
    (database,) = (home / ".storage").glob("evse_ocpp.*.db")
    sessions = _sums(database, "SELECT identity, SUM(energy_wh) FROM session GROUP BY identity")
    # What came from neither sun nor battery came from the grid, where a site told of it.
    known = "SELECT identity, MAX(energy_wh, sun_wh + IFNULL(battery_wh, 0)) AS wh FROM session"
    told = _sums(database, f"SELECT identity, SUM(wh) FROM ({known}) GROUP BY identity")
    tallied = "SUM(sun_wh + battery_wh + grid_wh)"
    tallies = _sums(database, f"SELECT identity, {tallied} FROM tally GROUP BY identity")
    worst_wh = 0.0
    for identity, register_wh in end["registers_wh"].items():
        findings.check(register_wh > 0, f"{identity} has charged nothing")
        for name, counted_wh in (
            ("its energy entity", end["meters_kwh"][identity] * 1000),
            ("its sessions", sessions.get(identity, math.nan)),
        ):
            off_wh = abs(counted_wh - register_wh)
            findings.check(
                off_wh <= ROUNDING_KWH * 1000,
                f"{identity}: {name} has {counted_wh:.1f} Wh, the wallbox {register_wh} Wh",
            )
            worst_wh = max(worst_wh, off_wh) if off_wh > ROUNDING_KWH * 1000 else worst_wh
        off_wh = abs(tallies.get(identity, math.nan) - told.get(identity, math.nan))
        findings.check(
            off_wh <= ROUNDING_KWH * 1000,
            f"{identity}: the sums since ever are {off_wh:.1f} Wh off those of the sessions",
        )
    findings.energy_wh = worst_wh
    total_kwh = sum(end["registers_wh"].values()) / 1000
    findings.figures["charged"] = f"{total_kwh:.1f} kWh"
    findings.figures["connections"] = str(end["connections"])


def _sums(database: Path, query: str) -> dict[str, float]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {str(identity): float(value or 0) for identity, value in connection.execute(query)}
