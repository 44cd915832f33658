"""`evse status` and `evse acknowledge`: the running wallbox, from its own computer."""

import argparse
import json
import sys
from pathlib import Path

from evse.configuration import Commands, add_running
from evse.core.faults import LATCHED, Clears
from evse.local.client import ControlError, ask
from evse.observing import short

UNHEALTHY = 3
"""Exit status of `evse status --check`."""


def add_wallbox(commands: Commands, default_state_dir: Path) -> None:
    """Add both to the commands of a parser."""
    status = commands.add_parser("status", help="all that is known of the running wallbox, as JSON")
    status.add_argument("--short", action="store_true", help="the most of it, in a few lines")
    status.add_argument(
        "--check",
        action="store_true",
        help="exit status 3 when the wallbox does not do its work (1: nobody answers)",
    )
    status.set_defaults(run=run_status)
    acknowledge = commands.add_parser(
        "acknowledge",
        help="end a latched fault, standing in front of the wallbox",
        description="End a latched fault whose cause is gone. Look at the wallbox first.",
    )
    acknowledge.add_argument("fault", choices=sorted(map(str, LATCHED)), metavar="FAULT")
    acknowledge.add_argument("--connector", type=int, default=1, metavar="N", help="default: 1")
    acknowledge.add_argument(
        "--installer",
        action="store_true",
        help="as the installer, after the repair; a worn part was replaced",
    )
    acknowledge.set_defaults(run=run_acknowledge)
    for parser in (status, acknowledge):
        add_running(parser, default_state_dir)


def run_status(args: argparse.Namespace) -> int:
    """Print the status; the exit status, 1 without an answer, UNHEALTHY where that is asked."""
    try:
        answer = ask(args.state, "status")
    except ControlError as error:
        return _refused(error)
    if args.short:
        sys.stdout.write(short.text(answer))
    else:
        sys.stdout.write(f"{json.dumps(answer, indent=2, ensure_ascii=False)}\n")
    return UNHEALTHY if args.check and not answer["program"]["ok"] else 0


def run_acknowledge(args: argparse.Namespace) -> int:
    """End the fault; the exit status, 1 when it cannot be ended."""
    authority = Clears.INSTALLER if args.installer else Clears.LOCAL
    try:
        ask(
            args.state,
            "press",
            fault=args.fault,
            connector=args.connector,
            authority=str(authority),
        )
    except ControlError as error:
        return _refused(error)
    sys.stdout.write(f"fault {args.fault} of connector {args.connector} is acknowledged\n")
    return 0


def _refused(error: ControlError) -> int:
    sys.stderr.write(f"evse: {error}\n")
    return 1
