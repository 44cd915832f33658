"""Texts on a display of two rows: wrapped at words, in pages that follow each other. Pure."""

import textwrap

from evse.panels.indications import COLUMNS, ROWS

PAGE_S = 3.0
"""Each page, and each value of a rotating display, is shown for so long."""

Lines = tuple[str, str]


def pages(text: str, details: tuple[str, ...] = ()) -> list[Lines]:
    """Return the pages which show `text`: (first row, second row), not padded.

    A text of one row keeps it, and the details take turns in the second. A longer one takes as many
    pages as it needs, and the details are left out.
    """
    rows = textwrap.wrap(text, COLUMNS) or [""]
    if len(rows) == 1:
        return [(rows[0], detail) for detail in details or ("",)]
    rows += [""] * (len(rows) % ROWS)
    return list(zip(rows[::ROWS], rows[1::ROWS], strict=True))


def at(all_pages: list[Lines], at_s: float) -> Lines:
    """Return the page of the instant, each row padded to COLUMNS characters."""
    first, second = all_pages[int(at_s // PAGE_S) % len(all_pages)]
    return first[:COLUMNS].ljust(COLUMNS), second[:COLUMNS].ljust(COLUMNS)
