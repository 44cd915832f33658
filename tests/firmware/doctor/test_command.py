"""`evse doctor` from its arguments to its exit status."""

import argparse
import json
import sys

import pytest

from evse.__main__ import _command, _parser
from evse.doctor import examine as doctor_examine
from evse.doctor import ports as doctor_ports
from evse.doctor.command import addresses
from evse.doctor.ports import Port
from tests.firmware.doctor.boxes import SDM630, ekepc2
from tests.firmware.doctor.slave import Line, Modbus

QUICKLY = ("--units", "1,3", "--polls", "2")


def evse(*words: str) -> int:
    return _command(_parser().parse_args(words))


def test_a_report_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with Line(Modbus({1: SDM630, 3: ekepc2(3)})) as line:
        assert evse("doctor", "--port", line.port, *QUICKLY) == 0
    printed = capsys.readouterr().out
    for words in (
        "address 1: Eastron SDM630 (meter)",
        "address 3: ETEK EKEPC2 v1.2 (charge controller)",
        "2 of 2 answers good",
        f"connection serial:{line.port}?baudrate=9600&parity=N&stopbits=1, address 3",
        "✓ all devices answer every question",
    ):
        assert words in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_a_report_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    with Line(Modbus({3: ekepc2(3, r114=1)})) as line:
        assert evse("doctor", "--port", line.port, *QUICKLY, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    (port,) = document["ports"]
    (device,) = port["devices"]
    assert (document["good"], port["port"], port["format"]) == (False, line.port, "9600 8N1")
    assert (device["address"], device["role"], device["good"]) == (3, "board", 2)
    assert device["p50_ms"] > 0
    assert [(v["code"], v["problem"], v["address"]) for v in port["verdicts"]] == [
        ("setup", True, 3)
    ]


def test_progress_is_shown_at_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Line(Modbus({1: SDM630})) as line:
        evse("doctor", "--port", line.port, *QUICKLY)
    shown = capsys.readouterr().err
    assert f"{line.port}: 9600 8N1: address 1" in shown
    assert shown.endswith("\r\x1b[K")


def test_an_interruption_is_no_crash(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor_examine, "examine", interrupted)
    assert evse("doctor", "--port", "/dev/null") == 1
    assert capsys.readouterr().err == "evse: interrupted\n"


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        ([], 1, "this computer has no serial port"),
        (
            [Port("/dev/ttyUSB7", "FTDI adapter", "/dev/serial/by-id/f")],
            0,
            "as /dev/serial/by-id/f",
        ),
    ],
)
def test_list(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    found: list[Port],
    status: int,
    words: str,
) -> None:
    monkeypatch.setattr(doctor_ports, "ports", lambda: found)
    assert evse("doctor", "--list") == status
    printed = capsys.readouterr()
    assert words in printed.out + printed.err


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1", (1,)), ("3-5, 1", (1, 3, 4, 5)), ("255,1-2", (1, 2, 255)), ("2,2", (2,))],
)
def test_addresses(text: str, wanted: tuple[int, ...]) -> None:
    assert addresses(text) == wanted


@pytest.mark.parametrize("text", ["", "0", "256", "5-3", "a", "1-", "1;2"])
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="allowed 1 … 255"):
        addresses(text)


@pytest.mark.parametrize(
    "words", [["--units", "0"], ["--polls", "0"], ["--quick", "--full"], ["--port"]]
)
def test_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        evse("doctor", *words)
    assert caught.value.code == 2
