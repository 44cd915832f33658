"""Many wallboxes at one Home Assistant: what each costs, and how fast it answers.

The memory of one wallbox is the difference between Home Assistant with all of them, connected and
charging, and with one, divided by their number. Processor time is that of the whole process while
the fleet is at work, less what it takes while nobody is connected.
"""

from __future__ import annotations

import asyncio
import time

from evse.simulation.fleet.cars import Habits
from scripts.harness.many import Many
from scripts.harness.process_cost import cost
from scripts.trials.findings import Findings, Job
from scripts.trials.house_with_many import LARGE, conclude, fleet_of, linked, started

HABITS = Habits(session_s=(20.0, 60.0), pause_s=(2.0, 20.0), sample_s=10.0)
IDLE_S = 8.0
SETTLE_S = 10.0
WORK_S, WORK_SHORT_S = 90.0, 12.0
MOST_CPU_MS = 2.0
"""Of a message. How long an answer takes depends on what else the machine does; this does not."""


async def run(job: Job) -> Findings:
    """Run `job.count` wallboxes."""
    findings = Findings()
    async with started(job, job.count) as house:
        await _work(house, job, findings)
    return findings


async def _work(house: Many, job: Job, findings: Findings) -> None:
    process_id = house.page.process_id
    await asyncio.sleep(IDLE_S)
    before = cost(process_id)
    await asyncio.sleep(IDLE_S)
    idle_share = (cost(process_id).cpu_s - before.cpu_s) / IDLE_S
    fleet = fleet_of(house, HABITS, job.seed)
    began_s = time.monotonic()
    running = asyncio.create_task(fleet.run())
    findings.figures["all connected after"] = f"{await linked(fleet) - began_s:.1f} s"
    await asyncio.sleep(SETTLE_S)
    await house.late()
    begin, begin_s, begin_answers = cost(process_id), time.monotonic(), fleet.figures.answers
    await asyncio.sleep(WORK_S if job.count >= LARGE else WORK_SHORT_S)
    end, took_s = cost(process_id), time.monotonic() - begin_s
    answers = fleet.figures.answers - begin_answers
    late = await house.late()
    busy_s = end.cpu_s - begin.cpu_s - idle_share * took_s
    findings.stall_s = late["max_ms"] / 1000
    each_mib = (end.resident_mib - house.one_mib) / max(job.count - 1, 1)
    cpu_ms = 1000 * busy_s / max(answers, 1)
    latency_ms = fleet.figures.latencies.as_ms()
    findings.figures |= {
        "messages": f"{answers / took_s:.0f} a second",
        "CPU per message": f"{cpu_ms:.2f} ms",
        "CPU per wallbox": f"{100 * busy_s / took_s / job.count:.3f} % of a core",
        "memory per wallbox": f"{each_mib:.2f} MiB",
        "memory of all": f"{end.resident_mib:.0f} MiB",
        "answers, p50 / p99 / worst": " / ".join(f"{each:g}" for each in latency_ms.values())
        + " ms",
        "loop late, p50 / p99": f"{late['p50_ms']:.1f} / {late['p99_ms']:.0f} ms",
    }
    findings.check(cpu_ms < MOST_CPU_MS, f"a message takes {cpu_ms:.1f} ms of CPU")
    lost = fleet.figures.links_lost
    findings.check(not lost, f"{lost} links were lost, for answers that took too long or others")
    await conclude(house, fleet, running, findings)
