"""Who the charge points of a fleet are: identities by a pattern, passwords from a file. Pure."""

from __future__ import annotations

from collections.abc import Mapping

MAXIMUM = 10_000
"""More do not fit into one process."""

EVERYBODY = "*"
"""In a file of passwords: whoever has no line of their own."""


def identities(pattern: str, count: int) -> list[str]:
    """Return `count` identities, numbered from 1: `box-{n:03}` gives box-001, box-002, …

    ValueError where the pattern does not make them differ, or makes none that OCPP could use.
    """
    try:
        made = [pattern.format(n=number) for number in range(1, count + 1)]
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(
            f"--identity: came {pattern!r}, allowed is a text with {{n}} or {{n:04}} for the number"
        ) from error
    if len(set(made)) < count:
        raise ValueError(f"--identity: came {pattern!r}, which has no {{n}} for the number")
    if wrong := next((each for each in made if not each or set(each) & set(":/?# ")), None):
        raise ValueError(f"--identity: {wrong!r} has a sign that no identity may have (: / ? #)")
    return made


def passwords(text: str) -> dict[str, str]:
    """Read a file of passwords: `identity:password` a line, `*:password` for all others.

    Empty lines and those that begin with # do not count. ValueError names the line.
    """
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        identity, mark, password = line.partition(":")
        if not mark or not identity.strip() or not password:
            raise ValueError(f"--passwords: line {number} is not identity:password")
        found[identity.strip()] = password
    return found


def password_of(identity: str, known: Mapping[str, str], for_all: str | None) -> str | None:
    """Return the password of a charge point; None where it has none."""
    return known.get(identity, known.get(EVERYBODY, for_all))
