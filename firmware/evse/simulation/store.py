"""The file in which the simulated world outlives the program: one JSON document, replaced whole.

It may be a link to a file elsewhere: cars and meters are no part of the wallbox's memory card, and
trials that break the card leave them alone.
"""

import json
import logging
from pathlib import Path
from typing import Any

FILE_NAME = "simulation.json"

_LOGGER = logging.getLogger(__name__)


def save(document: dict[str, Any], state_dir: Path) -> None:
    """Replace the stored document. Raises OSError.

    It survives a killed process. It is not forced to the disk: the only thing that a power cut of
    the developer's machine can cost is a simulated car.
    """
    path = (state_dir / FILE_NAME).resolve()
    new = path.with_suffix(".json.new")
    new.write_text(json.dumps(document), encoding="utf-8")
    new.replace(path)


def load(state_dir: Path) -> dict[str, Any] | None:
    """Return the stored document, or None when there is none that can be read."""
    try:
        document = json.loads((state_dir / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:  # neither text nor JSON
        move_aside(state_dir, error)
        return None
    if not isinstance(document, dict):
        move_aside(state_dir, TypeError("it is not a JSON object"))
        return None
    return document


def move_aside(state_dir: Path, reason: Exception) -> None:
    """Keep a file that cannot be used under another name, so that nothing is lost."""
    path = (state_dir / FILE_NAME).resolve()
    aside = path.with_suffix(".json.unusable")
    path.replace(aside)
    _LOGGER.error("The simulated world begins anew, its file is now %s: %r", aside, reason)
