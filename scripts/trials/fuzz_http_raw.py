"""Raw HTTP at a running wallbox: requests to its API and page, spoilt as values and as bytes.

Over connections that are kept, many requests at a time, by TLS and at the plain port, as all three
roles and as nobody. Promised: each request is answered, in order, until one is no HTTP any more;
never by a server error; an error of the API is JSON as its document says; nothing of a request
comes back as a header; nobody else waits; the wallbox goes on charging.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import warnings
from random import Random

from urllib3.exceptions import InsecureRequestWarning

from scripts.harness.process_cost import cost
from scripts.harness.raw_http import ANSWER_S, Answer, Closed, Connection
from scripts.harness.wallbox import Wallbox
from scripts.trials import trend, watchers
from scripts.trials.broken import MOST_KINDS, Tally
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.raw_requests import Asks, request_of
from tests.bench.web_box import base_url_of, claim, device_key_of, free_port, trusting, web_settings

CONNECTIONS = 12
PATIENCE_S = 0.3
"""For an answer to what may be half of a request only."""
LOOK_EVERY_S = 0.25
ANSWERED_WITHIN_S = 10.0
"""Of somebody else's request, by the clock, on a machine that others work on."""
MEMORY_GROWTH_MIB = 30.0
"""From the first third to the end: what is asked for the first time is loaded."""
ENOUGH_TO_JUDGE = 20_000
"""Requests; with fewer the library for PDFs (32 MiB) may come in the last two thirds."""
HANDLES_GROWTH = 20


async def run(job: Job) -> Findings:
    """Make `job.count` requests."""
    warnings.simplefilter("ignore", InsecureRequestWarning)
    settings = {**web_settings(), "web__http_port": free_port()}
    wallbox = Wallbox(job.folder, **settings, authorization__free_charging="true")
    await asyncio.to_thread(wallbox.start)
    try:
        wallbox.request(command="plug", max_a=16, start_delay_s=0)
        url = base_url_of(wallbox)
        tokens = await asyncio.to_thread(claim, url, device_key_of(wallbox))
        findings = await _ask(job, wallbox, list(tokens.values()))
        told = await asyncio.to_thread(lambda: wallbox.request(command="status"))
        findings.check("charging" in json.dumps(told).casefold(), "it charges no more")
        findings.check(wallbox.running, "the wallbox ended")
    finally:
        wallbox.kill()
    for line in complaints(wallbox.log)[:MOST_KINDS]:
        findings.wrong.append(f"the log: {line}")
    return findings


async def _ask(job: Job, wallbox: Wallbox, tokens: list[str]) -> Findings:
    tally, context, chance = Tally(), trusting(), job.chance()
    port, plain = (int(str(wallbox.settings[f"web.{name}_port"])) for name in ("https", "http"))
    look = request_of("/api/v1/state", tokens[0])
    connection = await Connection.open("127.0.0.1", port, context)
    connection.send(request_of("/api/v1/openapi.json", tokens[0]))
    document = json.loads((await connection.answer()).body)
    connection.abort()

    async def ask() -> None:
        asks = Asks(document, tokens, Random(chance.getrandbits(64)))
        while tally.asked < job.count:
            if asks.random.random() < 0.9:
                await _over_one(asks, tally, job.count, port, context)
            else:
                await _over_one(asks, tally, job.count, plain, None)

    before, memory_mib = cost(wallbox.process_id), list[float]()

    async def weigh() -> None:
        while True:
            memory_mib.append(cost(wallbox.process_id).resident_mib)
            await asyncio.sleep(LOOK_EVERY_S)

    looking = asyncio.create_task(_look(port, context, look, tally))
    weighing = asyncio.create_task(weigh())
    began_s = time.monotonic()
    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    took_s = time.monotonic() - began_s
    ended = await watchers.end(looking, weighing)
    await asyncio.sleep(1)
    after = cost(wallbox.process_id)
    early_mib, late_mib = trend.early(memory_mib), after.resident_mib
    findings = tally.findings(job.say)
    findings.wrong += ended
    findings.check(tally.slowest_s < ANSWERED_WITHIN_S, f"somebody else waited {tally.slowest_s} s")
    if job.count >= ENOUGH_TO_JUDGE:
        findings.check_memory(early_mib, late_mib, MEMORY_GROWTH_MIB)
    opened = f"handles went from {before.handles} to {after.handles}"
    findings.check(after.handles < before.handles + HANDLES_GROWTH, opened)
    findings.figures = {
        "rate": f"{tally.asked / took_s:.0f} requests/s",
        "answers": ", ".join(
            f"{count} × {status}" for status, count in sorted(tally.answers.items())
        ),
        "closed without one": str(tally.unanswered),
        "memory": f"{early_mib:.1f} MiB, {late_mib:.1f} MiB at the end",
    }
    return findings


async def _over_one(
    asks: Asks, tally: Tally, count: int, port: int, context: ssl.SSLContext | None
) -> None:
    """Ask over one connection until it ends, or enough was asked."""
    try:
        connection = await Connection.open("127.0.0.1", port, context)
    except (OSError, TimeoutError) as error:
        return tally.broken.note(f"no connection: {type(error).__name__}", str(error))
    sent, may_end, last = b"", False, 0
    try:
        while tally.asked < count:
            batch = asks.batch()
            connection.send(b"".join(sent for sent, _, _ in batch))
            for number, (sent, bodiless, may_end) in enumerate(batch):
                tally.asked += 1
                try:
                    within_s = PATIENCE_S if may_end else ANSWER_S
                    answer = await connection.answer(bodiless=bodiless, within_s=within_s)
                except Closed:
                    if not may_end:
                        tally.broken.note(f"no answer after {last}", f"to {number} of {batch}")
                    tally.unanswered += 1
                    return None
                last = answer.status
                _take(tally, answer, b"" if bodiless else sent)
                if answer.status == 101 or answer.headers.get("connection") == "close":
                    return None
                if may_end:  # it may wait for the rest of what it takes for a body
                    return None
    except (TimeoutError, ValueError) as error:
        if not may_end:
            tally.broken.note(f"{type(error).__name__}: {error}"[:80], repr(sent))
        tally.unanswered += 1
    finally:
        connection.abort()
    return None


async def _look(port: int, context: ssl.SSLContext, request: bytes, tally: Tally) -> None:
    """Be somebody else, who looks at the state; until cancelled."""
    connection = await Connection.open("127.0.0.1", port, context)
    while True:
        began_s = time.monotonic()
        connection.send(request)
        answer = await connection.answer()
        tally.slowest_s = max(tally.slowest_s, time.monotonic() - began_s)
        if answer.status != 200:
            tally.broken.note(f"somebody else got {answer.status}", str(answer))
        await asyncio.sleep(LOOK_EVERY_S)


def _take(tally: Tally, answer: Answer, sent: bytes) -> None:
    """Judge an answer."""
    tally.answers[str(answer.status)] += 1
    if answer.status >= 500 and answer.status not in {503, 507}:
        line = sent.split(b"\r\n", 1)[0][:60]
        tally.broken.note(f"{answer.status} to {line!r}", f"{answer} to {sent!r}")
    if "x" in answer.headers:
        tally.broken.note("a header that was sent came back", f"{answer} to {sent!r}")
    if (
        sent
        and answer.status >= 400
        and answer.headers.get("content-type", "").startswith("application/json")
    ):
        try:
            fine = bool(json.loads(answer.body)["errors"])
        except (ValueError, KeyError, TypeError):
            fine = False
        if not fine:
            tally.broken.note("an error without errors", f"{answer} to {sent!r}")
