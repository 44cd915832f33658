"""What makes the program unhealthy, and what is only told."""

from dataclasses import replace
from typing import Any

import pytest

from evse.core.faults import Fault
from evse.observing.process import Process
from evse.observing.vitals import (
    DISK_LEAST_BYTES,
    DISK_LITTLE_BYTES,
    TURN_STALE_S,
    Part,
    Pulse,
    healthy,
    judge,
    snapshot,
)

WELL = Process(
    uptime_s=12.34,
    cpu_s=1.0,
    memory_bytes=1,
    threads=1,
    open_files=1,
    disk_free_bytes=DISK_LITTLE_BYTES,
    disk_bytes=1 << 30,
    disk_read_only=False,
    database_bytes=0,
)


def judged(
    age_s: float = 0.02,
    faults: frozenset[Fault] = frozenset(),
    connected: bool | None = True,
    **process: Any,
) -> tuple[bool, set[Part]]:
    """Whether it is healthy, and the parts that are not in order."""
    findings = judge({1: age_s, 2: 0.0}, {1: faults, 2: ()}, replace(WELL, **process), connected)
    assert {each.part for each in findings} == set(Part)
    return healthy(findings), {each.part for each in findings if not each.ok}


@pytest.mark.parametrize(
    ("given", "amiss", "works"),
    [
        ({}, set(), True),
        ({"connected": None}, set(), True),
        ({"age_s": TURN_STALE_S + 0.1}, {Part.TURNS}, False),
        ({"faults": frozenset({Fault.BOARD_SILENT})}, {Part.BOARD}, False),
        ({"disk_read_only": True}, {Part.DISK}, False),
        ({"disk_free_bytes": DISK_LEAST_BYTES - 1}, {Part.DISK}, False),
        ({"disk_free_bytes": DISK_LITTLE_BYTES - 1}, {Part.DISK}, True),
        ({"faults": frozenset({Fault.METER})}, {Part.METER}, True),
        ({"faults": frozenset({Fault.READER})}, {Part.READER}, True),
        ({"faults": frozenset({Fault.CONTACTOR_WELDED})}, {Part.FAULTS}, True),
        ({"connected": False}, {Part.BACKEND}, True),
    ],
)
def test_what_is_amiss(given: dict[str, Any], amiss: set[Part], works: bool) -> None:
    assert judged(**given) == (works, amiss)


def test_a_connector_that_hangs_is_named() -> None:
    now_s = 100.0
    pulse = Pulse((1, 2), lambda: now_s)
    now_s = 105.0
    pulse.turned(1)
    findings = judge(pulse.ages_s(), {1: (), 2: ()}, WELL, None)
    told = snapshot(findings, WELL, "1.2.3")
    assert told["ok"] is False
    assert told["parts"][0] == {
        "part": "turns",
        "ok": False,
        "vital": True,
        "what": "without a control turn: connector 2 for 5 s",
    }
    assert told["uptime_s"] == 12.3
