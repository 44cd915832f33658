"""The JSON schemas of OCPP 1.6 with the security white paper, as the package `ocpp` has them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import ocpp
from jsonschema import Draft6Validator

SCHEMAS = Path(ocpp.__file__).parent / "v16" / "schemas"


@cache
def _validator(name: str) -> Draft6Validator:
    # Limits have one decimal place, which binary fractions miss: `assert_true_call` rounds them.
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    return Draft6Validator(
        _without_multiples(schema), format_checker=Draft6Validator.FORMAT_CHECKER
    )


def _without_multiples(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: _without_multiples(each) for key, each in schema.items() if key != "multipleOf"
        }
    if isinstance(schema, list):
        return [_without_multiples(each) for each in schema]
    return schema


def assert_true_call(action: str, payload: dict[str, Any]) -> None:
    """Check a call of ours or of a charger, also for limits with more than one decimal place."""
    _validator(action).validate(payload)
    for limit in _limits(payload):
        assert round(limit, 1) == limit, limit


def assert_true_answer(action: str, payload: dict[str, Any]) -> None:
    """Check the answer to a call."""
    _validator(f"{action}Response").validate(payload)


def _limits(value: Any) -> list[float]:
    if isinstance(value, dict):
        own = [value["limit"]] if "limit" in value else []
        return own + [limit for each in value.values() for limit in _limits(each)]
    if isinstance(value, list):
        return [limit for each in value for limit in _limits(each)]
    return []
