"""`evse find`: the wallboxes that announce themselves in the local network (see `announce`)."""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evse.configuration import Commands

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

    from evse.network.announce import Interfaces

SECONDS = 3.0
"""A wallbox answers within a second; Wi-Fi loses multicast, and is asked again within three, s."""

_ASK_MS = 1500


@dataclass(frozen=True, slots=True)
class Found:
    """A wallbox. What it says of itself is not proved by anything."""

    name: str
    url: str
    serial: str
    product: str
    version: str
    claimed: bool
    fingerprint: str


async def find(seconds: float = SECONDS, interfaces: "Interfaces | None" = None) -> list[Found]:
    """The wallboxes which answer within `seconds`. Raises OSError without a network."""
    from zeroconf import InterfaceChoice, ServiceStateChange
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

    from evse.network.announce import SERVICE

    names: set[str] = set()

    def heard(name: str, state_change: ServiceStateChange, **_: object) -> None:
        if state_change is ServiceStateChange.Removed:
            names.discard(name)
        else:
            names.add(name)

    used = AsyncZeroconf(interfaces=interfaces or InterfaceChoice.All)
    try:
        browser = AsyncServiceBrowser(used.zeroconf, SERVICE, handlers=[heard])
        await asyncio.sleep(seconds)
        await browser.async_cancel()
        infos = [AsyncServiceInfo(SERVICE, name) for name in sorted(names)]
        answers = await asyncio.gather(
            *(info.async_request(used.zeroconf, _ASK_MS) for info in infos)
        )
    finally:
        await used.async_close()
    return [found_of(info) for info, answered in zip(infos, answers, strict=True) if answered]


def found_of(info: "ServiceInfo") -> Found:
    """What an answer says."""
    txt = {key: _shown(value or "") for key, value in info.decoded_properties.items()}
    # IPv4 first: it goes into a browser's address bar as it is.
    address = min(info.parsed_addresses(), key=lambda each: (":" in each, each), default="")
    host = f"[{address}]" if ":" in address else address or (info.server or "").rstrip(".")
    return Found(
        name=_shown(info.get_name()),
        url=f"https://{host}" if info.port == 443 else f"https://{host}:{info.port}",
        serial=txt.get("serial", ""),
        product=txt.get("product", ""),
        version=txt.get("version", ""),
        claimed=txt.get("claimed") == "1",
        fingerprint=txt.get("fp", ""),
    )


def _shown(text: str) -> str:
    """Text of a stranger as a terminal may get it: without what would command it."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def add_find(commands: Commands, default_state_dir: Path) -> None:  # noqa: ARG001
    """Add `evse find` to the commands of a parser."""
    parser = commands.add_parser(
        "find",
        help="find wallboxes in the local network",
        description="List the wallboxes that announce themselves in the local network (mDNS).",
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, metavar="S", help=f"default: {SECONDS:g}"
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=run_find)


def run_find(args: argparse.Namespace) -> int:
    """Look, print what was found; the exit status, 1 when nothing was."""
    try:
        found = asyncio.run(find(args.seconds))
    except OSError as error:
        sys.stderr.write(f"evse find: no network to look in: {error}\n")
        return 1
    if args.json:
        sys.stdout.write(f"{json.dumps([asdict(each) for each in found], indent=2)}\n")
    for each in [] if args.json else found:
        claim = "" if each.claimed else "  not claimed yet"
        sys.stdout.write(
            f"{each.name}  {each.url}  {each.product}, serial {each.serial}, "
            f"version {each.version}{claim}\n"
        )
    if not found and not args.json:
        sys.stderr.write(f"evse find: no wallbox has answered within {args.seconds:g} s\n")
    return 0 if found else 1
