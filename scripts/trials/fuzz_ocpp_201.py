"""What a charger says in OCPP 2.0.1: spoilt calls and answers."""

from __future__ import annotations

from scripts.trials.findings import Findings, Job
from scripts.trials.fuzz_ocpp_messages import told_the_central_system


async def run(job: Job) -> Findings:
    """See `fuzz_ocpp_messages`."""
    return await told_the_central_system(job, "2.0.1")
