"""What the central system costs a real Home Assistant process, with simulated charge points.

    $runner -m tests.bench.central_load [--chargers 1 10 100 300] [--seconds 10] [--rate 400]
                                        [--environment ha-newest] [--recorder]

CPU is that of the process (utime + stime of /proc), less what it takes when nobody sends: wall time
says little on a shared machine. `loop` is the thread of the event loop alone. Without --recorder
no state is recorded, as in the peers' figures.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evse.simulation.fleet.charge_point import ChargePoint
from scripts.environments import VENVS
from scripts.harness.many import FIRST, Many
from scripts.harness.process_cost import cost, cpu_s

CONNECT_TIMEOUT_S = 180.0
SETTLE_S = 8.0
"""Set-up and first limits are over by then, and the machine is quiet."""
CHANGES = 5


@dataclass
class Row:
    """The figures of one number of chargers."""

    chargers: int
    back_s: float
    first_entity_s: float
    again_s: float
    cpu_ms: float
    loop_ms: float
    lag_p50_ms: float
    lag_p99_ms: float
    lag_max_ms: float
    changed: float
    reported: float
    messages_per_limit: float
    limit_p50_ms: float
    rss_mib: float


def sampled_values(number: int, register_wh: int) -> list[dict[str, str]]:
    """17 sampled values of 2.3 kB, of which five change with each message."""
    values: list[tuple[str, str, str, str | None]] = [
        ("Energy.Active.Import.Register", str(register_wh), "Wh", None),
        ("Power.Active.Import", str(7000 + number % 50), "W", None),
        ("SoC", "55", "Percent", None),
        ("Temperature", "31", "Celsius", None),
        ("Frequency", "50.0", "Hertz", None),
    ]
    for phase in ("L1", "L2", "L3"):
        values += [
            ("Current.Import", str(10 + number % 7 / 10), "A", phase),
            ("Voltage", "230.1", "V", f"{phase}-N"),
            ("Power.Active.Import", "2333", "W", phase),
            ("Current.Offered", "16", "A", phase),
        ]
    return [
        {"value": value, "measurand": measurand, "unit": unit}
        | {"context": "Sample.Periodic", "location": "Outlet"}
        | ({} if phase is None else {"phase": phase})
        for measurand, value, unit, phase in values
    ]


class Load:
    """One Home Assistant with a number of wallboxes, and their charge points."""

    def __init__(self, folder: Path, python: Path, chargers: int, *, recorded: bool) -> None:
        self.house = Many(folder, python, chargers, recorded=recorded)
        self.page = self.house.page
        self.chargers = chargers
        self.points: list[ChargePoint] = []
        self._links: list[asyncio.Task[None]] = []
        self._loop_thread = 0

    async def prepare(self) -> None:
        """Prepare the house and its charge points."""
        await asyncio.to_thread(lambda: self.house.prepare(with_currents=True))
        self.points = [
            ChargePoint(self.house.url, identity, self.house.password)
            for identity in self.house.identities()
        ]

    async def start(self) -> tuple[float, float]:
        """Start Home Assistant and the charge points.

        Return (s from its port's opening until all are back, s from the first link until its
        entity is available).
        """
        starting = asyncio.create_task(asyncio.to_thread(self.page.start))
        began_s = await self.house.opened()
        self._links = [asyncio.create_task(point.run()) for point in self.points]
        await self.points[0].connected.wait()
        linked_s = time.monotonic()
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            for point in self.points:
                await point.connected.wait()
        back_s = time.monotonic() - began_s
        await starting
        entity_id = (await asyncio.to_thread(self.page.entities, FIRST))["status"]
        row = await asyncio.to_thread(self.page.api, "GET", f"/api/states/{entity_id}")
        changed_s = time.monotonic() - (time.time() - _unix(row["last_changed"]))
        self._loop_thread = int((await self.house.late())["thread"])
        return back_s, max(changed_s - linked_s, 0.0)

    def cpu_s(self) -> tuple[float, float]:
        """Return the CPU time of the process, and of its event loop's thread."""
        process = Path(f"/proc/{self.page.process_id}")
        return cpu_s(process), cpu_s(process / "task" / str(self._loop_thread))

    async def send(self, seconds: float, rate: float) -> int:
        """Let the charge points send in turn, `rate` messages a second; return how many."""
        count, began_s = 0, time.monotonic()
        last = []
        while time.monotonic() - began_s < seconds:
            point = self.points[count % self.chargers]
            point.register_wh += 20
            last.append(point.sample(sampled_values(count, int(point.register_wh))))
            count += 1
            await asyncio.sleep(max(began_s + count / rate - time.monotonic(), 0))
        for message in last[-self.chargers :]:
            await asyncio.wait_for(message.answered.wait(), 60)
        return count

    async def limits(self) -> tuple[float, float]:
        """Change one wallbox's limit; return (messages to it a change, ms until it has it)."""
        point = self.points[0]
        entity_id = (await asyncio.to_thread(self.page.entities, FIRST))["current_limit"]
        await asyncio.sleep(1)
        before, delays = len(point.calls), []
        for change in range(CHANGES):
            seen, asked_s = len(point.calls), time.monotonic()
            await asyncio.to_thread(
                lambda to=7 + change: self.page.act(
                    "number.set_value", entity_id=entity_id, value=to
                )
            )
            delays.append(1000 * (point.calls[seen][0] - asked_s))
        await asyncio.sleep(1)
        return (len(point.calls) - before) / CHANGES, statistics.median(delays)

    async def again(self) -> float:
        """Let one wallbox dial again; return s from its link until its entity is available."""
        entity_id = (await asyncio.to_thread(self.page.entities, FIRST))["status"]
        self._links[0].cancel()
        while await asyncio.to_thread(self.page.state, entity_id) != "unavailable":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        self.points[0].connected.clear()
        self._links[0] = asyncio.create_task(self.points[0].run())
        await self.points[0].connected.wait()
        linked_s = time.monotonic()
        while await asyncio.to_thread(self.page.state, entity_id) == "unavailable":  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        return time.monotonic() - linked_s

    async def end(self) -> None:
        """End everything."""
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)
        await asyncio.to_thread(self.page.kill)


