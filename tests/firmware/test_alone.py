"""Two programs never work on one state folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from evse.alone import AlreadyRunningError, alone

HOLDS = """
import pathlib, sys, time
from evse.alone import alone
with alone(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_is_made_and_held_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with (
        alone(folder),
        pytest.raises(AlreadyRunningError, match=rf"a wallbox runs on {folder} already"),
        alone(folder),
    ):
        raise AssertionError("held twice")
    with alone(folder):  # the lock goes with its holder
        assert folder.is_dir()


def test_another_way_to_the_same_folder_is_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    with alone(tmp_path), pytest.raises(AlreadyRunningError), alone(tmp_path / "link"):
        raise AssertionError("held twice")


def test_two_folders_are_two_wallboxes(tmp_path: Path) -> None:
    with alone(tmp_path / "one"), alone(tmp_path / "two"):
        pass


def test_an_error_gives_it_back(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="a bug"), alone(tmp_path):
        raise RuntimeError("a bug")
    with alone(tmp_path):
        pass


def test_a_killed_holder_gives_it_back(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError), alone(tmp_path):
            raise AssertionError("held twice")
        holder.kill()
    with alone(tmp_path):
        pass


def test_a_folder_that_cannot_be_is_no_running_wallbox(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"), alone(tmp_path / "file"):
        raise AssertionError("held")
