"""Which files of the firmware folder fit a wallbox: they are named `<model>_<version>.<ending>`."""

import re
from collections.abc import Iterable
from pathlib import Path

from .files import harmless_name

_ENDINGS = frozenset({".bin", ".bz2", ".fw", ".gz", ".hex", ".img", ".swu", ".tar", ".xz", ".zip"})
_NUMBER = re.compile(r"\d+")


def firmwares_for(model: str | None, files: Iterable[Path]) -> dict[str, Path]:
    """Return the files for a model by version, the newest version first."""
    if model is None:
        return {}
    prefix = f"{harmless_name(model)}_".casefold()
    found: dict[str, Path] = {}
    for path in files:
        stem = path.name
        while (ending := Path(stem).suffix) and ending.casefold() in _ENDINGS:
            stem = stem.removesuffix(ending)
        if stem.casefold().startswith(prefix) and (version := stem[len(prefix) :]):
            found.setdefault(version, path)
    return dict(sorted(found.items(), key=lambda item: order_of(item[0]), reverse=True))


def order_of(version: str) -> tuple[int, ...]:
    """Return what versions are compared by: their numbers, so that 1.10 comes after 1.9."""
    return tuple(int(number) for number in _NUMBER.findall(version))
