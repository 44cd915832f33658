"""`evse bundle`: make keys and bundles, look into them, and put the first one into the slots."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evse import __version__
from evse.update.codes import UpdateError
from evse.update.manifest import DEFAULT_TRIAL_S, MAX_TRIAL_S, MIN_TRIAL_S, Manifest

USAGE_STATUS = 2
PRIVATE_SUFFIX, PUBLIC_SUFFIX = ".key", ".pem"


def add_bundle(commands: Any, _default_state_dir: Path) -> None:
    """Add `evse bundle` to the commands of a parser."""
    what = "signed files of the program for updates"
    bundle = commands.add_parser("bundle", help=what, description=what)
    actions = bundle.add_subparsers(dest="action", required=True, metavar="ACTION")

    keygen = _action(actions, "keygen", _keygen, "make a pair of keys: NAME.key and NAME.pem")
    keygen.add_argument("name", type=Path, metavar="NAME")
    _passphrase(keygen)

    build = _action(actions, "build", _build, "make a bundle from a checkout or from wheels")
    build.add_argument("source", type=Path, help="folder with pyproject.toml, or with the wheels")
    build.add_argument("out", type=Path, help="the bundle to write, NAME.evse")
    build.add_argument("--key", type=Path, help="private key; without one it is not signed yet")
    build.add_argument("--extras", default="", help="of a checkout, as gpio,can,lcd")
    build.add_argument(
        "--updates-from",
        default="0.1.0",
        metavar="VERSION",
        help="the oldest version that may go on to this one (default: %(default)s)",
    )
    build.add_argument(
        "--trial-s",
        type=int,
        default=DEFAULT_TRIAL_S,
        help=f"so long it may take to prove itself, {MIN_TRIAL_S} … {MAX_TRIAL_S} s "
        "(default: %(default)s)",
    )
    _passphrase(build)

    sign = _action(actions, "sign", _sign, "sign a bundle, whoever has signed it before")
    sign.add_argument("file", type=Path)
    sign.add_argument("out", type=Path, help="the signed bundle to write")
    sign.add_argument("--key", type=Path, required=True, help="private key")
    _passphrase(sign)

    verify = _action(actions, "verify", _verify, "check signature and content of a bundle")
    verify.add_argument("file", type=Path)
    _trusted(verify)

    info = _action(actions, "info", _info, "what a bundle says of itself, unverified")
    info.add_argument("file", type=Path)

    what = "put a bundle into the slots by hand: the first time, or to mend them"
    install = _action(actions, "install", _install, what)
    install.add_argument("file", type=Path)
    install.add_argument("--slots", type=Path, required=True, metavar="ROOT", help="their folder")
    _trusted(install)


def _action(
    actions: Any, name: str, run: Callable[[argparse.Namespace], None], what: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=what, description=what)
    parser.set_defaults(run=lambda args: _status(run, args))
    return parser


def _passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase", action="store_true", help="ask for the passphrase of the private key"
    )


def _trusted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="public key that may have signed it; may be given again",
    )


def _status(run: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> int:
    """Do it; what cannot be done says why on one line."""
    from evse.update.trust import KeyFileError

    try:
        run(args)
    except (UpdateError, KeyFileError, ValueError, OSError) as error:
        sys.stderr.write(f"evse: {error}\n")
        return USAGE_STATUS
    return 0


def _keygen(args: argparse.Namespace) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from evse.update.trust import key_id, private_pem, public_pem

    key = Ed25519PrivateKey.generate()
    private = args.name.with_name(args.name.name + PRIVATE_SUFFIX)
    public = args.name.with_name(args.name.name + PUBLIC_SUFFIX)
    content = private_pem(key, _asked(args, "Passphrase for the new key: "))
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    with public.open("xb") as file:
        file.write(public_pem(key.public_key()))
    _tell(f"key {key_id(key.public_key())}")
    _tell(f"{private}: keep it secret, who has it makes updates for every wallbox that trusts it")
    _tell(f"{public}: copy it into update-keys/ in the state folder of a wallbox")


def _build(args: argparse.Namespace) -> None:
    import tempfile

    from evse.update.building import build, wheels_of

    key = _private(args) if args.key else None
    with tempfile.TemporaryDirectory() as folder:
        wheels = args.source
        if (args.source / "pyproject.toml").exists():
            wheels = Path(folder)
            wheels_of(args.source.resolve(), args.extras, wheels)
        _describe(build(wheels, args.out, key, args.updates_from, args.trial_s), args.out)


def _sign(args: argparse.Namespace) -> None:
    from evse.update.bundle import resign

    _describe(resign(args.file, args.out, _private(args)), args.out)


def _verify(args: argparse.Namespace) -> None:
    from evse.update.bundle import read

    bundle = read(args.file, _keys(args))
    _describe(bundle.manifest, args.file)
    _tell(f"signed by {bundle.key_id}: signature and content hold")


def _info(args: argparse.Namespace) -> None:
    from evse.update.bundle import claimed

    _describe(claimed(args.file), args.file)


def _install(args: argparse.Namespace) -> None:
    from evse.update.bundle import digests, read
    from evse.update.slots import make_root

    os.umask(0o022)  # the service has its own user
    bundle = read(args.file, _keys(args))
    slots = make_root(args.slots.resolve())
    slot = asyncio.run(slots.install(bundle, datetime.now(UTC)))
    if any(each.healthy for each in slots.state.slots.values()):
        slots.put_on_trial(slot, digests(args.file)[0], bundle.manifest.trial_s)
        _tell(f"version {bundle.manifest.version} is in slot {slot}, on trial from the next start")
    else:
        slots.make_first(slot)
        _tell(f"version {bundle.manifest.version} is in slot {slot}: {slots.root}/launch run …")
    _give_away(slots.root)


def _give_away(root: Path) -> None:
    """Let the owner of the folder, the service's user, own what root has put into it."""
    if os.geteuid() == 0:
        owner = root.stat()
        for path in root.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _private(args: argparse.Namespace) -> Any:
    from evse.update.trust import read_private

    return read_private(args.key, _asked(args, f"Passphrase of {args.key}: "))


def _keys(args: argparse.Namespace) -> Any:
    from evse.update.trust import TrustedKeys, key_id, read_public

    return TrustedKeys({key_id(key): key for key in map(read_public, args.trust)})


def _asked(args: argparse.Namespace, prompt: str) -> bytes | None:
    return getpass.getpass(prompt).encode() if args.passphrase else None


def _describe(manifest: Manifest, file: Path) -> None:
    from evse.update.bundle import digests

    sha256, md5 = digests(file)
    _tell(f"{file}: {manifest.product} {manifest.version}, made {manifest.created}")
    _tell(f"  follows {manifest.updates_from} or later (this is {__version__})")
    _tell(f"  Python {manifest.requires_python}, machine {manifest.machine}")
    _tell(f"  {len(manifest.wheels)} wheels, {manifest.size / 1e6:.1f} MB")
    _tell(f"  SHA-256 {sha256}")
    _tell(f"  MD5 {md5}")


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
