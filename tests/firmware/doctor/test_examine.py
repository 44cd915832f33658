"""Every verdict, from lines on which just that is wrong. Real ports, pretended devices."""

import contextlib
import functools
import operator
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evse.doctor.devices import LIKELY, Format
from evse.doctor.examine import Order, examine
from evse.doctor.line import SerialLine
from evse.doctor.ports import Port
from evse.doctor.report import Report
from evse.doctor.search import Pace, Plan
from evse.doctor.verdicts import Code
from tests.firmware.doctor.boxes import ABB_B23, SDM630, SIMPLE_EVSE, STRANGER, ekepc2
from tests.firmware.doctor.slave import Answer, Line, Modbus, with_crc

PACE = Pace(search_s=0.06, answer_s=0.2, gap_s=0.001, listen_s=0.06)
FAST = Format(38400)
SHORT = (FAST, Format(115200))
POLLS = 8


def examined(
    answer: Answer,
    *,
    baudrate: int = FAST.baudrate,
    chatter: bytes = b"",
    units: tuple[int, ...] = (1, 3, 255),
    formats: tuple[Format, ...] = SHORT,
) -> Report:
    with Line(answer, baudrate, chatter) as line:
        order = Order(Plan(formats, units), POLLS, PACE)
        return examine(Port(line.port, "pty"), order, lambda _what: None)


def codes(report: Report) -> list[Code]:
    return [verdict.code for verdict in report.verdicts]


def names(report: Report) -> list[tuple[int | None, str]]:
    devices = report.examination.devices if report.examination else []
    return [(device.unit, device.name) for device in devices]


# ---------------------------------------------------------------------- all is well


def test_a_board_and_a_meter_and_nothing_is_written() -> None:
    slaves = Modbus({1: SDM630, 3: ekepc2(3)}, everywhere=3)
    report = examined(slaves)
    assert names(report) == [(1, "Eastron SDM630"), (3, "ETEK EKEPC2 v1.2")]
    assert codes(report) == [Code.GOOD]
    assert not report.has_problem
    assert {request[1] for request in slaves.asked} <= {3, 4}
    assert 255 not in {request[0] for request in slaves.asked}
    assert report.examination is not None
    for device in report.examination.devices:
        assert (device.good, device.tally.polls) == (POLLS, POLLS)
        assert 0 < (device.tally.time_s(50) or 0) <= (device.tally.time_s(95) or 0) < 0.1


@pytest.mark.parametrize("baudrate", [2400, 19200])
def test_the_rate_is_found(baudrate: int) -> None:
    report = examined(Modbus({1: SDM630}), baudrate=baudrate, units=(1,), formats=LIKELY)
    assert report.examination is not None
    assert report.examination.format is not None
    assert report.examination.format.baudrate == baudrate
    assert names(report) == [(1, "Eastron SDM630")]


def test_a_simple_board_that_never_refuses() -> None:
    report = examined(
        Modbus({1: SIMPLE_EVSE}, mute=True), units=(1,), baudrate=9600, formats=(Format(9600),)
    )
    assert names(report) == [(1, "simpleEVSE / EVSE-WB / EVSE-DIN revision 18")]


def rapi_line(text: bytes) -> bytes:
    return text + b"^%02X\r" % functools.reduce(operator.xor, text)


def test_a_slow_device_is_found_and_not_taken_for_another_master() -> None:
    def slow(received: bytes) -> bytes:
        if sent := METER(received):
            time.sleep(0.1)
        return sent

    report = examined(slow, units=(1, 3), formats=(FAST,))
    assert names(report) == [(1, "ABB B23")]
    assert Code.OTHER_MASTER not in codes(report)


def test_openevse() -> None:
    def answer(received: bytes) -> bytes:
        version = rapi_line(b"$OK 8.2.3 5.2.1")
        return b"$AT 01 01 32 0000^30\r" + version if b"$GV^35\r" in received else b""

    report = examined(answer, baudrate=115200, units=())
    assert names(report) == [(None, "OpenEVSE firmware 8.2.3, RAPI 5.2.1")]
    assert codes(report) == [Code.GOOD]


