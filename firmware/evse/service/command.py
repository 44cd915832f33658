"""`evse install` and `evse uninstall` on the command line."""

import argparse
import os
import sys
from pathlib import Path, PurePosixPath
from typing import Any

REFUSED = 1
USAGE_STATUS = 2


def add_install(commands: Any, _default_state_dir: Path) -> None:
    """Add `evse install` and `evse uninstall` to the commands of a parser."""
    what = "make the service: user, folders, configuration, systemd unit, device rules"
    install = commands.add_parser("install", help=what, description=what)
    _common(install)
    install.add_argument("--user", default="evse", help="as whom it runs (default: %(default)s)")
    install.add_argument(
        "--config",
        type=PurePosixPath,
        default="/etc/evse.toml",
        metavar="FILE",
        help="its settings; a file that is there is kept (default: %(default)s)",
    )
    install.add_argument(
        "--state",
        type=PurePosixPath,
        default="/var/lib/evse",
        metavar="DIR",
        help="where it keeps what must outlast it (default: %(default)s)",
    )
    install.add_argument(
        "--slots",
        type=PurePosixPath,
        metavar="ROOT",
        help="folder of the slots of a wallbox that updates itself (evse bundle install makes it)",
    )
    install.set_defaults(run=_install)
    what = "undo what install has done; settings and state stay"
    uninstall = commands.add_parser("uninstall", help=what, description=what)
    _common(uninstall)
    uninstall.add_argument(
        "--purge", action="store_true", help="delete user, settings and state as well"
    )
    uninstall.add_argument("--yes", action="store_true", help="do not ask before --purge")
    uninstall.set_defaults(run=_uninstall)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--prefix",
        type=PurePosixPath,
        default="/opt/evse",
        metavar="DIR",
        help="where the program is, DIR/bin/evse (default: %(default)s)",
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=Path("/"),
        metavar="DIR",
        help="work on the system in this folder instead of the running one, as packages do",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, no more")


def _install(args: argparse.Namespace) -> int:
    from evse.service.changes import InstallError
    from evse.service.install import install, next_steps
    from evse.service.unit import Place

    try:
        place = Place(args.prefix, args.user, args.config, args.state, args.slots)
        changes = _changes(args)
        install(place, changes)
    except (InstallError, ValueError, OSError) as error:
        return _failed(error)
    if not changes.count:
        _tell("nothing to do")
    elif not args.dry_run:
        next_steps(place, _tell)
    return 0


def _uninstall(args: argparse.Namespace) -> int:
    from evse.service.changes import InstallError
    from evse.service.install import uninstall

    try:
        changes = _changes(args)
        if not changes.entries:
            _tell(f"nothing to do: nothing was installed by {args.prefix}/bin/evse")
            return 0
        if args.purge and not (args.yes or args.dry_run or _agreed()):
            _tell("nothing was changed")
            return REFUSED
        uninstall(changes, purge=args.purge)
    except (InstallError, ValueError, OSError) as error:
        return _failed(error)
    if not args.dry_run:
        _tell(f"The program itself is in {args.prefix}; to remove it: rm -r {args.prefix}")
    return 0


def _changes(args: argparse.Namespace) -> Any:
    from evse.service.changes import Changes
    from evse.service.install import MANIFEST

    root = args.root.resolve()
    if root == Path("/") and os.geteuid() and not args.dry_run:
        raise ValueError("must be run by root (sudo …), or with --dry-run, or with --root DIR")
    return Changes(root, args.prefix / MANIFEST, _tell, dry_run=args.dry_run)


def _agreed() -> bool:
    """Somebody at the terminal says yes. ValueError without a terminal."""
    if not sys.stdin.isatty():
        raise ValueError("--purge deletes for good and must be confirmed: add --yes")
    _tell("Settings, cards, and transactions that were not sent yet will be deleted for good.")
    return input("Delete them? [yes/no] ").strip().lower() == "yes"


def _failed(error: Exception) -> int:
    sys.stderr.write(f"evse: {error}\n")
    return USAGE_STATUS


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
