"""Messages that are nearly right: values that follow a JSON schema, and ways to spoil them.

For the fuzzers. All randomness is the caller's generator, so a seed repeats what was made. Made for
speed: a million messages are a matter of a minute.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    -(2**63) - 1,
    1e308,
    "",
    " ",
    "0",
    "-1",
    "NaN",
    "Infinity",
    "1e999",
    "\u0000",
    "\U0001f600" * 20,
    "half \ud83d",
    "é\u202e\u200b",
    "x" * 300,
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-02-30T00:00:00Z",
    "24:00",
    "../../etc/passwd",
    "'; DROP TABLE cards; --",
    "{{ states }}",
    "%s%n\r\nX: y",
    [],
    [None],
    [[]] * 20,
    {},
    {"": {}},
    {"__proto__": []},
)
"""What stands in for a part of a good message."""

TOKENS = (
    b"1e999",
    b"-1e999",
    b"NaN",
    b"Infinity",
    b"-0",
    b"1E400",
    b"9" * 400,
    b"9" * 5000,
    b'"\\ud800"',
    b'"\\u0000"',
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"null",
    b"true",
    b'""',
    b"\0",
    b"//",
    b",",
    b"]",
    b"}",
)
"""What is put into the text of a good message: JSON that is at its limits, or none."""

DATES = (
    "2026-03-01T12:00:00Z",
    "2026-03-01T12:00:00.123+01:00",
    "2026-03-01T11:59:00Z",
    "1970-01-01T00:00:00Z",
    "2099-12-31T23:59:59Z",
    "2026-03-01T12:00:00",
)

Shape = Callable[[Random], Any]


def spoilt(value: Any, random: Random) -> Any:
    """Return `value` with one part of it replaced, left out, doubled or added."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(list(value))
        fate = random.random()
        if fate < 0.1:
            return {name: each for name, each in value.items() if name != key}
        if fate < 0.15:
            return {**value, random.choice(("x", "", key.upper(), "id")): random.choice(ODD)}
        return {**value, key: spoilt(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.85:
        where = random.randrange(len(value))
        if random.random() < 0.15:
            return value * random.choice((0, 2, 40))
        return [*value[:where], spoilt(value[where], random), *value[where + 1 :]]
    return random.choice(ODD)


def spoilt_text(text: bytes, random: Random) -> bytes:
    """Return `text` with one to three of its bytes, or pieces, changed, lost or added."""
    whole = bytearray(text)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        where = random.randrange(len(whole) + 1)
        match random.randrange(6):
            case 0:
                del whole[where : where + random.choice((1, 1, 5, 50))]
            case 1:
                whole[where:where] = random.choice(TOKENS)
            case 2:
                del whole[where:]
            case 3:
                whole[where:where] = whole[random.randrange(len(whole) + 1) :][:200]
            case 4 if whole:
                whole[where % len(whole)] = random.randrange(256)
            case _:
                whole[where : where + 1] = random.choice(b'0123456789-.eE,:[]{}" ').to_bytes()
    return bytes(whole)


def shape_of(schema: Mapping[str, Any], known: Mapping[str, Sequence[Any]]) -> Shape:
    """Return what makes values that follow a schema, of OCPP or of OpenAPI.

    `known`: values that mean something, by the name of a field; one of these as often as not.
    """
    return _shape(schema, schema.get("definitions", {}), known, "")


def _shape(
    schema: Mapping[str, Any],
    definitions: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, Sequence[Any]],
    name: str,
) -> Shape:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    right = _plain(schema, definitions, known)
    values = known.get(name)
    if not values:
        return right
    return lambda random: random.choice(values) if random.random() < 0.7 else right(random)


def _plain(
    schema: Mapping[str, Any],
    definitions: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, Sequence[Any]],
) -> Shape:
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        shapes = [_shape(each, definitions, known, "") for each in choices]
        return lambda random: random.choice(shapes)(random)
    words: list[Any] = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if words:
        return lambda random: random.choice(words)
    match schema.get("type"):
        case "object":
            return _object(schema, definitions, known)
        case "array":
            item = _shape(schema["items"], definitions, known, "")
            least = int(schema.get("minItems", 0))
            return lambda random: [item(random) for _ in range(random.choice((least, 1, 1, 2)))]
        case "string":
            return _string(schema)
        case "boolean":
            return lambda random: random.random() < 0.5
        case "integer":
            return lambda random: random.choice((0, 1, 1, 2, 7, 300, 86400))
        case "number":
            return lambda random: random.choice((0, 0.1, 6, 16.1, 230, 1234, 1e6))
        case _:
            return lambda random: random.choice(ODD)


def _object(
    schema: Mapping[str, Any],
    definitions: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, Sequence[Any]],
) -> Shape:
    required = frozenset(schema.get("required", ()))
    fields = tuple(
        (name, name in required, _shape(inner, definitions, known, name))
        for name, inner in schema.get("properties", {}).items()
        if name != "customData"
    )

    def make(random: Random) -> dict[str, Any]:
        return {name: each(random) for name, must, each in fields if must or random.random() < 0.4}

    return make


def _string(schema: Mapping[str, Any]) -> Shape:
    if schema.get("format") == "date-time":
        return lambda random: random.choice(DATES)
    most = min(int(schema.get("maxLength", 20)), 255)
    return lambda random: random.choice(("a", "TAG-1", "16", "http://127.0.0.1:1/x", "1" * most))[
        :most
    ]


def pack(frame: object) -> bytes:
    """Return JSON without spaces, as ASCII."""
    return json.dumps(frame, separators=(",", ":")).encode()