def test_a_pn532_that_sleeps_first() -> None:
    asked: list[bytes] = []

    def answer(received: bytes) -> bytes:
        asked.append(received)
        ask = bytes.fromhex("0000FF02FED4022A00")
        if ask not in received or len(asked) < 3:
            return b""
        return bytes.fromhex("0000FF00FF00 0000FF06FAD50332010607E800")

    report = examined(answer, baudrate=115200, units=())
    assert names(report) == [(None, "NXP PN532 1.6")]


@pytest.mark.parametrize(("own", "code"), [(255, Code.ADDRESS), (37, Code.GOOD)])
def test_an_ekepc2_tells_its_own_address(own: int, code: Code) -> None:
    report = examined(Modbus({own: ekepc2(own)}, everywhere=own))
    assert names(report) == [(own, "ETEK EKEPC2 v1.2")]
    assert code in codes(report)
    assert not report.has_problem


def test_a_stranger_may_stay() -> None:
    report = examined(Modbus({3: STRANGER}))
    assert names(report) == [(3, "unknown Modbus device")]
    assert codes(report) == [Code.UNKNOWN, Code.GOOD]
    assert not report.has_problem


# ------------------------------------------------------------------- all is not well


def spoiled(answer: Answer, spoil: Callable[[bytes, int], bytes], after: int = 0) -> Answer:
    """Answers pass through `spoil` with their number, those after the first `after` ones."""
    count = 0

    def answered(received: bytes) -> bytes:
        nonlocal count
        sent = answer(received)
        count += bool(sent)
        return spoil(sent, count) if sent and count > after else sent

    return answered


def flip(sent: bytes) -> bytes:
    return sent[:3] + bytes([sent[3] ^ 0x55]) + sent[4:]


METER = Modbus({1: ABB_B23})
FOUND_BY = 7
"""So many answers are enough to find and recognise the meter."""

SCENARIOS: list[tuple[str, Answer, set[Code], str]] = [
    ("nothing", lambda _received: b"", {Code.NOTHING}, "is the device powered"),
    ("echo alone", lambda received: received, {Code.ECHO}, "nobody else"),
    (
        "echo",
        lambda received: received + METER(received),
        {Code.ECHO},
        "its receiver stays on",
    ),
    (
        "A and B swapped",
        spoiled(METER, lambda sent, _n: bytes(byte ^ 0xFF for byte in sent)),
        {Code.SWAPPED},
        "swap the wires",
    ),
    ("a line at rest the wrong way round", lambda _r: b"\0\0\0", {Code.SWAPPED}, "upside down"),
    ("another rate", lambda _r: bytes.fromhex("9c e0 1e f8"), {Code.WRONG_RATE}, "baud rate"),
    (
        "two at one address",
        spoiled(METER, lambda sent, _n: flip(sent)),
        {Code.COLLISION},
        "two devices have this address",
    ),
    (
        "two EKEPC2 at the factory address",
        spoiled(Modbus({255: ekepc2(255)}), lambda sent, _n: flip(sent)),
        {Code.COLLISION},
        "every EKEPC2 answers at this address",
    ),
    (
        "two at one address, of which one wakes late",
        spoiled(METER, lambda sent, _n: flip(sent), FOUND_BY),
        {Code.COLLISION},
        "two devices have this address",
    ),
    (
        "sporadic damage",
        spoiled(METER, lambda sent, n: sent if n % 4 else flip(sent), FOUND_BY),
        {Code.DAMAGED},
        "terminated with 120 Ω",
    ),
    (
        "cut answers",
        spoiled(METER, lambda sent, n: sent if n % 4 else sent[:4], FOUND_BY),
        {Code.DAMAGED},
        "share one ground",
    ),
    (
        "sporadic silence",
        spoiled(METER, lambda sent, n: sent if n % 4 else b"", FOUND_BY),
        {Code.LOSSES},
        "a loose wire",
    ),
    (
        "sporadic refusal",
        spoiled(
            METER,
            lambda sent, n: sent if n % 4 else with_crc(bytes([sent[0], sent[1] | 0x80, 6])),
            FOUND_BY,
        ),
        {Code.REFUSES},
        "busy",
    ),
    (
        "a controller that reads meters itself",
        Modbus({3: ekepc2(3, r93=52)}),
        {Code.SETUP},
        "second master",
    ),
    (
        "a controller that balances itself",
        Modbus({3: ekepc2(3, r114=1)}),
        {Code.SETUP},
        "balances the load by itself",
    ),
]


