"""Thirty-two real wallboxes share one fuse over the LAN, while messages are lost and masters die.

Each is a process of its own. With so many on two cores they are late as well, which must not matter
either: the sum of what is offered, and of what is drawn, is within the limit at every sample (I17).
The short form has eight.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from pathlib import Path

from scripts.harness.home_assistant import HarnessError, wait_until
from scripts.harness.process_cost import cpu_s
from scripts.trials.findings import Findings, Job
from scripts.trials.lines_sharing import deck, highest_a, inject, recovered
from scripts.trials.sharing_faults import (
    SharingFault,
    cut_wire,
    killed_master,
    killed_member,
    old_datagrams,
    rough_switch,
)
from tests.firmware.sharing.processes import Group, group_of, lan

WALLBOXES, FEW_WALLBOXES = 32, 8
FEW_FAULTS = 6
"""Fewer faults than these are the short form."""

AMPS_EACH = 5.0
"""So much of the limit for each wallbox: not all can charge at once, each with 6 A or more."""

SAMPLE_S = 1.0
START_EVERY_S = 0.5
STARTS_WITHIN_S = 180.0
MEASURED_S, MEASURED_SHORT_S = 10.0, 3.0

FAULTS = (
    SharingFault("a third of the datagrams lost", (5.0, 15.0), rough_switch(loses=0.33)),
    SharingFault("late and twice", (5.0, 15.0), rough_switch(doubles=0.3, delays=0.5)),
    SharingFault("old datagrams again", (5.0, 10.0), old_datagrams),
    SharingFault("wire cut", (5.0, 16.0), cut_wire),
    SharingFault("member killed", (1.0, 5.0), killed_member),
    SharingFault("master killed", (2.0, 15.0), killed_master),
)

QUICK = tuple(replace(fault, lasting_s=(3.0, 5.0)) for fault in FAULTS[:3])


async def run(job: Job) -> Findings:
    """Let cars come to all, then break things."""
    return await asyncio.to_thread(_campaign, job)


def _campaign(job: Job) -> Findings:
    findings, chance = Findings(), job.chance()
    units = WALLBOXES if job.count >= FEW_FAULTS else FEW_WALLBOXES
    limit_a = AMPS_EACH * units
    at_once = int(limit_a // 6)
    findings.figures["wallbox processes"] = str(units)
    measured_s = MEASURED_S if units == WALLBOXES else MEASURED_SHORT_S
    with group_of(units, lan, job.folder, sharing__limit_a=limit_a) as group:
        group.sample_s = SAMPLE_S
        _start_all(group)
        findings.figures["memory of a wallbox (PSS)"] = f"{_pss_mib(group):.0f} MiB"
        findings.figures["CPU of a waiting wallbox"] = (
            f"{_cpu_percent(group, measured_s):.1f} % of a core"
        )
        for unit in group.wallboxes:
            group.plug(unit)
        took_s = recovered(group, at_once, STARTS_WITHIN_S)
        if not findings.check(took_s is not None, f"not all charge: {group.samples[-1]}"):
            return findings
        findings.figures["all charge after"] = f"{took_s:.0f} s"
        findings.figures["CPU of a charging wallbox"] = (
            f"{_cpu_percent(group, measured_s):.1f} % of a core"
        )
        for fault in deck(FAULTS if units == WALLBOXES else QUICK, job.count, chance):
            _fault(job, group, fault, at_once, limit_a, chance, findings)
        findings.figures["samples"] = str(len(group.samples))
        highest = f"{highest_a(group.samples):.1f} A of {limit_a:.0f} A"
        findings.figures["highest sum"] = highest
    return findings


def _start_all(group: Group) -> None:
    """Start one after the other; so many are slow to start all together."""
    for wallbox in group.wallboxes.values():
        wallbox.spawn()
        time.sleep(START_EVERY_S)

    def answers() -> bool:
        try:
            for wallbox in group.wallboxes.values():
                wallbox.request(command="status")
        except HarnessError:
            return False
        return True

    wait_until(answers, "all wallboxes", STARTS_WITHIN_S, 1.0)


def _fault(
    job: Job,
    group: Group,
    fault: SharingFault,
    at_once: int,
    limit_a: float,
    chance: random.Random,
    findings: Findings,
) -> None:
    recovery_s, wrong = inject(group, fault, at_once, chance, limit_a)
    findings.fault(recovery_s, *(f"{fault.name}: {sentence}" for sentence in wrong))
    after = "not" if recovery_s is None else f"after {recovery_s:.1f} s"
    job.say(f"{fault.name}: as many charge as before {after}{' WRONG' if wrong else ''}")


def _cpu_percent(group: Group, measured_s: float) -> float:
    """What a wallbox takes of a core, %, while nobody asks it anything."""
    before_s, began_s = _cpu_s(group), time.monotonic()
    time.sleep(measured_s)
    took_s = time.monotonic() - began_s
    return 100 * (_cpu_s(group) - before_s) / took_s / len(group.wallboxes)


def _cpu_s(group: Group) -> float:
    return sum(cpu_s(Path(f"/proc/{each.process_id}")) for each in group.wallboxes.values())


def _pss_mib(group: Group) -> float:
    """The memory of a wallbox, what is shared divided among those who share it."""
    kib = 0
    for wallbox in group.wallboxes.values():
        rollup = Path(f"/proc/{wallbox.process_id}/smaps_rollup").read_text(encoding="ascii")
        kib += next(int(line.split()[1]) for line in rollup.splitlines() if line[:4] == "Pss:")
    return kib / 1024 / len(group.wallboxes)
