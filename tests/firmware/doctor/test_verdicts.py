"""The verdicts that need no line: what is only slow, and what explains what."""

import pytest

from evse.doctor.devices import EKEPC2, Format
from evse.doctor.findings import Device, Examination, Tried
from evse.doctor.questions import Judged, Outcome, RapiQuestion
from evse.doctor.verdicts import Code, is_broken, is_inverted, verdicts


def device(times_s: list[float], unit: int = 5) -> Device:
    found = Device("ETEK EKEPC2", EKEPC2, unit, RapiQuestion(), 0.02)
    for time_s in times_s:
        found.tally.add(Judged(Outcome.GOOD), time_s)
    return found


@pytest.mark.parametrize(
    ("times_s", "latency_ms", "wanted"),
    [
        ([0.05] * 20, None, [Code.GOOD]),
        ([0.05] * 20, 1, [Code.GOOD]),
        ([0.05] * 20, 16, [Code.LATENCY, Code.GOOD]),
        ([0.05] * 19 + [0.5], None, [Code.GOOD]),
        ([0.05] * 18 + [0.5] * 2, None, [Code.SLOW, Code.GOOD]),
    ],
)
def test_hints(times_s: list[float], latency_ms: int | None, wanted: list[Code]) -> None:
    tried = Tried(Format(9600), devices=[device(times_s)])
    found = verdicts(Examination([tried], latency_ms))
    assert [verdict.code for verdict in found] == wanted
    assert not any(verdict.is_problem for verdict in found)


def test_times_are_ranks() -> None:
    tally = device([0.001 * n for n in range(1, 101)]).tally
    assert (tally.time_s(50), tally.time_s(95)) == (pytest.approx(0.05), pytest.approx(0.095))
    assert device([]).tally.time_s(50) is None


def test_problems_come_first_and_silence_is_only_what_nothing_else_explains() -> None:
    echoing = Tried(Format(9600), echo=True)
    assert [v.code for v in verdicts(Examination([echoing], 16))] == [Code.ECHO, Code.LATENCY]
    assert [v.code for v in verdicts(Examination([Tried(Format(9600))], 16))] == [
        Code.NOTHING,
        Code.LATENCY,
    ]


@pytest.mark.parametrize(
    ("noise", "inverted", "broken"),
    [
        (bytes(byte ^ 0xFF for byte in bytes.fromhex("01 84 02 C2 C1")), True, False),
        (b"\0\0\0\xff", False, True),
        (b"\x9c\xe0\x1e\xf8", False, False),
    ],
)
def test_swapped_wires(noise: bytes, inverted: bool, broken: bool) -> None:
    assert (is_inverted(noise), is_broken(noise)) == (inverted, broken)
