"""`evse why`: why the wallbox charges as it does, or does not; its command and its answer."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evse.configuration import Commands, add_running
from evse.core.explanation import Situation
from evse.core.why import explain
from evse.local.client import ControlError, ask
from evse.local.requests import COMMANDS, Request
from evse.local.server import Handler
from evse.texts import LANGUAGES, sentence, text


def answer(situation: Situation, language: str) -> dict[str, Any]:
    """The explanation as JSON values, with its sentence and a text for each part.

    ValueError for an unknown language.
    """
    why = explain(situation)
    told = why.as_json()
    told["faults"] = [
        {
            "fault": str(fault),
            "name": sentence.fault_name(fault, language),
            "action": sentence.fault_action(fault, language),
        }
        for fault in why.faults
    ]
    for row, permission in zip(told["permissions"], why.permissions, strict=True):
        row["text"] = sentence.permission_text(permission, language)
    for row, limit in zip(told["limits"], why.limits, strict=True):
        row["name"] = sentence.source_name(limit.source, language)
        row["text"] = sentence.limit_text(limit, language)
    for row, event in zip(told["next"], why.next, strict=True):
        row["text"] = sentence.coming(event, language)
    return {"language": language, "sentence": sentence.sentence(why, language), "why": told}


def why_handlers(
    situation: Callable[[int], Situation], language: Callable[[], str]
) -> dict[str, Handler]:
    """The command for the wallbox's socket: `situation` of a connector, and the usual language."""

    async def why(request: Request) -> dict[str, Any]:
        asked: str = request.fields.get("language") or language()
        return answer(situation(request.fields["connector"]), asked)

    return {"why": why}


def add_why(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse why` to the commands of a parser."""
    what, _ = COMMANDS["why"]
    parser = commands.add_parser("why", help=what, description=f"Tell {what}.")
    parser.add_argument("--connector", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument(
        "--language", choices=LANGUAGES, help="default: installation.language of the wallbox"
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_running(parser, default_state_dir)
    parser.set_defaults(run=run_why)


def run_why(args: argparse.Namespace) -> int:
    """Ask the running wallbox, print its answer; the exit status, 1 when there is none."""
    spoken = {"language": args.language} if args.language else {}
    try:
        told = ask(args.state, "why", connector=args.connector, **spoken)
    except ControlError as error:
        sys.stderr.write(f"evse why: {error}\n")
        return 1
    shown = json.dumps(told, indent=2, ensure_ascii=False) if args.json else "\n".join(_lines(told))
    sys.stdout.write(f"{shown}\n")
    return 0


def _lines(told: dict[str, Any]) -> Iterator[str]:
    """The answer for a terminal: the sentence, then what it rests on."""
    language, why = told["language"], told["why"]
    words = {True: text("label.granted", language), False: text("label.missing", language)}
    width = max(map(len, words.values()))
    yield told["sentence"]
    parts = {
        "permissions": [
            f"{words[row['granted']]:<{width}}  {row['text']}" for row in why["permissions"]
        ],
        "limits": [
            f"{'*' if row['wins'] else ' '} {row['name']}: {row['text']}" for row in why["limits"]
        ],
        "faults": [f"{row['name']}; {row['action']}" for row in why["faults"]],
        "next": [row["text"] for row in why["next"]],
    }
    for name, rows in parts.items():
        if rows:
            yield ""
            yield text(f"label.{name}", language)
            yield from (f"  {row}" for row in rows)
