"""`evse update` on the command line, against the socket of a running wallbox."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from evse.__main__ import _command, _parser
from evse.local.requests import COMMANDS
from evse.local.server import LocalServer
from evse.update import command as command_module
from evse.update.command import update_handlers
from evse.update.inbox import Inbox
from evse.update.updater import Updater
from tests.firmware.virtual_clock import VirtualClock

Evse = Callable[..., Awaitable[tuple[int, str, str]]]


async def fetch(_url: str, _target: Path) -> None:
    await asyncio.sleep(60.0)


@pytest.fixture
def updater(tmp_path: Path) -> Updater:
    """Of a wallbox which its system updates."""
    inbox = Inbox(tmp_path / "update", (), "1.0.0")
    clock, feed = VirtualClock(), "https://example.org/feed.json"
    return Updater(clock, None, inbox, "1.0.0", lambda: True, lambda: None, fetch, lambda: feed)


@pytest.fixture
async def evse(
    tmp_path: Path, updater: Updater, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Evse]:
    """Run `evse update …`; its status, and what it printed on both."""
    serving = asyncio.create_task(LocalServer(tmp_path, update_handlers(updater), (1,)).run())
    await asyncio.sleep(0.05)

    async def run(*words: str) -> tuple[int, str, str]:
        args = _parser().parse_args(["update", *words, "--state", str(tmp_path)])
        status = await asyncio.to_thread(_command, args)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    yield run
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def test_every_command_of_the_table_is_served(updater: Updater) -> None:
    named = {name for name in COMMANDS if name.startswith("update-")}
    assert set(update_handlers(updater)) == named


async def test_the_status(evse: Evse) -> None:
    status, printed, _ = await evse("status")
    assert (status, json.loads(printed)["version"]) == (0, "1.0.0")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("url", "https://example.org/x.evse"), "updated by its system"),
        (("url", "nonsense"), "url: came"),
        (("file", "none.evse"), "path: "),
        (("back",), "updated by its system"),
    ],
)
async def test_what_cannot_be_is_said(evse: Evse, words: tuple[str, ...], said: str) -> None:
    status, _, printed = await evse(*words)
    assert status == 1
    assert printed.startswith("evse update: ")
    assert said in printed


async def test_a_feed_that_takes_too_long(evse: Evse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_module, "CHECK_S", 0.1)
    status, _, printed = await evse("check")
    assert (status, "has not come in 0.1 s" in printed) == (1, True)


def test_no_wallbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = _parser().parse_args(["update", "status", "--state", str(tmp_path)])
    assert _command(args) == 1
    assert "no wallbox runs on" in capsys.readouterr().err
