"""What comes with a request, checked against the schemas of its endpoint. Pure but for the reading.

An error names the field, what came (unless the schema says that it is secret) and what is allowed.
"""

import asyncio
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from evse.texts import DEFAULT_LANGUAGE, LANGUAGES
from evse.web.endpoint import Access, ApiError, Endpoint, Schema

MAX_BODY_BYTES = 256 * 1024
"""Of JSON, from who is logged in. Uploads are read piece by piece by whoever takes them."""

PUBLIC_BODY_BYTES = 32 * 1024
"""Of JSON, from anybody; a longer one is read beside the control turns."""

MAX_VALUES = 1000
"""In a body: to check 20 000 would take the time of two control turns, whoever has sent them."""

BODY_S = 15.0
"""A body of JSON must be there within this real time, s."""

MOST_SHOWN = 10**20
"""A larger number is not repeated in an error: it may have thousands of digits."""

MAX_ERRORS = 20
"""Errors told at a time."""

LANGUAGE: Schema = {"type": "string", "enum": list(LANGUAGES)}
"""The parameter `language`, which every endpoint has."""


class InvalidError(Exception):
    """What came does not fit; `entries` as in the answer's `errors`."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(str(entry["message"]) for entry in entries))
        self.entries = entries


class Checker:
    """The schemas of one endpoint, made ready once."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._body = None if endpoint.takes is None else Draft202012Validator(endpoint.takes)
        in_path = {
            name: schema
            for name, schema in endpoint.parameters.items()
            if f"{{{name}}}" in endpoint.path
        }
        self._path = _ready(in_path)
        self._query = _ready(
            {name: each for name, each in endpoint.parameters.items() if name not in in_path}
            | {"language": LANGUAGE}
        )
        self._headers = _ready(endpoint.headers)

    def path(self, request: web.Request) -> dict[str, Any]:
        """The parameters of the path. Raises InvalidError."""
        return _converted(self._path, request.match_info)

    def query(self, request: web.Request) -> dict[str, Any]:
        """The parameters of the query with the defaults of others. Raises InvalidError."""
        came = request.query
        if unknown := sorted(set(came) - set(self._query)):
            raise InvalidError(
                [_entry("unknown_field", unknown[0], None, "one of " + ", ".join(self._query))]
            )
        if twice := sorted(name for name in set(came) if len(came.getall(name)) > 1):
            raise InvalidError([_entry("invalid", twice[0], came.getall(twice[0]), "one value")])
        return _converted(self._query, came)

    def headers(self, request: web.Request) -> dict[str, Any]:
        """The headers that the endpoint names. Raises InvalidError."""
        return _converted(self._headers, request.headers)

    async def body(self, request: web.Request) -> Any:
        """The body; None for an endpoint that takes none. Raises InvalidError, ApiError."""
        if self._body is None:
            return None
        if request.content_type != "application/json":
            raise ApiError(
                415,
                "media_type",
                "the body must be JSON",
                field="Content-Type",
                came=request.content_type,
                allowed="application/json",
            )
        if (packed := request.headers.get("Content-Encoding", "identity")) != "identity":
            raise ApiError(
                415,
                "media_type",
                "the body must not be compressed",
                field="Content-Encoding",
                came=packed[:80],
                allowed="identity",
            )
        public = self._endpoint.access is Access.PUBLIC
        content = await _read(request, PUBLIC_BODY_BYTES if public else MAX_BODY_BYTES)
        if len(content) > PUBLIC_BODY_BYTES:
            body = await asyncio.to_thread(_parsed, content)
        else:
            body = _parsed(content)
        if errors := list(_first(self._body.iter_errors(body))):
            raise InvalidError([_told(error) for error in errors])
        return body


async def _read(request: web.Request, most_bytes: int) -> bytes:
    """The body of a request. Raises ApiError."""
    too_large = ApiError(
        413,
        "too_large",
        "the body is too large",
        field="body",
        allowed=f"at most {most_bytes} bytes",
    )
    if (request.content_length or 0) > most_bytes:
        raise too_large
    try:
        async with asyncio.timeout(BODY_S):
            content = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise too_large from error
    except TimeoutError as error:
        raise ApiError(408, "timeout", f"the body did not come within {BODY_S:g} s") from error
    if len(content) > most_bytes:
        raise too_large
    return content


def _parsed(body: bytes) -> Any:
    """The JSON values of a body. Raises ApiError."""
    try:
        value = json.loads(body.decode(), parse_constant=_refused)
        # A half of a surrogate pair is no character, and 1e999 no number that we could tell again:
        # no file, database or page could take it.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise ApiError(
            400, "not_json", f"the body is not JSON: {error}", field="body", allowed="JSON (UTF-8)"
        ) from error
    if _has_more_than(MAX_VALUES, value):
        raise ApiError(
            413,
            "too_large",
            "the body has too many values",
            field="body",
            allowed=f"at most {MAX_VALUES} values",
        )
    return value


