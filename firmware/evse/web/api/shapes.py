"""The JSON Schemas of which those of the endpoints are made."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
INSTANT: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}
ANY_OBJECT: Schema = {"type": "object"}

CONNECTOR: Schema = {"type": "integer", "minimum": 1, "maximum": 2}
TAG: Schema = {"type": "string", "minLength": 1, "maxLength": 40}
"""The number of a card, in any of the notations that are understood."""

CARD_NAME: Schema = {"type": "string", "maxLength": 40}

OFFSET: Schema = {"type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0}
LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
PAGING: Mapping[str, Schema] = {"offset": OFFSET, "limit": LIMIT}


def shape(**properties: Schema) -> Schema:
    """An object that has exactly these properties."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def loose(required: Mapping[str, Schema], optional: Mapping[str, Schema]) -> Schema:
    """An object with properties that must be there, and others that may."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def some(**properties: Schema) -> Schema:
    """An object of which each property may be missing."""
    return loose({}, properties)


def many(each: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": each}


def by_name(each: Schema) -> Schema:
    """An object whose names are not known beforehand."""
    return {"type": "object", "additionalProperties": each}


def maybe(schema: Schema) -> Schema:
    """The value, or null where there is none."""
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(*values: str) -> Schema:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


DONE = shape(done=TRUTH)
