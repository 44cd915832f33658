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
import json
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
WORDS = "texts"
PACKED = ".gz"
"""Home Assistant compresses nothing itself, but sends a packed file that lies beside another."""
MAX_COMPRESSED_BYTES = 60_000
"""What a phone loads before it sees a card: the file, and the words of one language."""

# Browsers that Home Assistant's own modern build serves.
COMMON = ("--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--log-level=warning")


def build() -> dict[str, bytes]:
    """Return the built files by their names. UnavailableError without node; SystemExit when the
    types are wrong.
    """
    with tempfile.TemporaryDirectory(dir=_home()) as folder:
        room = _room(Path(folder))
        shrink(room / "src")
        bundle = ("src/index.ts", *COMMON, "--minify", "--legal-comments=none", "--outdir=built")
        run_tool(room, "esbuild", *bundle)
        return {FILE: (room / "built" / "index.js").read_bytes(), **_words(room / "src" / WORDS)}


def _words(folder: Path) -> dict[str, bytes]:
    """Return the words of each language, as small as they can be."""
    tables = {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    return {
        f"{WORDS}/{name}": json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
        for name, table in sorted(tables.items())
    }


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
    sizes = {name: len(gzip.compress(content, 9, mtime=0)) for name, content in built.items()}
    size = sizes.pop(FILE) + max(sizes.values())
    if size > MAX_COMPRESSED_BYTES:
        sys.exit(f"the card is {size} bytes compressed, at most {MAX_COMPRESSED_BYTES} are allowed")
    if chosen.check:
        if different := _different(built, chosen.out):
            sys.exit(f"{different} is not the build of card/: run scripts/build_card.py")
        return
    for name, content in built.items():
        (chosen.out / name).parent.mkdir(parents=True, exist_ok=True)
        (chosen.out / name).write_bytes(content)
        (chosen.out / f"{name}{PACKED}").write_bytes(gzip.compress(content, 9, mtime=0))
    raw = len(built[FILE]) / 1000
    say(f"{chosen.out / FILE}: {raw:.1f} kB; with a language {size / 1000:.1f} kB compressed")


def _different(built: dict[str, bytes], folder: Path) -> Path | None:
    """Return a file of the folder that is not as built, missing, or not built at all."""
    for name, content in built.items():
        place, packed = folder / name, folder / f"{name}{PACKED}"
        if not place.exists() or place.read_bytes() != content:
            return place
        # Not its bytes: those differ with the library that packed them.
        if not packed.exists() or gzip.decompress(packed.read_bytes()) != content:
            return packed
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    left = (name for name in names if name.removesuffix(PACKED) not in built)
    return next((folder / name for name in left), None)


if __name__ == "__main__":
    main()
