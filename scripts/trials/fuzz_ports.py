"""Misuses the port of a real central system, and tells whether anybody else noticed.

    scripts/campaign fuzz-ports [--seed S]

A process of its own serves (tests/integration/central/fuzzed_port.py) and watches itself; here a
healthy charger sends heartbeats, while hostile clients (scripts/harness/hostile_clients.py) do at
random what the port has to bear. It is wrong when a heartbeat was not answered in time, the loop
stood still, memory or handles were not given back, or an error was logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import ssl
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from websockets.asyncio.client import connect

from scripts.harness.bare_websocket import Client, Target
from scripts.harness.hostile_clients import BEHAVIOURS
from scripts.harness.process_cost import cpu_s
from scripts.trials.campaign import ROOT
from scripts.trials.findings import Findings, Job

CLIENTS = 8
"""Hostile ones, at a time."""
HEARTBEAT_EVERY_S = 0.25
ANSWERED_WITHIN_S = 1.0
"""Of the healthy charger's heartbeats, in processor time of the server: what others on the machine
take is not its fault."""
ANSWERED_AT_LAST_S = 15.0
"""By the clock, less what this process is late itself: a server that only waits is late too."""
BLOCKED_MS = 100.0
"""Home Assistant's loop may stand still for 50 ms, in processor time; twice that here, where others
work on the same processor and its caches."""
MEMORY_GROWTH_MIB = 40.0
"""From the first half of the measurements to the end: the allocator keeps some of a flood."""
HANDLES_GROWTH = 8


class Healthy:
    """The charger that must not notice anything."""

    def __init__(self, target: Target, server_pid: int) -> None:
        self._target = target
        self._server = Path(f"/proc/{server_pid}")
        self.slowest_s = 0.0
        self.most_worked_s = 0.0
        self.late = 0
        self.answered = 0
        self._own_lag_s = 0.0

    async def watch_own_loop(self) -> None:
        """Measure how late this process is itself, with its hostile clients, until cancelled."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            self._own_lag_s += max(0.0, time.monotonic() - began - 0.02)

    async def run(self) -> None:
        """Send heartbeats until cancelled; ConnectionClosed when the link ends."""
        url = f"ws://{self._target.host}:{self._target.port}/ocpp/HEALTHY"
        subprotocol: Any = "ocpp1.6"
        async with connect(url, subprotocols=[subprotocol], proxy=None) as websocket:
            number = 0
            while True:
                number += 1
                began, self._own_lag_s = time.monotonic(), 0.0
                worked_s = cpu_s(self._server)
                await websocket.send(json.dumps([2, f"h{number}", "Heartbeat", {}]))
                while (frame := json.loads(await websocket.recv()))[0] == 2:
                    answer = {"status": "Rejected", "configurationKey": [], "unknownKey": []}
                    await websocket.send(json.dumps([3, frame[1], answer]))
                took = time.monotonic() - began - self._own_lag_s
                self.answered += 1
                worked_s = cpu_s(self._server) - worked_s
                self.slowest_s = max(self.slowest_s, took)
                self.most_worked_s = max(self.most_worked_s, worked_s)
                self.late += worked_s > ANSWERED_WITHIN_S or took > ANSWERED_AT_LAST_S
                await asyncio.sleep(HEARTBEAT_EVERY_S)


class Attack:
    """Hostile clients side by side until the time is over."""

    def __init__(self, target: Target, seed: int) -> None:
        self._target = target
        self._random = Random(seed)
        self.done: Counter[str] = Counter()

    async def run(self, clients: int, until_s: float) -> None:
        """Misbehave until `until_s` (monotonic)."""
        randoms = [Random(self._random.getrandbits(64)) for _ in range(clients)]
        await asyncio.gather(*(self._one(random, until_s) for random in randoms))

    async def _one(self, random: Random, until_s: float) -> None:
        while time.monotonic() < until_s:
            behaviour, client = random.choice(BEHAVIOURS), Client(random, self._target)
            try:
                async with asyncio.timeout(20):
                    await behaviour(client)
            except (OSError, TimeoutError, ssl.SSLError, asyncio.IncompleteReadError):
                pass  # the server cut it off, as it should
            finally:
                client.abort()
            self.done[behaviour.__name__] += 1
            await asyncio.sleep(random.uniform(0, 0.05))


async def run(job: Job) -> Findings:
    """Misuse the ports for `job.count` seconds."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # the server cuts our clients off
    server = await asyncio.create_subprocess_exec(
        str(job.home_assistant),
        str(ROOT / "tests/integration/central/fuzzed_port.py"),
        str(job.folder),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    ports = json.loads(await server.stdout.readline())
    target = Target("127.0.0.1", ports["port"], ports["tls_port"], "VICTIM")
    healthy, attack = Healthy(target, server.pid), Attack(target, job.seed)
    beating = asyncio.create_task(healthy.run())
    watching = asyncio.create_task(healthy.watch_own_loop())
    await attack.run(CLIENTS, time.monotonic() + job.count)
    await asyncio.sleep(2 * HEARTBEAT_EVERY_S)
    failure = beating.exception() if beating.done() else None
    beating.cancel()
    watching.cancel()
    await asyncio.gather(beating, watching, return_exceptions=True)
    server.stdin.close()
    seen: dict[str, Any] = json.loads(await server.stdout.readline())
    await server.wait()
    job.say(", ".join(f"{name}: {count}" for name, count in sorted(attack.done.items())))
    return _findings(seen, healthy, attack, failure)


def _findings(
    seen: dict[str, Any], healthy: Healthy, attack: Attack, failure: BaseException | None
) -> Findings:
    memory, handles = seen["memory_mib"], seen["handles"]
    settled_mib = max(memory[: max(1, len(memory) // 2)])
    findings = Findings(
        inputs=attack.done.total(), crashes=len(seen["errors"]), stall_s=healthy.slowest_s
    )
    check = findings.check
    check(failure is None, f"the healthy charger's link ended: {failure!r}")
    check(
        not healthy.late,
        f"{healthy.late} heartbeats were late, one by {healthy.slowest_s:.2f} s, "
        f"while the server worked for {healthy.most_worked_s:.2f} s",
    )
    check(healthy.answered > 0, "no heartbeat was answered")
    blocked_ms = seen["blocked_ms"]
    check(blocked_ms <= BLOCKED_MS, f"the loop was blocked for {blocked_ms:.0f} ms")
    check(
        memory[-1] <= settled_mib + MEMORY_GROWTH_MIB,
        f"memory went from {settled_mib} to {memory[-1]} MiB",
    )
    check(
        handles[-1] <= handles[0] + HANDLES_GROWTH,
        f"handles went from {handles[0]} to {handles[-1]}",
    )
    check(not seen["connections"], f"connections were left: {seen['connections']}")
    check(not seen["errors"], "errors in the log:\n" + "\n".join(seen["errors"]))
    findings.figures = {
        "kinds": str(len(attack.done)),
        "heartbeats": str(healthy.answered),
        "server's work for one, at most": f"{1000 * healthy.most_worked_s:.0f} ms",
        "loop blocked, at most": f"{blocked_ms:.0f} ms of processor time",
        "lag p99": f"{seen['lag_p99_ms']:.1f} ms",
        "memory": f"{settled_mib} MiB, {memory[-1]} MiB at the end",
        "handles": f"{handles[0]}, {handles[-1]} at the end",
        "tasks left": str(seen["tasks"]),
    }
    return findings
