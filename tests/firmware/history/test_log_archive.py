"""The encrypted log: with its password it can be read, without it cannot, and nothing stays."""

import os
from pathlib import Path

import pytest
import pyzipper

from evse.history.log_archive import CHUNK_BYTES, encrypted

TEXTS = {"log.txt": b"all is well\n" * 20_000, "status.json": b"{}"}


async def written(password: str, folder: Path, files: list[Path]) -> tuple[Path, list[int]]:
    pieces = [piece async for piece in await encrypted(password, TEXTS, files, folder)]
    path = folder / "came.zip"
    path.write_bytes(b"".join(pieces))
    return path, [len(piece) for piece in pieces]


async def test_what_went_in_comes_out_with_the_password(tmp_path: Path) -> None:
    box = tmp_path / "1.jsonl.gz"
    box.write_bytes(bytes(range(256)) * 1000)
    path, sizes = await written("pässwörd", tmp_path, [box, tmp_path / "gone.jsonl.gz"])
    assert max(sizes) <= CHUNK_BYTES
    with pyzipper.AESZipFile(path) as archive:
        assert archive.namelist() == ["log.txt", "status.json", "blackbox/1.jsonl.gz"]
        for info in archive.infolist():
            assert (info.wz_aes_version, info.wz_aes_strength) == (2, 3)  # AE-2, 256 bits
        archive.setpassword("pässwörd".encode())
        assert archive.read("log.txt") == TEXTS["log.txt"]
        assert archive.read("blackbox/1.jsonl.gz") == box.read_bytes()


@pytest.mark.parametrize("password", [b"wrong", None])
async def test_without_the_password_nothing_can_be_read(
    tmp_path: Path, password: bytes | None
) -> None:
    path, _ = await written("right", tmp_path, [])
    assert b"all is well" not in path.read_bytes()
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(password)
        with pytest.raises(RuntimeError, match=r"[Bb]ad password|requires a password"):
            archive.read("log.txt")


async def test_no_password_no_log(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"system\.log_password: came nothing"):
        await encrypted("", TEXTS, [], tmp_path)


async def test_nothing_stays_of_a_download_that_is_broken_off(tmp_path: Path) -> None:
    pieces = await encrypted("x", TEXTS, [], tmp_path)
    assert await anext(pieces)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - at once
    await pieces.aclose()  # type: ignore[attr-defined]


async def test_a_full_disk_is_told_before_the_first_piece(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        await encrypted("x", TEXTS, [], tmp_path / "not there")
