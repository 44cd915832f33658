"""`evse fleet N`: the command line of the fleet."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ssl import SSLContext

    from evse.configuration import Commands
    from evse.simulation.fleet.cars import Habits
    from evse.simulation.fleet.fleet import Fleet

USAGE_STATUS = 2
FAILED_STATUS = 1
SPARE_HANDLES = 64
"""File handles beside those of the links."""

DESCRIPTION = """\
Connect N light charge points (OCPP 1.6J) with a central system, and let cars come and go at them.
They obey charging profiles, start and stop when they are asked to, and keep what they could not
tell. A line says every few seconds how the central system answers."""


def add_fleet(commands: Commands, _default_state_dir: Path) -> None:
    """Add `evse fleet` to the commands of a parser."""
    parser = commands.add_parser(
        "fleet",
        help="many simulated charge points, to try a central system with",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("count", type=_count, metavar="N", help="how many")
    parser.add_argument(
        "--url", required=True, help="of the central system: ws://host:9000/ocpp; wss:// with TLS"
    )
    parser.add_argument(
        "--identity",
        default="fleet-{n:03}",
        metavar="PATTERN",
        help="with {n} for the number (default: %(default)s)",
    )
    parser.add_argument("--password", metavar="TEXT", help="of all of them (default: none)")
    parser.add_argument(
        "--passwords", type=Path, metavar="FILE", help="identity:password a line; * for all others"
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="trust this certificate authority (PEM)"
    )
    for name, default, text in (
        ("--session-min", (10.0, 60.0), "how long cars charge, min"),
        ("--pause-min", (1.0, 30.0), "how long a wallbox is free, min"),
        ("--power-kw", (3.6, 11.0), "what cars take, kW"),
    ):
        words = f"{text} (default: {default[0]:g} {default[1]:g})"
        parser.add_argument(
            name, type=_positive, nargs=2, metavar=("FROM", "TO"), default=default, help=words
        )
    for name, default_s, text in (
        ("--sample-s", 30.0, "time between two MeterValues, s"),
        ("--connect-per-s", 20.0, "wallboxes that dial in a second"),
        ("--every-s", 5.0, "time between two lines, s"),
    ):
        parser.add_argument(
            name,
            type=_positive,
            metavar="X",
            default=default_s,
            help=f"{text} (default: {default_s:g})",
        )
    parser.add_argument(
        "--card",
        action="append",
        metavar="TAG",
        help="a card that is shown; may be given often (default: CARD1, CARD2, CARD3)",
    )
    parser.add_argument("--duration-s", type=_positive, metavar="X", help="end after so long, s")
    parser.add_argument("--seed", type=int, default=1, help="the same cars for the same seed")
    parser.add_argument("--json", action="store_true", help="print lines of JSON")
    parser.set_defaults(run=run_fleet)


def run_fleet(args: argparse.Namespace) -> int:
    """Run the fleet until its time is over or it is interrupted.

    The exit status: 0; 1 when nobody ever got an answer or an end was not told; 2 for a wrong
    argument.
    """
    from evse.simulation.fleet.fleet import Fleet
    from evse.simulation.fleet.identities import identities, passwords

    try:
        fleet = Fleet.of(
            _url(args.url),
            identities(args.identity, args.count),
            passwords(args.passwords.read_text(encoding="utf-8")) if args.passwords else {},
            args.password,
            ssl=_trust(args.ca, args.url),
            habits=_habits(args),
            connect_per_s=args.connect_per_s,
            seed=args.seed,
        )
    except (ValueError, OSError) as error:
        sys.stderr.write(f"evse fleet: {error}\n")
        return USAGE_STATUS
    _raise_handles(args.count + SPARE_HANDLES)
    return asyncio.run(_run(fleet, args))


async def _run(fleet: Fleet, args: argparse.Namespace) -> int:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    doing = (fleet.run(), _tell_often(fleet, args), over.wait())
    tasks = [asyncio.ensure_future(each) for each in doing]
    try:
        await asyncio.wait(tasks, timeout=args.duration_s, return_when=asyncio.FIRST_COMPLETED)
        told = await fleet.end_sessions()
        summary = fleet.summary()
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for error in results:
        if isinstance(error, Exception):  # none that the fleet lives with
            raise error
    _print(summary, args.json)
    return 0 if told and summary["answers"] else FAILED_STATUS


async def _tell_often(fleet: Fleet, args: argparse.Namespace) -> None:
    while True:
        _print(fleet.summary(), args.json)
        await asyncio.sleep(args.every_s)


def _print(summary: dict[str, Any], as_json: bool) -> None:
    sys.stdout.write(f"{json.dumps(summary) if as_json else line(summary)}\n")
    sys.stdout.flush()


def line(summary: dict[str, Any]) -> str:
    """Return a summary as one line for people."""
    answer, back = summary["answer_ms"], summary["reconnection_ms"]
    parts = [
        f"{summary['connected']}/{summary['wallboxes']} connected",
        f"{summary['charging']} charging {summary['power_kw']:g} kW",
        f"{summary['answers']} answers, {summary['answers_per_s']:g}/s",
        f"answer {answer['p50']:g}/{answer['p99']:g}/{answer['max']:g} ms (p50/p99/max)",
    ]
    if summary["waiting"]:
        parts.append(f"{summary['waiting']} messages wait")
    if summary["links_lost"]:
        parts.append(
            f"{summary['links_lost']} links lost, back after {back['p50'] / 1000:g} s"
            f" (p50), {back['max'] / 1000:g} s (max)"
        )
    for name in ("refused", "dropped"):
        parts += [f"{name} {action} {count}×" for action, count in summary[name].items()]
    if summary["connected"] < summary["wallboxes"] and summary["problems"]:
        parts.append(max(summary["problems"], key=summary["problems"].__getitem__))
    return " · ".join(parts)


def _habits(args: argparse.Namespace) -> Habits:
    from evse.simulation.fleet.cars import Habits

    return Habits(
        session_s=_span("--session-min", args.session_min, 60.0),
        pause_s=_span("--pause-min", args.pause_min, 60.0),
        sample_s=args.sample_s,
        power_w=_span("--power-kw", args.power_kw, 1000.0),
        **({"cards": tuple(args.card)} if args.card else {}),
    )


def _span(name: str, given: Sequence[float], times: float) -> tuple[float, float]:
    first, last = given
    if first > last:
        raise ValueError(f"{name}: came {first:g} {last:g}, the first must not exceed the second")
    return first * times, last * times


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError(f"--url: came {text!r}, allowed is ws://host:port/path or wss://…")
    return text


def _trust(ca: Path | None, url: str) -> SSLContext | None:
    """Return what is trusted; None for what the system trusts, or no TLS."""
    import ssl

    if ca is not None and not url.startswith("wss:"):
        raise ValueError(f"--ca is for wss:// only, and --url is {url!r}")
    return None if ca is None else ssl.create_default_context(cafile=str(ca))


def _raise_handles(wanted: int) -> None:
    """Let this process open as many files as it needs, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _count(text: str) -> int:
    from evse.simulation.fleet.identities import MAXIMUM

    if not text.isdecimal() or not 1 <= int(text) <= MAXIMUM:
        raise argparse.ArgumentTypeError(f"came {text!r}, allowed 1 … {MAXIMUM}")
    return int(text)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"came {text!r}, allowed is a number above 0")
    return value
