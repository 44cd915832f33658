"""Findings at a terminal: remarks in lines that fit, and a line that tells how far it is."""

import sys
import textwrap
from collections.abc import Callable

WIDTH = 100
PROGRESS_WIDTH = 78


def remark(mark: str, words: str) -> list[str]:
    """The words behind the mark, in lines of at most WIDTH characters."""
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=f"  {mark} ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def progress() -> Callable[[str], None]:
    """Shows one line at a terminal, over and over; elsewhere nothing."""
    if not sys.stderr.isatty():
        return lambda _what: None

    def show(what: str) -> None:
        sys.stderr.write(f"\r\x1b[K{what[:PROGRESS_WIDTH]}")
        sys.stderr.flush()

    return show
