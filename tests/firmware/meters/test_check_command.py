"""`evse meter check` and `evse meter zero` on the command line, against answers of a wallbox."""

import json
from pathlib import Path
from typing import Any

import pytest

from evse.__main__ import _command, _parser
from evse.local import client
from evse.local.client import ControlError
from evse.meters import check_command

GOOD = {
    "findings": ["good"],
    "car_phases": [1, 2, 3],
    "following": [1, 2, 3],
    "reversed": [],
    "missing": [],
    "carries": [],
    "gains": [1.0, 1.0, 1.0],
    "confidence": 1.0,
}
REVERSED = GOOD | {"findings": ["transformer_reversed"], "reversed": [2], "gains": [1, -1, 1]}
SETTABLE = {"meter.dlb.phase_order": "123", "meter.dlb.inverted": "010"}


def told(result: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    base = {"steps": 3, "most_steps": 16, "wanted_a": 12.0, "silent": False, "result": result}
    return {"ok": True, "check": base | more}


@pytest.fixture
def wallbox(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Answers by command, in their order; what was asked is in "asked"."""
    answers: dict[str, list[Any]] = {"asked": [], "check-start": [{"ok": True}]}

    def request(_state: Path, message: dict[str, Any], _timeout_s: float) -> dict[str, Any]:
        answers["asked"].append(message["command"])
        answer = answers[message["command"]].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(client, "request_sync", request)
    monkeypatch.setattr(check_command.time, "sleep", lambda _s: None)
    return answers


def run(*args: str) -> int:
    return _command(_parser().parse_args(["meter", "check", *args]))


def test_all_is_right(wallbox, capsys) -> None:
    wallbox["check-status"] = [told(None), told(GOOD)]
    assert run() == 0
    out = capsys.readouterr().out
    assert "step 3 of at most 16: 12 A" in out
    assert "good: every phase of the car is seen" in out


def test_what_was_found_is_stored_when_it_is_wanted(wallbox, capsys) -> None:
    wallbox["check-status"] = [told(REVERSED, to_set=SETTABLE)]
    wallbox["check-store"] = [{"ok": True, "changed": {"meter.dlb.inverted": "010"}}]
    assert run("--store") == 1
    out = capsys.readouterr().out
    assert "L2 of the meter shows -1.00 A" in out
    assert "set: meter.dlb.inverted = 010" in out


def test_nothing_is_stored_unasked(wallbox) -> None:
    wallbox["check-status"] = [told(REVERSED, to_set=SETTABLE)]
    assert run() == 1
    assert "check-store" not in wallbox["asked"]


def test_json(wallbox, capsys) -> None:
    wallbox["check-status"] = [told(None), told(GOOD)]
    assert run("--json") == 0
    assert json.loads(capsys.readouterr().out)["result"] == GOOD


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (
            {"check-start": [{"ok": False, "error": "connector 1: no car charges"}]},
            "no car charges",
        ),
        ({"check-start": [ControlError("no wallbox runs")]}, "no wallbox runs"),
        ({"check-status": [{"ok": True, "check": None}]}, "ended by somebody else"),
        (
            {"check-status": [told(None, silent=True)], "check-stop": [{"ok": True}]},
            "does not answer",
        ),
    ],
)
def test_what_goes_wrong_is_told(wallbox, capsys, answers, says) -> None:
    wallbox.update(answers)
    assert run() == 1
    assert says in capsys.readouterr().err


def test_interrupted_it_ends_the_check(wallbox, monkeypatch) -> None:
    wallbox["check-status"] = [KeyboardInterrupt()]
    wallbox["check-stop"] = [{"ok": True}]

    def raise_it(_state: Path, message: dict[str, Any], _timeout_s: float) -> dict[str, Any]:
        wallbox["asked"].append(message["command"])
        if message["command"] == "check-status":
            raise KeyboardInterrupt
        return {"ok": True}

    monkeypatch.setattr(client, "request_sync", raise_it)
    assert run() == 1
    assert wallbox["asked"][-1] == "check-stop"
