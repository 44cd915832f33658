"""A second copy of the faults that must last, beside the database.

Storage cards fail, and a damaged database is moved aside so that the wallbox can charge on. A fault
which only somebody in front of it may end must not be ended by that.
"""

import json
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_logger = logging.getLogger(__name__)

FILE_NAME = "faults.json"


class FaultCopy:
    """The file in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def read(self) -> dict[int, set[str]]:
        """Connector to the names of its faults; nothing without a file that can be read."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                int(number): {str(name) for name in names} for number, names in document.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            _logger.error("%s cannot be read: %s", self._path, error)  # noqa: TRY400 - one line
            return {}

    def write(self, faults: Mapping[int, Iterable[str]]) -> None:
        """Put it on disk before returning. Raises OSError."""
        document = {str(number): sorted(map(str, names)) for number, names in faults.items()}
        temporary = self._path.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
