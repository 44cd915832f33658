"""One program at a time works on a state folder: two on one board or queue would both be wrong."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class AlreadyRunningError(Exception):
    """Another process works on the same state folder."""


@contextlib.contextmanager
def alone(state_dir: Path) -> Iterator[None]:
    """Hold the state folder, made if there is none. Raises AlreadyRunningError, OSError."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(f"a wallbox runs on {state_dir} already") from None
        yield
