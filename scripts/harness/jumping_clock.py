"""A calendar clock that jumps, for programs which are started with it; their monotonic one goes on.

It is Debian's libfaketime (package `faketime`), which reads from a file how far the clock is off.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
MISSING = "libfaketime is not installed (Debian: faketime)"
CACHED_S = 1
"""A jump is seen within this time: the file is not read for each question of the time."""

SUMMER_TIME = datetime(2027, 3, 28, 0, 59, 57, tzinfo=UTC)
WINTER_TIME = datetime(2027, 10, 31, 0, 59, 57, tzinfo=UTC)
"""Three seconds before each in Europe."""
ROLLOVER = datetime(2038, 1, 19, 3, 14, 5, tzinfo=UTC)
UNSET = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
"""A small computer without a clock of its own, a minute after its start."""


class JumpingClock:
    """The clock of the programs that have `environment`. It goes right until it is told to jump."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.jump(timedelta(0))

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a process that shall have this clock."""
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": f"{CACHED_S}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else waits for the interpreter's lock take long
            "NO_FAKE_STAT": "1",  # else all bytecode looks too old, and is compiled at each start
        }

    def jump(self, offset: timedelta) -> None:
        """Be off by `offset` from now on."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{offset.total_seconds():+.0f}\n", encoding="ascii")
        new.replace(self._file)


def jump(draw: random.Random, number: int) -> tuple[str, timedelta]:
    """Return a name for people, and how far the clock is off from the jump of that number on."""
    now = datetime.now(UTC)
    jumps = {
        "a day on": timedelta(days=1),
        "a day back": timedelta(days=-1),
        "a year on": timedelta(days=365),
        "a year back": timedelta(days=-365),
        "1970": UNSET - now,
        "summer time": SUMMER_TIME - now,
        "winter time": WINTER_TIME - now,
        "2038": ROLLOVER - now,
        "right again": timedelta(0),
        "somewhere": timedelta(seconds=draw.uniform(-1e6, 1e6)),
    }
    name = list(jumps)[number % len(jumps)]
    return name, jumps[name]
