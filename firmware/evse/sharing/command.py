"""`evse sharing …`: a key for the group, how its bus works, and leaving it alone for a while."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evse.configuration import Commands, add_running
from evse.local.client import ControlError, ask
from evse.local.requests import Request
from evse.local.server import Handler
from evse.settings.sharing import FOLLOWS, LEADS
from evse.settings.values import Settings
from evse.sharing.bus import Bus
from evse.sharing.pairing import CodeError, code_of, key_of, new_key
from evse.sharing.party import LINE

ORIGIN = "evse sharing"
"""Who changes the key, for the log."""

MAXIMUM_QUIET_MIN = 240.0
"""An installer's afternoon, min; a forgotten pause ends by itself."""

_COLUMNS = "{:>4}  {:>11}  {:>8}  {:>8}  {:>8}  {:>8}"

# ------------------------------------------------------------------- in the running wallbox


def sharing_handlers(
    settings: Settings,
    bus: Callable[[], Bus | None],
    group: Callable[[], Mapping[str, Any]] = dict,
) -> dict[str, Handler]:
    """The commands for the wallbox's socket.

    `bus`: the one in use, None while this wallbox is alone. `group`: what else there is to tell of
    the group, as JSON values.
    """

    async def pair(request: Request) -> dict[str, Any]:
        if settings["installation.connection_mode"] == FOLLOWS:
            raise ValueError("pair is for the master; a slave joins with the code that it shows")
        if settings["sharing.key"] and not request.fields.get("renew"):
            raise ValueError(
                "there is a key already, which evse sharing key shows; with --renew another one is "
                "made, and every slave must join anew"
            )
        code = code_of(new_key())
        await settings.set("sharing.key", code, ORIGIN)
        return {"code": code}

    async def join(request: Request) -> dict[str, Any]:
        if settings["installation.connection_mode"] == LEADS:
            raise ValueError("join is for slaves; the master's key is made with evse sharing pair")
        code = code_of(key_of(request.fields["code"]))
        await settings.set("sharing.key", code, ORIGIN)
        return {
            "mode": settings["installation.connection_mode"],
            "unit": settings["sharing.unit"],
            "connection": settings["sharing.connection"],
        }

    async def key(_: Request) -> dict[str, Any]:
        if not settings["sharing.key"]:
            raise ValueError("there is no key; evse sharing pair makes one on the master")
        return {"code": code_of(key_of(settings["sharing.key"]))}

    async def status(_: Request) -> dict[str, Any]:
        told = {
            "mode": settings["installation.connection_mode"],
            "unit": settings["sharing.unit"],
            "connection": settings["sharing.connection"],
            "sealed": bool(settings["sharing.key"]),
        }
        used = bus()
        return {**told, "bus": None if used is None else bus_status(used), **group()}

    async def quiet(request: Request) -> dict[str, Any]:
        if (used := bus()) is None:
            raise ValueError("this wallbox is alone: it has no bus")
        used.quiet(60 * request.fields["minutes"])
        return {"quiet_s": round(used.quiet_left_s)}

    return {
        "sharing-pair": pair,
        "sharing-join": join,
        "sharing-key": key,
        "sharing-status": status,
        "sharing-quiet": quiet,
    }


def bus_status(bus: Bus) -> dict[str, Any]:
    """How a bus works, as JSON values; `units` by their number, 0 is the line itself."""
    now_s = asyncio.get_running_loop().time()
    return {
        "trouble": bus.trouble,
        "quiet_s": round(bus.quiet_left_s),
        "findings": sorted(bus.findings),
        "units": {
            str(unit): {
                "exchanges": counters.exchanges,
                "timeouts": counters.timeouts,
                "nonsense": counters.nonsense,
                "forged": counters.forged,
                "heard_s_ago": (
                    None if counters.heard_at_s is None else round(now_s - counters.heard_at_s, 1)
                ),
            }
            for unit, counters in sorted(bus.counters.items())
        },
    }


# ------------------------------------------------------------------- on the command line


