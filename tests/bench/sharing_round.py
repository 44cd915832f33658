"""How long a round of the group's RS-485 bus takes: real bytes on a line of the given speed.

    PYTHONPATH=.:firmware python -m tests.bench.sharing_round [--slaves 8] [--baudrate 38400]

A master and its slaves are on a line that moves one character after the other, each over a pseudo
terminal of its own. There is a new grant and a new report for each exchange, of the lengths of a
wallbox with one connector, or with two. Printed is the time of the master's rounds (from the first
report to the last, and one exchange more), the same with one slave dead, and how long an urgent
reduction for all takes until the last slave has it.
"""

import argparse
import asyncio
import logging
import random
import statistics
import time

from evse.lines.connection import SerialConnection
from evse.sharing.bus import Envelope, Kind
from evse.sharing.party import Party
from evse.sharing.rs485 import ROUND_S, Rs485Master, Rs485Member
from tests.firmware.emulators.line_hub import LineHub, line_hub

REPORT_BYTES = {1: 34, 2: 48}
GRANT_BYTES = {1: 26, 2: 30}
KEY = bytes(range(16))


class Group:
    """Master and slaves of one line. `reported` are the reports as they came: unit and instant."""

    def __init__(self, hub: LineHub, slaves: int, baudrate: int, connectors: int) -> None:
        ports = [SerialConnection(station.path, baudrate) for station in hub.stations]
        self.units = range(2, slaves + 2)
        self.connectors = connectors
        self.reported: list[tuple[int, float]] = []
        self.granted: dict[int, bytes] = {}
        self.news = asyncio.Event()
        self.master = Party(Rs485Master(ports[0], self.units), 1, KEY, self._report)
        self.slaves = {
            unit: Party(Rs485Member(port), unit, KEY, self._grant)
            for unit, port in zip(self.units, ports[1:], strict=True)
        }
        self._number = 0

    def _grant(self, envelope: Envelope) -> None:
        self.granted[envelope.recipient] = envelope.message
        self.news.set()

    def _report(self, envelope: Envelope) -> None:
        """A report came: both have something new for the next exchange."""
        self.reported.append((envelope.sender, time.monotonic()))
        self.renew(envelope.sender)

    def renew(self, unit: int, *, urgent: bool = False) -> bytes:
        """Give both sides something new to say; the new grant."""
        self._number += 1
        grant = self._number.to_bytes(GRANT_BYTES[self.connectors], "big")
        report = self._number.to_bytes(REPORT_BYTES[self.connectors], "big")
        self.slaves[unit].say(Envelope(Kind.REPORT, unit, 1, report))
        self.master.say(Envelope(Kind.GRANT, 1, unit, grant), urgent=urgent)
        return grant

    async def rounds_ms(self, count: int) -> list[float]:
        """The time of each of the next rounds."""
        self.reported.clear()
        for unit in self.units:
            self.renew(unit)
        await asyncio.sleep(count * ROUND_S)
        rounds: list[list[float]] = []
        last = self.units.stop
        for unit, at_s in self.reported:
            if unit <= last:
                rounds.append([])
            rounds[-1].append(at_s)
            last = unit
        whole = [r for r in rounds[1:-1] if len(r) > 1]
        return [1000 * (r[-1] - r[0]) * len(r) / (len(r) - 1) for r in whole]

    async def urgent_ms(self, count: int) -> list[float]:
        """From an urgent grant to all until the last slave has it."""
        taken = []
        for _ in range(count):
            await asyncio.sleep(random.uniform(0.5, 1) * ROUND_S)
            began_s = time.monotonic()
            wanted = {unit: self.renew(unit, urgent=True) for unit in self.units}
            while any(self.granted.get(unit, b"") < wanted[unit] for unit in self.units):
                self.news.clear()
                await self.news.wait()
            taken.append(1000 * (time.monotonic() - began_s))
        return taken


async def measure(args: argparse.Namespace) -> None:
    """Measure and print."""
    with line_hub(args.slaves + 1, args.baudrate) as hub:
        group = Group(hub, args.slaves, args.baudrate, args.connectors)
        parties = (group.master, *group.slaves.values())
        tasks = [asyncio.create_task(party.run()) for party in parties]
        await group.rounds_ms(4)
        tell("round", await group.rounds_ms(args.rounds))
        tell("urgent grant to all", await group.urgent_ms(args.rounds))
        hub.stations[-1].cut = True
        await group.rounds_ms(8)
        tell("round, one slave dead", await group.rounds_ms(args.rounds))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        counters = group.master.counters
        nonsense = sum(unit.nonsense + unit.forged for unit in counters.values())
        timeouts = {number: unit.timeouts for number, unit in counters.items() if unit.timeouts}
        print(f"clashes on the line: {hub.clashes}, nonsense: {nonsense}, time-outs: {timeouts}")


def tell(what: str, times_ms: list[float]) -> None:
    """Print median, worst."""
    print(f"{what:<24} median {statistics.median(times_ms):6.0f} ms, worst {max(times_ms):6.0f} ms")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="The time of a round on RS-485")
    parser.add_argument("--slaves", type=int, default=8)
    parser.add_argument("--baudrate", type=int, default=38_400)
    parser.add_argument("--connectors", type=int, choices=(1, 2), default=1)
    parser.add_argument("--rounds", type=int, default=30)
    logging.disable(logging.WARNING)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