@pytest.mark.parametrize(
    ("answer", "wanted", "words"),
    [scenario[1:] for scenario in SCENARIOS],
    ids=[scenario[0] for scenario in SCENARIOS],
)
def test_verdict(answer: Answer, wanted: set[Code], words: str) -> None:
    report = examined(answer, formats=(FAST,))
    problems = [verdict for verdict in report.verdicts if verdict.is_problem]
    assert {verdict.code for verdict in problems} == wanted, problems
    assert any(words in verdict.text for verdict in problems), problems
    assert report.has_problem


@pytest.mark.parametrize(
    "chatter",
    [with_crc(bytes.fromhex("09 03 00 34 00 02")), with_crc(bytes.fromhex("09 03 04 00 01 02 03"))],
    ids=["requests", "answers"],
)
def test_another_master(chatter: bytes) -> None:
    report = examined(METER, chatter=chatter, formats=(FAST,), units=(1,))
    assert Code.OTHER_MASTER in codes(report)
    text = next(v.text for v in report.verdicts if v.code is Code.OTHER_MASTER)
    assert chatter[:8].hex(" ") in text
    assert report.has_problem


# ------------------------------------------------------------------------- the port


def test_a_port_that_another_process_has_open() -> None:
    with Line(METER) as line:
        program = (
            f"import sys; f = open({line.port!r}); print('open', flush=True); sys.stdin.read()"
        )
        command = [sys.executable, "-c", program, "evse", "run"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"open\n"
            report = examine(
                Port(line.port, "pty"), Order(Plan(SHORT, (1,)), 1, PACE), lambda _what: None
            )
            other.communicate()
    assert codes(report) == [Code.PORT]
    assert f"process {other.pid}" in report.verdicts[0].text
    assert "sudo systemctl stop evse" in report.verdicts[0].text


def test_a_port_that_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Line(METER) as line:
        ours = SerialLine(line.port)
        report = examine(
            Port(line.port, "pty"), Order(Plan(SHORT, (1,)), 1, PACE), lambda _what: None
        )
        ours.close()
    assert codes(report) == [Code.PORT]
    assert "another program has the port open" in report.verdicts[0].text


@pytest.mark.parametrize(
    ("device", "words"),
    [("/dev/ttyNone7", "there is no such port"), ("/dev/zero", "this is no serial port")],
)
def test_a_port_that_is_none(device: str, words: str) -> None:
    report = examine(Port(device, "?"), Order(Plan(SHORT, (1,)), 1, PACE), lambda _what: None)
    assert codes(report) == [Code.PORT]
    assert words in report.verdicts[0].text


def test_an_adapter_that_goes_away() -> None:
    far, near = os.openpty()
    port = os.ttyname(near)
    os.close(near)
    timer = threading.Timer(0.15, os.close, (far,))
    timer.start()
    with contextlib.ExitStack() as stack:
        stack.callback(timer.join)
        report = examine(
            Port(port, "pty"), Order(Plan(SHORT, tuple(range(1, 40))), 1, PACE), lambda _what: None
        )
    assert codes(report) == [Code.PORT]
    assert "the adapter went away" in report.verdicts[0].text


def test_a_modem_is_left_alone(tmp_path: Path) -> None:
    port = Port(str(tmp_path / "none"), "Quectel modem", modem=True)
    report = examine(port, Order(Plan(SHORT, (1,)), 1, PACE), lambda _what: None)
    assert (report.examination, report.verdicts) == (None, [])
