"""`evse watch`: the running wallbox's panel, and why it does what it does, in the terminal.

It asks the wallbox over its local socket twice a second, and moves the lamps by itself in between.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evse.configuration import Commands, add_running
from evse.local.client import ControlError, request_sync

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from evse.panels.screen import Scene

POLL_S = 0.5
FRAME_S = 0.1
"""A picture ten times a second: fast flashes are seen, and a slow line to the terminal suffices."""

ANSWER_S = 2.0

Ask = Callable[[], dict[str, Any]]
"""Returns the wallbox's status. Raises ControlError."""


def add_watch(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse watch` to the commands of a parser."""
    watch = commands.add_parser("watch", help="show the panel of the running wallbox, live")
    watch.add_argument(
        "--look", choices=("etek", "cabur"), help="whose panel (default: that of the wallbox)"
    )
    watch.add_argument(
        "--connector",
        type=int,
        metavar="N",
        help="which connector (default: the one where most happens)",
    )
    watch.add_argument("--once", action="store_true", help="show it once and end")
    add_running(watch, default_state_dir)
    watch.set_defaults(run=run_watch)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known at one instant: the last answer and how old it is, or why there is none."""

    answer: dict[str, Any] | None
    age_s: float
    error: str = ""


def sights(
    ask: Ask,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Sight]:
    """Yield what is known, each FRAME_S, for ever; a wallbox that is gone is asked again."""
    answer: dict[str, Any] | None = None
    since_s = asked_at_s = monotonic()
    error = ""
    first = True
    while True:
        if first or monotonic() - asked_at_s >= POLL_S:
            first, asked_at_s = False, monotonic()
            try:
                answer, error = ask(), ""
                since_s = monotonic()
            except ControlError as caught:
                if answer is not None or not error:
                    since_s = monotonic()
                answer, error = None, str(caught)
        yield Sight(answer, monotonic() - since_s, error)
        sleep(FRAME_S)


def run_watch(args: argparse.Namespace) -> int:
    """Show it until Ctrl-C; the exit status, 1 when `--once` found no wallbox or no connector."""
    from rich.console import Console

    console = Console()
    try:
        return watch(console, args, _asker(args.state))
    except KeyboardInterrupt:
        return 0


def watch(console: "Console", args: argparse.Namespace, ask: Ask) -> int:
    """Show what `ask` answers, as well as `console` can."""
    draws = console.is_terminal and not console.is_dumb_terminal
    if args.once:
        return _once(console, args, ask, draws=draws)
    if draws:
        _draw(console, args, sights(ask))
    else:
        _print(console, args, sights(ask))
    return 0


def _asker(state_dir: Path) -> Ask:
    def ask() -> dict[str, Any]:
        answer = request_sync(state_dir, {"command": "status"}, ANSWER_S)
        if not answer.get("ok"):
            raise ControlError(str(answer.get("error", "the wallbox refuses to answer")))
        return answer

    return ask


def _once(console: "Console", args: argparse.Namespace, ask: Ask, *, draws: bool) -> int:
    try:
        sight = Sight(ask(), 0.0)
        _line_of(sight, args)  # says what is wrong with the arguments
    except (ControlError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if draws:
        console.print(_picture_of(sight, args))
    else:
        _write(console, _line_of(sight, args))
    return 0


def _draw(console: "Console", args: argparse.Namespace, seen: Iterator[Sight]) -> None:
    from rich.live import Live

    with Live(console=console, screen=True, auto_refresh=False) as live:
        for sight in seen:
            live.update(_picture_of(sight, args), refresh=True)


def _print(console: "Console", args: argparse.Namespace, seen: Iterator[Sight]) -> None:
    """One line for each change, with the time of day."""
    last = ""
    for sight in seen:
        try:
            line = _line_of(sight, args)
        except ValueError as error:
            line = str(error)
        if line != last:
            now = datetime.now().astimezone()
            _write(console, f"{now:%H:%M:%S} {line}")
        last = line


def _write(console: "Console", line: str) -> None:
    """A line that is not wrapped: whoever reads lines counts on it."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _picture_of(sight: Sight, args: argparse.Namespace) -> "RenderableType":
    from evse.panels import screen

    if sight.answer is None:
        return screen.gone(sight.error, sight.age_s)
    try:
        return screen.picture(_scene(sight.answer, args, sight.age_s))
    except ValueError as error:
        return screen.gone(str(error), sight.age_s)


def _line_of(sight: Sight, args: argparse.Namespace) -> str:
    from evse.panels import screen

    if sight.answer is None:
        return f"the wallbox is gone: {sight.error}"
    return screen.line(_scene(sight.answer, args, sight.age_s))


def _scene(answer: dict[str, Any], args: argparse.Namespace, age_s: float) -> "Scene":
    from evse.panels import screen
    from evse.panels.panel import Look

    return screen.scene(answer, Look(args.look) if args.look else None, args.connector, age_s)
