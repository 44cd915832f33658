"""`evse label`: the device key with its QR code, for the terminal and for the label on the wallbox.

The code is the address of the page with the key behind it, so that a phone's camera leads straight
to the claim. A browser does not send what stands behind `#`.
"""

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from evse.configuration import Commands, add_running
from evse.network.host import host_of
from evse.network.hotspot import key_of, ssid_of

if TYPE_CHECKING:
    import segno

REFUSED_STATUS = 1

PNG_SCALE = 12
"""Pixels of a module: 300 dpi and more on a label of 30 mm."""

_LINE = 5.0
"""Height of a line of text on the label, in modules of the code."""


def add_label(commands: Commands, default_state_dir: Path) -> None:
    """Add `evse label` to the commands of a parser."""
    what = "the key of this device, and its QR code for the label"
    parser = commands.add_parser("label", help=what, description=f"Show {what}.")
    add_running(parser, default_state_dir)
    parser.add_argument(
        "--url", metavar="URL", help="of the local page (default: https://NAME.local)"
    )
    parser.add_argument("--serial", metavar="TEXT", help="default: the wallbox's")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the label, to be printed")
    parser.add_argument("--png", type=Path, metavar="FILE", help="write the QR code as a picture")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    import segno

    from evse.web.device_key import DeviceKey

    try:
        args.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = DeviceKey.load(args.state).text
        serial = args.serial
        if serial is None:
            serial = saved_in(args.state, "manufacturer.serial")
        url = args.url or f"https://{host_in(args.state)}.local"
        code = segno.make(claim_url(url, key), error="m", micro=False)
        if args.svg is not None:
            args.svg.write_text(label(code, key, url, serial), encoding="utf-8")
        if args.png is not None:
            code.save(str(args.png), kind="png", scale=PNG_SCALE)
    except OSError as error:
        sys.stderr.write(f"evse: {error}\n")
        return REFUSED_STATUS
    code.terminal(compact=True)
    sys.stdout.write(f"Device key  {key}\nPage        {url}\n")
    if serial:
        sys.stdout.write(f"Serial      {serial}\n")
    ssid = ssid_of(saved_in(args.state, "network.hotspot_ssid"), serial)
    sys.stdout.write(f"Hotspot     {ssid}, key {key_of(args.state)}\n")
    return 0


def claim_url(url: str, key: str) -> str:
    """Where a phone's camera leads."""
    return f"{url.rstrip('/')}/#key={key}"


def host_in(state_dir: Path) -> str:
    """The wallbox's name in the network, as it will be announced."""
    return host_of(saved_in(state_dir, "network.hostname"), saved_in(state_dir, "ocpp.identity"))


def saved_in(state_dir: Path, key: str) -> str:
    """A setting that was kept in a state folder; "" when there is none yet.

    Read alone, whether the wallbox runs or not.
    """
    path = state_dir / "evse.sqlite"
    query = "SELECT value FROM settings WHERE key = ?"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute(query, (key,)).fetchone()
    except sqlite3.Error:
        return ""  # no file, or none that can be read: the label does without
    return str(json.loads(row[0])) if row else ""


def label(code: "segno.QRCode", key: str, url: str, serial: str) -> str:
    """The label as SVG: the code, and below it what people read and type."""
    side = code.symbol_size()[0]
    lines = [key, url, *([f"S/N {serial}"] if serial else [])]
    texts = "".join(
        f'<text x="{side / 2}" y="{side + _LINE * number - 1}" font-size="{_size(line, side)}"'
        f' font-family="monospace" text-anchor="middle">{escape(line)}</text>'
        for number, line in enumerate(lines, 1)
    )
    height = side + _LINE * len(lines) + 1
    picture = code.svg_inline(omitsize=False)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {height}"'
        f' width="30mm" height="{30 * height / side:.1f}mm">'
        f'<rect width="{side}" height="{height}" fill="#fff"/>{picture}{texts}</svg>\n'
    )


def _size(line: str, width: float) -> float:
    """The size at which a line of monospaced letters, 0.6 as wide as high, fits the width."""
    return round(min(4.0, 0.95 * width / (0.6 * max(1, len(line)))), 2)
