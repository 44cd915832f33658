"""Frames of OCPP-J 1.6: text to message and back."""

import json
from typing import Any

import pytest
from ocpp.v16 import call, call_result

from evse.ocpp import frames
from evse.ocpp.frames import BadFrame, Call, Error, Result, parse


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ('[2,"a","Reset",{"type":"Soft"}]', Call("a", "Reset", {"type": "Soft"})),
        ('[2,"a","X",{"n":"\\ud83d\\uDE00"}]', Call("a", "X", {"n": "\U0001f600"})),
        ('[2,"a",7,null]', Call("a", 7, None)),
        ('[3,"a",{}]', Result("a", {})),
        ('[4,"a","InternalError","why",{}]', Error("a", "InternalError", "why")),
        ('[4,"a","InternalError"]', Error("a", "InternalError", "")),
        ('[2,"a","X",{"n":16.0}]', Call("a", "X", {"n": 16})),
    ],
)
def test_messages(frame: str, message: Any) -> None:
    assert parse(frame) == message


@pytest.mark.parametrize(
    ("frame", "reply"),
    [
        ("", [4, "-1", "GenericError"]),
        ("{", [4, "-1", "GenericError"]),
        (b"\xff", [4, "-1", "GenericError"]),
        ("[" * 100_000, [4, "-1", "GenericError"]),
        ('[2,"a","X",{"n":NaN}]', [4, "-1", "GenericError"]),
        ('[2,"a","X",{"n":"\\ud83d"}]', [4, "-1", "GenericError"]),
        (b'[2,"a","X",{"\\uDE00\\ud83d":1}]', [4, "-1", "GenericError"]),
        (b'[2,"a","X",{"n":"\xed\xa0\x80"}]', [4, "-1", "GenericError"]),
        ('[2,"a","X",{"n":"\\ud83d"}]'.encode("utf-16"), [4, "-1", "GenericError"]),
        ('[2,"a","X",{"n":' + "9" * 5000 + "}]", [4, "-1", "GenericError"]),
        ("{}", [4, "-1", "FormationViolation"]),
        ("[]", [4, "-1", "FormationViolation"]),
        ("7", [4, "-1", "FormationViolation"]),
        ('[2,"a","Reset"]', [4, "a", "FormationViolation"]),
        ("[2]", [4, "-1", "FormationViolation"]),
        ('[2,5,"Reset",{}]', [4, "-1", "FormationViolation"]),
        ('[3,"a"]', None),
        ("[3,4,{}]", None),
        ("[4]", None),
        ('[5,"a"]', None),
        ('["2","a","Reset",{}]', None),
    ],
)
def test_what_is_no_message(frame: str, reply: list[Any] | None) -> None:
    """Behaviour 9."""
    with pytest.raises(BadFrame) as raised:
        parse(frame)
    came = raised.value.reply
    assert (json.loads(came)[:3] if came else None) == reply


def test_calls_have_the_names_of_the_wire() -> None:
    payload = call.MeterValues(
        connector_id=1,
        meter_value=[{"timestamp": "t", "sampled_value": [{"value": "1", "phase": None}]}],
    )
    assert json.loads(frames.call_frame("a", payload)) == [
        2,
        "a",
        "MeterValues",
        {
            "connectorId": 1,
            "meterValue": [{"timestamp": "t", "sampledValue": [{"value": "1"}]}],
        },
    ]


def test_answers_and_errors() -> None:
    accepted = call_result.Reset(status="Accepted")
    assert frames.result_frame("a", accepted) == '[3,"a",{"status":"Accepted"}]'
    assert json.loads(frames.error_frame("a", "InternalError", "x" * 300))[3] == "x" * 255
    assert frames.snake({"csChargingProfiles": [{"stackLevel": 1}]}) == {
        "cs_charging_profiles": [{"stack_level": 1}]
    }
