"""What must not be in a program's log, whatever the network does."""

from __future__ import annotations

from pathlib import Path

BAD = ("Traceback", " ERROR ", " CRITICAL ")
HARMLESS = (
    "fault BoardSilent",  # this computer had no time for the wallbox's turn
    "homeassistant.components.api] Error during service call",  # told to who asked for it
)


def bad_lines(log: Path) -> list[str]:
    """Return errors, and of each traceback its end, each with what was said before."""
    lines = log.read_text(errors="replace").splitlines()
    found = []
    for number, line in enumerate(lines):
        if not any(each in line for each in BAD) or any(each in line for each in HARMLESS):
            continue
        rest = (each for each in lines[number + 1 :] if each and each[0] not in " |+")
        end = next(rest, "") if "Traceback" in line else ""
        before = lines[number - 1] if "Traceback" in line and number else ""
        found.append(" … ".join(each for each in (before, line, end) if each)[:600])
    return found
