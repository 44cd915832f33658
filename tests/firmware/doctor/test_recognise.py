"""Each device of the table is recognised as itself, and by reading alone."""

import math
import struct
from collections.abc import Callable

import pytest

from evse.doctor.devices import (
    ALL_FORMATS,
    ALL_UNITS,
    KINDS,
    LIKELY,
    Check,
    Kind,
    Probe,
    Role,
)
from evse.doctor.recognise import decoded, recognised

Registers = dict[tuple[int, int], int]


def value_of(check: Check) -> float:
    """One that the check takes."""
    if check.names:
        return next(iter(check.names))
    middle = (check.low + check.high) / 2
    return middle if check.code == ">f" else math.floor(middle)


def registers_of(kind: Kind) -> Registers:
    found: Registers = {}
    for check in kind.checks:
        probe, value = check.probe, value_of(check)
        raw = struct.pack(check.code, value if check.code == ">f" else int(value))
        words = list(struct.unpack(f">{len(raw) // 2}H", raw))
        if check.low_word_first:
            words.reverse()
        for number in range(probe.count):
            found.setdefault((probe.function_code, probe.address + number), 0)
        for number, word in enumerate(words):
            found[probe.function_code, probe.address + check.offset + number] = word
    return found


def reader(registers: Registers, asked: list[Probe]) -> Callable[[Probe], tuple[int, ...] | None]:
    def ask(probe: Probe) -> tuple[int, ...] | None:
        asked.append(probe)
        keys = [(probe.function_code, probe.address + n) for n in range(probe.count)]
        return tuple(registers[key] for key in keys) if set(keys) <= set(registers) else None

    return ask


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind(kind: Kind) -> None:
    asked: list[Probe] = []
    found = recognised(reader(registers_of(kind), asked))
    assert found is not None
    assert found[0] is kind
    assert found[1].startswith(kind.name)
    assert len(asked) == len(set(asked))


def test_nobody() -> None:
    assert recognised(lambda _probe: None) is None


@pytest.mark.parametrize(
    ("registers", "name"),
    [
        ({(3, 0xFC02): 0x0089}, "Eastron SDM72D-M-2"),
        ({(3, 0xFC02): 0x7777}, None),
        ({(3, 0x8960): 0x4232, (3, 0x8961): 0x3420}, "ABB B24"),
        ({(3, 0x8960): 0x5858, (3, 0x8961): 0x3420}, None),
        ({(3, 140): 1002, (3, 141): 5, (3, 109): 1000, (3, 100): 9}, "ETEK EKEPC2 v1.1"),
        ({(3, 140): 3000, (3, 141): 5, (3, 109): 1000, (3, 100): 9}, "ETEK EKEPC2 version 3000"),
        ({(3, 140): 3000, (3, 141): 20, (3, 109): 1000, (3, 100): 9}, None),
        ({(4, 0): 2302, (4, 1): 0, (4, 0x33): 500}, "Carlo Gavazzi EM340, EM330, ET340 or EM540"),
        ({(4, 0): 0, (4, 1): 2302, (4, 0x33): 500}, None),
    ],
)
def test_by_their_codes(registers: Registers, name: str | None) -> None:
    found = recognised(reader(registers, []))
    assert (found[1] if found else None) == name


@pytest.mark.parametrize(
    ("code", "low_word_first", "registers", "value"),
    [
        (">f", False, (0x4366, 0x3333), 230.2),
        (">f", True, (0x3333, 0x4366), 230.2),
        (">i", True, (0x08FE, 0x0000), 2302),
        (">H", False, (7,), 7),
        (">f", False, (0x4366,), None),
        (">H", False, None, None),
    ],
)
def test_numbers(
    code: str, low_word_first: bool, registers: tuple[int, ...] | None, value: float | None
) -> None:
    check = Check(Probe(3, 0), 0, 0, code, low_word_first=low_word_first)
    assert decoded(check, registers) == (value if value is None else pytest.approx(value))


def test_the_tables_only_read_and_try_nothing_twice() -> None:
    probes = [check.probe for kind in KINDS for check in kind.checks]
    assert {probe.function_code for probe in probes} <= {3, 4}
    assert all(kind.role in Role for kind in KINDS)
    assert len(set(ALL_FORMATS)) == len(ALL_FORMATS)
    assert ALL_FORMATS[: len(LIKELY)] == LIKELY
    assert ALL_UNITS[-1] == 255
