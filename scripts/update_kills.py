#!/usr/bin/env python3
"""Kills a wallbox at random instants of its updates; each time the next start must answer.

    scripts/update_kills.py [--kills 100] [--seed 1] [--longest 14]

Real slots, the real launcher, `evse run` on the simulated board, real bundles of this checkout
under two version numbers; killed by SIGKILL, two times of three with all that it has begun, as a
power cut does. What a memory card loses at a power cut of what was not synchronised yet is not
shown by this: the order of the writes is proved in tests/firmware/update/test_launcher.py. Needs
the firmware's environment (scripts/environments.py firmware-oldest).
"""

import argparse
import asyncio
import shutil
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "firmware")]

from evse.update import bundle as bundles  # noqa: E402
from evse.update.slots import make_root  # noqa: E402
from tests.firmware.update.bundles import Maker  # noqa: E402
from tests.firmware.update.process import Wallbox, kill_campaign, short_folder  # noqa: E402

OLD, NEW = "1.0.0", "2.0.0"


def main() -> None:
    """Run the campaign and tell what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=14.0, help="s from the order to the kill")
    args = parser.parse_args()
    folder = short_folder()
    try:
        asyncio.run(_campaign(folder, args.kills, args.seed, args.longest))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _campaign(folder: Path, kills: int, seed: int, longest_s: float) -> None:
    maker = Maker.new(folder / "maker")
    old, new = maker.real(OLD), maker.real(NEW)
    first = make_root(folder / "first")
    await first.install(bundles.read(old, maker.keys), datetime.now(UTC))
    first.make_first("a")
    async with Wallbox(folder, first.root, maker) as box:
        rows = await kill_campaign(box, new, kills, seed, longest_s, print)
        told = await box.until(phase="idle")
        print(f"in the end: version {told['version']}, {told['message']}, {box.starts} starts")
    back = sorted(row["back_s"] for row in rows)
    print(f"{len(rows)} kills, each answered afterwards; phases {_counted(rows, 'phase')}")
    print(f"versions that answered {_counted(rows, 'version')}")
    print(f"answer after {back[len(back) // 2]:.1f} s (median), {back[-1]:.1f} s (longest)")


def _counted(rows: list[dict[str, object]], field: str) -> dict[str, int]:
    return dict(Counter(str(row[field]) for row in rows).most_common())


if __name__ == "__main__":
    main()