def add_sharing(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse sharing …` to the commands of a parser."""
    sharing = commands.add_parser("sharing", help="several wallboxes on one supply")
    parsers = sharing.add_subparsers(dest="sharing_command", required=True, metavar="COMMAND")

    def add(name: str, what: str, run: Callable[[argparse.Namespace], int]) -> Any:
        command = parsers.add_parser(name, help=what, description=what)
        add_running(command, default_state_dir)
        command.set_defaults(run=lambda args: _run(run, args))
        return command

    pair = add("pair", "make the key of the group, on the master, and show it as a code", _pair)
    pair.add_argument("--renew", action="store_true", help="another one; every slave joins anew")
    join = add("join", "take the key of the group, on a slave", _join)
    join.add_argument("code", nargs="*", help="as the master shows it; asked for if it is left out")
    add("key", "show the key of the group as a code", _key)
    status = add("status", "how the bus between the wallboxes works", _status)
    status.add_argument("--json", action="store_true", help="as JSON")
    quiet = add("quiet", "leave the bus alone; the others fall to their agreed share", _quiet)
    quiet.add_argument("minutes", type=float, help="0 ends it")


def _run(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Do a command; the exit status, 1 when the wallbox refused or is not there."""
    try:
        return run(args)
    except (ControlError, CodeError) as error:
        sys.stderr.write(f"evse sharing: {error}\n")
        return 1


def _ask(args: argparse.Namespace, command: str, **fields: Any) -> dict[str, Any]:
    return ask(args.state, f"sharing-{command}", **fields)


def _pair(args: argparse.Namespace) -> int:
    code = _ask(args, "pair", renew=args.renew)["code"]
    _say(code)
    _say(f"on each slave: evse sharing join {code}")
    return 0


def _join(args: argparse.Namespace) -> int:
    """Check the code here, so that a typo is told at once; nothing of it is logged."""
    code = " ".join(args.code) or input("code that the master shows: ")
    answer = _ask(args, "join", code=code_of(key_of(code)))
    _say("the key is stored")
    if answer["mode"] != FOLLOWS or not answer["connection"]:
        _say(
            "still to be set: sharing.connection, sharing.unit (2 … 32, each another), and then "
            f"installation.connection_mode = {FOLLOWS}"
        )
    else:
        _say(f"this wallbox is unit {answer['unit']} on {answer['connection']}")
    return 0


def _key(args: argparse.Namespace) -> int:
    _say(_ask(args, "key")["code"])
    return 0


def _status(args: argparse.Namespace) -> int:
    """Exit status 1 while the bus cannot be used or something is wrong with the group."""
    answer = _ask(args, "status")
    if args.json:
        _say(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        for line in _lines(answer):
            _say(line)
    bus = answer["bus"]
    return 1 if bus and (bus["trouble"] or bus["findings"]) else 0


def _quiet(args: argparse.Namespace) -> int:
    if not 0 <= args.minutes <= MAXIMUM_QUIET_MIN:
        raise ControlError(f"minutes: came {args.minutes:g}, allowed 0 … {MAXIMUM_QUIET_MIN:g}")
    seconds = _ask(args, "quiet", minutes=args.minutes)["quiet_s"]
    _say(f"quiet for {seconds / 60:.3g} min" if seconds else "the bus is in use")
    return 0


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """The status for a terminal."""
    sealed = "sealed" if answer["sealed"] else "not sealed"
    yield f"{answer['mode']}, unit {answer['unit']}, {answer['connection'] or 'no bus'}, {sealed}"
    if (bus := answer["bus"]) is None:
        return
    state = f"quiet for {bus['quiet_s']} s" if bus["quiet_s"] else bus["trouble"] or "open"
    yield f"bus: {state}"
    yield from (f"found: {finding}" for finding in bus["findings"])
    yield _COLUMNS.format("unit", "heard", "messages", "silent", "damaged", "forged")
    for number, unit in bus["units"].items():
        ago = unit["heard_s_ago"]
        is_line = int(number) == LINE
        yield _COLUMNS.format(
            "line" if is_line else number,
            "" if is_line else "never" if ago is None else f"{ago:g} s ago",
            *(unit[name] for name in ("exchanges", "timeouts", "nonsense", "forged")),
        )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
