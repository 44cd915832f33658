"""Files that are whole or not there, and that nobody else may read."""

import os
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Put `content` on disk under `path`, readable by us alone, before returning. Raises OSError.

    After a power cut there is the old file or the new one, never half of one.
    """
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
