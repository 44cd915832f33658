"""Kills Home Assistant at random instants of a day of charging, and compares what it counted.

The day is compressed: sessions last seconds instead of hours, at the power of a real wallbox, for
what a wallbox claims is judged by the time that passed. Kills (SIGKILL) come while Home Assistant
runs and while it starts. In the end each wallbox's own register and list of sessions, which never
forget, are held against the energy entity, its history, the recorder's statistics and the sessions
in the integration's database.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from scripts.harness.charge_point import ChargePoint
from scripts.harness.home_assistant import HarnessError, HomeAssistant, free_port

SESSION_S = (6.0, 25.0)
PAUSE_S = (1.0, 5.0)
SAMPLE_S = 2.0
LONGEST_LIFE_S = 12.0
"""Between a start and its kill; some kills hit the start itself."""
SETTLE_S = 60.0
STATISTICS_S = 300
"""The recorder compiles statistics every five minutes."""
LOOPBACK = {"advanced": {"interface": "127.0.0.1", "path": "/ocpp"}}


@dataclass
class Car:
    """One wallbox of the trial, and what it showed before the first kill."""

    point: ChargePoint
    name: str
    energy_id: str = ""
    first_wh: int = 0
    first_kwh: float = 0.0
    cycle: asyncio.Task[None] | None = None


@dataclass
class Outcome:
    """What came out: one line for each wallbox, and what was wrong."""

    kills: int = 0
    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def check(self, fine: bool, what: str) -> None:
        """Note `what` as wrong unless it is `fine`."""
        if not fine:
            self.wrong.append(what)


async def trial(
    folder: Path,
    python: Path,
    kills: int,
    seed: int,
    *,
    chargers: int = 3,
    statistics: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Run a whole trial in `folder`; `statistics` waits for the recorder's, five minutes more."""
    chance = random.Random(seed)
    page = HomeAssistant(folder / "home-assistant", python, log_level="warning")
    port = free_port()
    outcome = Outcome()
    began = datetime.now(UTC)
    try:
        await asyncio.to_thread(page.start)
        entry_id = await asyncio.to_thread(lambda: page.add_integration(port, **LOOPBACK))
        cars = [
            await _car(page, entry_id, port, number, chance) for number in range(1, chargers + 1)
        ]
        links = [asyncio.create_task(car.point.run()) for car in cars]
        await _first_look(page, cars)
        await asyncio.to_thread(page.stop)  # Home Assistant writes what was just added only later
        await asyncio.to_thread(page.start)
        for car in cars:
            car.cycle = asyncio.create_task(_charge(car.point, random.Random(chance.random())))
        for number in range(kills):
            how = await _kill(page, chance)
            outcome.kills += 1
            say(f"kill {number + 1} of {kills}: {how}")
        await _start(page)
        await _end_of_day(cars)
        await _compare(page, entry_id, cars, outcome, began)
        if statistics:
            await _statistics(page, cars, outcome, began, say)
        for task in links:
            task.cancel()
        await asyncio.gather(*links, return_exceptions=True)
    finally:
        await asyncio.to_thread(page.kill)
    return outcome


async def _car(
    page: HomeAssistant, entry_id: str, port: int, number: int, chance: random.Random
) -> Car:
    name, identity = f"Box {number}", f"box-{number}"
    settings = {"name": name, "maximum_current": 16}
    _, password = await asyncio.to_thread(lambda: page.add_charger(entry_id, identity, **settings))
    point = ChargePoint(
        f"ws://127.0.0.1:{port}/ocpp",
        identity,
        password,
        register_wh=chance.uniform(0, 5_000_000),
        power_w=chance.uniform(3_000, 11_000),
    )
    return Car(point, name)


async def _first_look(page: HomeAssistant, cars: list[Car]) -> None:
    """Let each wallbox tell its register, from which on Home Assistant counts."""
    for car in cars:
        async with asyncio.timeout(SETTLE_S):
            await car.point.connected.wait()
        car.first_wh = car.point.measure()
        car.point.sample()
        await car.point.drained(SETTLE_S)
        car.energy_id = (await asyncio.to_thread(page.entities, car.name))["energy"]
        car.first_kwh = await _number(page, car.energy_id, lambda value: value is not None)


async def _charge(point: ChargePoint, chance: random.Random) -> None:
    """Charge one car after the other, until cancelled."""
    while True:
        await asyncio.sleep(chance.uniform(*PAUSE_S))
        point.tell_status("Preparing")
        point.start(f"CARD{chance.randint(1, 3)}")
        end_s = time.monotonic() + chance.uniform(*SESSION_S)
        while time.monotonic() < end_s:
            await asyncio.sleep(SAMPLE_S)
            point.sample()
        point.stop(chance.choice(("Local", "EVDisconnected")))


