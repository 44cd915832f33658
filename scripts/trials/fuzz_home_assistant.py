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
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from scripts.harness.home_assistant import HomeAssistant
from scripts.harness.house import IDENTITY, Household
from scripts.harness.raw_http import Answer, Closed, Connection
from scripts.harness.spoilt import ODD, spoilt, spoilt_text
from scripts.trials.complaints import OURS, REFUSED, complaints
from scripts.trials.findings import Findings, Job

AT_ONCE = 10
ANSWER_S = 90.0
"""An action may wait for a wallbox, which has 30 s."""
MOST_KINDS = 20
HANDLED_S = 0.3
FINE = frozenset(
    {
        "home_assistant_error",
        "invalid_format",
        "invalid_info",
        "not_found",
        "not_loaded",
        "not_supported",
        "service_validation_error",
        "template_error",
        "unauthorized",
        "id_reuse",
        "unknown_command",
    }
)
"""Codes of errors by which Home Assistant refuses; unknown_error is an exception that got out."""
LEFT_OUT = ("reset", "update_firmware")
"""They end what is charging."""
PLAUSIBLE: dict[str, tuple[Any, ...]] = {
    "boolean": (True, False),
    "datetime": ("2026-11-27 08:00:00", "2026-11-27T08:00:00+01:00", "x"),
    "date": ("2026-11-27", "2026-02-30"),
    "time": ("08:00:00", "24:00:00"),
    "duration": ({"hours": 1}, {"days": 1e9}, 60, "00:01:00"),
    "object": ({}, {"a": [1]}, [], {"x": {"y": None}}),
}
"""By the kind of a selector."""


@dataclass(slots=True)
class Tally:
    """What came back; `wrong` the first of each kind."""

    answers: Counter[str] = field(default_factory=Counter)
    done: int = 0
    crashes: int = 0
    slowest_s: float = 0.0
    wrong: dict[str, str] = field(default_factory=dict)

    def broken(self, kind: str, text: str) -> None:
        """Note it."""
        self.crashes += 1
        if len(self.wrong) < MOST_KINDS:
            self.wrong.setdefault(kind, text[:3000])


