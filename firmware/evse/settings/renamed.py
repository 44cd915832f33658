"""Keys that settings had before: saved values and files of an older version move to today's. Pure.

Whoever renames a setting raises VERSION by one and enters old and new key under it. What is saved
under the old key stays on disk, so that an older program, after a roll-back, still finds it.
"""

from collections.abc import Mapping
from typing import TypeVar

VERSION = 1
"""Of the table of settings: raised with each renaming, written with saved values and files."""

VERSION_KEY = "settings.version"
"""Under this key the version stands beside the values. It is no setting."""

RENAMED: Mapping[int, Mapping[str, str]] = {}
"""The version that renamed settings, and the key that each had before with the key it has since."""

T = TypeVar("T")


def version_of(values: Mapping[str, object]) -> int:
    """The version of saved values or of a file; those that say none are of the first."""
    version = values.get(VERSION_KEY)
    return version if isinstance(version, int) and not isinstance(version, bool) else 1


def forwards(
    values: Mapping[str, T], renamed: Mapping[int, Mapping[str, str]] = RENAMED
) -> dict[str, T]:
    """The values under today's keys, without the version.

    What already stands under the newer key wins over what stands under the older.
    """
    version = version_of(values)
    moved = {key: value for key, value in values.items() if key != VERSION_KEY}
    for number in sorted(renamed):
        for old, new in renamed[number].items():
            if old in moved:
                value = moved.pop(old)
                if number > version:
                    moved.setdefault(new, value)
    return moved
