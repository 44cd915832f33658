"""The computer's watchdog, for which a plain file or a pretended ioctl stands in."""

import fcntl
import logging
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from evse.service import watchdog
from evse.service.watchdog import DeviceWatchdog, armed


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "watchdog"
    path.touch()
    return path


def test_an_orderly_end_disarms(device: Path) -> None:
    dog = DeviceWatchdog(device, 15)
    assert dog.interval_s == 15.0
    dog.feed()
    dog.feed()
    dog.disarm()
    assert device.read_bytes() == b"\0\0V"


def test_a_crash_does_not(device: Path) -> None:
    program = (
        "from pathlib import Path; from evse.service.watchdog import DeviceWatchdog\n"
        f"dog = DeviceWatchdog(Path({str(device)!r}), 15); dog.feed(); raise SystemError"
    )
    source = str(Path(watchdog.__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env={"PYTHONPATH": source},
        stderr=subprocess.PIPE,
    )
    assert ended.returncode == 1
    assert device.read_bytes() == b"\0"


def test_what_the_driver_can_do_is_used(
    device: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The driver rounds the timeout, tells that it restarted the computer, and is kept alive."""
    asked: list[tuple[int, int]] = []
    answers = {watchdog.SET_TIMEOUT: 16, watchdog.GET_BOOT_STATUS: watchdog.CARD_RESET}

    def ioctl(_descriptor: int, request: int, argument: bytes) -> bytes:
        (value,) = struct.unpack("i", argument)
        asked.append((request, value))
        return struct.pack("i", answers.get(request, value))

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    with caplog.at_level(logging.WARNING):
        dog = DeviceWatchdog(device, 15)
    dog.feed()
    assert dog.interval_s == 16.0
    assert "has caused the last restart" in caplog.text
    assert (watchdog.SET_TIMEOUT, 15) in asked
    assert asked[-1][0] == watchdog.KEEP_ALIVE
    assert device.read_bytes() == b""


def test_none_without_a_path(caplog: pytest.LogCaptureFixture) -> None:
    assert armed("", 15) is None
    assert not caplog.records


def test_one_that_is_not_there_is_said_and_missed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "none"
    assert armed(str(path), 15) is None
    assert f"no watchdog: {path}: No such file" in caplog.text


def test_one_that_takes_no_food_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    dog = armed("/dev/full", 15)
    assert dog is not None
    dog.feed()
    dog.feed()
    assert caplog.text.count("cannot be fed") == 1
    dog.disarm()
