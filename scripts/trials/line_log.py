"""What the log of a wallbox must never say, whatever happens to its lines."""

from __future__ import annotations

import re
from pathlib import Path

BAD_WORDS = re.compile(r"Traceback|CRITICAL|never retrieved|was never awaited")
OF_THE_NETWORK = re.compile(
    r"^.*WARNING zeroconf: .*\n(?:Traceback.*\n(?:  .*\n)*\S*Error.*\n)?", re.MULTILINE
)
"""Other trials take interfaces away, and Zeroconf is loud about that."""


def bad_words(log: Path) -> str:
    """Return what is bad in a log, with what is around it; the log begins anew then."""
    if not log.exists():
        return ""
    text = OF_THE_NETWORK.sub("", log.read_text(errors="replace"))
    if (found := BAD_WORDS.search(text)) is None:
        return ""
    log.write_text("", encoding="utf-8")
    return f"the log has: {text[max(0, found.start() - 200) : found.start() + 1500]}"
