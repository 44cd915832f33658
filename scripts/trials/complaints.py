"""What a program's log must not have: errors, tracebacks, tasks that nobody looked after.

A record is a line that begins with its date, with all that stands below it until the next: so a
traceback is told with what it belongs to.
"""

from __future__ import annotations

import re
from pathlib import Path

HEAD_CHARS, END_CHARS = 500, 1000
"""What is told of a long record: what happened is in its first line, why in its last."""
OURS = r"custom_components[./]evse_ocpp"
"""In Home Assistant's log: a logger or a file of ours."""
REFUSED = r"\nhomeassistant\.exceptions\.(HomeAssistant|ServiceValidation)Error.*\Z"
"""What an action raises to refuse; older Home Assistants log it with its traceback."""
_BEGINS = re.compile(r"^(?=\d{4}-\d\d-\d\d[ T])", re.MULTILINE)
_ERROR = re.compile(r"\A\S+ \S+ ERROR\b")
_ALWAYS = re.compile(
    r"\A\S+ \S+ CRITICAL\b|^[ |+]*(?:Exception Group )?Traceback|never retrieved|never awaited",
    re.MULTILINE,
)


def complaints(
    log: Path, *harmless: str, only: str = "", errors: bool = True, afresh: bool = False
) -> list[str]:
    """Return the records of a log that a trial must not see, shortened in their midst.

    Those in which a pattern of `harmless` is found are left out: it is to be said beside each why.
    `only`: a pattern that must be found, as of what is ours in Home Assistant. `errors` False: what
    is told at level ERROR in a line is due to the fault; a traceback never is. `afresh`: the log
    is emptied, so that nothing is told twice.
    """
    if not log.exists():
        return []
    text = log.read_text(errors="replace")
    if afresh:
        log.write_text("", encoding="utf-8")
    return [
        shortened(record)
        for record in map(str.strip, _BEGINS.split(text))
        if (_ALWAYS.search(record) or (errors and _ERROR.search(record)))
        and re.search(only, record)
        and not any(re.search(pattern, record) for pattern in harmless)
    ]


def shortened(text: str, head_chars: int = HEAD_CHARS, end_chars: int = END_CHARS) -> str:
    """Return a text without its midst, if it is long."""
    if len(text) <= head_chars + end_chars:
        return text
    return f"{text[:head_chars]} … {text[-end_chars:]}"
