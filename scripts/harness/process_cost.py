"""What a process costs by /proc: processor time, memory, file handles, threads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process has taken until now: `cpu_s` since its start, the rest at this instant."""

    cpu_s: float
    resident_mib: float
    handles: int
    threads: int


def cost(process_id: int) -> Cost:
    """Return what a process takes. FileNotFoundError when there is none."""
    folder = Path(f"/proc/{process_id}")
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
    )
    return Cost(
        cpu_s=cpu_s(folder),
        resident_mib=int(status["VmRSS"].split()[0]) / 1024,
        handles=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
    )


def resident_mib() -> float:
    """Return the memory of this process."""
    return cost(os.getpid()).resident_mib


def cpu_s(folder: Path) -> float:
    """Return user and system time of a process, or of a thread (`task/…`), by its /proc folder."""
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
