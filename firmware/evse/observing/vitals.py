"""Whether the program does its work: control turns, boards, the disk. What only limits it, as a
silent meter or a central system that is away, is told beside and makes nobody restart it.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from evse.core.faults import LATCHED, Fault
from evse.observing.process import Process

TURN_STALE_S = 2.0
"""(real) A connector without a completed control turn for so long hangs: turns come every 20 ms,
and the board's own lease is 3 s."""

DISK_LEAST_BYTES = 8 << 20
"""Below this a transaction may find no room: SQLite's journal and the black box need some."""

DISK_LITTLE_BYTES = 64 << 20
"""Below this somebody should look."""


class Part(StrEnum):
    """What is judged."""

    TURNS = "turns"
    BOARD = "board"
    DISK = "disk"
    METER = "meter"
    READER = "reader"
    FAULTS = "faults"
    BACKEND = "backend"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part. `vital`: without it the wallbox does not work. `what`: a sentence, in English."""

    part: Part
    ok: bool
    vital: bool
    what: str


class Pulse:
    """When each connector completed its last control turn, on the real clock."""

    def __init__(
        self, connector_ids: Iterable[int], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._at_s = dict.fromkeys(connector_ids, now())

    def turned(self, connector_id: int) -> None:
        """A connector has completed a control turn."""
        self._at_s[connector_id] = self._now()

    def ages_s(self) -> dict[int, float]:
        """How long ago that was, s."""
        now_s = self._now()
        return {number: now_s - at_s for number, at_s in self._at_s.items()}


def judge(
    turn_ages_s: Mapping[int, float],
    faults: Mapping[int, Collection[Fault]],
    process: Process,
    backend_connected: bool | None,
) -> tuple[Finding, ...]:
    """Judge every part. `faults`: by connector. `backend_connected`: None without a backend."""
    return (
        _turns(turn_ages_s),
        _fault(Part.BOARD, faults, {Fault.BOARD_SILENT}, "answers", "does not answer", vital=True),
        _disk(process),
        _fault(Part.METER, faults, {Fault.METER}, "is read", "cannot be read"),
        _fault(Part.READER, faults, {Fault.READER}, "works", "does not work"),
        _fault(Part.FAULTS, faults, LATCHED, "none is latched", "latched"),
        Finding(
            Part.BACKEND,
            backend_connected is not False,
            vital=False,
            what={None: "none is set", True: "is connected", False: "is not connected"}[
                backend_connected
            ],
        ),
    )


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing vital is amiss."""
    return all(finding.ok for finding in findings if finding.vital)


def snapshot(findings: Collection[Finding], process: Process, version: str) -> dict[str, Any]:
    """Return all of it as JSON values."""
    return {
        "ok": healthy(findings),
        "version": version,
        "parts": [asdict(finding) for finding in findings],
        **{name: _rounded(value) for name, value in asdict(process).items()},
    }


def _turns(ages_s: Mapping[int, float]) -> Finding:
    late = {number: age_s for number, age_s in ages_s.items() if age_s > TURN_STALE_S}
    told = ", ".join(f"connector {number} for {age_s:.0f} s" for number, age_s in late.items())
    what = f"without a control turn: {told}" if late else "every connector completes its turns"
    return Finding(Part.TURNS, not late, vital=True, what=what)


def _disk(process: Process) -> Finding:
    free = f"{process.disk_free_bytes >> 20} MiB are free"
    if process.disk_read_only:
        return Finding(Part.DISK, ok=False, vital=True, what="nothing can be written")
    full = process.disk_free_bytes < DISK_LEAST_BYTES
    little = process.disk_free_bytes < DISK_LITTLE_BYTES
    return Finding(Part.DISK, not little, vital=full, what=free)


def _fault(
    part: Part,
    faults: Mapping[int, Collection[Fault]],
    those: Collection[Fault],
    well: str,
    ill: str,
    *,
    vital: bool = False,
) -> Finding:
    found = {number: sorted(set(those) & set(active)) for number, active in faults.items()}
    told = ", ".join(f"connector {n} ({', '.join(names)})" for n, names in found.items() if names)
    return Finding(part, not told, vital, f"{ill}: {told}" if told else well)


def _rounded(value: float) -> float:
    return round(value, 1) if isinstance(value, float) else value
