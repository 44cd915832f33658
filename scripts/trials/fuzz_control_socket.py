"""Lines that come to the control socket of a running wallbox (`evse status`, `evse sim` …).

Promised: each line has one answer of JSON, `ok` or why not; what a handler gets is checked.
"""

import json
import math
from pathlib import Path
from typing import Any

from evse.local.requests import COMMANDS, Request
from evse.local.server import LocalServer
from scripts.trials.fuzzing import Stream, Target, at_once, promise, trial

NAMES = tuple(COMMANDS)
LONGEST_ANSWER = 4000


async def handler(request: Request) -> dict[str, Any]:
    """Says what it got, as far as it is bounded."""
    fields = {field.name: field for field in COMMANDS[request.command][1]}
    for name, value in request.fields.items():
        promise(name in fields, f"a field {name}")
        if isinstance(value, float | int) and not isinstance(value, bool):
            promise(math.isfinite(value), f"{name} is {value}")
            promise(fields[name].minimum <= value <= fields[name].maximum, f"{name} is {value}")
    return {"got": sorted(request.fields)}


SERVER = LocalServer(Path("/nowhere"), dict.fromkeys(NAMES, handler), (1, 2))


def entry(data: bytes) -> None:
    """A byte: the line as it is, or fields for a real command."""
    stream = Stream(data)
    line = command(stream) if stream.byte() & 1 else stream.rest()
    answer = at_once(SERVER.answer(line))
    text = json.dumps(answer)
    promise(
        answer["ok"] is True or 0 < len(answer["error"]) < LONGEST_ANSWER, "no words, or no end"
    )
    promise("\n" not in text, "an answer of many lines")


def command(stream: Stream) -> bytes:
    """A command with values for its own fields."""
    name = NAMES[stream.byte() % len(NAMES)]
    given: dict[str, Any] = {"command": name}
    for field in COMMANDS[name][1]:
        how = stream.byte()
        values: tuple[Any, ...] = (
            stream.byte(),
            stream.number() if how & 8 else 1.5,
            bool(how & 16),
            stream.take(how >> 4).decode("latin-1"),
            [stream.byte(), 2.0, -3],
            {"a": 1},
            (field.choices or ("x",))[(how >> 3) % max(1, len(field.choices))],
        )
        if how & 7 < len(values):
            given[field.name] = values[how & 7]
    return json.dumps(given).encode()


TARGET = Target(
    entry,
    seeds=[
        b'\0{"command": "plug", "connector": 1, "max_a": 16}',
        b'\0{"command": "house", "extra_a": [1, 2.5, -3]}',
        b'\0{"command": "settings-set", "values": {"dlb.maximum_current_a": 25}}',
        *(bytes([1, number]) + bytes(range(60)) for number in range(0, len(NAMES), 4)),
    ],
    words=[
        *(f'"{name}"'.encode() for name in NAMES),
        b"1e999",
        b"NaN",
        b"null",
        b"[[[[",
        b"\\ud800",
    ],
    longest=400,
)

run = trial(__name__)
