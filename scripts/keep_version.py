#!/usr/bin/env python3
"""Keeps what a version leaves on disk, for the trials of upgrades: tests/upgrade/LABEL.tar.xz.

    scripts/keep_version.py LABEL [--commit COMMIT] [--environment ha-newest]

A Home Assistant and a wallbox of that version (default: of this checkout) charge a car twice, the
second time while Home Assistant is away, so that the wallbox has something to tell; somebody
changes a limit, a setting and a card. Both state folders are packed, with what they showed last in
known.json. To be run once for each release (docs/releasing.md).
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHARGED_S = 20
SETTLED_S = 10
CARD = "04A1B2C3"
LEFT_OUT = (
    "custom_components",
    "deps",
    "tts",
    "blueprints",
    "home-assistant_v2.db",
    "home-assistant.log",
    ".log",
)
"""Of Home Assistant's folder: programs, and what is its own and large."""


def main() -> None:
    """Make the archive; in the old version's own harness where there is a commit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("label")
    parser.add_argument("--commit")
    parser.add_argument("--environment", default="ha-newest")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside is not None:
        _live(args.inside, Path(args.environment))
        return
    with tempfile.TemporaryDirectory(prefix="evse-keep-") as name:
        folder, program = Path(name), ROOT
        if args.commit:
            program = folder / "program"
            _git("worktree", "add", "--detach", str(program), args.commit)
        try:
            _run(program, folder / "state", args)
            _pack(folder / "state", args.label, _git("rev-parse", args.commit or "HEAD"))
        finally:
            if args.commit:
                _git("worktree", "remove", "--force", str(program))


def _run(program: Path, state: Path, args: argparse.Namespace) -> None:
    """Let the version live, by its own harness."""
    environments = [sys.executable, str(ROOT / "scripts" / "environments.py")]
    python, home_assistant = (
        subprocess.run(
            [*environments, each], stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()
        for each in ("firmware-oldest", args.environment)
    )
    paths = os.pathsep.join((str(program), str(program / "firmware")))
    command = [python, "-P", __file__, args.label, "--environment", home_assistant]
    subprocess.run(
        [*command, "--inside", str(state)],
        check=True,
        cwd=program,  # Python looks there first
        env=os.environ | {"PYTHONPATH": paths},
    )


def _live(state: Path, home_assistant: Path) -> None:
    from scripts.harness.house import Household

    house = Household(state, home_assistant, dlb__maximum_current_a=100)
    known: dict[str, Any] = {}
    try:
        house.start()
        _changed(house, known)
        _charge(house)
        entities = house.entities
        time.sleep(SETTLED_S)
        known["energy_kwh"] = house.home_assistant.number(entities["energy"])
        known["connected"] = _shown(state / "wallbox")
        house.home_assistant.stop()
        _charge(house)
        status = house.wallbox.request(command="status")
        known["register_wh"] = status["connectors"]["1"]["energy_wh"]
    finally:
        house.stop()
    known["wallbox"] = _shown(state / "wallbox")
    (state / "known.json").write_text(json.dumps(known, indent=1) + "\n")


def _changed(house: Any, known: dict[str, Any]) -> None:
    """Change what the version lets be changed."""
    house.home_assistant.act(
        "number.set_value", entity_id=house.entities["current_limit"], value=13
    )
    known["limit_a"] = 13.0
    commands: dict[str, dict[str, Any]] = {
        "settings-set": {"values": {"ocpp.meter_value_sample_interval_s": 7}},
        "cards-insert": {"tag": CARD, "name": "Größe"},
    }
    for name, fields in commands.items():
        with suppress(Exception):  # versions that do not know the command
            house.wallbox.request(command=name, **fields)
            known[name] = True


def _charge(house: Any) -> None:
    house.wallbox.request(command="plug", max_a=16, phases=3)
    house.wallbox.request(command="card", uid=CARD)
    time.sleep(CHARGED_S)
    house.wallbox.request(command="unplug")
    time.sleep(SETTLED_S)


def _shown(folder: Path) -> dict[str, int]:
    """How many rows the wallbox's tables have."""
    with closing(sqlite3.connect(f"file:{folder / 'evse.sqlite'}?mode=ro", uri=True)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (rows,) = database.execute("SELECT count(*) FROM transactions").fetchone()
        (queued,) = database.execute("SELECT count(*) FROM outbox").fetchone()
    return {"schema": version, "transactions": rows, "queued": queued}


def _pack(state: Path, label: str, commit: str) -> None:
    known = json.loads((state / "known.json").read_text())
    (state / "known.json").write_text(json.dumps({"commit": commit} | known, indent=1) + "\n")
    for folder in ("home-assistant", "wallbox"):
        for path in list((state / folder).rglob("*")):
            if any(
                part.startswith(LEFT_OUT) or part.endswith(LEFT_OUT) for part in path.parts[-2:]
            ):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(True)
            elif path.is_socket():
                path.unlink()
    file = ROOT / "tests" / "upgrade" / f"{label}.tar.xz"
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w:xz") as archive:
        archive.add(state, arcname=".")
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size} bytes, {known}")


def _git(*command: str) -> str:
    run = subprocess.run(["git", *command], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return run.stdout.strip()


if __name__ == "__main__":
    main()
