"""The log for whoever helps: an encrypted zip (AES-256 of WinZip), made aside and then streamed.

It holds what a file of diagnostics holds, so no secrets, and the history; 7-Zip, Keka and others
open it with the log password.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import IO

import pyzipper

CHUNK_BYTES = 65_536


async def encrypted(
    password: str, texts: Mapping[str, bytes], files: Iterable[Path], folder: Path
) -> AsyncIterator[bytes]:
    """The zip of texts by their names, and of black boxes, piece by piece.

    The file that is written for it in `folder` has no name, so that nothing stays of it, not even
    after a power cut. Raises OSError before the first piece, and ValueError without a password.
    """
    if not password:
        raise ValueError("system.log_password: came nothing, allowed is a password for the log")
    file = await asyncio.to_thread(_written, password, texts, tuple(files), folder)
    return _pieces(file)


def _written(
    password: str, texts: Mapping[str, bytes], files: Iterable[Path], folder: Path
) -> IO[bytes]:
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - who streams it closes it
    try:
        with pyzipper.AESZipFile(
            file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as archive:
            archive.setpassword(password.encode())
            archive.setencryption(pyzipper.WZ_AES, nbits=256)
            for name, content in texts.items():
                archive.writestr(name, content)
            for path in files:
                with contextlib.suppress(FileNotFoundError):  # the oldest go at any time
                    archive.write(path, f"blackbox/{path.name}")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield piece