async def measure(
    folder: Path, python: Path, chargers: int, seconds: float, rate: float, *, recorded: bool
) -> Row:
    """Measure one number of chargers."""
    load = Load(folder, python, chargers, recorded=recorded)
    try:
        await load.prepare()
        back_s, first_entity_s = await load.start()
        for point in load.points:
            point.power_w = 0.0
            point.start()
        await load.send(2.0, rate)
        await asyncio.sleep(SETTLE_S)
        idle = await _spent(load, asyncio.sleep(seconds))
        await load.house.late()
        sending = load.send(seconds, rate)
        count, (cpu_s, loop_s) = 0, load.cpu_s()
        count = await sending
        busy = tuple(now - then for now, then in zip(load.cpu_s(), (cpu_s, loop_s), strict=True))
        probe = await load.house.late()
        per_limit, limit_ms = await load.limits()
        again_s = await load.again()
        return Row(
            chargers,
            back_s,
            first_entity_s,
            again_s,
            1000 * (busy[0] - idle[0]) / count,
            1000 * (busy[1] - idle[1]) / count,
            probe["p50_ms"],
            probe["p99_ms"],
            probe["max_ms"],
            probe["changed"] / count,
            probe["reported"] / count,
            per_limit,
            limit_ms,
            cost(load.page.process_id).resident_mib,
        )
    finally:
        await load.end()


async def _spent(load: Load, meanwhile: Any) -> tuple[float, float]:
    before = load.cpu_s()
    await meanwhile
    after = load.cpu_s()
    return after[0] - before[0], after[1] - before[1]


def _unix(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--chargers", type=int, nargs="+", default=[1, 10, 100, 300])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=400.0, help="MeterValues a second, of all")
    parser.add_argument("--environment", default="ha-newest")
    parser.add_argument("--recorder", action="store_true", help="record states, as a user does")
    args = parser.parse_args()
    python = VENVS / args.environment / "bin" / "python"
    rows = []
    for chargers in args.chargers:
        folder = Path(tempfile.mkdtemp(prefix="evse-load-"))
        try:
            row = asyncio.run(
                measure(
                    folder / "home-assistant",
                    python,
                    chargers,
                    args.seconds,
                    args.rate,
                    recorded=args.recorder,
                )
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        rows.append(row)
        print(row, file=sys.stderr, flush=True)
    _table(rows)


def _table(rows: list[Row]) -> None:
    def line(name: str, text: Any) -> None:
        print(f"| {name} | " + " | ".join(text(row) for row in rows) + " |")

    line("chargers", lambda row: str(row.chargers))
    print("|---" * (len(rows) + 1) + "|")
    line("CPU per MeterValues, ms", lambda row: f"{row.cpu_ms:.2f}")
    line("of it in the event loop, ms", lambda row: f"{row.loop_ms:.2f}")
    line("states changed / written in vain", lambda row: f"{row.changed:.1f} / {row.reported:.1f}")
    line(
        "loop lag p50 / p99 / max, ms",
        lambda row: f"{row.lag_p50_ms:.1f} / {row.lag_p99_ms:.1f} / {row.lag_max_ms:.0f}",
    )
    line("messages per change of the limit", lambda row: f"{row.messages_per_limit:.1f}")
    line("set_value → charger, p50 ms", lambda row: f"{row.limit_p50_ms:.1f}")
    line("link → entity available, s", lambda row: f"{row.again_s:.2f}")
    line("the same while Home Assistant starts, s", lambda row: f"{row.first_entity_s:.1f}")
    line("all back after the port opened, s", lambda row: f"{row.back_s:.1f}")
    line("resident memory, MiB", lambda row: f"{row.rss_mib:.0f}")
    if len(rows) > 1:
        more = rows[-1].chargers - rows[0].chargers
        each = (rows[-1].rss_mib - rows[0].rss_mib) / more
        print(f"\nmemory per charger: {each:.2f} MiB")


if __name__ == "__main__":
    main()
