"""OCPP-J frames: what is read, what is refused, and which call can then be answered."""

import pytest

from custom_components.evse_ocpp.central.frames import (
    Call,
    CallError,
    CallResult,
    FrameError,
    pack_call,
    pack_error,
    pack_result,
    parse,
)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('[2,"a","Heartbeat",{}]', Call("a", "Heartbeat", {})),
        (b'[2,"a","Heartbeat",{"x":1}]', Call("a", "Heartbeat", {"x": 1})),
        ('[2,"a","Heartbeat"]', Call("a", "Heartbeat", {})),
        ('[2,7,"Heartbeat",{}]', Call(7, "Heartbeat", {})),
        ('[2,"offline-6","Heartbeat",{},"more"]', Call("offline-6", "Heartbeat", {})),
        ('[3,"a",{"status":"Accepted"}]', CallResult("a", {"status": "Accepted"})),
        ('[3,"a"]', CallError("a", "FormationViolation", "the answer has no payload")),
        ('[4,"a","NotSupported","no",{}]', CallError("a", "NotSupported", "no")),
        ('[4,"a"]', CallError("a", "GenericError", "")),
    ],
)
def test_parse(text, frame):
    assert parse(text) == frame


@pytest.mark.parametrize(
    ("text", "answerable"),
    [
        ('[2,"a","MeterValues",{"connectorId":1', "a"),  # Grizzl-E: missing brackets
        ('[2, "a" ,"MeterValues",{]', "a"),
        ('[2,"a","MeterValues",[]]', "a"),
        ('[2,"a",5,{}]', "a"),
        ('[2,"a"]', "a"),
        ('[3,"a",{', None),
        (b"\xff\xfe", None),
        ("", None),
        ("{}", None),
        ("[]", None),
        ('[2,null,"Heartbeat",{}]', None),
        ('["2","a","Heartbeat",{}]', None),
        ('[9,"a",{}]', None),
        ("[[[[[[", None),
    ],
)
def test_bad_frames_tell_which_call_to_answer(text, answerable):
    with pytest.raises(FrameError) as error:
        parse(text)
    assert error.value.message_id == answerable


def test_what_is_packed_is_read_again():
    assert parse(pack_call("a", "Reset", {"type": "Hard"})) == Call("a", "Reset", {"type": "Hard"})
    assert parse(pack_result("a", {})) == CallResult("a", {})
    assert parse(pack_error("a", "InternalError", "x" * 300)) == CallError(
        "a", "InternalError", "x" * 255
    )
