#!/usr/bin/env python3
"""Builds the dashboard cards: card/ → custom_components/evse_ocpp/frontend.

    scripts/build_card.py            check the types and build
    scripts/build_card.py --check    1 when what is committed isn't the build of the sources
    scripts/build_card.py --test     check the types and run the cards' own tests (node --test)
    scripts/build_card.py --out DIR  build into another folder

The built file is committed, so that an installation needs no node. The same sources give the same
bytes: the versions of everything that takes part are exact in package.json. Needs node and npm.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from scripts.card_shrink import shrink  # noqa: E402
from scripts.environments import UnavailableError, say  # noqa: E402
from scripts.node_packages import node_modules, run_tool  # noqa: E402

SOURCES = ROOT / "card"
BUILT = ROOT / "custom_components" / "evse_ocpp" / "frontend"
FILE = "evse-ocpp.js"
MAX_COMPRESSED_BYTES = 70_000
"""What a phone loads before it sees a card."""

# Browsers that Home Assistant's own modern build serves.
COMMON = ("--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--log-level=warning")


def build() -> bytes:
    """Return the built file. UnavailableError without node; SystemExit when the types are wrong."""
    with tempfile.TemporaryDirectory(dir=_home()) as folder:
        room = _room(Path(folder))
        shrink(room / "src")
        bundle = ("src/index.ts", *COMMON, "--minify", "--legal-comments=none", "--outdir=built")
        run_tool(room, "esbuild", *bundle)
        return (room / "built" / "index.js").read_bytes()


def test() -> str:
    """Run the cards' own tests; return what node says."""
    with tempfile.TemporaryDirectory(dir=_home()) as folder:
        room = _room(Path(folder))
        tests = [f"test/{path.name}" for path in sorted((room / "test").glob("*.test.ts"))]
        run_tool(room, "esbuild", *tests, *COMMON, "--platform=node", "--outdir=built-tests")
        files = [f"built-tests/{Path(name).stem}.js" for name in tests]
        return run_tool(room, "node", "--test", "--test-reporter=spec", *files)


def _home() -> Path:
    """The folder of the packages; rooms are made in it, so that node finds them."""
    return node_modules(SOURCES / "package.json").parent


def _room(room: Path) -> Path:
    for name in ("src", "test"):
        shutil.copytree(SOURCES / name, room / name)
    shutil.copy(SOURCES / "tsconfig.json", room)
    shutil.copy(SOURCES / "package.json", room)
    run_tool(room, "tsc", "--project", "tsconfig.json")
    return room


def main() -> None:
    """Build, compare or test."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--test", action="store_true")
    arguments.add_argument("--out", type=Path, default=BUILT)
    chosen = arguments.parse_args()
    try:
        if chosen.test:
            print(test())
            return
        built = build()
    except UnavailableError as error:
        sys.exit(f"build_card: {error}")
    size = len(gzip.compress(built, 9, mtime=0))
    if size > MAX_COMPRESSED_BYTES:
        sys.exit(f"the card is {size} bytes compressed, at most {MAX_COMPRESSED_BYTES} are allowed")
    place = chosen.out / FILE
    if not chosen.check:
        chosen.out.mkdir(parents=True, exist_ok=True)
        place.write_bytes(built)
        say(f"{place}: {len(built) / 1000:.1f} kB, {size / 1000:.1f} kB compressed")
    elif not place.exists() or place.read_bytes() != built:
        sys.exit(f"{place} is not the build of card/: run scripts/build_card.py")
    else:
        say(f"{place.relative_to(ROOT)} is the build of card/, {size / 1000:.1f} kB compressed")


if __name__ == "__main__":
    main()
