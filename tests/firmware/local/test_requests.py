"""What may be asked of the simulation, and the clear refusal of everything else."""

import json

import pytest

from evse.core.faults import Fault
from evse.local.requests import CAR_FIELDS, COMMANDS, RequestError, parse
from evse.simulation.car import Car


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ({"command": "plug"}, {"connector": 1, "cable_a": 32}),
        (
            {"command": "plug", "connector": 2, "phases": 1, "max_a": 10, "cable_a": 20},
            {"connector": 2, "phases": 1, "max_a": 10.0, "cable_a": 20},
        ),
        ({"command": "card", "uid": "04A1B2"}, {"uid": "04A1B2"}),
        ({"command": "car", "wants": False}, {"connector": 1, "wants": False}),
        ({"command": "house", "extra_a": [1, 2.5, -3]}, {"extra_a": (1.0, 2.5, -3.0)}),
        ({"command": "fault", "fault": "Diode"}, {"fault": "Diode", "connector": 1}),
        ({"command": "network", "up": False}, {"up": False}),
        (
            {"command": "meter", "which": "house", "fault": "nan"},
            {"which": "house", "fault": "nan", "connector": 1},
        ),
        ({"command": "power-cut"}, {}),
        ({"command": "status"}, {}),
        ({"command": "plug", "connector": None, "max_a": None}, {"connector": 1, "cable_a": 32}),
    ],
)
def test_understood(message: dict, fields: dict) -> None:
    request = parse(json.dumps(message).encode())
    assert request.command == message["command"]
    assert request.fields == fields


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"", "request: came b''"),
        (b"\xff\xfe", "allowed a JSON object"),
        (b"{", "allowed a JSON object"),
        (b"[" * 10_000, "allowed a JSON object"),
        (b"5", "request: came 5, allowed a JSON object"),
        (b"{}", "command: came None, allowed plug, unplug"),
        (b'{"command": 5}', "command: came 5"),
        (b'{"command": "explode"}', "command: came 'explode', allowed plug"),
        (
            b'{"command": "unplug", "force": true}',
            "force: unplug has no such field, allowed connector",
        ),
        (b'{"command": "status", "x": 1}', "x: status has no such field, allowed none"),
        (b'{"command": "plug", "connector": 0}', "connector: came 0, allowed 1 … 2"),
        (b'{"command": "plug", "connector": true}', "connector: came True"),
        (b'{"command": "plug", "connector": "1"}', "connector: came '1'"),
        (b'{"command": "plug", "max_a": "16"}', "max_a: came '16', allowed 1 … 80"),
        (b'{"command": "plug", "max_a": NaN}', "max_a: came nan"),
        (b'{"command": "plug", "max_a": 1' + b"0" * 400 + b"}", "max_a: came 1000"),
        (b'{"command": "plug", "max_a": 81}', "max_a: came 81, allowed 1 … 80"),
        (b'{"command": "plug", "phases": 2}', "phases: came 2, allowed 1, 3"),
        (b'{"command": "plug", "cable_a": 16}', "cable_a: came 16, allowed 13, 20, 32, 63"),
        (b'{"command": "car", "wants": "yes"}', "wants: came 'yes', allowed true or false"),
        (b'{"command": "card"}', "uid: is missing, allowed 1 … 20 characters"),
        (b'{"command": "card", "uid": ""}', "uid: came ''"),
        (b'{"command": "card", "uid": "a\\nb"}', "uid: came"),
        (b'{"command": "card", "uid": "123456789012345678901"}', "uid: came"),
        (b'{"command": "house", "extra_a": [1, 2]}', r"extra_a: came \[1, 2\], allowed -200 … 200"),
        (b'{"command": "house", "extra_a": [1, 2, "3"]}', "extra_a: came"),
        (b'{"command": "house", "extra_a": [1, 2, 1000]}', "extra_a: came"),
        (
            b'{"command": "fault", "fault": "Gremlin"}',
            "fault: came 'Gremlin', allowed ResidualCurrent",
        ),
        (b'{"command": "network", "up": 1}', "up: came 1"),
        (b'{"command": "meter", "which": "house"}', "fault: is missing, allowed none, silent"),
    ],
)
def test_refused_with_the_field_what_came_and_what_is_allowed(line: bytes, text: str) -> None:
    with pytest.raises(RequestError, match=text):
        parse(line)


def test_an_error_does_not_repeat_a_long_text() -> None:
    with pytest.raises(RequestError) as caught:
        parse(json.dumps({"command": "card", "uid": "x" * 5000}).encode())
    assert len(str(caught.value)) < 300


def test_the_fields_of_a_car_are_fields_of_car() -> None:
    assert set(Car.__dataclass_fields__) >= CAR_FIELDS


def test_every_fault_can_be_named() -> None:
    (field,) = (field for field in COMMANDS["fault"][1] if field.name == "fault")
    assert field.choices == tuple(Fault)
