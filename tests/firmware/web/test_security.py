"""What decides who comes in, put together on a disk that fails: the wallbox starts all the same."""

import errno
from pathlib import Path

import pytest

from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.values import Values
from evse.web.device_key import FILE, DeviceKey, read_key
from evse.web.security import Security


async def loaded(state_dir: Path) -> Security:
    database = await Database.open(state_dir / "evse.sqlite")
    try:
        return await Security.load(await Settings.load(Values(database)), database, state_dir)
    finally:
        await database.close()


async def test_a_full_disk_leaves_a_key_for_this_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("evse.web.device_key.write_private", full)
        patch.setattr("evse.web.certificate.write_private", full)
        first = await loaded(tmp_path)
    assert first.device_key.matches(first.device_key.text)
    assert "for this run: " in caplog.text
    assert DeviceKey.load(tmp_path).text != first.device_key.text


async def test_a_key_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    """It may be there again after a restart, and the label is right then."""
    (tmp_path / FILE).mkdir()
    assert read_key((await loaded(tmp_path)).device_key.text)
    assert (tmp_path / FILE).is_dir()
