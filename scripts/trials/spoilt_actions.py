"""What an owner can ask of the integration, well or badly: actions and websocket commands."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection

from scripts.harness.home_assistant import HomeAssistant
from scripts.harness.spoilt import ODD, spoilt
from scripts.trials.broken import Tally

AT_ONCE = 10
ANSWER_S = 90.0
"""An action may wait for a wallbox, which has 30 s."""
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
class House:
    """The Home Assistant and what is in it."""

    program: HomeAssistant
    entry_id: str
    devices: list[str]
    entities: dict[str, list[str]]
    services: dict[str, dict[str, Any]]


def look(program: HomeAssistant, entry_id: str) -> House:
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


async def commands(
    socket: ClientConnection, house: House, tally: Tally, random: Random, count: int
) -> None:
    """Send commands, some at a time, until enough were sent."""
    number = 0
    while tally.asked < count:
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
                tally.asked += 1
                code = "done" if answer["success"] else answer["error"]["code"]
                tally.answers[code] += 1
                # What Home Assistant's own actions make of it is theirs, until it is in our code.
                if not answer["success"] and code not in FINE and "evse_ocpp" in text[:80]:
                    tally.broken.note(f"{code}: {answer['error']['message']}"[:120], text)


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
        key: value_of(key, told.get("selector") or {}, house, random)
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


def value_of(key: str, selector: dict[str, Any], house: House, random: Random) -> Any:
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
