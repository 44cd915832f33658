"""What this process's memory is made of: what SQLite holds, and what there is without that."""

import _sqlite3
import ctypes
from pathlib import Path

MIB = 2**20


def read() -> dict[str, float]:
    """Give back what is free, and return in MiB what is resident then, and SQLite's part of it.

    What is free between things that are used stays resident. Blocks for some milliseconds.
    """
    ctypes.CDLL(None).malloc_trim(0)
    sqlite = ctypes.CDLL(_sqlite3.__file__)  # and with it the library that this is linked to
    sqlite.sqlite3_memory_used.restype = ctypes.c_int64
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "resident_mib": int(status["VmRSS"].split()[0]) / 1024,
        "sqlite_mib": sqlite.sqlite3_memory_used() / MIB,
    }