@dataclass(slots=True)
class House:
    """The Home Assistant and what is in it."""

    program: HomeAssistant
    entry_id: str
    devices: list[str]
    entities: dict[str, list[str]]
    services: dict[str, dict[str, Any]]


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
        house = await asyncio.to_thread(_look, program, household.entry_id)
        began_s = time.monotonic()
        await _send(job, house, tally)
        took_s = time.monotonic() - began_s
        findings = Findings(
            inputs=tally.done,
            crashes=tally.crashes,
            stall_s=tally.slowest_s,
            wrong=list(tally.wrong),
        )
        findings.figures = {
            "rate": f"{tally.done / took_s:.0f} a second",
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
    for kind, text in tally.wrong.items():
        job.say(f"--- {kind}\n{text}")
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


def _look(program: HomeAssistant, entry_id: str) -> House:
    """Wait until the wallbox is there; return what can be asked."""
    deadline_s = time.monotonic() + 30
    entities: dict[str, list[str]] = {}
    while "number" not in entities and time.monotonic() < deadline_s:
        time.sleep(0.5)
        entities = {}
        for entry in program.websocket(type="config/entity_registry/list"):
            if entry["platform"] == "evse_ocpp":
                domain = entry["entity_id"].split(".")[0]
                entities.setdefault(domain, []).append(entry["entity_id"])
    devices = [
        device["id"]
        for device in program.websocket(type="config/device_registry/list")
        if entry_id in device["config_entries"]
    ]
    told = program.websocket(type="get_services")
    services = {
        f"evse_ocpp.{name}": each.get("fields", {})
        for name, each in told["evse_ocpp"].items()
        if not any(part in name for part in LEFT_OUT)
    }
    for domain in ("number", "select", "datetime", "calendar"):
        for name, each in told.get(domain, {}).items():
            if domain in entities:
                services[f"{domain}.{name}"] = each.get("fields", {})
    return House(program, entry_id, devices, entities, services)


async def _send(job: Job, house: House, tally: Tally) -> None:
    chance = job.chance()
    token = house.program.tokens["access_token"]

    async def users() -> None:
        random = Random(chance.getrandbits(64))
        while tally.done < job.count:
            url = f"ws://127.0.0.1:{house.program.port}/api/websocket"
            async with connect(url, max_size=None, proxy=None) as socket:
                await socket.recv()
                await socket.send(json.dumps({"type": "auth", "access_token": token}))
                await socket.recv()
                await _commands(socket, house, tally, random, job.count)

    async def forms() -> None:
        random = Random(chance.getrandbits(64))
        while tally.done < job.count:
            await _flow(house, token, tally, random)

    async def strangers() -> None:
        random = Random(chance.getrandbits(64))
        while tally.done < job.count:
            await _strange(house, tally, random)

    await asyncio.gather(users(), forms(), strangers())


# Actions and websocket commands.


async def _commands(
    socket: ClientConnection, house: House, tally: Tally, random: Random, count: int
) -> None:
    """Send commands, some at a time, until enough were sent."""
    number = 0
    while tally.done < count:
        sent: dict[int, str] = {}
        for _ in range(AT_ONCE):
            number += 1
            command = _command(house, random)
            text = json.dumps({**command, "id": number})
            if "\\ud" in text.replace("\\ud83d\\ude00", ""):
                continue  # half a character is no JSON to Home Assistant: it would hang up
            sent[number] = text
            await socket.send(text)
        async with asyncio.timeout(ANSWER_S):
            while sent:
                answer = json.loads(await socket.recv())
                if answer.get("type") != "result" or answer.get("id") not in sent:
                    continue
                text = sent.pop(answer["id"])
                tally.done += 1
                code = "done" if answer["success"] else answer["error"]["code"]
                tally.answers[code] += 1
                # What Home Assistant's own actions make of it is theirs, until it is in our code.
                if not answer["success"] and code not in FINE and "evse_ocpp" in text[:80]:
                    tally.broken(f"{code}: {answer['error']['message']}"[:120], text)


def _command(house: House, random: Random) -> dict[str, Any]:
    if random.random() < 0.25:
        device = {"device_id": random.choice(house.devices), "connector_id": random.choice((0, 1))}
        commands: list[dict[str, Any]] = [
            {"type": "evse_ocpp/list"},
            {"type": "evse_ocpp/plan", **device},
            {
                "type": "evse_ocpp/sessions",
                "start": "2026-01-01T00:00:00Z",
                "end": "2026-12-31T00:00:00+01:00",
                "device_ids": [device["device_id"]],
                "owner": {"kind": "person", "id": "x"},
                "entry_id": house.entry_id,
                "limit": 10,
                "before": "x",
            },
        ]
        command = dict(random.choice(commands))
        for key in list(command):
            if key != "type" and random.random() < 0.3:
                command = {**command, key: spoilt(command[key], random)}
                if random.random() < 0.3:
                    del command[key]
        return command
    name = random.choice(list(house.services))
    domain, _, service = name.partition(".")
    data = {
        key: _value(key, told.get("selector") or {}, house, random)
        for key, told in _fields(house.services[name]).items()
        if told.get("required") or random.random() < 0.6
    }
    if domain in house.entities and domain != "evse_ocpp":
        data["entity_id"] = random.choice(house.entities[domain])
    if random.random() < 0.7 and data:
        key = random.choice(list(data))
        data[key] = spoilt(data[key], random)
    command = {"type": "call_service", "domain": domain, "service": service, "service_data": data}
    if random.random() < 0.5:
        command["return_response"] = True
    return command


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an action, those in sections too."""
    found: dict[str, Any] = {}
    for key, each in told.items():
        if isinstance(each, dict) and "fields" in each and "selector" not in each:
            found |= each["fields"]
        else:
            found[key] = each
    return found


def _value(key: str, selector: dict[str, Any], house: House, random: Random) -> Any:
    """Return what the selector of a form would give, or something odd."""
    if random.random() < 0.15:
        return random.choice(ODD)
    kind, about = next(iter(selector.items()), ("text", None))
    about = about or {}
    match kind:
        case "number":
            return random.choice((about.get("min", 0), about.get("max", 100), 1, 6.5, -1, 1e12))
        case "select":
            options = about["options"]
            words = [each["value"] if isinstance(each, dict) else each for each in options]
            return random.choice([*words, "x"])
        case "device":
            return random.choice(house.devices)
        case "entity":
            return random.choice([each for every in house.entities.values() for each in every])
        case "config_entry":
            return house.entry_id
        case _:
            return random.choice(PLAUSIBLE.get(kind, ("CARD", "1", key, "http://[::1]:1/x", "1.5")))


# Forms of flows.


async def _flow(house: House, token: str, tally: Tally, random: Random) -> None:
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
        tally.broken(f"a flow: {type(error).__name__}", str(error))
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
            value = _value(each["name"], each.get("selector") or {}, house, random)
        answer[each["name"]] = value
    return spoilt(answer, random) if random.random() < 0.4 else answer


async def _post(
    connection: Connection, path: str, data: Any, token: str, tally: Tally
) -> dict[str, Any]:
    began_s = time.monotonic()
    answer = await _request(connection, "POST", path, data, token)
    tally.slowest_s = max(tally.slowest_s, time.monotonic() - began_s)
    tally.done += 1
    tally.answers[f"form {answer.status}"] += 1
    if answer.status >= 500:
        tally.broken(f"a form: {answer.status} {path.split('/')[4]}", f"{data} to {path}: {answer}")
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


# Raw HTTP of strangers.

WEBSOCKET = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\n"
)


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
            tally.broken(f"a stranger: {answer.status}", f"{answer} to {sent!r}")
    except (Closed, TimeoutError, ValueError):
        tally.answers["stranger: nothing"] += 1
    finally:
        connection.abort()
    tally.done += 1
