"""Groups of three real wallboxes that share 32 A over RS-485, CAN and the LAN, while all go wrong.

Asked at every sample, twice a second: is the sum of what is offered, and of what is drawn, within
the limit (I17)? And after each fault: how long until everybody charges again.
"""

from __future__ import annotations

import asyncio
import random
import time

from scripts.harness.home_assistant import HarnessError
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.sharing_faults import FAULTS, SharingFault
from tests.firmware.sharing.processes import LIMIT_A, WIRES, Group, Sample, group_of

UNITS = 3
EXACT_A = 0.05
"""Of sums of floats; less than the 0.1 A in which currents are told, so no excess hides in it."""
STARTS_WITHIN_S = 60.0
RECOVERS_WITHIN_S = 90.0
"""Two masters are only over after 30 s; a grant of a dead wallbox after 20 s."""


async def run(job: Job) -> Findings:
    """Share the faults among the wires, all at the same time."""
    parts = await asyncio.gather(
        *(
            asyncio.to_thread(_campaign, job, wire, -(-(job.count - number) // len(FAULTS)))
            for number, wire in enumerate(FAULTS)
        )
    )
    findings = Findings()
    for part in parts:
        findings.add(part)
    return findings


def _campaign(job: Job, wire: str, count: int) -> Findings:
    findings, chance = Findings(), random.Random(f"{job.seed} {wire}")
    if not count:
        return findings
    with group_of(UNITS, WIRES[wire], job.folder / wire) as group:
        group.start_all()
        for unit in group.wallboxes:
            group.plug(unit)
        if recovered(group, UNITS, STARTS_WITHIN_S) is None:
            findings.wrong.append(f"{wire}: not all charge: {group.samples[-1]}")
            return findings
        for fault in deck(FAULTS[wire], count, chance):
            recovery_s, wrong = inject(group, fault, UNITS, chance)
            told = [f"{wire}, {fault.name}: {sentence}" for sentence in wrong]
            findings.fault(recovery_s, *told)
            after = "not" if recovery_s is None else f"after {recovery_s:.1f} s"
            job.say(f"{wire}: {fault.name}: all charge again {after}")
            for sentence in told:
                job.say(f"WRONG {sentence}")
        findings.figures[f"samples on {wire}"] = str(len(group.samples))
        findings.figures[f"highest sum on {wire}"] = f"{highest_a(group.samples):.1f} A"
    return findings


def deck(faults: tuple[SharingFault, ...], count: int, chance: random.Random) -> list[SharingFault]:
    """As many as asked for, each as often as the others."""
    cards: list[SharingFault] = []
    while len(cards) < count:
        cards += chance.sample(faults, len(faults))
    return cards[:count]


def inject(
    group: Group,
    fault: SharingFault,
    at_once: int,
    chance: random.Random,
    limit_a: float = LIMIT_A,
) -> tuple[float | None, list[str]]:
    """Let a fault begin, last and end; how long it took until all was as before, what was wrong."""
    seen, wrong, recovery_s = len(group.samples), [], None
    end = fault.begin(group, chance)
    try:
        group.look(chance.uniform(*fault.lasting_s))
        end()
        recovery_s = recovered(group, at_once, RECOVERS_WITHIN_S)
    except HarnessError as error:
        wrong.append(str(error))
    if recovery_s is None:
        wrong.append(f"not as before after {RECOVERS_WITHIN_S:.0f} s: {group.samples[-1]}")
    highest = max(group.samples[seen:], key=_sum_a)
    if _sum_a(highest) > limit_a + EXACT_A:
        wrong.append(f"{_sum_a(highest):.1f} A of {limit_a:.0f} A: {highest}")
    for unit, wallbox in group.wallboxes.items():
        if not wallbox.running:
            wrong.append(f"wallbox {unit} has ended: {wallbox.log_end(1500)}")
            group.start(unit)
        bad = complaints(wallbox.log, errors=False, afresh=True)
        wrong += [f"wallbox {unit}: {each}" for each in bad]
    return recovery_s, wrong


def recovered(group: Group, at_once: int, within_s: float) -> float | None:
    """Wait until as many charge as can, by their master's grants; how long that took."""
    began_s = time.monotonic()
    while time.monotonic() < began_s + within_s:
        sample = group.sample()
        if sample.charging >= at_once and not set(sample.source) & {"sharing_lost", "dead"}:
            return time.monotonic() - began_s
    return None


def highest_a(samples: list[Sample]) -> float:
    """The highest sum of what was offered, or drawn."""
    return max(map(_sum_a, samples))


def _sum_a(sample: Sample) -> float:
    return max(sum(sample.offered_a), sum(sample.drawn_a))
