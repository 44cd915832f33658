"""`evse status` and `evse acknowledge`: the running wallbox, from its own computer."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from evse.configuration import Commands, add_running
from evse.core.faults import LATCHED, Clears
from evse.local.client import ControlError, request_sync


def add_wallbox(commands: Commands, default_state_dir: Path) -> None:
    """Add both to the commands of a parser."""
    status = commands.add_parser("status", help="all that is known of the running wallbox, as JSON")
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
    """Print the status; the exit status, 1 without an answer."""
    answer = _ask(args.state, {"command": "status"})
    if answer is None:
        return 1
    sys.stdout.write(f"{json.dumps(answer, indent=2, ensure_ascii=False)}\n")
    return 0


def run_acknowledge(args: argparse.Namespace) -> int:
    """End the fault; the exit status, 1 when it cannot be ended."""
    authority = Clears.INSTALLER if args.installer else Clears.LOCAL
    payload = {
        "command": "press",
        "fault": args.fault,
        "connector": args.connector,
        "authority": str(authority),
    }
    if _ask(args.state, payload) is None:
        return 1
    sys.stdout.write(f"fault {args.fault} of connector {args.connector} is acknowledged\n")
    return 0


def _ask(state_dir: Path, payload: dict[str, Any]) -> dict[str, Any] | None:
    """The answer without its "ok", None when it was refused, which is told."""
    try:
        answer = request_sync(state_dir, payload)
    except ControlError as error:
        answer = {"ok": False, "error": str(error)}
    if not answer.pop("ok", False):
        sys.stderr.write(f"evse: {answer.get('error', 'refused')}\n")
        return None
    return answer
