"""`evse replay` on the command line."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import evse as evse_package
from evse.__main__ import _command, _parser
from evse.blackbox import files
from evse.blackbox.recording import Recording
from evse.core import timing
from evse.core.faults import Fault
from tests.firmware.blackbox.recorder import RecordedBench

AT = "2026-03-01T12:00:05.250Z"


def evse_replay(*words: str | Path) -> int:
    return _command(_parser().parse_args(["replay", *map(str, words)]))


@pytest.fixture(scope="module")
def recording() -> Recording:
    bench = RecordedBench()
    bench.charge()
    bench.board_faults = frozenset({Fault.GROUND})
    bench.run(0.1)
    return bench.recording("Ground", AT)


@pytest.fixture
def file(recording: Recording, tmp_path: Path) -> Path:
    return files.save(recording, tmp_path)


def test_identical(file: Path, recording: Recording, capsys) -> None:
    assert evse_replay(file) == 0
    head, verdict = capsys.readouterr().out.splitlines()
    assert head.startswith(f"connector 1, Ground, {AT}, version ")
    assert verdict == f"{recording.turns} turns, identical"


def test_events_have_times_and_details(file: Path, capsys) -> None:
    assert evse_replay(file, "--events") == 0
    _, *events, _ = capsys.readouterr().out.splitlines()
    assert events[0].split() == [
        *("2026-03-01T12:00:04.030Z", "-1.220", "s"),
        *("PlugChanged", "plugged", "true"),
    ]
    (fault,) = [line for line in events if "FaultRaised" in line]
    assert fault.endswith("fault GROUND")
    assert any("ContactorChanged closed true" in " ".join(line.split()) for line in events)


def test_another_process_comes_to_the_same(file: Path, recording: Recording) -> None:
    """The order of sets is another in each process."""
    for seed in ("1", "2"):
        package = str(Path(evse_package.__file__).parents[1])
        done = subprocess.run(
            [sys.executable, "-m", "evse", "replay", str(file)],
            env=os.environ | {"PYTHONPATH": package, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=30.0,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith(f"{recording.turns} turns, identical\n")


def test_different(file: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(timing, "ENTER_CHARGING_HOLD_S", 0.3)
    assert evse_replay(file) == 1
    verdict = capsys.readouterr().out.splitlines()[-1]
    assert verdict.startswith("first difference in turn ")
    assert "command.close_contactor recorded false, replayed true" in verdict


@pytest.mark.parametrize("hold_s", [timing.ENTER_CHARGING_HOLD_S, 0.3])
def test_json(file: Path, monkeypatch: pytest.MonkeyPatch, capsys, hold_s: float) -> None:
    monkeypatch.setattr(timing, "ENTER_CHARGING_HOLD_S", hold_s)
    same = hold_s != 0.3
    assert evse_replay(file, "--json", "--events") == (0 if same else 1)
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report["identical"] is same
    assert (report["difference"] is None) is same
    assert (report["connector"], report["reason"], report["at"]) == (1, "Ground", AT)
    assert report["events"][0]["event"] == "PlugChanged"
    if not same:
        difference = report["difference"]
        assert difference["field"] == "command.close_contactor"
        assert difference["before_end_s"] > 0


def test_without_a_calendar_time(recording: Recording, tmp_path: Path, capsys) -> None:
    path = files.save(replace(recording, at=""), tmp_path)
    assert evse_replay(path, "--events") == 0
    assert "FaultRaised" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b'{"black_box":9}', b"\x1f\x8b\x00"])
def test_unreadable(tmp_path: Path, content: bytes | None, capsys) -> None:
    path = tmp_path / "a.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert evse_replay(path) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"evse replay: {path}: ")
