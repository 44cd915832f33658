"""Recordings on a disk: whole or not at all, bounded, and never in the way of transactions."""

import gzip
import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evse.blackbox import files
from evse.blackbox.codec import CodecError
from evse.blackbox.files import prune, read, save, write
from evse.blackbox.recording import Recording, RecordingError
from tests.firmware.blackbox.recorder import RecordedBench

AT = "2026-03-01T12:00:05.250Z"


@pytest.fixture(scope="module")
def recording() -> Recording:
    bench = RecordedBench()
    bench.charge()
    return bench.recording("Diode Lock", AT)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_what_is_read_is_what_was_written(recording: Recording, tmp_path: Path, name: str) -> None:
    write(recording, tmp_path / name)
    assert read(tmp_path / name) == recording
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_packed_is_much_smaller(recording: Recording, tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.jsonl.gz"):
        write(recording, tmp_path / name)
    plain, packed = (path.stat().st_size for path in sorted(tmp_path.iterdir()))
    assert packed * 3 < plain


def test_a_file_is_named_by_its_instant_and_reason(recording: Recording, tmp_path: Path) -> None:
    path = save(recording, tmp_path / "new" / "folder")
    assert path.name == "2026-03-01T12-00-05.250Z-connector1-Diode-Lock.jsonl.gz"
    assert read(path).reason == "Diode Lock"
    hostile = save(replace(recording, reason="../../etc/passwd\n"), tmp_path)
    assert hostile.parent == tmp_path


def test_a_write_that_fails_leaves_nothing(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(recording, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_value_of_a_wrong_type_leaves_nothing(recording: Recording, tmp_path: Path) -> None:
    wrong: Any = "soon"
    state = replace(recording.after, restart_at_s=wrong)
    with pytest.raises(
        CodecError, match=r"end\.after\.restart_at_s: came 'soon', allowed a number"
    ):
        save(replace(recording, after=state), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_reserve_of_the_disk_is_left(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = SimpleNamespace(free=files.RESERVE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: few)
    with pytest.raises(OSError, match="stay reserved"):
        save(recording, tmp_path)
    assert list(tmp_path.iterdir()) == []


def old_file(folder: Path, name: str, age_s: int, size: int = 10) -> None:
    (folder / name).write_bytes(b"x" * size)
    os.utime(folder / name, (1_700_000_000 - age_s,) * 2)


@pytest.mark.parametrize(
    ("sizes", "bounds", "kept"),
    [
        ([10] * 5, (20, 1000), [0, 1, 2, 3, 4]),
        ([10] * 5, (3, 1000), [0, 1, 2]),
        ([10] * 5, (20, 25), [0, 1]),
        ([500, 10, 10], (20, 25), [0]),
        ([10, 500, 10], (20, 25), [0]),
        ([10] * 3, (0, 0), [0]),
        ([], (20, 25), []),
    ],
)
def test_the_oldest_go_and_the_newest_never(
    tmp_path: Path, sizes: list[int], bounds: tuple[int, int], kept: list[int]
) -> None:
    for age_s, size in enumerate(sizes):
        old_file(tmp_path, f"{9 - age_s}-connector{age_s}.jsonl.gz", age_s, size)
    (tmp_path / "notes.txt").write_text("not ours")
    prune(tmp_path, *bounds)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{9 - age_s}-connector{age_s}.jsonl.gz" for age_s in kept} | {"notes.txt"}


def test_saving_keeps_the_folder_bounded(recording: Recording, tmp_path: Path) -> None:
    for number in range(files.MAX_FILES + 3):
        old_file(tmp_path, f"old{number}.jsonl", number)
    old_file(tmp_path, "cut off.jsonl.gz.part", 1000)
    path = save(recording, tmp_path)
    names = {entry.name for entry in tmp_path.iterdir()}
    assert len(names) == files.MAX_FILES
    assert path.name in names
    assert "cut off.jsonl.gz.part" not in names


def test_damaged_files_are_refused(recording: Recording, tmp_path: Path) -> None:
    write(recording, tmp_path / "good.jsonl.gz")
    good = (tmp_path / "good.jsonl.gz").read_bytes()
    text = gzip.decompress(good)
    damaged = {
        "cut": good[: len(good) // 2],
        "flipped": good[:200] + bytes([good[200] ^ 0xFF]) + good[201:],
        "cut text": text[: len(text) // 2],
        "no text": b"\xff\xfe\x00 no text",
        "empty": b"",
        "only the magic number": b"\x1f\x8b",
        "packed nonsense": gzip.compress(b"\x00" * 1000),
    }
    for name, content in damaged.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(RecordingError):
            read(path)


def test_a_file_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recording: Recording
) -> None:
    write(recording, tmp_path / "a.jsonl.gz")
    monkeypatch.setattr(files, "MAX_TEXT_BYTES", 5000)
    with pytest.raises(RecordingError, match="more than 5000 bytes"):
        read(tmp_path / "a.jsonl.gz")
