"""Runs tests/integration/central/fuzzed_messages.py in a process of its own: for both versions."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from scripts.trials.campaign import ROOT
from scripts.trials.findings import Findings, Job

MEMORY_GROWTH_MIB = 8.0
"""From the first third to the end."""


async def told_the_central_system(job: Job, version: str) -> Findings:
    """Say `job.count` things to a connection of the central system; see there what is promised."""
    process = await asyncio.create_subprocess_exec(
        str(job.home_assistant),
        str(ROOT / "tests/integration/central/fuzzed_messages.py"),
        version,
        *("--count", str(job.count), "--seed", str(job.seed)),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    findings = Findings()
    if process.returncode:
        findings.wrong.append(f"the process ended with status {process.returncode}")
        return findings
    seen: dict[str, Any] = json.loads(output)
    findings.inputs, findings.crashes = seen["inputs"], seen["crashes"]
    for kind, text in seen["found"].items():
        job.say(f"--- {kind}\n{text}")
        findings.wrong.append(kind)
    early_mib, late_mib = seen["memory_mib"]
    findings.check_memory(early_mib, late_mib, MEMORY_GROWTH_MIB)
    obeyed, refused = seen["commands"]
    findings.check(obeyed > 0 and refused > 0, f"commands: {obeyed} obeyed, {refused} not")
    findings.figures = {
        "actions": str(seen["actions"]),
        "rate": f"{seen['inputs_per_s']} messages/s",
        "memory": f"{late_mib - early_mib:+.1f} MiB",
        "commands": f"{obeyed} obeyed, {refused} not",
    }
    return findings