async def _kill(page: HomeAssistant, chance: random.Random) -> str:
    """Kill Home Assistant after a random time, a third of the times while it starts."""
    if not page.running and chance.random() < 1 / 3:
        starting = asyncio.create_task(asyncio.to_thread(page.start))
        after_s = chance.uniform(0.5, 8.0)
        await asyncio.wait([starting], timeout=after_s)
        await asyncio.to_thread(page.kill)
        with suppress(HarnessError, OSError):
            await starting
        return f"{after_s:.1f} s after the start began"
    await _start(page)
    after_s = chance.uniform(0.0, LONGEST_LIFE_S)
    await asyncio.sleep(after_s)
    await asyncio.to_thread(page.kill)
    return f"{after_s:.1f} s after it ran"


async def _start(page: HomeAssistant) -> None:
    if not page.running:
        await asyncio.to_thread(page.start)


async def _end_of_day(cars: list[Car]) -> None:
    """End all sessions and let everything be told."""
    for car in cars:
        if car.cycle is not None:
            car.cycle.cancel()
            await asyncio.gather(car.cycle, return_exceptions=True)
        car.point.stop()
        car.point.sample()
    for car in cars:
        if not await car.point.drained(SETTLE_S):
            first = car.point.waiting[0]
            raise HarnessError(
                f"{car.name} could not tell {len(car.point.waiting)} messages, the first is"
                f" {first.action} {first.payload}; last problem: {car.point.problem}"
            )


async def _compare(
    page: HomeAssistant, entry_id: str, cars: list[Car], outcome: Outcome, began: datetime
) -> None:
    for car in cars:
        wanted = car.first_kwh + (car.point.measure() - car.first_wh) / 1000
        shown = await _number(page, car.energy_id, partial(_near, to=wanted))
        outcome.check(_near(shown, wanted), f"{car.name}: {shown} kWh shown, {wanted:.3f} charged")
        falls = [
            pair
            for pair in pairwise(await _history(page, car.energy_id, began))
            if pair[1] < pair[0]
        ]
        outcome.check(not falls, f"{car.name}: its energy fell: {falls}")
        sessions = _sessions(page.folder, entry_id, car.point.identity)
        told = [(each.start_wh, (each.stop_wh or 0) - each.start_wh) for each in car.point.sessions]
        outcome.check(
            sorted(sessions) == sorted(told),
            f"{car.name}: sessions {sorted(sessions)}, charged {sorted(told)}",
        )
        outcome.lines.append(
            f"{car.name}: {wanted - car.first_kwh:.3f} kWh in {len(told)} sessions,"
            f" {car.point.connections} connections, {shown} kWh shown"
        )


async def _statistics(
    page: HomeAssistant,
    cars: list[Car],
    outcome: Outcome,
    began: datetime,
    say: Callable[[str], None],
) -> None:
    """Compare the sums from which the energy dashboard is drawn."""
    wait_s = STATISTICS_S - time.time() % STATISTICS_S + 15
    say(f"waiting {wait_s:.0f} s for the recorder's statistics")
    await asyncio.sleep(wait_s)
    rows = await asyncio.to_thread(
        lambda: page.websocket(
            type="recorder/statistics_during_period",
            start_time=(began - timedelta(hours=1)).isoformat(),
            statistic_ids=[car.energy_id for car in cars],
            period="5minute",
            types=["sum", "state"],
            units={"energy": "kWh"},
        )
    )
    for car in cars:
        wanted = (car.point.measure() - car.first_wh) / 1000
        total = rows[car.energy_id][-1]["sum"]
        outcome.check(
            _near(total, wanted), f"{car.name}: statistics say {total} kWh, {wanted:.3f} charged"
        )
        outcome.lines.append(f"{car.name}: {total:.3f} kWh in the statistics")


async def _history(page: HomeAssistant, entity_id: str, began: datetime) -> list[float]:
    path = f"/api/history/period/{began.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    query = f"?filter_entity_id={entity_id}&minimal_response&no_attributes"
    states: list[list[dict[str, Any]]] = await asyncio.to_thread(page.api, "GET", path + query)
    values = [each["state"] for row in states for each in row]
    return [float(each) for each in values if each not in ("unknown", "unavailable")]


def _sessions(folder: Path, entry_id: str, identity: str) -> list[tuple[int, int]]:
    """Return (meter at the start, energy) of the sessions in the database, in Wh."""
    (path,) = (folder / ".storage").glob(f"evse_ocpp.{entry_id}.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT meter_start_wh, energy_wh FROM session WHERE identity = ?", (identity,)
        ).fetchall()
    return [(round(start or 0), round(energy)) for start, energy in rows]


async def _number(
    page: HomeAssistant, entity_id: str, fits: Callable[[float | None], bool]
) -> float:
    """Wait until the state of an entity fits; return the last one seen, nan for none."""
    end_s = time.monotonic() + 20
    value: float | None = None
    while time.monotonic() < end_s:
        value = await asyncio.to_thread(page.number, entity_id)
        if fits(value):
            break
        await asyncio.sleep(0.3)
    return float("nan") if value is None else value


def _near(value: float | None, to: float) -> bool:
    return value is not None and abs(value - to) < 0.0015
