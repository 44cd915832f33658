"""A hostile central system's calls and answers, spoilt, to the wallbox's OCPP client.

See tests/firmware/ocpp/fuzzed_client.py. Each life keeps what the one before stored, as often as
not: what a central system wrote must not keep a wallbox from starting.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from importlib import import_module
from typing import Any

from scripts.trials.findings import Findings, Job

FRAMES_A_LIFE = 400
MEMORY_GROWTH_MIB = 25.0
MAX_STORED_MIB = 8.0
"""Of the state folder: certificates, charging profiles, a local list, and what is to be told."""


async def run(job: Job) -> Findings:
    """Say `job.count` things to the client."""
    bench: Any = import_module("tests.firmware.ocpp.fuzzed_client")
    promise, says, findings = bench.Promise(), bench.Says(job.chance()), Findings()
    handler = bench.Errors(promise)
    logging.getLogger().addHandler(handler)
    logging.getLogger("evse").propagate = True
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: promise.broken(f"loop: {context.get('message')}", repr(context))
    )
    memory_mib, began_s, life, folder = (
        [bench.resident_mib()],
        time.monotonic(),
        0,
        job.folder / "0",
    )
    while findings.inputs < job.count:
        life += 1
        if life % 4 == 0:
            folder = job.folder / str(life)
        folder.mkdir(exist_ok=True)
        try:
            said = await bench.live(folder, says, promise, min(FRAMES_A_LIFE, job.count))
        except Exception:  # noqa: BLE001 - whatever it is, it is a finding
            promise.broken(*bench.kind_of(traceback.format_exc()))
            folder = job.folder / f"after {life}"
            said = 1
        findings.inputs += max(1, said)
        memory_mib.append(bench.resident_mib())
        if (stored := bench.stored_mib(folder)) > MAX_STORED_MIB:
            promise.broken("the state folder grows", f"{stored:.1f} MiB")
    took_s = time.monotonic() - began_s
    logging.getLogger().removeHandler(handler)
    for kind, text in promise.found.items():
        job.say(f"--- {kind}\n{text}")
        findings.wrong.append(kind)
    findings.crashes = promise.crashes
    early_mib, late_mib = max(memory_mib[: len(memory_mib) // 3 + 1]), memory_mib[-1]
    findings.check(
        late_mib < early_mib + MEMORY_GROWTH_MIB, f"memory went from {early_mib} to {late_mib} MiB"
    )
    findings.figures = {
        "actions": str(len(promise.actions)),
        "starts": str(life),
        "rate": f"{findings.inputs / took_s:.0f} messages/s",
        "memory": f"{late_mib - early_mib:+.1f} MiB",
    }
    return findings
