"""`evse status` and `evse acknowledge` against a socket that answers."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from evse.local import client
from evse.local.client import ControlError
from evse.local.wallbox_command import add_wallbox


class Wallbox:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, answer: dict[str, Any] | ControlError) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def __call__(
        self, _state_dir: Path, payload: dict[str, Any], _timeout_s: float
    ) -> dict[str, Any]:
        self.asked.append(payload)
        if isinstance(self.answer, ControlError):
            raise self.answer
        return dict(self.answer)


def run(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any] | ControlError, *arguments: str
) -> tuple[int, Wallbox]:
    wallbox = Wallbox(answer)
    monkeypatch.setattr(client, "request_sync", wallbox)
    parser = argparse.ArgumentParser()
    add_wallbox(parser.add_subparsers(required=True), Path("/nowhere"))
    args = parser.parse_args(arguments)
    return args.run(args), wallbox


def test_the_status_is_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, wallbox = run(monkeypatch, {"ok": True, "why": {"1": "è pronto"}}, "status")
    assert status == 0
    assert json.loads(capsys.readouterr().out) == {"why": {"1": "è pronto"}}
    assert wallbox.asked == [{"command": "status"}]


@pytest.mark.parametrize(
    ("options", "authority", "connector"),
    [((), "local", 1), (("--installer",), "installer", 1), (("--connector", "2"), "local", 2)],
)
def test_a_fault_is_acknowledged_by_whoever_stands_there(
    monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], authority: str, connector: int
) -> None:
    status, wallbox = run(monkeypatch, {"ok": True}, "acknowledge", "ResidualCurrent", *options)
    assert status == 0
    assert wallbox.asked == [
        {
            "command": "press",
            "fault": "ResidualCurrent",
            "connector": connector,
            "authority": authority,
        }
    ]


@pytest.mark.parametrize("command", [("status",), ("acknowledge", "ContactorWelded")])
@pytest.mark.parametrize("answer", [{"ok": False, "error": "it is so"}, ControlError("it is so")])
def test_a_refusal_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    answer: dict[str, Any] | ControlError,
) -> None:
    status, _ = run(monkeypatch, answer, *command)
    assert status == 1
    assert "it is so" in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["Diode", "Nonsense"])
def test_only_latched_faults_can_be_acknowledged(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, {"ok": True}, "acknowledge", fault)
