"""What this process has in use beside small Python objects, and what SQLite holds of that."""

import _sqlite3
import ctypes

MIB = 2**20


class _Information(ctypes.Structure):
    """`struct mallinfo2` of glibc, over all its arenas."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def read() -> dict[str, float]:
    """Return in MiB what malloc has given away and not got back, and SQLite's part of it."""
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _Information
    information = libc.mallinfo2()
    sqlite = ctypes.CDLL(_sqlite3.__file__)  # and with it the library that this is linked to
    sqlite.sqlite3_memory_used.restype = ctypes.c_int64
    return {
        "used_mib": (information.uordblks + information.hblkhd) / MIB,
        "sqlite_mib": sqlite.sqlite3_memory_used() / MIB,
    }
