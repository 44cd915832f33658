"""`evse sim …`: the command line of the simulation, made from the table of its requests."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from evse.configuration import Commands, add_running
from evse.local.client import ControlError, request_sync
from evse.local.requests import COMMANDS, Field, Kind


def add_sim(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse sim …` to the commands of a parser."""
    sim = commands.add_parser("sim", help="move the simulated world of a running wallbox")
    add_sim_arguments(sim, default_state_dir)
    sim.set_defaults(run=run_sim)


def add_sim_arguments(parser: argparse.ArgumentParser, default_state_dir: Path) -> None:
    """Give `parser` one sub-command for each request, and `--state`, the folder of the wallbox."""
    commands = parser.add_subparsers(dest="sim_command", required=True, metavar="COMMAND")
    for name, (what, fields) in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what)
        add_running(command, default_state_dir)
        for field in fields:
            _add(command, field)


def run_sim(args: argparse.Namespace) -> int:
    """Ask the running simulation, print its answer; the exit status, 1 when it refused."""
    given = {
        field.name: value
        for field in COMMANDS[args.sim_command][1]
        if (value := getattr(args, field.name)) is not None
    }
    try:
        answer = request_sync(args.state, {"command": args.sim_command, **given})
    except ControlError as error:
        answer = {"ok": False, "error": str(error)}
    if not answer.get("ok"):
        sys.stderr.write(f"{answer.get('error', 'refused')}\n")
        return 1
    sys.stdout.write(f"{json.dumps(answer, indent=2)}\n")
    return 0


def _add(command: argparse.ArgumentParser, field: Field) -> None:
    shapes: dict[Kind, dict[str, Any]] = {
        Kind.WHOLE: {"type": int, "metavar": "N"},
        Kind.NUMBER: {"type": float, "metavar": "X"},
        Kind.TRUTH: {"type": _truth, "metavar": "true|false"},
        Kind.TEXT: {"metavar": "TEXT"},
        Kind.PHASES: {"type": float, "nargs": 3, "metavar": ("L1", "L2", "L3")},
        Kind.KEYS: {"nargs": "*", "metavar": "KEY"},
        Kind.VALUES: {"type": json.loads, "metavar": "JSON"},
    }
    shape = shapes[field.kind]
    if field.choices:
        shape = {"type": shape.get("type", str), "choices": field.choices}
    command.add_argument(
        f"--{field.name.replace('_', '-')}",
        dest=field.name,
        required=field.required,
        help=field.help,
        **shape,
    )


def _truth(text: str) -> bool:
    words = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
    try:
        return words[text.lower()]
    except KeyError:
        raise argparse.ArgumentTypeError(f"came {text!r}, allowed true or false") from None
