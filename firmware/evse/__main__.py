"""The command `evse`."""

import argparse
import asyncio
import os
import sqlite3
import sys
from pathlib import Path

from evse import __version__
from evse.blackbox.command import add_replay
from evse.boards.command import add_board
from evse.configuration import add_configuration
from evse.doctor.command import add_doctor
from evse.local.cards_command import add_cards
from evse.local.command import add_sim
from evse.local.wallbox_command import add_wallbox
from evse.local.watch import add_watch
from evse.local.why_command import add_why
from evse.meters.command import add_meter
from evse.network.find_command import add_find
from evse.observing import log_lines
from evse.observing.log_lines import LogFormat
from evse.service.command import add_install
from evse.settings.command import add_settings
from evse.sharing.command import add_sharing
from evse.simulation.fleet.command import add_fleet
from evse.update.bundle_command import add_bundle
from evse.update.command import add_update
from evse.web.label_command import add_label

USAGE_STATUS = 2
INTERRUPTED_STATUS = 130
"""128 + SIGINT, as a shell tells it."""

ADDITIONS = (
    add_wallbox,
    add_board,
    add_sim,
    add_fleet,
    add_cards,
    add_install,
    add_watch,
    add_replay,
    add_doctor,
    add_meter,
    add_sharing,
    add_why,
    add_settings,
    add_label,
    add_find,
    add_update,
    add_bundle,
)
"""Each adds its sub-commands to the parsers, given the default state folder, and sets `run`: what
does it and returns the exit status. Their modules are light; what is heavy is imported there."""


def default_state_dir() -> Path:
    """Where the state is kept when nobody says where (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "evse"


def main() -> None:
    """Parse the command line, do it, exit."""
    try:
        sys.exit(_command(_parser().parse_args()))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_STATUS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evse", description="The wallbox program.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the wallbox until it is told to end")
    add_configuration(run, default_state_dir())
    run.add_argument("--verbose", action="store_true", help="log more")
    run.add_argument(
        "--log-format",
        choices=[*LogFormat],
        default=LogFormat.TEXT,
        help="text, or json: one object a line (default: %(default)s)",
    )
    run.set_defaults(run=_run)
    for add in ADDITIONS:
        add(commands, default_state_dir())
    return parser


def _command(args: argparse.Namespace) -> int:
    status: int = args.run(args)
    return status


def _run(args: argparse.Namespace) -> int:
    """Run the wallbox. What cannot be started says why on one line, or one a wrong setting.

    ValueErrors are those of the configuration: an error at run time comes in an exception group.
    """
    from evse import app
    from evse.alone import AlreadyRunningError
    from evse.network.lookups import Loop

    os.umask(0o077)  # the state folder holds a password and cards
    log_lines.begin(LogFormat(args.log_format), verbose=args.verbose)
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(app.run(args.state, args.config, args.overrides))
    except (ValueError, sqlite3.Error, AlreadyRunningError, OSError) as error:
        sys.stderr.write(f"evse: {error}\n")
        return USAGE_STATUS


if __name__ == "__main__":
    main()