def _has_more_than(most: int, value: Any) -> bool:
    """Whether there are so many values in a value."""
    waiting, seen = [value], 0
    while waiting:
        each = waiting.pop()
        parts = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        seen += len(parts)
        if seen > most:
            return True
        waiting.extend(parts)
    return False


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


Ready = Mapping[str, tuple[Schema, Draft202012Validator]]


def _ready(schemas: Mapping[str, Schema]) -> Ready:
    return {name: (schema, Draft202012Validator(schema)) for name, schema in schemas.items()}


def _converted(schemas: Ready, came: Mapping[str, str]) -> dict[str, Any]:
    """The values of texts, by their schemas. Raises InvalidError."""
    values: dict[str, Any] = {}
    for name, (schema, validator) in schemas.items():
        if name not in came:
            if "default" in schema:
                values[name] = schema["default"]
            continue
        value = _value(schema, came[name])
        if error := next(validator.iter_errors(value), None):
            raise InvalidError([_told(error, name)])
        values[name] = value
    return values


def _value(schema: Schema, text: str) -> Any:
    """What a text means as a value of a schema; the text itself when it means none."""
    kind = schema.get("type")
    try:
        if kind == "integer":
            return int(text) if text.isascii() and "_" not in text else text
        if kind == "number":
            number = json.loads(text, parse_constant=_refused)
            return text if number in (math.inf, -math.inf) else number
    except (ValueError, RecursionError):
        return text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    return text


def _first(errors: Iterable[ValidationError]) -> Iterable[ValidationError]:
    return (error for error, _ in zip(errors, range(MAX_ERRORS), strict=False))


def _told(error: ValidationError, name: str = "") -> dict[str, Any]:
    """The entry of an error: of what is wrong, the innermost field."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    field = ".".join([*([name] if name else []), *map(str, error.absolute_path)]) or "body"
    if error.validator == "required" and isinstance(error.instance, dict):
        wanted_names: list[str] = schema["required"]
        missing = next(each for each in wanted_names if each not in error.instance)
        prefix = "" if field == "body" else f"{field}."
        wanted = schema.get("properties", {}).get(missing, {})
        return _entry("missing", f"{prefix}{missing}", None, _allowed(wanted))
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = list(schema.get("properties", {}))
        unknown = next((each for each in error.instance if each not in known), field)
        return _entry("unknown_field", unknown, None, f"one of {', '.join(known)}")
    hidden = schema.get("writeOnly") or _holds_secret(schema)
    came = None if hidden else _short(error.instance)
    return _entry("invalid", field, came, _allowed(schema))


def _holds_secret(schema: Mapping[str, Any]) -> bool:
    inner = schema.get("properties", {})
    return any(each.get("writeOnly") or _holds_secret(each) for each in inner.values())


def _entry(code: str, field: str, came: object, allowed: str) -> dict[str, Any]:
    words = {"missing": "is missing", "unknown_field": "there is no such field"}
    what = words.get(code) or (f"came {came!r}" if came is not None else "it cannot be taken")
    return {
        "code": code,
        "field": field,
        "came": came,
        "allowed": allowed,
        "message": f"{field}: {what}, allowed is {allowed}",
    }


def _short(value: Any) -> Any:
    """A value that may stand in an answer: no long texts, no trees."""
    if isinstance(value, str):
        return value if len(value) <= 80 else f"{value[:79]}…"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and not -MOST_SHOWN < value < MOST_SHOWN:
        return "a number without end"
    return value


def _allowed(schema: Mapping[str, Any]) -> str:
    """What a schema allows, in words."""
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    kinds = schema.get("type", "any value")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    bounds = [
        f"{name} {schema[key]}"
        for key, name in (
            ("minimum", "at least"),
            ("maximum", "at most"),
            ("minLength", "at least, in characters,"),
            ("maxLength", "at most, in characters,"),
            ("minItems", "at least, in items,"),
            ("maxItems", "at most, in items,"),
            ("pattern", "of the form"),
            ("format", "as"),
        )
        if key in schema
    ]
    return ", ".join([words, *bounds])


def language_of(request: web.Request, query: Mapping[str, Any]) -> str:
    """The language of the answer: as asked for, else the browser's first that we speak."""
    if (asked := query.get("language")) is not None:
        return str(asked)
    wanted = []
    for part in request.headers.get("Accept-Language", "").split(",")[:20]:
        tag, _, quality = part.partition(";q=")
        try:
            wanted.append((float(quality or 1), tag.strip().lower()[:2]))
        except ValueError:
            continue  # a malformed part says nothing
    spoken = [each for each in wanted if each[1] in LANGUAGES and each[0] > 0]
    return max(spoken, key=lambda each: each[0])[1] if spoken else DEFAULT_LANGUAGE
