"""Files for us alone, and notes that outlast the program."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from evse.storage.database import Database
from evse.storage.files import write_private
from evse.storage.notes import Notes


def test_a_private_file_is_whole_or_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.pem"
    (tmp_path / "key.pem.new").write_bytes(b"left by a power cut")
    write_private(path, b"old")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def fails(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="no space"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"


async def test_notes_outlast_the_program(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "evse.sqlite")
    notes = Notes(database)
    assert await notes.read("update") is None
    await notes.keep("update", {"phase": "waiting"})
    await notes.keep("update", {"phase": "installing"})
    await database.close()
    database = await Database.open(tmp_path / "evse.sqlite")
    notes = Notes(database)
    assert await notes.read("update") == {"phase": "installing"}
    await notes.forget("update")
    assert await notes.read("update") is None
    await database.close()


async def test_what_is_forgotten_is_no_more_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with builds of SQLite that leave deleted rows where they were, as Alpine's."""
    path, secret = tmp_path / "evse.sqlite", "a password of the house " * 400
    connect = sqlite3.connect

    def careless(*args: object, **options: object) -> sqlite3.Connection:
        connection = connect(*args, **options)  # type: ignore[call-overload]
        connection.execute("PRAGMA secure_delete=OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", careless)
    database = await Database.open(path)
    await Notes(database).keep("wifi", {"password": secret})
    await database.close()
    assert b"a password" in path.read_bytes()
    database = await Database.open(path)
    await Notes(database).forget("wifi")
    await database.close()
    assert b"a password" not in path.read_bytes()
