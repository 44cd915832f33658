"""A hostile central system on a real websocket, and a real wallbox that keeps coming back to it.

Spoilt calls and answers as texts, in pieces, as bytes, of any length; floods, pings, frames that
RFC 6455 forbids, and ends of all kinds. Promised: the wallbox's other doors answer meanwhile,
nothing is logged as an error, memory and handles stay, and it comes back to one that behaves.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from random import Random
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from scripts.harness.home_assistant import free_port
from scripts.harness.process_cost import cost
from scripts.harness.wallbox import Wallbox
from scripts.trials import trend
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job

AT_ONCE = 20
"""Messages between two looks at what came back."""
ENDS_EVERY = 2000
"""Messages, on the average, until a connection is ended badly: each costs the wallbox a wait."""
ANSWERED_WITHIN_S = 10.0
"""At the control socket, by the clock, on a machine that others work on."""
BACK_WITHIN_S = 130.0
"""The longest wait between two attempts to connect is two minutes."""
MEMORY_GROWTH_MIB = 30.0
HANDLES_GROWTH = 10
LEFT_OUT = (b'"Reset"', b"AuthorizationKey", b"SecurityProfile", b"CentralSystem", b"URL")
"""What ends the program, or leads the wallbox to another central system."""
GOOD: dict[str, dict[str, Any]] = {
    "BootNotification": {"status": "Accepted", "interval": 10},
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "StartTransaction": {"transactionId": 1, "idTagInfo": {"status": "Accepted"}},
    "DataTransfer": {"status": "Accepted"},
    "SignCertificate": {"status": "Accepted"},
}
RAW = (
    b"\x81\x02\xff\xfe",
    b"\x81\x05[2]",
    b"\x83\x00",
    b"\x80\x01x",
    b"\x89\x7e\x00\xc8" + b"p" * 200,
    b"\x88\x02\x00\x00",
    b"\x88\x04\x13\x88\xff\xfe",
    b"\xf1\x00",
    b"\x81\x7f" + (2**40).to_bytes(8, "big") + b"x" * 70_000,
    b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x01\x00" + b"\x00\x00" * 20_000,
    b"\x00" * 300,
)
"""Frames that are none, or never end (RFC 6455, 5.2); those of a server are not masked."""


@dataclass(slots=True)
class Hostile:
    """The central system. `said` counts; once `behaves`, it answers as it should."""

    says: Any
    count: int
    said: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    behaves: bool = False
    content: asyncio.Event = field(default_factory=asyncio.Event)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def meet(self, connection: ServerConnection) -> None:
        """Keep one connection of the wallbox."""
        self.connections += 1
        with suppress(ConnectionClosed, OSError, TimeoutError):
            if self.behaves:
                await self._behave(connection)
            else:
                await self._misbehave(connection)

    async def _behave(self, connection: ServerConnection) -> None:
        async for text in connection:
            frame = json.loads(text)
            if frame[0] == 2:
                now = datetime.now(UTC).isoformat()
                answer = GOOD.get(frame[2], {}) | (
                    {"currentTime": now} if frame[2] in {"BootNotification", "Heartbeat"} else {}
                )
                await connection.send(json.dumps([3, frame[1], answer]))
                if frame[2] != "BootNotification":
                    self.content.set()

    async def _misbehave(self, connection: ServerConnection) -> None:
        random, asked = self.says.random, list[tuple[str, str]]()
        while self.said < self.count:
            for _ in range(AT_ONCE):
                text = self.says.answer(*asked.pop(0)) if asked else self.says.call()
                if not any(word in text for word in LEFT_OUT):
                    await self._say(connection, text, random)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    while True:
                        frame = json.loads(await connection.recv())
                        if frame[0] == 2:
                            asked.append((frame[1], frame[2]))
            if random.random() < AT_ONCE / ENDS_EVERY:
                await self._end(connection, random)
                return
        self.enough.set()

    async def _say(self, connection: ServerConnection, text: bytes, random: Random) -> None:
        self.said += 1
        fate = random.random()
        if fate < 0.97 and not _is_text(text):  # as a text it would be an end
            self.kinds["binary"] += 1
            await connection.send(text)
        elif fate < 0.8:
            self.kinds["text"] += 1
            await connection.send(text, text=True)
        elif fate < 0.9:
            self.kinds["binary"] += 1
            await connection.send(text)
        elif fate < 0.97:
            self.kinds["in pieces"] += 1
            cut = random.randrange(len(text) + 1)
            await connection.send([text[:cut], b"", text[cut:]], text=True)
        elif fate < 0.99:
            self.kinds["ping"] += 1
            await connection.ping(random.randbytes(random.randrange(100)))
        else:
            self.kinds["long"] += 1
            await connection.send(
                b'[2,"long","DataTransfer",{"vendorId":"' + b"x" * 60_000 + b'"}]'
            )

    async def _end(self, connection: ServerConnection, random: Random) -> None:
        """End it in one of many ways."""
        if random.random() < 0.3:
            connection.transport.abort()
        elif random.random() < 0.3:
            await connection.close(random.choice((1000, 1001, 1008, 1011, 4000)), "é" * 40)
        else:
            connection.transport.write(random.choice(RAW))
            await asyncio.sleep(0.5)
            connection.transport.abort()
        self.kinds["end"] += 1


def _is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


async def run(job: Job) -> Findings:
    """Say `job.count` things."""
    bench: Any = import_module("tests.firmware.ocpp.fuzzed_client")
    hostile, port = Hostile(bench.Says(job.chance()), job.count), free_port()
    wallbox = Wallbox(
        job.folder,
        web__enabled="false",
        authorization__free_charging="true",
        ocpp__url=f"ws://127.0.0.1:{port}/ocpp",
        ocpp__identity="FUZZED",
    )
    findings = Findings()
    protocols = [Subprotocol("ocpp1.6")]
    async with serve(hostile.meet, "127.0.0.1", port, subprotocols=protocols, close_timeout=1):
        await asyncio.to_thread(wallbox.start)
        try:
            wallbox.request(command="plug", max_a=16, start_delay_s=0)
            await _watch(hostile, wallbox, findings)
        finally:
            wallbox.kill()
    findings.inputs = hostile.said
    for line in complaints(wallbox.log):
        findings.crashes += 1
        findings.wrong.append(f"the log: {line}")
    findings.figures |= {
        "connections": str(hostile.connections),
        "messages": ", ".join(f"{count} × {kind}" for kind, count in hostile.kinds.items()),
    }
    return findings


async def _watch(hostile: Hostile, wallbox: Wallbox, findings: Findings) -> None:
    """Ask the wallbox how it is until enough was said, then behave and see it come back."""
    before, slowest_s = cost(wallbox.process_id), 0.0
    memory_mib = [before.resident_mib]
    began_s = time.monotonic()
    while not hostile.enough.is_set() and wallbox.running:
        asked_s = time.monotonic()
        await asyncio.to_thread(lambda: wallbox.request(command="status"))
        slowest_s = max(slowest_s, time.monotonic() - asked_s)
        memory_mib.append(cost(wallbox.process_id).resident_mib)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await hostile.enough.wait()
    took_s = time.monotonic() - began_s
    if not findings.check(wallbox.running, "the wallbox ended"):
        return
    hostile.behaves, ended_s = True, time.monotonic()
    try:
        async with asyncio.timeout(BACK_WITHIN_S):
            await hostile.content.wait()
        findings.recoveries_s.append(round(time.monotonic() - ended_s, 2))
    except TimeoutError:
        findings.wrong.append(f"it did not come back within {BACK_WITHIN_S:g} s")
    findings.stall_s = round(slowest_s, 2)
    findings.check(slowest_s < ANSWERED_WITHIN_S, f"the control socket took {slowest_s:.1f} s")
    early_mib, late_mib = trend.early(memory_mib), memory_mib[-1]
    findings.check_memory(early_mib, late_mib, MEMORY_GROWTH_MIB)
    now = cost(wallbox.process_id).handles
    opened = f"handles went from {before.handles} to {now}"
    findings.check(now < before.handles + HANDLES_GROWTH, opened)
    findings.figures = {
        "rate": f"{hostile.said / took_s:.0f} messages/s",
        "memory": f"{early_mib:.1f} MiB, {late_mib:.1f} MiB at the end",
    }
