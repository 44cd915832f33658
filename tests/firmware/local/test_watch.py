"""`evse watch`, against a wallbox's socket."""

import argparse
import asyncio
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from evse.local import watch
from evse.local.client import ControlError
from evse.local.requests import Request
from evse.local.server import LocalServer
from evse.local.watch import FRAME_S, Sight, add_watch, run_watch, sights
from tests.firmware.panels.test_screen import answer


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser("evse")
    add_watch(parser.add_subparsers(), Path("/var/lib/evse"))
    return parser.parse_args(["watch", *words])


def test_arguments() -> None:
    args = arguments()
    assert (args.look, args.connector, args.once) == (None, None, False)
    assert args.state == Path("/var/lib/evse")
    args = arguments("--look", "cabur", "--connector", "2", "--once", "--state", "/tmp/box")
    assert (args.look, args.connector, args.once) == ("cabur", 2, True)
    assert args.run is run_watch


@pytest.mark.parametrize("words", [("--look", "vintage"), ("--connector", "one")])
def test_wrong_arguments_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        arguments(*words)


# ---------------------------------------------------------------------- sights


class Wallbox:
    """Answers, or is gone; time passes only in `sleep`."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.there = True
        self.asked = 0

    def ask(self) -> dict[str, Any]:
        self.asked += 1
        if not self.there:
            raise ControlError("no wallbox runs there")
        return answer(offered_a=float(self.asked))

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def sights(self) -> Iterator[Sight]:
        return sights(self.ask, lambda: self.now_s, self.sleep)


def test_it_asks_twice_a_second_and_looks_ten_times() -> None:
    wallbox = Wallbox()
    seen = list(itertools.islice(wallbox.sights(), 20))
    assert 4 <= wallbox.asked <= 5
    assert seen[0].age_s == 0.0
    assert max(sight.age_s for sight in seen) < 0.7
    assert seen[3].age_s == pytest.approx(3 * FRAME_S)


def test_a_wallbox_that_goes_is_told_and_comes_back() -> None:
    wallbox = Wallbox()
    seen = wallbox.sights()
    assert next(seen).answer is not None
    wallbox.there = False
    gone = list(itertools.islice(seen, 30))
    assert gone[-1].answer is None
    assert gone[-1].error == "no wallbox runs there"
    assert 2 < gone[-1].age_s < 3
    wallbox.there = True
    assert list(itertools.islice(seen, 10))[-1].answer is not None


def test_a_wallbox_that_never_was_there_is_waited_for() -> None:
    wallbox = Wallbox()
    wallbox.there = False
    seen = list(itertools.islice(wallbox.sights(), 30))
    assert seen[0].error
    assert 2 < seen[-1].age_s < 3


# ------------------------------------------------------------------------ show


class Screen:
    """A terminal, and a wallbox that goes after some pictures; then somebody presses Ctrl-C."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, terminal: bool, dumb: bool) -> None:
        self.wallbox = Wallbox()
        self.frames = 0
        monkeypatch.setattr(watch, "sights", self._sights)
        environment = {"TERM": "dumb" if dumb else "xterm"}
        self.console = Console(
            width=80,
            height=24,
            file=io.StringIO(),
            force_terminal=terminal,
            no_color=True,
            _environ=environment,
        )

    def _sights(self, ask: watch.Ask) -> Iterator[Sight]:
        for sight in sights(ask, lambda: self.wallbox.now_s, self.wallbox.sleep):
            self.frames += 1
            self.wallbox.there = not 10 <= self.frames < 20
            if self.frames == 30:
                raise KeyboardInterrupt
            yield sight

    def watch(self, *words: str) -> str:
        args = arguments(*words)
        if args.once:
            watch.watch(self.console, args, self.wallbox.ask)
        else:
            with pytest.raises(KeyboardInterrupt):
                watch.watch(self.console, args, self.wallbox.ask)
        output = self.console.file
        assert isinstance(output, io.StringIO)
        return output.getvalue()


def test_a_terminal_shows_the_panel_live(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Screen(monkeypatch, terminal=True, dumb=False).watch("--look", "cabur")
    assert text.count("card here") > 10
    assert "The wallbox is gone." in text
    assert text.rindex("card here") > text.rindex("The wallbox is gone.")
    assert "\x1b[?1049l" in text  # the terminal is given back


def test_a_dumb_terminal_gets_a_line_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch, terminal=True, dumb=True)
    screen.wallbox.ask = lambda: (  # type: ignore[method-assign]
        answer() if screen.wallbox.there else _raise("no wallbox runs there")
    )
    lines = screen.watch().splitlines()
    assert len(lines) == 3
    assert "connector 1 Charging | blue breathing" in lines[0]
    assert lines[1].endswith("the wallbox is gone: no wallbox runs there")
    assert "connector 1 Charging" in lines[2]
    assert all("\x1b" not in line for line in lines)


def test_a_pipe_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Screen(monkeypatch, terminal=False, dumb=False).watch()
    assert "connector 1 Charging" in text
    assert "╭" not in text


def test_a_wrong_connector_is_said_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Screen(monkeypatch, terminal=True, dumb=False).watch("--connector", "7")
    assert "connector: came 7, allowed 1" in text


@pytest.mark.parametrize(("terminal", "sign"), [(True, "breathing"), (False, "blue breathing |")])
def test_once(monkeypatch: pytest.MonkeyPatch, terminal: bool, sign: str) -> None:
    screen = Screen(monkeypatch, terminal=terminal, dumb=False)
    assert sign in screen.watch("--once")
    assert screen.wallbox.asked == 1


def _raise(text: str) -> dict[str, Any]:
    raise ControlError(text)


# ---------------------------------------------------------------------- socket


async def test_the_status_comes_over_the_wallboxs_socket(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def status(_: Request) -> dict[str, Any]:
        return answer()

    server = asyncio.create_task(LocalServer(tmp_path, {"status": status}, {1}).run())
    await asyncio.sleep(0.05)
    args = arguments("--once", "--state", str(tmp_path))
    try:
        assert await asyncio.to_thread(run_watch, args) == 0
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
    assert "connector 1 Charging | blue breathing" in capsys.readouterr().out


async def test_a_refusal_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = asyncio.create_task(LocalServer(tmp_path, {}, {1}).run())
    await asyncio.sleep(0.05)
    args = arguments("--once", "--state", str(tmp_path))
    try:
        assert await asyncio.to_thread(run_watch, args) == 1
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
    assert "command: status is not for this wallbox" in capsys.readouterr().err


def test_nobody_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_watch(arguments("--once", "--state", str(tmp_path))) == 1
    assert "no wallbox runs on" in capsys.readouterr().err


def test_the_wrong_connector_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO())
    args = arguments("--once", "--connector", "3")
    assert watch.watch(console, args, answer) == 1
    assert "connector: came 3, allowed 1" in capsys.readouterr().err
