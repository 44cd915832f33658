"""`evse doctor` on the command line."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

USAGE_STATUS = 2
PROBLEMS = 1

POLLS = 50
QUICK_POLLS = 20


def add_doctor(commands: Any, _default_state_dir: Path) -> None:
    """Add `evse doctor` to the commands of a parser."""
    what = "find the devices on serial lines, and what is wrong with them; it only reads"
    parser = commands.add_parser("doctor", help=what, description=what)
    parser.add_argument(
        "--port",
        nargs="+",
        action="extend",
        default=[],
        metavar="DEVICE",
        help="a port to examine, as /dev/ttyUSB0 (default: all there are, except modems)",
    )
    parser.add_argument("--list", action="store_true", help="only name the ports")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument(
        "--quick", action="store_true", help="addresses 1, 2 and 255, fewer questions"
    )
    extent.add_argument(
        "--full", action="store_true", help="every format and every address; may take an hour"
    )
    parser.add_argument(
        "--units",
        type=addresses,
        metavar="LIST",
        help="addresses to try, as 1-20,255 (default: 1-10,255)",
    )
    parser.add_argument(
        "--polls", type=_count, metavar="N", help=f"questions a device (default: {POLLS})"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_run)


def addresses(text: str) -> tuple[int, ...]:
    """The addresses that `text` lists, each once, 255 last. ArgumentTypeError."""
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,3})(?:-(\d{1,3}))?\s*", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= 255:
            raise argparse.ArgumentTypeError(f"came {part!r}, allowed 1 … 255 or a range as 1-20")
        found |= set(range(first, last + 1))
    return tuple(sorted(found))


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"came {text!r}, allowed 1 … 10000")
    return int(text)


def _run(args: argparse.Namespace) -> int:
    from evse.doctor.examine import Order, examine
    from evse.doctor.ports import described, ports
    from evse.doctor.report import Report, as_json, heading, text
    from evse.doctor.search import Pace
    from evse.doctor.terminal import progress

    chosen = [described(device) for device in args.port] if args.port else ports()
    if not chosen:
        sys.stderr.write("evse: this computer has no serial port; is the adapter plugged in?\n")
        return PROBLEMS
    if args.list:
        listed = [Report(port, None, []) for port in chosen]
        _print(args, as_json(listed), "".join(f"{heading(port)}\n" for port in chosen))
        return 0
    order = Order(_plan(args), args.polls or (QUICK_POLLS if args.quick else POLLS), Pace())
    tell = progress()
    reports = []
    try:
        for port in chosen:
            reports.append(examine(port, order, tell))
            tell("")
            if not args.json:
                sys.stdout.write(text(reports[-1]))
    except KeyboardInterrupt:
        tell("")
        sys.stderr.write("evse: interrupted\n")
        return PROBLEMS
    if args.json:
        _print(args, as_json(reports), "")
    return PROBLEMS if any(report.has_problem for report in reports) else 0


def _plan(args: argparse.Namespace) -> Any:
    from evse.doctor import devices
    from evse.doctor.search import Plan

    units: tuple[int, ...] = devices.LIKELY_UNITS
    if args.quick:
        units = devices.QUICK_UNITS
    elif args.full:
        units = devices.ALL_UNITS
    return Plan(devices.ALL_FORMATS if args.full else devices.LIKELY, args.units or units)


def _print(args: argparse.Namespace, document: Any, words: str) -> None:
    shown = f"{json.dumps(document, indent=2, ensure_ascii=False)}\n" if args.json else words
    sys.stdout.write(shown)
