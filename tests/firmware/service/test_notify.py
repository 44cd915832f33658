"""What systemd hears: the messages, where they are sent, and whether it watches."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from evse.service.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The address as systemd puts it into NOTIFY_SOCKET, and the socket that hears."""
    path = str(tmp_path / "notify")
    shown, bound = (path, path) if request.param == "path" else (f"@{path}", f"\0{path}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(bound)
        hearing.settimeout(10.0)
        yield shown, hearing


def test_every_message_is_one_datagram(systemd: tuple[str, socket.socket]) -> None:
    address, hearing = systemd
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address}, 7)
    notifier.ready()
    notifier.status("charging,\n16 A")
    notifier.feed()
    notifier.stopping()
    heard = [hearing.recv(200).decode() for _ in range(4)]
    assert heard == ["READY=1", "STATUS=charging, 16 A", "WATCHDOG=1", "STOPPING=1"]


@pytest.mark.parametrize(
    ("environ", "interval_s"),
    [
        ({}, None),
        ({"NOTIFY_SOCKET": "@x"}, None),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "10000000"}, 10.0),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "7"}, 10.0),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "8"}, None),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "0"}, None),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "10000000"}, None),
    ],
)
def test_the_watchdog_is_the_one_meant_for_us(
    environ: dict[str, str], interval_s: float | None
) -> None:
    assert Notifier.from_environment(environ, 7).interval_s == interval_s


def test_without_systemd_nothing_happens() -> None:
    Notifier.from_environment({}, 7).ready()


def test_a_systemd_that_does_not_hear_fails_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier(str(tmp_path / "gone"), 10.0)
    with caplog.at_level(logging.WARNING):
        notifier.feed()
        notifier.feed()
    assert caplog.text.count("systemd cannot be told 'WATCHDOG=1'") == 1
