"""Home Assistant is killed and comes back, and all wallboxes dial at once.

They do so the whole time, every second, and tell what waited meanwhile. Recovery is from the
opening of the central system's port until each of them has booted and its entity says so.
"""

from __future__ import annotations

import asyncio
import time

from evse.simulation.fleet.cars import Habits
from evse.simulation.fleet.fleet import Fleet
from scripts.harness.many import Many
from scripts.harness.process_cost import cost
from scripts.trials.findings import Findings, Job
from scripts.trials.house_with_many import (
    LARGE,
    LINK_TIMEOUT_S,
    conclude,
    fleet_of,
    linked,
    started,
)

HABITS = Habits(session_s=(15.0, 60.0), pause_s=(2.0, 10.0), sample_s=10.0)
WORK_S = 8.0
"""Between a recovery and the next kill."""

DOWN_S = 5.0
KILLS, KILLS_SHORT = 5, 1
ALLOWED_S = 30.0
"""The promise: so long after the port is open again all are back."""


async def run(job: Job) -> Findings:
    """Run `job.count` wallboxes."""
    findings = Findings()
    async with started(job, job.count) as house:
        fleet = fleet_of(house, HABITS, job.seed)
        running = asyncio.create_task(fleet.run())
        await linked(fleet)
        for number in range(KILLS if job.count >= LARGE else KILLS_SHORT):
            await asyncio.sleep(WORK_S)
            recovery_s = await _storm(house, fleet, findings)
            job.say(f"kill {number + 1}: all back after {recovery_s:.1f} s")
        await asyncio.sleep(WORK_S)
        findings.stall_s = (await house.late())["max_ms"] / 1000
        await conclude(house, fleet, running, findings)
    return findings


async def _storm(house: Many, fleet: Fleet, findings: Findings) -> float:
    await asyncio.to_thread(house.page.kill)
    await asyncio.sleep(DOWN_S)
    starting = asyncio.create_task(asyncio.to_thread(house.page.start))
    began_s = time.monotonic()
    opened_s = await house.opened()
    opened_cpu_s = cost(house.page.process_id).cpu_s
    linked_s = await linked(fleet)
    cpu_s = cost(house.page.process_id).cpu_s - opened_cpu_s
    await starting
    told_s = await _all_told(house)
    starting_ms = (await house.late())["max_ms"]  # all that Home Assistant loads is in it
    recovery_s = max(linked_s, told_s) - opened_s
    late = recovery_s >= ALLOWED_S
    findings.fault(recovery_s, *([f"all were back only after {recovery_s:.0f} s"] if late else []))
    findings.figures |= {
        "port open after the start": f"{opened_s - began_s:.1f} s",
        "last boot": f"{linked_s - opened_s:.1f} s",
        "CPU until then": f"{cpu_s:.1f} s",
        "last entity": f"{told_s - opened_s:.1f} s",
        "loop late while it starts": f"{starting_ms / 1000:.1f} s",
    }
    return recovery_s


async def _all_told(house: Many) -> float:
    """Wait until every wallbox's entity says that it is connected; return when the last came."""
    end_s = time.monotonic() + LINK_TIMEOUT_S
    while True:
        connected = await house.connected_s()
        if len(connected) == house.chargers:
            return max(connected)
        if time.monotonic() > end_s:
            raise TimeoutError(f"only {len(connected)} of {house.chargers} entities say connected")
        await asyncio.sleep(0.5)
