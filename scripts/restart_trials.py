#!/usr/bin/env python3
"""Kills Home Assistant at random instants of a day with three wallboxes; no energy may be lost.

    scripts/restart_trials.py [--kills 50] [--seed 1] [--environment ha-newest] [--no-statistics]

See scripts/harness/restarts.py. Fifty kills take about a quarter of an hour. Needs the firmware's
environment (scripts/environments.py firmware-oldest).
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.environments import VENVS  # noqa: E402
from scripts.harness.restarts import trial  # noqa: E402


def main() -> int:
    """Run the trial and tell what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--environment", default="ha-newest")
    parser.add_argument("--no-statistics", action="store_true", help="do not wait for them")
    parser.add_argument("--keep", action="store_true", help="keep Home Assistant's folder")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="evse-restarts-"))
    python = VENVS / args.environment / "bin" / "python"
    try:
        outcome = asyncio.run(
            trial(
                folder,
                python,
                args.kills,
                args.seed,
                statistics=not args.no_statistics,
                say=lambda text: print(text, flush=True),
            )
        )
    finally:
        if args.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    for line in outcome.lines:
        print(line)
    for line in outcome.wrong:
        print(f"WRONG: {line}")
    print(f"{outcome.kills} kills, {len(outcome.wrong)} differences")
    return bool(outcome.wrong)


if __name__ == "__main__":
    sys.exit(main())
