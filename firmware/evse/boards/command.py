"""`evse board stop` and `evse board test`: the control board, while the wallbox does not run.

`stop` is what systemd calls right after the program has died, however it died: a board without a
watchdog of its own would go on with the last current.
"""

import argparse
import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from evse.configuration import Commands, add_configuration

FAILED_STATUS = 1
USAGE_STATUS = 2


def add_board(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse board …` to the commands of a parser."""
    board = commands.add_parser("board", help="stop or test the control board")
    what = board.add_subparsers(dest="board_command", required=True, metavar="COMMAND")
    stop = what.add_parser("stop", help="stop the board: nothing is offered, contactor open")
    add_configuration(stop, default_state_dir)
    stop.set_defaults(run=partial(_run, _stop))
    test = what.add_parser(
        "test",
        help="what the board does when this computer falls silent",
        description="Offer a current without a car, fall silent, and see what the board does.",
    )
    add_configuration(test, default_state_dir)
    test.add_argument("--connector", type=int, default=1, metavar="N", help="default: 1")
    test.add_argument(
        "--seconds", type=float, metavar="S", help="be silent for so long (default: as needed)"
    )
    test.set_defaults(run=partial(_run, _test))


def _run(do: Callable[[argparse.Namespace], Awaitable[int]], args: argparse.Namespace) -> int:
    from evse.alone import AlreadyRunningError
    from evse.boards.board import BoardError

    try:
        return asyncio.run(_finished(do(args)))
    except BoardError as error:
        sys.stderr.write(f"evse board: {error}\n")
        return FAILED_STATUS
    except AlreadyRunningError as error:
        sys.stderr.write(f"evse board: {error}; end it first: systemctl stop evse\n")
    except (ValueError, sqlite3.Error, OSError) as error:
        sys.stderr.write(f"evse board: {error}\n")
    return USAGE_STATUS


async def _finished(work: Awaitable[int]) -> int:
    return await work


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _stop(args: argparse.Namespace) -> int:
    from evse.boards.bench import opened
    from evse.boards.board import BoardError

    async with opened(args.state, args.config, args.overrides) as bench:
        if not bench.real:
            _say("the board is simulated: nothing to stop")
            return 0
        status = 0
        for number in bench.numbers:
            try:
                await bench.stop(number)
            except BoardError as error:  # the next one has to be stopped all the same
                sys.stderr.write(f"evse board: connector {number}: {error}\n")
                status = FAILED_STATUS
            else:
                _say(f"connector {number}: the board is stopped")
    return status


async def _test(args: argparse.Namespace) -> int:
    from evse.boards.bench import opened
    from evse.boards.trial import held_after_silence, silence_s

    async with opened(args.state, args.config, args.overrides) as bench:
        number = args.connector
        if number not in bench.numbers:
            raise ValueError(f"--connector: came {number}, allowed {list(bench.numbers)}")
        if not bench.real:
            raise ValueError("board.kind: came 'simulated', allowed a real board to be tested")
        board = bench.board(number)
        seconds = silence_s(board) if args.seconds is None else args.seconds
        try:
            trial = await held_after_silence(
                board, bench.clock, seconds, lambda: bench.held_a(number), _say
            )
        finally:
            await bench.stop(number)
        await bench.keep(number, trial)
    _say(f"after {trial.silent_s:g} s of silence the board offers {trial.held_a:g} A")
    if trial.falls_back:
        _say("it falls back by itself: it may share a current with others")
    else:
        _say(
            "it keeps the last current: load is balanced with it only if "
            "board.accept_without_watchdog is set, and systemd has to stop it (evse install)"
        )
    if not trial.as_declared:
        _say("that is NOT what its driver says of it: do not put it into service")
    _say(f"kept with its date, {trial.at}")
    return 0 if trial.as_declared else FAILED_STATUS
