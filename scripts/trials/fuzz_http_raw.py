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
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

import psutil
from urllib3.exceptions import InsecureRequestWarning

from evse.settings.rows import ROWS
from scripts.harness.raw_http import ANSWER_S, Answer, Closed, Connection
from scripts.harness.spoilt import ODD, Shape, pack, shape_of, spoilt, spoilt_text
from scripts.harness.wallbox import Wallbox
from scripts.trials import watchers
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from tests.bench.web_box import base_url_of, claim, device_key_of, free_port, trusting, web_settings

CONNECTIONS = 12
MOST_AT_ONCE = 12
MOST_KINDS = 20
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

ENDING = ("system.factory_reset", "system.soft_reset", "system.restart", "web.")
"""Rows which end what is asked."""
LEFT_OUT = ("DELETE /api/v1/tokens/{number}", "DELETE /api/v1/session")
DEAR = (".pdf", ".csv", ".zip", ".json", "/log", "/export", "/meters/find", "/pages")
"""What costs a hundred times what others do is asked a hundred times less often."""
KNOWN: dict[str, list[Any]] = {
    "tag": ["04A1B2C3", "04A1B2C3D4E5F6"],
    "connector": [1],
    "number": [1, 2],
    "url": ["http://[::1]:1/nothing"],
    "language": ["en", "de", "xx"],
    "confirm_safety": [True],
}
KEYS = [row.key for row in ROWS if not row.key.startswith(ENDING)]
TARGETS = (
    "*",
    "/",
    "//",
    "/index.html",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/%00",
    "/api/v1/../../x",
    "/api/v1/settings?language=%ff%fe",
    "http://[::1",
    "http://evil.example:99999/api/v1/state",
    "evil.example:443",
    "/" + "a" * 9000,
    "/api/v1/charges?from=9999-99-99T00:00:00Z&to=%00",
    "/api/v1/" + "%41" * 2000,
)
HEADERS = (
    "Host: [::1",
    "Host: a b",
    "Host: x:99999999",
    "Host:",
    "Host: \xff\xfe",
    "Content-Length: -1",
    "Content-Length: 5, 5",
    "Content-Length: 99999999999999999999",
    "Content-Length: +5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: xchunked",
    "Content-Encoding: gzip",
    "Content-Encoding: br",
    "Content-Encoding: deflate",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: multipart/form-data",
    "Content-Type: application/json; charset=klingon",
    "Content-Type: \x01",
    "Expect: 100-continue",
    "Expect: 417-x",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 8",
    "Upgrade: h2c\r\nHTTP2-Settings: x\r\nConnection: Upgrade, HTTP2-Settings",
    "Connection: close",
    "Cookie: __Host-session=" + "x" * 4000,
    'Cookie: a="\\377; =; ;;',
    "Authorization: Bearer \xe9",
    "Authorization: Basic !!",
    "Authorization: Digest " + "x=" * 500,
    "Range: bytes=0-0,-1,5-",
    "If-Modified-Since: yesterday",
    "If-None-Match: *",
    'If-None-Match: W/"x',
    "Accept-Language: " + "de;q=0.1," * 500,
    "Accept-Language: \x00",
    "Accept-Encoding: gzip;q=nan",
    "Origin: null",
    "X-CSRF-Token: \xff",
    " folded: x",
    "No colon",
    "X: " + "y" * 9000,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API, and what makes its parameters and its body."""

    method: str
    path: str
    query: dict[str, Shape]
    body: Shape | None
    dear: bool


@dataclass(slots=True)
class Tally:
    """What came back; `wrong` the first of each kind."""

    statuses: Counter[int] = field(default_factory=Counter)
    asked: int = 0
    unanswered: int = 0
    crashes: int = 0
    slowest_s: float = 0.0
    wrong: dict[str, str] = field(default_factory=dict)

    def broken(self, kind: str, text: str) -> None:
        """Note it."""
        self.crashes += 1
        if len(self.wrong) < MOST_KINDS:
            self.wrong.setdefault(kind, text[:3000])

    def take(self, answer: Answer, sent: bytes) -> None:
        """Judge an answer."""
        self.statuses[answer.status] += 1
        if answer.status >= 500 and answer.status not in {503, 507}:
            line = sent.split(b"\r\n", 1)[0][:60]
            self.broken(f"{answer.status} to {line!r}", f"{answer} to {sent!r}")
        if "x" in answer.headers:
            self.broken("a header that was sent came back", f"{answer} to {sent!r}")
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
                self.broken("an error without errors", f"{answer} to {sent!r}")


class Asks:
    """Makes requests: those of the API's document, spoilt or not, and raw ones."""

    def __init__(self, document: dict[str, Any], tokens: list[str], random: Random) -> None:
        self.random = random
        self._tokens = [*tokens, "evse_nobody", ""]
        self._all = _operations(document)
        self._cheap = [each for each in self._all if not each.dear]

    def batch(self) -> list[tuple[bytes, bool, bool]]:
        """Return requests as (bytes, whether it is a HEAD, whether it may be no HTTP)."""
        random = self.random
        if random.random() < 0.2:  # alone: what is no HTTP takes what came with it along
            return [(self._raw(), False, True)]
        return [self._good() for _ in range(random.randrange(1, MOST_AT_ONCE + 1))]

    def _good(self) -> tuple[bytes, bool, bool]:
        random = self.random
        operation = random.choice(self._all if random.random() < 0.01 else self._cheap)
        method, path = operation.method, operation.path
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            value = random.choice(KNOWN.get(name, KEYS) if random.random() < 0.7 else ODD)
            path = path.replace(f"{{{name}}}", _quoted(value) or "x")
        query = "&".join(
            f"{name}={_quoted(shape(random) if random.random() < 0.7 else random.choice(ODD))}"
            for name, shape in operation.query.items()
            if random.random() < 0.4
        )
        if random.random() < 0.05:
            method = random.choice(("HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE", "PURGE"))
            method = "HEAD" if f"{method} {operation.path}" in LEFT_OUT else method
        body = b"" if operation.body is None else self._body(operation.body(random))
        return self._request(method, path + (f"?{query}" if query else ""), body)

    def _body(self, value: Any) -> bytes:
        random = self.random
        if isinstance(value, dict) and isinstance(value.get("changes"), dict):
            value["changes"] = {random.choice(KEYS): random.choice((*ODD, 16, "16", True))}
        fate = random.random()
        if fate < 0.6:
            value = spoilt(value, random)
        text = pack(value)
        return spoilt_text(text, random) if fate > 0.8 else text

    def _request(
        self, method: str, target: str, body: bytes, *headers: str
    ) -> tuple[bytes, bool, bool]:
        lines = [f"{method} {target} HTTP/1.1", "Host: wallbox.local"]
        if token := self.random.choice(self._tokens):
            lines.append(f"Authorization: Bearer {token}")
        if body or method in {"POST", "PUT", "PATCH"}:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        head = "\r\n".join([*lines, *headers, "", ""]).encode("latin-1", "replace")
        return head + body, method == "HEAD", False

    def _raw(self) -> bytes:
        random = self.random
        fate = random.random()
        if fate < 0.3:
            return self._request("GET", random.choice(TARGETS), b"")[0]
        if fate < 0.7:
            method, path = random.choice((("GET", "/api/v1/state"), ("PUT", "/api/v1/settings")))
            headers = random.choices(HEADERS, k=random.choice((1, 1, 2)))
            return self._request(method, path, b"{}" if method == "PUT" else b"", *headers)[0]
        if fate < 0.95:
            return spoilt_text(self._good()[0], random)
        return random.choice(
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /\r\n", random.randbytes(200), b"\r\n" * 50)
        )


def _quoted(value: object) -> str:
    return quote(str(value), safe="", errors="surrogatepass")


def _operations(document: dict[str, Any]) -> list[Operation]:
    definitions = document.get("components", {}).get("schemas", {})

    def shape(schema: dict[str, Any]) -> Shape:
        return shape_of({**schema, "definitions": definitions}, KNOWN)

    found = []
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if method not in {"get", "put", "post", "delete", "patch"}:
                continue
            if f"{method.upper()} {path}" in LEFT_OUT:
                continue
            content = told.get("requestBody", {}).get("content", {}).get("application/json")
            query = {
                each["name"]: shape(each["schema"])
                for each in told.get("parameters", ())
                if each["in"] == "query"
            }
            body = shape(content["schema"]) if content else None
            dear = any(part in path for part in DEAR)
            found.append(Operation(method.upper(), path, query, body, dear))
    return found


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
    look = _request_of("/api/v1/state", tokens[0])
    connection = await Connection.open("127.0.0.1", port, context)
    connection.send(_request_of("/api/v1/openapi.json", tokens[0]))
    document = json.loads((await connection.answer()).body)
    connection.abort()

    async def ask() -> None:
        asks = Asks(document, tokens, Random(chance.getrandbits(64)))
        while tally.asked < job.count:
            if asks.random.random() < 0.9:
                await _over_one(asks, tally, job.count, port, context)
            else:
                await _over_one(asks, tally, job.count, plain, None)

    before, memory_mib = _resources(wallbox.process_id), list[float]()

    async def weigh() -> None:
        while True:
            memory_mib.append(_resources(wallbox.process_id)[0])
            await asyncio.sleep(LOOK_EVERY_S)

    looking = asyncio.create_task(_look(port, context, look, tally))
    weighing = asyncio.create_task(weigh())
    began_s = time.monotonic()
    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    took_s = time.monotonic() - began_s
    ended = await watchers.end(looking, weighing)
    await asyncio.sleep(1)
    after = _resources(wallbox.process_id)
    for kind, text in tally.wrong.items():
        job.say(f"--- {kind}\n{text}")
    statuses = ", ".join(f"{count} × {status}" for status, count in sorted(tally.statuses.items()))
    findings = Findings(
        inputs=tally.asked, crashes=tally.crashes, stall_s=tally.slowest_s, wrong=list(tally.wrong)
    )
    findings.wrong += ended
    findings.check(tally.slowest_s < ANSWERED_WITHIN_S, f"somebody else waited {tally.slowest_s} s")
    early_mib = max(memory_mib[: len(memory_mib) // 3 + 1])
    grown = f"memory went from {early_mib} to {after[0]} MiB"
    judged = job.count >= ENOUGH_TO_JUDGE
    findings.check(not judged or after[0] < early_mib + MEMORY_GROWTH_MIB, grown)
    opened = f"handles went from {before[1]} to {after[1]}"
    findings.check(after[1] < before[1] + HANDLES_GROWTH, opened)
    findings.figures = {
        "rate": f"{tally.asked / took_s:.0f} requests/s",
        "answers": statuses,
        "closed without one": str(tally.unanswered),
        "memory": f"{early_mib} MiB, {after[0]} MiB at the end",
    }
    return findings


async def _over_one(
    asks: Asks, tally: Tally, count: int, port: int, context: ssl.SSLContext | None
) -> None:
    """Ask over one connection until it ends, or enough was asked."""
    try:
        connection = await Connection.open("127.0.0.1", port, context)
    except (OSError, TimeoutError) as error:
        return tally.broken(f"no connection: {type(error).__name__}", str(error))
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
                        tally.broken(f"no answer after {last}", f"to {number} of {batch}")
                    tally.unanswered += 1
                    return None
                last = answer.status
                tally.take(answer, b"" if bodiless else sent)
                if answer.status == 101 or answer.headers.get("connection") == "close":
                    return None
                if may_end:  # it may wait for the rest of what it takes for a body
                    return None
    except (TimeoutError, ValueError) as error:
        if not may_end:
            tally.broken(f"{type(error).__name__}: {error}"[:80], repr(sent))
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
            tally.broken(f"somebody else got {answer.status}", str(answer))
        await asyncio.sleep(LOOK_EVERY_S)


def _request_of(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _resources(pid: int) -> tuple[float, int]:
    """Return MiB and open files of a process."""
    process = psutil.Process(pid)
    return round(process.memory_info().rss / 2**20, 1), process.num_fds()
