"""The JSON schemas of OCPP 1.6, each made into a function that checks a payload. Pure.

The schemas are those of the `ocpp` package. Walking a schema for each message, as a general
validator does, costs a small computer many times what the message itself does; they use so few
words of JSON Schema that each is a closure here, made when it is first needed.
"""

import json
import reprlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

_LARGEST = 2**63 - 1
"""The schemas leave open how large a number may be; a database does not."""

_TENTH_TOLERANCE = 1e-6
"""In tenths: 16.1 is no exact multiple of 0.1 in binary."""

_DESCRIPTIONS = frozenset(("$schema", "$id", "id", "title", "javaType", "definitions", "format"))
"""What allows or forbids nothing here; whoever reads a date tells what is wrong with it."""

_Check = Callable[[Any], None]


class SchemaViolation(ValueError):  # noqa: N818
    """A payload against its schema; the text names the field, what came and what is allowed."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.path = ""
        self._text = text

    def within(self, name: str) -> "SchemaViolation":
        """The same violation, seen from the object or array around it."""
        self.path = f"{name}.{self.path}" if self.path else name
        return self

    def __str__(self) -> str:
        return f"{self.path or 'payload'}: {self._text}"


def _violation(value: object, allowed: str) -> SchemaViolation:
    return SchemaViolation(f"came {reprlib.repr(value)}, allowed is {allowed}")


def check_call(action: str, payload: object) -> None:
    """Check the payload of a call. Raises SchemaViolation."""
    _checker(action, strict=True)(payload)


def check_answer(action: str, payload: object) -> None:
    """Check the payload of an answer to us. Raises SchemaViolation.

    Fields that the schema does not know are let pass, and optional ones that are null: some central
    systems send such, and nothing is gained by going without what else they say.
    """
    _checker(f"{action}Response", strict=False)(payload)


@cache
def _checker(name: str, strict: bool) -> _Check:
    file = resources.files("ocpp.v16") / "schemas" / f"{name}.json"
    schema = json.loads(file.read_text(encoding="utf-8-sig"))
    return _check_of(schema, schema.get("definitions", {}), strict)


def _check_of(
    schema: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]], strict: bool
) -> _Check:
    """The check of a schema."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    words = {key: value for key, value in schema.items() if key not in _DESCRIPTIONS}
    match words.pop("type"):
        case "object":
            properties = {
                name: _check_of(inner, definitions, strict)
                for name, inner in words.pop("properties", {}).items()
            }
            required = tuple(words.pop("required", ()))
            closed = words.pop("additionalProperties", True) is False
            check = _object(properties, required, closed and strict)
            if not strict:
                check = _without_nulls(check, frozenset(required))
        case "array":
            words.pop("additionalItems", None)  # of lists of schemas, which there are none
            inner = _check_of(words.pop("items"), definitions, strict)
            check = _array(inner, words.pop("minItems", 0))
        case "string":
            words.pop("additionalProperties", None)  # of objects; some schemas say it here
            choices = words.pop("enum", None)
            longest = words.pop("maxLength", None)
            check = _string(None if choices is None else frozenset(choices), longest)
        case "boolean":
            check = _boolean
        case "integer":
            check = _integer
        case "number":
            check = _tenths if words.pop("multipleOf", None) else _number
        case other:
            raise ValueError(f"type: came {other!r}, allowed are those of the schemas of OCPP 1.6")
    if words:
        raise ValueError(f"a schema says {sorted(words)}, which is not understood")
    return check


def _object(properties: Mapping[str, _Check], required: tuple[str, ...], closed: bool) -> _Check:
    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise _violation(value, "an object")
        for name in required:
            if name not in value:
                raise SchemaViolation("is missing").within(name)
        for name, item in value.items():
            inner = properties.get(name)
            if inner is not None:
                try:
                    inner(item)
                except SchemaViolation as violation:
                    raise violation.within(name) from None
            elif closed:
                raise _violation(name, "one of " + ", ".join(properties))

    return check


def _without_nulls(check: _Check, required: frozenset[str]) -> _Check:
    def check_rest(value: Any) -> None:
        if isinstance(value, dict):
            value = {k: v for k, v in value.items() if v is not None or k in required}
        check(value)

    return check_rest


def _array(inner: _Check, shortest: int) -> _Check:
    def check(value: Any) -> None:
        if not isinstance(value, list):
            raise _violation(value, "an array")
        if len(value) < shortest:
            raise _violation(value, f"an array of at least {shortest}")
        for index, item in enumerate(value):
            try:
                inner(item)
            except SchemaViolation as violation:
                raise violation.within(str(index)) from None

    return check


def _string(choices: frozenset[str] | None, longest: int | None) -> _Check:
    def check(value: Any) -> None:
        if not isinstance(value, str):
            raise _violation(value, "a text")
        if choices is not None and value not in choices:
            raise _violation(value, "one of " + ", ".join(sorted(choices)))
        if longest is not None and len(value) > longest:
            raise _violation(value, f"at most {longest} characters")

    return check


def _boolean(value: Any) -> None:
    if not isinstance(value, bool):
        raise _violation(value, "true or false")


def _integer(value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        raise _violation(value, "an integer of 64 bits")


def _number(value: Any) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not abs(value) <= _LARGEST:  # "not": it is false of NaN
        raise _violation(value, "a number")


def _tenths(value: Any) -> None:
    _number(value)
    if abs(value * 10 - round(value * 10)) > _TENTH_TOLERANCE:
        raise _violation(value, "a number with one decimal")
