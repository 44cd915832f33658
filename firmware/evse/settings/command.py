"""`evse settings …`: the table of settings, and the settings of one wallbox.

While a wallbox runs on the state folder it is asked; otherwise its database is opened here.
"""

import argparse
import asyncio
import getpass
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evse.configuration import Commands

if TYPE_CHECKING:
    from evse.settings.exchange import Contents
    from evse.settings.setting import Setting

FAILED_STATUS = 1

KEYS_HELP = "a setting by its key, or an OCPP configuration key by its name"


class _RefusedError(Exception):
    """What was asked for cannot be done."""


def add_settings(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse settings …` to the commands of a parser."""
    settings = commands.add_parser("settings", help="list, read and change settings")
    what = settings.add_subparsers(dest="settings_command", required=True, metavar="COMMAND")
    listing = what.add_parser("list", help="the table of all settings, with their defaults")
    listing.add_argument("match", nargs="?", default="", help="only those whose key has this")
    listing.add_argument(
        "--json", action="store_true", help="as JSON, with the values to read and the buttons"
    )
    listing.set_defaults(run=_list)

    def add(name: str, what_: str, run: Callable[[argparse.Namespace], int]) -> Any:
        command = what.add_parser(name, help=what_, description=what_)
        command.add_argument(
            "--state",
            type=Path,
            default=default_state_dir,
            metavar="DIR",
            help="state folder of the wallbox (default: %(default)s)",
        )
        command.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            help="the file with which the wallbox is started; counts while none runs",
        )
        command.set_defaults(run=lambda args: _run(run, args))
        return command

    get = add("get", "the values in force", _get)
    get.add_argument("keys", nargs="*", metavar="KEY", help=f"{KEYS_HELP}; none: all")
    get.add_argument("--json", action="store_true", help="as JSON, with from where they come")
    change = add("set", "change settings, all or nothing", _set)
    change.add_argument(
        "changes",
        nargs="+",
        metavar="KEY=VALUE",
        help=f"{KEYS_HELP}; of a secret the KEY alone, then its value is asked for and is neither"
        " in the list of processes nor in the shell's history",
    )
    export = add("export", "write the settings into a file", _export)
    export.add_argument("file", nargs="?", type=Path, help="default: standard output")
    export.add_argument("--format", choices=("evse", "manual"), default="evse", dest="form")
    export.add_argument("--secrets", action="store_true", help="with passwords and keys")
    import_ = add("import", "show what a file would change, ask, and change it", _import)
    import_.add_argument("file", type=Path, help="of `evse settings export`, or the manual's")
    import_.add_argument("--yes", action="store_true", help="do not ask")
    defaults = add("defaults", "forget what was changed at run time", _defaults)
    defaults.add_argument("keys", nargs="*", metavar="KEY", help=f"{KEYS_HELP}; none: all")
    defaults.add_argument("--yes", action="store_true", help="do not ask")


def _run(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Do a command; the exit status, 1 when it cannot be done."""
    try:
        return run(args)
    except (_RefusedError, ValueError, sqlite3.Error, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED_STATUS


def _ask(args: argparse.Namespace, command: str, **fields: Any) -> dict[str, Any]:
    """The answer of the wallbox, or of its database while none runs.

    Raises _RefusedError, ValueError, `sqlite3.Error` and OSError.
    """
    from evse.alone import AlreadyRunningError, alone
    from evse.local.client import ControlError, request_sync

    request = {"command": f"settings-{command}", **fields}
    os.umask(0o077)  # the state folder holds passwords
    try:
        with alone(args.state):
            return asyncio.run(_alone(args, request))
    except AlreadyRunningError:
        try:
            answer = request_sync(args.state, request, timeout_s=10.0)
        except ControlError as error:
            raise _RefusedError(str(error)) from error
    if not answer.get("ok"):
        raise _RefusedError(str(answer.get("error", "refused")))
    return answer


async def _alone(args: argparse.Namespace, request: dict[str, Any]) -> dict[str, Any]:
    """Do a request on the database of a wallbox that does not run."""
    from evse.local.requests import parse
    from evse.settings.handlers import settings_handlers
    from evse.settings.values import Settings
    from evse.storage.database import Database
    from evse.storage.values import Values

    database = await Database.open(args.state / "evse.sqlite")
    try:
        settings = await Settings.load(Values(database), args.config)
        checked = parse(json.dumps(request).encode())
        return await settings_handlers(settings)[checked.command](checked)
    finally:
        await database.close()


def _list(args: argparse.Namespace) -> int:
    if args.json:
        from evse.settings.described import described
        from evse.settings.rows import ROWS

        rows = [described(row) for row in ROWS if args.match in row.key]
        _say(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    from evse.settings.table import SETTINGS

    for setting in SETTINGS:
        if args.match in setting.key or args.match in (setting.ocpp_key or ""):
            _say(_line(setting))
    return 0


def _line(setting: "Setting") -> str:
    ocpp = f" · OCPP {setting.ocpp_key}" if setting.ocpp_key else ""
    default = "secret" if setting.secret else setting.text(setting.default)
    return (
        f"{setting.key} = {default}\n    {setting.label}: {setting.allowed}{ocpp}\n"
        f"    {setting.help}"
    )


def _get(args: argparse.Namespace) -> int:
    found = _ask(args, "get", keys=args.keys)["settings"]
    if args.json:
        _say(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    for each in found:
        restart = ", after a restart" if each["waiting"] else ""
        _say(f"{each['key']} = {each['text']}  ({each['origin']}{restart})")
    return 0


def _set(args: argparse.Namespace) -> int:
    values: dict[str, str] = {}
    for change in args.changes:
        key, separator, text = change.partition("=")
        values[key.strip()] = text if separator else _secret(key.strip())
    return _tell(_ask(args, "set", values=values))


def _secret(key: str) -> str:
    """Ask for the value of a secret: without an echo, or as a line of what is piped in."""
    from evse.settings.table import find

    if not find(key).secret:
        raise _RefusedError(f"{key}: allowed is KEY=VALUE")
    if sys.stdin.isatty():
        return getpass.getpass(f"{key}: ")
    if not (line := sys.stdin.readline()):
        raise _RefusedError(f"{key}: no line with its value came")
    return line.rstrip("\n")


def _export(args: argparse.Namespace) -> int:
    content = _ask(args, "export", form=args.form, secrets=args.secrets)["content"]
    if args.file is None:
        sys.stdout.write(content)
        return 0
    args.file.write_text(content, encoding="utf-8")
    _say(f"wrote {args.file}" + ("" if args.secrets else ", without passwords and keys"))
    return 0


def _import(args: argparse.Namespace) -> int:
    """Show first, ask, and only then change."""
    from evse.settings.exchange import read

    contents = read(args.file.read_text(encoding="utf-8"))
    plan = _ask(args, "import", values=_values(contents))
    for difference in plan["differences"]:
        _say(f"{difference['key']}: {difference['old']} → {difference['new']}")
    for name in contents.unknown:
        _say(f"{name!a}: there is no such setting, it is left out")
    for warning in plan["warnings"]:
        _say(f"! {warning}")
    if not plan["differences"]:
        _say("nothing would change")
        return 0
    if not args.yes and not _wanted("Change these settings?"):
        return FAILED_STATUS
    return _tell(_ask(args, "import", values=_values(contents), apply=True))


def _values(contents: "Contents") -> dict[str, Any]:
    """Values of a file as JSON has them: what a TOML date means no setting takes, but can name."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(contents.values), default=str))
    return plain


def _defaults(args: argparse.Namespace) -> int:
    if not args.keys and not args.yes and not _wanted("Forget every change of a setting?"):
        return FAILED_STATUS
    return _tell(_ask(args, "defaults", keys=args.keys))


def _tell(answer: dict[str, Any]) -> int:
    changed, waiting = answer["changed"], answer["waiting"]
    _say("changed: " + ", ".join(changed) if changed else "nothing is different")
    if waiting:
        _say("in force after a restart: " + ", ".join(waiting))
    return 0


def _wanted(question: str) -> bool:
    """Ask; no answer means no."""
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
