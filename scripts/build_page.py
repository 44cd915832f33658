#!/usr/bin/env python3
"""Builds the wallbox's local web page: firmware/web-ui → firmware/evse/web/static.

    scripts/build_page.py            check the types and build
    scripts/build_page.py --check    1 when what is committed isn't the build of the sources

The built page is committed, so that the package needs no node. The same sources give the same
bytes: the versions of everything that takes part are exact in package.json. Needs node and npm.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from scripts.environments import UnavailableError, say  # noqa: E402
from scripts.node_packages import node_modules, run_tool  # noqa: E402

SOURCES = ROOT / "firmware" / "web-ui"
BUILT = ROOT / "firmware" / "evse" / "web" / "static"
ENTRY = "src/main.tsx"
PACKED = {".html", ".js", ".css", ".json", ".svg"}
"""What is also kept gzipped, so that a small machine needs not do it for each visitor."""

BUNDLE = (
    ENTRY,
    "--bundle",
    "--minify",
    "--format=esm",
    # Browsers of 2022 on: a phone that gets no updates any more should still be let in.
    "--target=chrome103,firefox104,safari15.4",
    "--jsx=automatic",
    "--jsx-import-source=preact",
    "--loader:.json=file",
    "--entry-names=app-[hash]",
    "--asset-names=[name]-[hash]",
    "--public-path=/assets",
    "--legal-comments=none",
    "--charset=utf8",
    "--outdir=built/assets",
    "--metafile=meta.json",
    "--log-level=warning",
)


def build() -> dict[str, bytes]:
    """Return the files of the built page by their names. UnavailableError without node."""
    modules = node_modules(SOURCES / "package.json")
    room = modules.parent
    for name in ("src", "built"):
        shutil.rmtree(room / name, ignore_errors=True)
    shutil.copytree(SOURCES / "src", room / "src")
    shutil.copy(SOURCES / "tsconfig.json", room)
    run_tool(room, "tsc", "--project", "tsconfig.json")
    run_tool(room, "esbuild", *BUNDLE)
    files = {f"assets/{path.name}": path.read_bytes() for path in (room / "built/assets").iterdir()}
    files["index.html"] = _index(room).encode()
    for path in sorted((SOURCES / "public").iterdir()):
        files[path.name] = path.read_bytes()
    packed = {
        f"{name}.gz": gzip.compress(content, 9, mtime=0)
        for name, content in files.items()
        if Path(name).suffix in PACKED
    }
    return files | packed


def _index(room: Path) -> str:
    """The page's frame with the names that this build has given to script and style."""
    outputs = json.loads((room / "meta.json").read_text())["outputs"]
    script, made = next(
        (name, made) for name, made in outputs.items() if made.get("entryPoint") == ENTRY
    )
    frame = (SOURCES / "index.html").read_text(encoding="utf-8")
    names = {"SCRIPT": script, "STYLE": made["cssBundle"]}
    for word, name in names.items():
        frame = frame.replace(word, f"assets/{Path(name).name}")
    return frame


def differences(files: dict[str, bytes]) -> list[str]:
    """The names of built files which are missing, left over or of other content.

    Of a gzipped file the content counts, for the packing differs from one zlib to the next.
    """
    there = {str(path.relative_to(BUILT)): path.read_bytes() for path in _there()}
    return sorted(
        name
        for name in files.keys() | there.keys()
        if _content(name, files.get(name)) != _content(name, there.get(name))
    )


def _content(name: str, data: bytes | None) -> bytes | None:
    return gzip.decompress(data) if data is not None and name.endswith(".gz") else data


def write(files: dict[str, bytes]) -> None:
    """Put the built page in its place."""
    changed = set(differences(files))
    for path in _there():
        if str(path.relative_to(BUILT)) not in files:
            path.unlink()
    for name in changed & files.keys():
        path = BUILT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])


def _there() -> list[Path]:
    """The files which are there now."""
    return [path for path in BUILT.rglob("*") if path.is_file()]


def main() -> None:
    """Build, or compare."""
    try:
        files = build()
    except UnavailableError as error:
        sys.exit(f"build_page: {error}")
    if "--check" not in sys.argv[1:]:
        write(files)
        total = sum(len(content) for name, content in files.items() if name.endswith(".gz"))
        say(f"{len(files)} files in {BUILT.relative_to(ROOT)}, {total / 1000:.1f} kB gzipped")
    elif wrong := differences(files):
        sys.exit(f"not the build of firmware/web-ui: {', '.join(wrong)}: run scripts/build_page.py")


if __name__ == "__main__":
    main()
