"""Versions of the program, and which Python a bundle wants. Pure.

The forms are those of PEP 440 which we use: `1.2.3`, and before it `1.2.3.dev4`, `1.2.3a4`,
`1.2.3b4`, `1.2.3rc4`.
"""

import re
from functools import total_ordering

_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:(\.dev|a|b|rc)(\d{1,6}))?")
_STAGES = (".dev", "a", "b", "rc", None)

_CLAUSE = re.compile(r"(>=|<)(\d{1,3})\.(\d{1,3})")

ALLOWED = "a version as 1.2.3 or 1.2.3rc4"


@total_ordering
class Version:
    """A version that can be compared. Raises ValueError for a text that is none."""

    def __init__(self, text: str) -> None:
        match = _VERSION.fullmatch(text)
        if match is None:
            raise ValueError(f"version: came {text!r}, allowed {ALLOWED}")
        major, minor, patch, stage, number = match.groups()
        self._text = text
        self._key = (int(major), int(minor), int(patch), _STAGES.index(stage), int(number or 0))

    def __str__(self) -> str:
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key == other._key

    def __lt__(self, other: "Version") -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)


def python_fits(requirement: str, python: tuple[int, int]) -> bool:
    """Whether a Python (major, minor) is one of `requirement`, as `>=3.11,<3.13`.

    Raises ValueError for a requirement of another form.
    """
    fits = True
    for clause in requirement.split(","):
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None:
            raise ValueError(
                f"requires_python: came {requirement!r}, allowed clauses >=X.Y and <X.Y"
            )
        bound = (int(match[2]), int(match[3]))
        fits = fits and (python >= bound if match[1] == ">=" else python < bound)
    return fits
