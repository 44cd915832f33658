"""`evse update`: the running wallbox's updates from a terminal, for those without the page."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evse.configuration import Commands, add_running
from evse.local.client import ControlError, request_sync
from evse.local.requests import Request
from evse.local.server import Handler
from evse.update.codes import UpdateError

if TYPE_CHECKING:
    from evse.update.updater import Updater

REFUSED = 1

CHECK_S = 8.0
"""(real) The socket answers within ten seconds; a feed that takes longer is looked at by itself."""

FIELDS = {"update-file": "path", "update-url": "url"}
"""The commands with a word more, and the name of its field."""


def update_handlers(updater: "Updater") -> dict[str, Handler]:
    """The commands for the wallbox's socket; each answers with the snapshot of `Updater`."""

    def handler(do: Callable[[Request], Awaitable[dict[str, Any]]]) -> Handler:
        async def answer(request: Request) -> dict[str, Any]:
            try:
                return await do(request)
            except UpdateError as error:
                raise ValueError(str(error)) from error

        return answer

    async def status(_: Request) -> dict[str, Any]:
        return updater.snapshot()

    async def check(_: Request) -> dict[str, Any]:
        try:
            async with asyncio.timeout(CHECK_S):
                return await updater.check()
        except TimeoutError:
            raise ValueError(f"the list of updates has not come in {CHECK_S:g} s") from None

    return {
        "update-status": handler(status),
        "update-check": handler(check),
        "update-back": handler(lambda _: updater.rollback()),
        "update-url": handler(lambda request: updater.from_url(request.fields["url"])),
        "update-file": handler(lambda request: updater.from_file(Path(request.fields["path"]))),
    }


def add_update(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse update` to the commands of a parser."""
    what = "updates of the running wallbox"
    update = commands.add_parser("update", help=what, description=what)
    actions = update.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, words in {
        "status": "what runs, and how far an update is",
        "check": "look what the feed offers",
        "back": "go back to the version before",
        "url": "fetch a bundle and install it",
        "file": "install a bundle of this computer",
    }.items():
        action = actions.add_parser(name, help=words, description=words)
        if field := FIELDS.get(f"update-{name}"):
            action.add_argument("value", metavar=field.upper())
        add_running(action, default_state_dir)
        action.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    """Ask the running wallbox and print its answer; the exit status, 1 when it refuses."""
    payload = {"command": f"update-{args.action}"}
    if field := FIELDS.get(payload["command"]):
        path = args.action == "file"
        payload[field] = str(Path(args.value).resolve()) if path else args.value
    try:
        told = request_sync(args.state, payload, timeout_s=CHECK_S + 4)
    except ControlError as error:
        told = {"ok": False, "error": str(error)}
    if not told.pop("ok", False):
        sys.stderr.write(f"evse update: {told.get('error', 'refused')}\n")
        return REFUSED
    sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return 0
