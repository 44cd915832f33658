"""Asks a running wallbox's API everything that its OpenAPI document allows, and what it does not.

Starts a real `evse run` on the simulated board with a car that charges, claims it, and lets
schemathesis make requests for each role in turn, good ones and broken ones; keys of rows, tags and
numbers are real ones as often as not. Wrong is whatever should not be: a server error, a status,
type or body that the document does not have, a bad request that was taken.
"""

from __future__ import annotations

import asyncio
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3.exceptions import InsecureRequestWarning

from scripts.harness.wallbox import Wallbox
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.raw_requests import KEYS
from tests.bench.web_box import base_url_of, claim, device_key_of, web_settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

LEFT_OUT = ("DELETE /api/v1/tokens/{number}", "GET /api/v1/live")
"""Operations which would end the fuzzer's own right to ask, or are a websocket."""

REAL = {"tag": ("04A1B2C3", "04A1B2C3D4E5F6"), "key": KEYS, "connector": (1,), "number": (1, 2)}
"""Values that mean something, for parameters of paths and queries by their names."""

TIMEOUT_S = 40.0
"""More than the server gives any handler."""

Case = Any
"""A request of schemathesis."""


@dataclass
class Tally:
    """What came back. `wrong`: the first answer of each kind that should not be, in words."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    wrong: dict[str, str] = field(default_factory=dict)
    slowest_s: float = 0.0

    @property
    def calls(self) -> int:
        """Requests made."""
        return self.statuses.total()


def operations(document: dict[str, Any]) -> list[Any]:
    """The operations of an OpenAPI document, as schemathesis has them."""
    schema = schemathesis.openapi.from_dict(document)
    results: Iterable[Any] = schema.get_all_operations()
    found = [result.ok() for result in results]
    return [each for each in found if each is not None and each.label not in LEFT_OUT]


def fuzz(
    operation: Any,
    base_url: str,
    headers: dict[str, str],
    tally: Tally,
    *,
    examples: int,
    seed: int,
    session: requests.Session,
    until_s: float = float("inf"),
) -> None:
    """Make `examples` good requests and as many broken ones, until `until_s` (monotonic)."""
    tally.operations.add(operation.label)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        good = mode is GenerationMode.POSITIVE
        ask = partial(_ask, base_url, headers, tally, session, good)
        try:
            _explore(operation.as_strategy(generation_mode=mode), ask, examples, seed, until_s)
        except (hypothesis.errors.Unsatisfiable, schemathesis.errors.SchemathesisError):
            continue  # an operation without anything that could be wrong


def _explore(
    cases: Any, ask: Callable[[Case, bool], None], examples: int, seed: int, until_s: float
) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=cases, data=st.data())
    def run(case: Case, data: Any) -> None:
        if time.monotonic() < until_s:
            ask(case, _make_real(case, data))

    run()


def _make_real(case: Case, data: Any) -> bool:
    """Put values that mean something into the request, as often as not; whether it was done."""
    changed = False
    for values in (case.path_parameters, case.query):
        for name in set(values or ()) & set(REAL):
            if data.draw(st.booleans()):
                values[name] = data.draw(st.sampled_from(REAL[name]))
                changed = True
    body = case.body
    if not isinstance(body, dict):
        return changed
    if isinstance(changes := body.get("changes"), dict) and data.draw(st.booleans()):
        keys = st.sampled_from(KEYS)
        body["changes"] = {data.draw(keys): value for value in changes.values()}
    if isinstance(body.get("tag"), str) and data.draw(st.booleans()):
        body["tag"] = data.draw(st.sampled_from(REAL["tag"]))
        changed = True
    if str(body.get("url", "")).startswith("http") and "update" in case.path:
        body["url"] = "http://127.0.0.1:1/nothing"  # nobody outside is asked
    return changed


def _ask(
    base_url: str,
    headers: dict[str, str],
    tally: Tally,
    session: requests.Session,
    good: bool,
    case: Case,
    made_real: bool,
) -> None:
    """One request; what is wrong with the answer is kept.

    `good`: it follows the schema. `made_real`: what was wrong with it may not be so any more.
    """
    name = case.operation.label
    try:
        response = case.call(
            base_url=base_url, headers=headers, session=session, verify=False, timeout=TIMEOUT_S
        )
    except requests.RequestException as error:
        tally.wrong.setdefault(f"{name}: {type(error).__name__}", str(error))
        return
    tally.statuses[response.status_code] += 1
    tally.slowest_s = max(tally.slowest_s, response.elapsed)
    # What is refused is refused, with whatever status the document has.
    taken = not good and not made_real and response.status_code < 400
    checks = CHECKS if taken else CHECKS[:-1]
    try:
        case.validate_response(response, checks=checks)
    except BaseExceptionGroup as found:
        for failure in found.exceptions:
            title = getattr(failure, "title", type(failure).__name__)
            tally.wrong.setdefault(f"{name}: {title} ({response.status_code})", _told(found))


def _told(found: BaseExceptionGroup[Any]) -> str:
    return str(found.message)[:3000]


# ------------------------------------------------------------------ the long run


async def run(job: Job) -> Findings:
    """Ask for `job.count` seconds."""
    return await asyncio.to_thread(_ask_own, job)


def _ask_own(job: Job) -> Findings:
    """Start a wallbox, ask it, end it."""
    warnings.simplefilter("ignore", InsecureRequestWarning)
    wallbox = Wallbox(job.folder, **web_settings(), authorization__free_charging="true")
    wallbox.start()
    try:
        wallbox.request(command="plug", max_a=16, start_delay_s=0)
        base_url = base_url_of(wallbox)
        tally = campaign(base_url, claim(base_url, device_key_of(wallbox)), job.count, job.say)
        wallbox.request(command="status")  # it still lives
    finally:
        wallbox.kill()
    if found := complaints(wallbox.log):
        tally.wrong["the wallbox's log"] = "\n".join(found)
    for name, text in tally.wrong.items():
        job.say(f"--- {name}\n{text}")
    statuses = ", ".join(f"{count} × {status}" for status, count in sorted(tally.statuses.items()))
    return Findings(
        inputs=tally.calls,
        crashes=len(tally.wrong),
        stall_s=tally.slowest_s,
        figures={"operations": str(len(tally.operations)), "answers": statuses},
        wrong=list(tally.wrong),
    )


def campaign(
    base_url: str, tokens: dict[str, str], seconds: float, say: Callable[[str], None]
) -> Tally:
    """Ask with each role in turn until the time is over."""
    tally, until_s, seed = Tally(), time.monotonic() + seconds, 1
    session = requests.Session()
    document = session.get(f"{base_url}/api/v1/openapi.json", verify=False, timeout=10).json()
    listed = operations(document)
    while time.monotonic() < until_s:
        for role, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"}
            for operation in listed:
                fuzz(
                    operation,
                    base_url,
                    headers,
                    tally,
                    examples=10,
                    seed=seed,
                    session=session,
                    until_s=until_s,
                )
            left_s = max(0.0, until_s - time.monotonic())
            wrong = f"{len(tally.wrong)} kinds wrong"
            say(f"{role}: {tally.calls} requests, {wrong}, {left_s:.0f} s left")
        seed += 1
    return tally
