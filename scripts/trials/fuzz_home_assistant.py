"""What reaches the integration through Home Assistant itself, spoilt: all that its users can send.

A real Home Assistant with a real wallbox that charges. As its owner: our actions and those of our
entities, our websocket commands, and the forms of our flows. As nobody: raw HTTP at our views (OCPP
at Home Assistant's port, files by token, the root certificate). Promised: each is refused or done;
nothing of ours raises or is logged as an error; both programs go on.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path
from random import Random

from websockets.asyncio.client import connect

from scripts.harness.house import IDENTITY, Household
from scripts.harness.raw_http import Closed, Connection
from scripts.harness.spoilt import spoilt_text
from scripts.trials.broken import MOST_KINDS, Tally
from scripts.trials.complaints import OURS, REFUSED, complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.spoilt_actions import House, commands, look
from scripts.trials.spoilt_forms import flow

HANDLED_S = 0.3
WEBSOCKET = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\n"
)


async def run(job: Job) -> Findings:
    """Send `job.count` things."""
    tally = Tally()
    household = Household(
        job.folder,
        job.home_assistant,
        wanted=(),
        web__enabled="false",
        authorization__free_charging="true",
    )
    program, wallbox = household.home_assistant, household.wallbox
    try:
        await asyncio.to_thread(household.start)
        wallbox.request(command="plug", max_a=16, start_delay_s=0)
        house = await asyncio.to_thread(look, program, household.entry_id)
        began_s = time.monotonic()
        await _send(job, house, tally)
        took_s = time.monotonic() - began_s
        findings = tally.findings(job.say)
        findings.figures = {
            "rate": f"{tally.asked / took_s:.0f} a second",
            "answers": ", ".join(
                f"{count} × {name}" for name, count in tally.answers.most_common(9)
            ),
            "actions": str(len(house.services)),
        }
        state = await asyncio.to_thread(program.api, "GET", "/api/config")
        findings.check(state["state"] == "RUNNING", f"Home Assistant is {state['state']}")
        findings.check(wallbox.running, "the wallbox ended")
    finally:
        await asyncio.to_thread(household.kill)
    for complaint in kinds(program.log):
        job.say(f"--- {complaint}")
        findings.crashes += 1
        findings.wrong.append(f"the log: {complaint[:300]}")
    return findings


def kinds(log: Path) -> list[str]:
    """Return the errors of ours in a log, of each kind one."""
    found: dict[str, str] = {}
    for record in complaints(log, REFUSED, only=OURS):
        found.setdefault(re.sub(r"\d+", "#", record.splitlines()[-1]), record)
    return list(found.values())[:MOST_KINDS]


async def _send(job: Job, house: House, tally: Tally) -> None:
    chance = job.chance()
    token = house.program.tokens["access_token"]

    async def users() -> None:
        random = Random(chance.getrandbits(64))
        while tally.asked < job.count:
            url = f"ws://127.0.0.1:{house.program.port}/api/websocket"
            async with connect(url, max_size=None, proxy=None) as socket:
                await socket.recv()
                await socket.send(json.dumps({"type": "auth", "access_token": token}))
                await socket.recv()
                await commands(socket, house, tally, random, job.count)

    async def forms() -> None:
        random = Random(chance.getrandbits(64))
        while tally.asked < job.count:
            await flow(house, token, tally, random)

    async def strangers() -> None:
        random = Random(chance.getrandbits(64))
        while tally.asked < job.count:
            await _strange(house, tally, random)

    await asyncio.gather(users(), forms(), strangers())


async def _strange(house: House, tally: Tally, random: Random) -> None:
    """Ask one of our views for something as nobody, well or badly."""
    path = random.choice(
        (
            f"/api/evse_ocpp/{house.entry_id}/{IDENTITY}",
            f"/api/evse_ocpp/{house.entry_id}",
            "/api/evse_ocpp/%00/%ff",
            "/api/evse_ocpp_files/token/log.txt",
            "/api/evse_ocpp_files/%2e%2e/%2e%2e/secrets.yaml",
            "/api/evse_ocpp_files/stored/diagnostics/..%2f..%2fsecrets.yaml",
            f"/api/evse_ocpp_root/{house.entry_id}",
            "/evse_ocpp/../../secrets.yaml",
        )
    )
    method = random.choice(("GET", "GET", "GET", "PUT", "POST", "DELETE"))
    headers = random.choice((WEBSOCKET, WEBSOCKET, "", "Content-Length: 3\r\n"))
    extra = random.choice(("", "Authorization: Basic !!\r\n", "Authorization: Basic eDp5\r\n"))
    sent = f"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}{extra}\r\n".encode()
    if random.random() < 0.6:
        sent = spoilt_text(sent, random)
    connection = await Connection.open("127.0.0.1", house.program.port, None)
    try:
        connection.send(sent)
        answer = await connection.answer(within_s=HANDLED_S)
        tally.answers[f"stranger {answer.status}"] += 1
        if answer.status >= 500 or b"http_password" in answer.body:
            tally.broken.note(f"a stranger: {answer.status}", f"{answer} to {sent!r}")
    except (Closed, TimeoutError, ValueError):
        tally.answers["stranger: nothing"] += 1
    finally:
        connection.abort()
    tally.asked += 1
