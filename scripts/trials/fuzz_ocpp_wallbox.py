"""A hostile central system's calls and answers, spoilt, to the wallbox's OCPP client.

See tests/firmware/ocpp/fuzzed_client.py. Each life keeps what the one before stored, as often as
not: what a central system wrote must not keep a wallbox from starting.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from importlib import import_module
from random import Random
from typing import Any

from scripts.harness.process_cost import resident_mib
from scripts.trials import trend
from scripts.trials.broken import Broken
from scripts.trials.findings import Findings, Job

FRAMES_A_LIFE = 400
LIVES_A_FOLDER = 4
SIDE_BY_SIDE = 4
"""Clients: each waits for its database most of the time."""
MEMORY_GROWTH_MIB = 25.0
MAX_STORED_MIB = 8.0
"""Of the state folder: certificates, charging profiles, a local list, and what is to be told."""


async def run(job: Job) -> Findings:
    """Say `job.count` things to the client."""
    bench: Any = import_module("tests.firmware.ocpp.fuzzed_client")
    promise, findings, chance = bench.Promise(), Findings(), job.chance()
    broken: Broken = promise.broken
    memory_mib, began_s = [resident_mib()], time.monotonic()

    async def talk(number: int) -> None:
        says, life = bench.Says(Random(chance.getrandbits(64))), 0
        while findings.inputs < job.count:
            folder = job.folder / f"{number} {life // LIVES_A_FOLDER}"
            life += 1
            folder.mkdir(exist_ok=True)
            try:
                said = await bench.live(folder, says, promise, min(FRAMES_A_LIFE, job.count))
            except Exception:  # noqa: BLE001 - whatever it is, it is a finding
                broken.raised(traceback.format_exc())
                said, life = 1, life + LIVES_A_FOLDER  # on another one
            findings.inputs += max(1, said)
            memory_mib.append(resident_mib())
            if (stored := bench.stored_mib(folder)) > MAX_STORED_MIB:
                broken.note("the state folder grows", f"{stored:.1f} MiB")

    with broken.listening():
        await asyncio.gather(*(talk(number) for number in range(SIDE_BY_SIDE)))
    took_s = time.monotonic() - began_s
    broken.tell(findings, job.say)
    early_mib, late_mib = trend.early(memory_mib), memory_mib[-1]
    findings.check_memory(early_mib, late_mib, MEMORY_GROWTH_MIB)
    findings.figures = {
        "actions": str(len(promise.actions)),
        "starts": str(len(memory_mib) - 1),
        "rate": f"{findings.inputs / took_s:.0f} messages/s",
        "memory": f"{late_mib - early_mib:+.1f} MiB",
    }
    return findings
