"""The forms of the integration's flows in Home Assistant, answered well or badly."""

from __future__ import annotations

import asyncio
import json
import time
from random import Random
from typing import Any

from scripts.harness.raw_http import Answer, Closed, Connection
from scripts.harness.spoilt import spoilt
from scripts.trials.broken import Tally
from scripts.trials.spoilt_actions import ANSWER_S, House, value_of


async def flow(house: House, token: str, tally: Tally, random: Random) -> None:
    """Begin one of our flows and answer its forms, well or badly; give it up."""
    entries = "/api/config/config_entries"
    base, start = random.choice(
        [
            (f"{entries}/flow", {"handler": "evse_ocpp"}),
            (f"{entries}/options/flow", {"handler": house.entry_id}),
            *(
                (f"{entries}/subentries/flow", {"handler": [house.entry_id, kind]})
                for kind in ("charger", "site", "circuit")
            ),
        ]
    )
    connection = await Connection.open("127.0.0.1", house.program.port, None)
    try:
        step = await _post(connection, base, start, token, tally)
        for _ in range(random.randrange(1, 6)):
            if step.get("type") not in {"form", "menu"}:
                break
            answer = _form(step, house, random)
            step_now = await _post(connection, f"{base}/{step['flow_id']}", answer, token, tally)
            step = step_now if "flow_id" in step_now else step
        if step.get("type") in {"form", "menu"}:
            await _request(connection, "DELETE", f"{base}/{step['flow_id']}", None, token)
    except (Closed, TimeoutError) as error:
        tally.broken.note(f"a flow: {type(error).__name__}", str(error))
    finally:
        connection.abort()
    await asyncio.sleep(0.05)


def _form(step: dict[str, Any], house: House, random: Random) -> Any:
    if step["type"] == "menu":
        options = list(step["menu_options"])
        return {"next_step_id": random.choice([*options, "x"]) if options else "x"}
    answer = {}
    for each in step.get("data_schema") or ():
        if not each.get("required") and random.random() < 0.4:
            continue
        if each.get("type") == "expandable":
            answer[each["name"]] = _form(
                {"type": "form", "data_schema": each["schema"]}, house, random
            )
            continue
        value = each.get("default", each.get("description", {}).get("suggested_value"))
        if value is None or random.random() < 0.4:
            value = value_of(each["name"], each.get("selector") or {}, house, random)
        answer[each["name"]] = value
    return spoilt(answer, random) if random.random() < 0.4 else answer


async def _post(
    connection: Connection, path: str, data: Any, token: str, tally: Tally
) -> dict[str, Any]:
    began_s = time.monotonic()
    answer = await _request(connection, "POST", path, data, token)
    tally.slowest_s = max(tally.slowest_s, time.monotonic() - began_s)
    tally.asked += 1
    tally.answers[f"form {answer.status}"] += 1
    if answer.status >= 500:
        tally.broken.note(
            f"a form: {answer.status} {path.split('/')[4]}", f"{data} to {path}: {answer}"
        )
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


async def _request(connection: Connection, method: str, path: str, data: Any, token: str) -> Answer:
    body = b"" if data is None else json.dumps(data).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.send(head.encode() + body)
    return await connection.answer(within_s=ANSWER_S)
