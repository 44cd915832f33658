"""The lines of the program's log: for people, for systemd's journal, or one JSON object each.

    {"time": "2026-11-26T08:15:02.123Z", "level": "warning", "logger": "evse.ocpp.link",
     "message": "…", "exception": "Traceback …"}

Under systemd each line begins with its priority (sd-daemon(3)), so that `journalctl -p warning`
works; the journal has a clock of its own.
"""

import json
import logging
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

NOISY = ("aiohttp", "aiosqlite", "asyncio", "asyncssh", "websockets", "ocpp", "pymodbus")
"""Libraries which tell at INFO what ours tell better."""

ALARMING = ("zeroconf",)
"""Libraries which warn with a traceback of what passes: an interface that has gone. What becomes of
the announcement ours tell."""

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_DEBUG_PRIORITY = 7
JOURNAL_STREAM = "JOURNAL_STREAM"
"""systemd.exec(5): set where standard error goes to the journal."""


class LogFormat(StrEnum):
    """What a line looks like."""

    TEXT = "text"
    JSON = "json"


class JsonLines(logging.Formatter):
    """One JSON object a record, always one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class JournalLines(logging.Formatter):
    """Every line of a record behind its priority, without a time."""

    def __init__(self) -> None:
        super().__init__("%(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines."""
        priority = next(
            (number for level, number in _PRIORITIES if record.levelno >= level), _DEBUG_PRIORITY
        )
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


class LogCount(logging.Handler):
    """Counts what is wrong: {"warning": 3, "error": 1, "critical": 0}."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._counts: Counter[str] = Counter(warning=0, error=0, critical=0)

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record."""
        self._counts[record.levelname.lower()] += 1

    @property
    def counts(self) -> dict[str, int]:
        """Since the program began."""
        return dict(self._counts)


counted = LogCount()
"""Of this process."""


def begin(form: LogFormat, *, verbose: bool, environment: Mapping[str, str] = os.environ) -> None:
    """Log to standard error from now on, and count."""
    lines = logging.StreamHandler()
    if form is LogFormat.JSON:
        lines.setFormatter(JsonLines())
    elif JOURNAL_STREAM in environment:
        lines.setFormatter(JournalLines())
    else:
        lines.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[lines, counted])
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for alarming in ALARMING:
        logging.getLogger(alarming).setLevel(logging.ERROR)
