"""Writes recordings into a folder and reads them; the oldest go, and a full disk is no trouble."""

import contextlib
import errno
import gzip
import os
import re
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from evse.blackbox.recording import Recording, RecordingError, lines, parse

FOLDER = "blackbox"
"""In the folder of the state."""

MAX_FILES = 20
MAX_BYTES = 20_000_000
"""Of all recordings in a folder together."""

RESERVE_BYTES = 50_000_000
"""So much of the disk is left free: transactions need it more."""

MAX_TEXT_BYTES = 200_000_000
"""A file that unpacks to more is none of ours; one of three minutes has a few million."""

_PAUSE_EVERY_LINES = 50
_PAUSE_S = 0.001
"""Writing shares Python's interpreter lock with the control turns, and lets them go first."""

_SUFFIXES = (".jsonl", ".jsonl.gz")


_STALE_S = 600.0
"""An unfinished file of this age was left by a power cut."""


def save(recording: Recording, folder: Path) -> Path:
    """Write a recording into `folder`, named by its instant and reason; then let the oldest go.

    Raises as `write`, and OSError when less than the reserve would be left of the disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    prune(folder)
    free = shutil.disk_usage(folder).free
    if free < RESERVE_BYTES:
        raise OSError(
            errno.ENOSPC, f"{free} bytes are free, {RESERVE_BYTES} stay reserved", str(folder)
        )
    words = (recording.at, f"connector{recording.connector_id}", recording.reason)
    name = "-".join(re.sub(r"[^A-Za-z0-9.+]+", "-", word) for word in words if word)
    path = folder / f"{name}.jsonl.gz"
    write(recording, path)
    prune(folder)
    return path


def prune(folder: Path, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> None:
    """Remove the oldest recordings beyond these bounds, but never the newest one; OSError."""
    sized = []
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # somebody else tidied up
            status = path.stat()
            if path.name.endswith(_SUFFIXES):
                sized.append((status.st_mtime_ns, path.name, status.st_size))
            elif path.name.endswith(".part") and time.time() - status.st_mtime > _STALE_S:
                path.unlink()
    total = 0
    for count, (_, name, size) in enumerate(sorted(sized, reverse=True), start=1):
        total += size
        if count > 1 and (count > max_files or total > max_bytes):
            (folder / name).unlink(missing_ok=True)


def write(recording: Recording, path: Path) -> None:
    """Write a recording whole or not at all; packed when the name ends in `.gz`. It takes seconds.

    OSError when the disk does not take it; CodecError as `recording.lines`.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            packed = path.suffix == ".gz"
            with gzip.GzipFile("", "wb", 6, file) if packed else nullcontext(file) as content:
                for number, line in enumerate(lines(recording)):
                    content.write(f"{line}\n".encode())
                    if number % _PAUSE_EVERY_LINES == 0:
                        time.sleep(_PAUSE_S)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def read(path: Path) -> Recording:
    """Read a recording. RecordingError for what is none; OSError when the file cannot be read."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            with gzip.GzipFile(fileobj=file) if packed else file as content:
                return parse(_text(content))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"the file is damaged: {error}") from error


def _text(content: IO[bytes] | gzip.GzipFile) -> Iterator[str]:
    total = 0
    while line := content.readline(MAX_TEXT_BYTES):
        total += len(line)
        if total >= MAX_TEXT_BYTES:
            raise RecordingError(f"came more than {MAX_TEXT_BYTES} bytes: no recording")
        yield line.decode()
