"""`evse sim …` on the command line."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from evse.local import command
from evse.local.client import ControlError
from evse.local.command import add_sim_arguments, run_sim
from evse.local.requests import COMMANDS, parse


class Asked:
    """Stands for the running simulation."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.state_dir: Path | None = None
        self.payload: dict[str, Any] = {}
        monkeypatch.setattr(command, "request_sync", self)

    def __call__(self, state_dir: Path, payload: dict[str, Any]) -> dict[str, Any]:
        self.state_dir, self.payload = state_dir, payload
        return self.answer


def _parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser("evse sim")
    add_sim_arguments(parser, Path("/var/lib/evse"))
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "payload"),
    [
        ("plug", {"command": "plug"}),
        (
            "plug --connector 1 --max-a 16 --phases 3 --cable-a 20 --battery-wh 5000",
            {
                "command": "plug",
                "connector": 1,
                "max_a": 16.0,
                "phases": 3,
                "cable_a": 20,
                "battery_wh": 5000.0,
            },
        ),
        ("car --wants off", {"command": "car", "wants": False}),
        ("card --uid 04A1", {"command": "card", "uid": "04A1"}),
        ("house --extra-a 14 0 -2.5", {"command": "house", "extra_a": [14.0, 0.0, -2.5]}),
        ("fault --fault Diode", {"command": "fault", "fault": "Diode"}),
        ("network --up true", {"command": "network", "up": True}),
        (
            "meter --which house --fault half_frame",
            {"command": "meter", "which": "house", "fault": "half_frame"},
        ),
        ("status", {"command": "status"}),
    ],
)
def test_words_become_a_request_which_is_understood(
    monkeypatch: pytest.MonkeyPatch, words: str, payload: dict[str, Any]
) -> None:
    asked = Asked(monkeypatch, {"ok": True})
    assert run_sim(_parse(*words.split())) == 0
    assert asked.payload == payload
    assert asked.state_dir == Path("/var/lib/evse")
    parse(json.dumps(asked.payload).encode())


def test_the_answer_is_printed(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    asked = Asked(monkeypatch, {"ok": True, "report": {"energy_wh": 5.0}})
    assert run_sim(_parse("report", "--state", "/tmp/box")) == 0
    assert json.loads(capsys.readouterr().out) == asked.answer
    assert asked.state_dir == Path("/tmp/box")


def test_a_refusal_goes_to_the_error_output(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    Asked(monkeypatch, {"ok": False, "error": "connector: 1 has no car plugged in"})
    assert run_sim(_parse("unplug")) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "connector: 1 has no car plugged in\n"


def test_nobody_there(tmp_path: Path, capsys) -> None:
    assert run_sim(_parse("status", "--state", str(tmp_path))) == 1
    assert "no wallbox runs on" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    ["", "explode", "network --up maybe", "plug --phases 2", "card", "house --extra-a 1 2"],
)
def test_wrong_words_are_refused_before_anything_is_asked(words: str) -> None:
    with pytest.raises(SystemExit) as caught:
        _parse(*words.split())
    assert caught.value.code == 2


def test_every_request_has_a_command() -> None:
    for name, (_, fields) in COMMANDS.items():
        with pytest.raises(SystemExit) as caught:
            _parse(name, "--help")
        assert caught.value.code == 0
        assert all(field.help for field in fields)


def test_the_error_of_the_client_is_shown(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def fail(_state_dir: Path, _payload: dict[str, Any]) -> dict[str, Any]:
        raise ControlError("no answer within 5 s")

    monkeypatch.setattr(command, "request_sync", fail)
    assert run_sim(_parse("status")) == 1
    assert capsys.readouterr().err == "no answer within 5 s\n"
