"""How long the wallbox needs for a card, with a whitelist of 100 000 cards on disk.

    PYTHONPATH=.:firmware python -m tests.bench.whitelist [cards]

Prints what a start, one look-up by idTag (known and unknown, hexadecimal and decimal) and one
insert cost. The look-up stands in the decision about a card, so that it has a bar.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from evse.readers.uid import Notation, Radix
from evse.storage.database import Database
from evse.storage.whitelist import WhitelistTable
from evse.whitelist.whitelist import Whitelist

BAR_MS = 1.0
ROUNDS = 20_000
INSERTS = 20


def spread(number: int) -> str:
    """The UID of card `number`: all different, in no order."""
    return f"{number * 2654435761 % (1 << 32):08X}"


def lookup_ms(whitelist: Whitelist, id_tags: Sequence[str]) -> list[float]:
    """The time of each look-up, ms, in order of size."""
    took = []
    for id_tag in id_tags:
        begin = time.perf_counter()
        whitelist.knows(id_tag)
        took.append((time.perf_counter() - begin) * 1000)
    return sorted(took)


async def measure(cards: int, folder: Path) -> float:
    """Print all figures; the 99.9th percentile of the slowest kind of look-up, ms."""
    database = await Database.open(folder / "evse.sqlite")
    async with database.transaction() as connection:
        await connection.executemany(
            "INSERT INTO whitelist (uid) VALUES (?)", ((spread(number),) for number in range(cards))
        )
    slowest_ms = 0.0
    for radix in Radix:
        notation = Notation(radix)
        begin = time.perf_counter()
        whitelist = await Whitelist.load(
            WhitelistTable(database), lambda notation=notation: notation, lambda: 2 * cards
        )
        print(f"{len(whitelist)} cards loaded in {(time.perf_counter() - begin) * 1000:.0f} ms")
        for kind, first in (("known", 0), ("unknown", cards)):
            id_tags = [
                notation.id_tag(spread(first + number * 7 % cards)) for number in range(ROUNDS)
            ]
            assert whitelist.knows(id_tags[1]) is (kind == "known")
            took = lookup_ms(whitelist, id_tags)
            slow_ms = took[int(0.999 * len(took))]
            slowest_ms = max(slowest_ms, slow_ms)
            print(
                f"look-up, {kind:7} {radix:7}: median {statistics.median(took) * 1000:.1f} µs, "
                f"99.9 % below {slow_ms * 1000:.1f} µs"
            )
    begin = time.perf_counter()
    for number in range(INSERTS):
        await whitelist.insert(spread(cards + number))
    print(f"insert: {(time.perf_counter() - begin) / INSERTS * 1000:.1f} ms each, on disk")
    await database.close()
    return slowest_ms


def main() -> None:
    """Measure; exit status 1 when a look-up is not below the bar."""
    cards = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="evse-bench-") as folder:
        slowest_ms = asyncio.run(measure(cards, Path(folder)))
    print(f"bar: a look-up below {BAR_MS:g} ms: {'kept' if slowest_ms < BAR_MS else 'MISSED'}")
    sys.exit(slowest_ms >= BAR_MS)


if __name__ == "__main__":
    main()
