"""What proc(5) tells of this very process."""

import os
import threading
from pathlib import Path

import pytest

from evse.observing import process


def test_of_this_process(tmp_path: Path) -> None:
    (tmp_path / "evse.sqlite").write_bytes(b"x" * 1000)
    (tmp_path / "evse.sqlite-wal").write_bytes(b"x" * 24)
    before = process.read(tmp_path)
    assert before.uptime_s > 0
    assert before.cpu_s > 0.1
    assert before.memory_bytes > 10 << 20
    assert before.database_bytes == 1024
    assert 0 < before.disk_free_bytes <= before.disk_bytes
    assert not before.disk_read_only
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    held = [os.open(tmp_path, os.O_RDONLY) for _ in range(3)]
    try:
        after = process.read(tmp_path)
    finally:
        end.set()
        thread.join()
        for handle in held:
            os.close(handle)
    assert after.threads == before.threads + 1
    assert after.open_files == before.open_files + 3


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-such"):
        process.read(tmp_path / "no-such")
