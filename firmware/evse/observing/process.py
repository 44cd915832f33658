"""What the system knows of this process and of the disk under its state. Linux's proc(5)."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc/self")
_FIRST = 3
"""The number, in proc(5), of the field of `stat` that follows the name in brackets."""
_UTIME, _STIME, _THREADS, _STARTTIME, _RSS = (number - _FIRST for number in (14, 15, 20, 22, 24))


@dataclass(frozen=True, slots=True)
class Process:
    """Bytes and seconds. `uptime_s`: since the process began. The disk: where the state is."""

    uptime_s: float
    cpu_s: float
    memory_bytes: int
    threads: int
    open_files: int
    disk_free_bytes: int
    disk_bytes: int
    disk_read_only: bool
    database_bytes: int


def read(state_dir: Path, database: str = "evse.sqlite") -> Process:
    """Read all of it now. Raises OSError."""
    fields = (_PROC / "stat").read_text().rpartition(")")[2].split()
    disk = os.statvfs(state_dir)
    files = (state_dir / f"{database}{end}" for end in ("", "-wal"))
    return Process(
        uptime_s=time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[_STARTTIME]) / _TICKS_PER_S,
        cpu_s=(int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS_PER_S,
        memory_bytes=int(fields[_RSS]) * _PAGE,
        threads=int(fields[_THREADS]),
        open_files=len(os.listdir("/proc/self/fd")) - 1,  # noqa: PTH208 - without that of the listing itself
        disk_free_bytes=disk.f_bavail * disk.f_frsize,
        disk_bytes=disk.f_blocks * disk.f_frsize,
        disk_read_only=bool(disk.f_flag & os.ST_RDONLY),
        database_bytes=sum(file.stat().st_size for file in files if file.exists()),
    )
