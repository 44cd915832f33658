"""Our check of payloads says the same as a general validator of JSON Schema."""

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from evse.ocpp.schemas import SchemaViolation, _checker, check_answer, check_call
from tests.firmware.core.bench import DETERMINISTIC

SCHEMAS = {
    file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8-sig"))
    for file in (resources.files("ocpp.v16") / "schemas").iterdir()
    if file.name.endswith(".json")
}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_each_schema_is_understood(name: str) -> None:
    """A schema with a word that we do not know would raise ValueError."""
    _checker(name, strict=True)


DATES = (
    "2026-03-01T12:00:00Z",
    "1970-01-01T00:00:00Z",
    "2099-12-31T23:59:59.999+01:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-02-30T00:00:00Z",
    "soon",
    "",
)


def _payloads(schema: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that follow the schema, or nearly."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    wrong = st.one_of(st.none(), st.booleans(), st.integers(), st.just([]), st.text(max_size=3))
    match schema["type"]:
        case "object":
            properties = {
                name: _payloads(inner, definitions)
                for name, inner in schema.get("properties", {}).items()
            }
            required = {n: properties.pop(n) for n in schema.get("required", ()) if n in properties}
            right = st.fixed_dictionaries(required, optional=properties)
            further = st.dictionaries(st.sampled_from(["x", *required]), wrong, max_size=1)
            lacking = st.sampled_from([None, None, *required])
            right = st.builds(_changed, right, further, lacking)
        case "array":
            right = st.lists(_payloads(schema["items"], definitions), max_size=2)
        case "string":
            texts = st.text("ab", max_size=schema.get("maxLength", 4) + 1)
            if schema.get("format") == "date-time":
                texts = st.sampled_from(DATES)
            right = st.sampled_from(schema["enum"]) if "enum" in schema else texts
        case "boolean":
            right = st.booleans()
        case "integer":
            right = st.integers(-5, 2**40)
        case _:
            right = st.sampled_from([0, 16, 16.1, 0.7, 32.25, -6.3])
    return st.one_of(*[right] * 12, wrong)


def _changed(payload: dict[str, Any], further: dict[str, Any], lacking: str | None) -> Any:
    return {key: value for key, value in {**payload, **further}.items() if key != lacking}


def payloads_of(names: Iterable[str]) -> st.SearchStrategy[tuple[str, Any]]:
    """(name, payload) of one of the schemas, which the payload follows, or nearly."""
    return st.sampled_from(sorted(names)).flatmap(
        lambda name: st.tuples(
            st.just(name), _payloads(SCHEMAS[name], SCHEMAS[name].get("definitions", {}))
        )
    )


ANY_PAYLOAD = payloads_of(SCHEMAS)


def _exact(value: Any, schema: Any) -> bool:
    """The verdict of the general validator, which counts tenths in binary: made whole first."""
    text = json.dumps(schema).replace('"multipleOf": 0.1', '"multipleOf": 1')

    def tenfold(item: Any) -> Any:
        match item:
            case dict():
                return {
                    key: _tenfold_number(inner) if key in _TENTHS else tenfold(inner)
                    for key, inner in item.items()
                }
            case list():
                return [tenfold(inner) for inner in item]
        return item

    return bool(Draft4Validator(json.loads(text)).is_valid(tenfold(value)))


_TENTHS = ("limit", "minChargingRate")


def _tenfold_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return round(value * 10, 6)


@DETERMINISTIC
@given(ANY_PAYLOAD)
def test_it_agrees_with_a_general_validator(case: tuple[str, Any]) -> None:
    name, payload = case
    try:
        _checker(name, strict=True)(payload)
        ours = True
    except SchemaViolation:
        ours = False
    assert ours == _exact(payload, SCHEMAS[name]), payload


@pytest.mark.parametrize(
    ("action", "payload", "text"),
    [
        ("ChangeConfiguration", {"key": "A"}, "value: is missing"),
        ("ChangeConfiguration", {"key": 1, "value": ""}, "key: came 1, allowed is a text"),
        ("ChangeConfiguration", {"key": "A" * 51, "value": ""}, "at most 50 characters"),
        ("ChangeConfiguration", [], "payload: came [], allowed is an object"),
        ("Reset", {"type": "Warm"}, "type: came 'Warm', allowed is one of Hard, Soft"),
        ("Reset", {"type": "Soft", "x": 1}, "came 'x', allowed is one of type"),
        ("GetConfiguration", {"key": ["A", 2]}, "key.1: came 2, allowed is a text"),
        ("UnlockConnector", {"connectorId": True}, "an integer of 64 bits"),
        ("UnlockConnector", {"connectorId": 2**63}, "an integer of 64 bits"),
    ],
)
def test_a_violation_names_the_field_what_came_and_what_is_allowed(
    action: str, payload: Any, text: str
) -> None:
    with pytest.raises(SchemaViolation) as raised:
        check_call(action, payload)
    assert text in str(raised.value)


def test_further_fields_of_an_answer_are_let_pass_and_nulls() -> None:
    answer = {"status": "Accepted", "currentTime": "x", "interval": 1, "customData": {}}
    check_answer("BootNotification", answer)
    with pytest.raises(SchemaViolation, match="interval"):
        check_answer("BootNotification", {"status": "Accepted", "currentTime": "x"})
    card = {"status": "Accepted", "parentIdTag": None, "expiryDate": None}
    check_answer("Authorize", {"idTagInfo": card})
    with pytest.raises(SchemaViolation, match=r"idTagInfo\.status: came None"):
        check_answer("Authorize", {"idTagInfo": {"status": None}})
    with pytest.raises(SchemaViolation, match="connectorId: came None"):
        check_call("RemoteStartTransaction", {"idTag": "A", "connectorId": None})
