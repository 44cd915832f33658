"""Commands of the control socket, given in any order to a real wallbox while cars come and go.

Promised: each has an answer in time, `ok` or why not; the connection stays; nothing in the log is a
traceback; at last the wallbox tells its status, and starts again with what it was set to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Callable
from typing import Any

from evse.local.client import socket_path
from evse.local.requests import COMMANDS, Field, Kind
from evse.settings.setting import Setting
from evse.settings.table import SETTINGS
from scripts.harness.home_assistant import HarnessError
from scripts.harness.wallbox import Wallbox
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job

LEFT_OUT = ("power-cut", "update-url", "update-file", "update-back", "update-check")
"""What ends the program, or asks somebody outside."""

NO_SETTINGS = (
    "system.",
    "web.",
    "network.",
    "update.",
    "simulation.",
    "ocpp.",
    "mqtt.",
    "sharing.",
)
"""Settings that end the program, or by which it would look for somebody else."""

ANSWER_S = 30.0
"""A command that waits for a stored change on a loaded machine."""

CONVERSATIONS = 4

COMMAND_NAMES = tuple(name for name in COMMANDS if name not in LEFT_OUT)
CHANGEABLE = tuple(
    each for each in SETTINGS if not each.constant and not each.key.startswith(NO_SETTINGS)
)
STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1,
    2,
    1e308,
    "",
    "x",
    "é",
    [],
    {},
    [1, 2, 3],
    "04A1B2C3",
)


async def run(job: Job) -> Findings:
    """Start a wallbox, give it `job.count` commands, and look how it is."""
    findings, chance = Findings(), job.chance()
    wallbox = Wallbox(job.folder / "wallbox", authorization__free_charging="true")
    await asyncio.to_thread(wallbox.start)
    began_s = time.monotonic()
    try:
        share = -(-job.count // CONVERSATIONS)
        seeds = [chance.getrandbits(32) for _ in range(CONVERSATIONS)]
        accepted = await asyncio.gather(
            *(conversation(wallbox, random.Random(seed), share, findings) for seed in seeds)
        )
        took_s = time.monotonic() - began_s
        findings.figures["rate"] = f"{findings.inputs / took_s:,.0f} commands/s"
        findings.figures["accepted"] = f"{100 * sum(accepted) / findings.inputs:.0f} %"
        if findings.check(wallbox.running, f"the wallbox ended: {wallbox.log_end(500)}"):
            await asyncio.to_thread(starts_again, wallbox, findings)
    finally:
        wallbox.kill()
    findings.wrong += complaints(wallbox.log, errors=False)
    findings.crashes = len(findings.wrong)
    return findings


async def conversation(
    wallbox: Wallbox, chance: random.Random, count: int, findings: Findings
) -> int:
    """One client that gives commands one after the other; how many of them were accepted."""
    accepted = 0
    reader, writer = await asyncio.open_unix_connection(
        str(socket_path(wallbox.folder)), limit=1 << 24
    )
    with contextlib.closing(writer):
        for _ in range(count):
            command = command_of(chance)
            began_s = time.monotonic()
            line = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(ANSWER_S):
                    writer.write(json.dumps(command).encode() + b"\n")
                    line = await reader.readline()
            took_s = time.monotonic() - began_s
            findings.stall_s = max(findings.stall_s or 0.0, round(took_s, 3))
            findings.inputs += 1
            if not findings.check(bool(line), f"no answer to {json.dumps(command)}"):
                return accepted
            answer = json.loads(line)
            accepted += bool(answer["ok"])
            refused = not answer["ok"] and not answer.get("error")
            findings.check(not refused, f"refused without words: {json.dumps(command)}")
    return accepted


def command_of(chance: random.Random) -> dict[str, Any]:
    """A command, mostly with values that its fields take."""
    name = chance.choice(COMMAND_NAMES)
    given: dict[str, Any] = {"command": name}
    for field in COMMANDS[name][1]:
        if field.required or chance.random() < 0.5:
            strange = chance.random() < 0.1
            given[field.name] = chance.choice(STRANGE) if strange else value_of(field, chance)
    return given


def value_of(field: Field, chance: random.Random) -> Any:
    """A value that the field takes."""
    if field.choices:
        return chance.choice(field.choices)
    low, high = max(field.minimum, -1e6), min(field.maximum, 1e6)
    values: dict[Kind, Callable[[], Any]] = {
        Kind.WHOLE: lambda: chance.randint(int(low), int(high)),
        Kind.NUMBER: lambda: chance.choice((low, high, chance.uniform(low, high))),
        Kind.TRUTH: lambda: chance.random() < 0.5,
        Kind.TEXT: lambda: chance.choice(("04A1B2C3", "04A1B2C3D4E5F6", "anna")),
        Kind.PHASES: lambda: [chance.uniform(low, high) for _ in range(3)],
        Kind.KEYS: lambda: [chance.choice(CHANGEABLE).key for _ in range(chance.randint(0, 2))],
        Kind.VALUES: lambda: dict(setting_of(chance) for _ in range(chance.randint(0, 3))),
    }
    return values[field.kind]()


def setting_of(chance: random.Random) -> tuple[str, Any]:
    """A setting and something for it: a choice, a bound, what it has, or anything."""
    setting: Setting = chance.choice(CHANGEABLE)
    bounds = [each for each in (setting.minimum, setting.maximum) if each is not None]
    likely = (*setting.choices, *bounds, setting.text(setting.default), chance.randint(0, 40))
    return setting.key, chance.choice(likely if chance.random() < 0.9 else STRANGE)


def starts_again(wallbox: Wallbox, findings: Findings) -> None:
    """With whatever it was set to it tells its status, ends in order, and starts."""
    findings.check(bool(wallbox.request(command="status")), "no status at last")
    status = wallbox.stop()
    findings.check(status == 0, f"it ended with {status}")
    try:
        findings.recoveries_s.append(round(wallbox.start(), 3))
    except HarnessError as error:
        findings.wrong.append(f"it does not start again: {error}")
