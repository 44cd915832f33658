"""`evse fleet`: what it takes, what it prints, how it ends."""

import asyncio
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from evse.__main__ import _command, _parser
from evse.simulation.fleet import command
from evse.simulation.fleet.fleet import Fleet
from tests.firmware.simulation.fleet.central import central_system

NOWHERE = "ws://127.0.0.1:9/ocpp"


def fleet(*args: str) -> int:
    return _command(_parser().parse_args(["fleet", *args]))


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["3", "--url", "http://x"], "--url: came 'http://x', allowed is ws://"),
        (["3", "--url", NOWHERE, "--identity", "x"], "which has no {n}"),
        (["3", "--url", NOWHERE, "--pause-min", "2", "1"], "--pause-min: came 2 1"),
        (["3", "--url", NOWHERE, "--passwords", "/nowhere"], "No such file"),
        (["3", "--url", NOWHERE, "--ca", "/nowhere"], "--ca is for wss:// only"),
        (["3", "--url", "wss://x", "--ca", "/nowhere"], "No such file"),
    ],
)
def test_a_wrong_argument_is_named(
    args: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fleet(*args) == command.USAGE_STATUS
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    "args",
    [["0"], ["many"], ["20000"], ["3", "--sample-s", "0"], ["3", "--session-min", "x", "1"]],
)
def test_a_number_that_cannot_be_is_named(
    args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        fleet(*args, "--url", NOWHERE)
    assert "allowed" in capsys.readouterr().err


async def test_it_runs_for_its_time_and_tells_json(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("*:secret\n")
    async with central_system() as central:
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "evse", "fleet", "2", "--url", central.url, "--json"),
            *("--passwords", str(passwords), "--duration-s", "1", "--every-s", "0.3"),
            *("--pause-min", "0.001", "0.002", "--card", "X", "--connect-per-s", "100"),
            stdout=subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(run.communicate(), 120)
    assert run.returncode == 0
    last = json.loads(out.decode().splitlines()[-1])
    assert (last["wallboxes"], last["connected"]) == (2, 2)
    assert set(central.headers) == {"fleet-001", "fleet-002"}


async def test_nobody_there_is_a_failure_and_says_so() -> None:
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "evse", "fleet", "1", "--url", NOWHERE, "--duration-s", "0.5"),
        stdout=subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(run.communicate(), 120)
    assert run.returncode == command.FAILED_STATUS
    assert b"0/1 connected" in out
    assert b"ConnectionRefusedError" in out


def test_a_fleet_that_breaks_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """It went on printing that nobody is connected."""

    async def breaks(_: Fleet) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Fleet, "run", breaks)
    with pytest.raises(RuntimeError, match="broken"):
        fleet("1", "--url", NOWHERE, "--duration-s", "20")


def test_a_line_for_people() -> None:
    milliseconds = {"p50": 1.5, "p99": 9.0, "max": 2000.0}
    text = command.line(
        {
            "wallboxes": 3,
            "connected": 2,
            "charging": 1,
            "power_kw": 11.0,
            "waiting": 4,
            "answers": 100,
            "answers_per_s": 12.5,
            "answer_ms": milliseconds,
            "links_lost": 1,
            "reconnection_ms": milliseconds,
            "refused": {"Authorize": 2},
            "dropped": {},
            "problems": {"seldom": 1, "often": 2},
        }
    )
    assert text == (
        "2/3 connected · 1 charging 11 kW · 100 answers, 12.5/s · "
        "answer 1.5/9/2000 ms (p50/p99/max) · 4 messages wait · "
        "1 links lost, back after 0.0015 s (p50), 2 s (max) · refused Authorize 2× · often"
    )


def test_it_opens_as_many_files_as_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    set_: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 5000))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_.append(limits))
    command._raise_handles(50)
    command._raise_handles(300)
    command._raise_handles(9000)
    assert set_ == [(300, 5000), (5000, 5000)]
