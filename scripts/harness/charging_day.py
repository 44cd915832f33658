"""A compressed day of charging at one Home Assistant, and what it must have counted in the end.

Sessions last seconds instead of hours, at the power of a real wallbox, for what a wallbox claims is
judged by the time that passed. Each wallbox's own register and list of sessions, which never
forget, are held against the energy entity, its history, the recorder's statistics and the sessions
in the integration's database.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from evse.simulation.fleet.charge_point import ChargePoint, Session
from scripts.harness.home_assistant import HarnessError, HomeAssistant, free_port
from scripts.harness.kept import Kept, KeptSession, database_of, read

SESSION_S = (6.0, 25.0)
PAUSE_S = (1.0, 5.0)
SAMPLE_S = 2.0
SETTLE_S = 60.0
STATISTICS_S = 300
"""The recorder compiles statistics every five minutes."""
ROUNDING_WH = 1.5
LOOPBACK = {"advanced": {"interface": "127.0.0.1", "path": "/ocpp"}}


@dataclass
class Car:
    """One wallbox of the day, and what it showed before the first charge.

    `losses`: how often what is kept was lost; `forgotten_wh`: register at the start of the last
    session that may have been lost then.
    """

    point: ChargePoint
    name: str
    energy_id: str = ""
    limit_id: str = ""
    device_id: str = ""
    first_wh: int = 0
    first_kwh: float = 0.0
    losses: int = 0
    forgotten_wh: int = -1
    cycle: asyncio.Task[None] | None = None

    @property
    def charged_wh(self) -> int:
        """What it has charged by its own register since the day began."""
        return self.point.measure() - self.first_wh


class ChargingDay:
    """The day of a Home Assistant that is to be started by `begin`, and killed by others."""

    def __init__(self, page: HomeAssistant, chance: random.Random, chargers: int = 3) -> None:
        self.page = page
        self.cars: list[Car] = []
        self.entry_id = ""
        self._chance = chance
        self._chargers = chargers
        self._port = free_port()
        self._began = datetime.now(UTC)
        self._links: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Add integration and wallboxes, and begin to charge; all of that is on disk then."""
        page = self.page
        await asyncio.to_thread(page.start)
        self.entry_id = await asyncio.to_thread(
            lambda: page.add_integration(self._port, **LOOPBACK)
        )
        for number in range(1, self._chargers + 1):
            self.cars.append(await self._car(number))
        self._links = [asyncio.create_task(car.point.run()) for car in self.cars]
        await self._first_look()
        await asyncio.to_thread(page.stop)  # Home Assistant writes what was just added only later
        for car in self.cars:
            car.cycle = asyncio.create_task(
                _charge(car.point, random.Random(self._chance.random()))
            )

    async def connected(self) -> None:
        """Wait until all wallboxes are."""
        async with asyncio.timeout(SETTLE_S):
            for car in self.cars:
                await car.point.connected.wait()

    async def end(self) -> None:
        """End all sessions and let everything be told."""
        for car in self.cars:
            if car.cycle is not None:
                car.cycle.cancel()
                await asyncio.gather(car.cycle, return_exceptions=True)
            car.point.stop()
            car.point.sample()
        for car in self.cars:
            if not await car.point.drained(SETTLE_S):
                first = car.point.waiting[0]
                raise HarnessError(
                    f"{car.name} could not tell {len(car.point.waiting)} messages, the first is"
                    f" {first.action} {first.payload}; last problem: {car.point.problem}"
                )

    async def close(self) -> None:
        """End everything at once."""
        tasks = [*self._links, *(car.cycle for car in self.cars if car.cycle is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(self.page.kill)

    # What is true of it.

    def kept(self) -> Kept:
        """Return what is on disk."""
        return read(database_of(self.page.folder, self.entry_id))

    def forget(self) -> None:
        """Take note that what is kept was lost, while Home Assistant does not run.

        Of the sessions until now any may be missing. The one that runs, or whose end waits to be
        told, may be met without its start.
        """
        for car in self.cars:
            car.losses += 1
            told = [each.start_wh for each in car.point.sessions if each.central_id is not None]
            car.forgotten_wh = max(told, default=-1)

    def unkept(self, kept: Kept) -> Iterator[str]:
        """Tell which answered transactions are not on disk, and which are twice."""
        for car in self.cars:
            rows = kept.sessions.get(car.point.identity, [])
            starts = [row.start_wh for row in rows if not row.met]
            told = {session.start_wh for session in car.point.sessions}
            if len(starts) != len(set(starts)) or not told.issuperset(starts):
                yield f"{car.name}: sessions that never were: {sorted(starts)}, true {sorted(told)}"
            if (met := sum(row.met for row in rows)) > car.losses:
                yield f"{car.name}: {met} sessions without a start, after {car.losses} losses"
            by_start = {row.start_wh: row for row in rows if not row.met}
            for session in car.point.sessions:
                row = by_start.get(session.start_wh)
                if session.start_wh <= car.forgotten_wh and not (row and row.ended):
                    continue
                if wrong := _session_wrong(car.point, session, row):
                    yield f"{car.name}: the session from {session.start_wh} Wh on {wrong}"

    async def missing(self) -> set[str]:
        """Tell the same of a Home Assistant that runs.

        What is answered while its file is read is not in it yet: so what is missing is looked for
        once more.
        """
        wrong = set(self.unkept(await asyncio.to_thread(self.kept)))
        return wrong and wrong & set(self.unkept(await asyncio.to_thread(self.kept)))

    async def differences(self, *, history: bool = True) -> tuple[float, list[str]]:
        """Return the energy (Wh) that all wallboxes together were counted wrong by, and what is.

        Once the day has ended. Without `history` that is not looked at.
        """
        error_wh = 0.0
        wrong = list(self.unkept(await asyncio.to_thread(self.kept)))
        for car in self.cars:
            wanted = car.first_kwh + car.charged_wh / 1000
            shown = await self._number(car.energy_id, partial(_near, to_kwh=wanted))
            if not _near(shown, wanted):
                wrong.append(f"{car.name}: {shown} kWh shown, {wanted:.3f} charged")
                error_wh += abs(shown - wanted) * 1000
            shown_kwh = await self._history(car.energy_id) if history else []
            if falls := [pair for pair in pairwise(shown_kwh) if pair[1] < pair[0]]:
                wrong.append(f"{car.name}: its energy fell: {falls}")
        return error_wh, wrong

    async def statistics_differences(self, say: Callable[[str], None]) -> list[str]:
        """Wait for the sums from which the energy dashboard is drawn; tell what is wrong there."""
        wait_s = STATISTICS_S - time.time() % STATISTICS_S + 15
        say(f"waiting {wait_s:.0f} s for the recorder's statistics")
        await asyncio.sleep(wait_s)
        rows = await asyncio.to_thread(
            lambda: self.page.websocket(
                type="recorder/statistics_during_period",
                start_time=(self._began - timedelta(hours=1)).isoformat(),
                statistic_ids=[car.energy_id for car in self.cars],
                period="5minute",
                types=["sum", "state"],
                units={"energy": "kWh"},
            )
        )
        return [
            f"{car.name}: statistics say {total} kWh, {car.charged_wh / 1000:.3f} charged"
            for car in self.cars
            if not _near(total := rows[car.energy_id][-1]["sum"], car.charged_wh / 1000)
        ]

    # How.

    async def _car(self, number: int) -> Car:
        name, identity = f"Box {number}", f"box-{number}"
        settings = {"name": name, "maximum_current": 16}
        _, password = await asyncio.to_thread(
            lambda: self.page.add_charger(self.entry_id, identity, **settings)
        )
        point = ChargePoint(
            f"ws://127.0.0.1:{self._port}/ocpp",
            identity,
            password,
            register_wh=self._chance.uniform(0, 5_000_000),
            power_w=self._chance.uniform(3_000, 11_000),
        )
        return Car(point, name)

    async def _first_look(self) -> None:
        """Let each wallbox tell its register, from which on Home Assistant counts."""
        await self.connected()
        for car in self.cars:
            car.first_wh = car.point.measure()
            car.point.sample()
            await car.point.drained(SETTLE_S)
            entities = await asyncio.to_thread(self.page.entities, car.name)
            car.energy_id, car.limit_id = entities["energy"], entities["current_limit"]
            car.device_id = await asyncio.to_thread(self.page.device, car.name)
            car.first_kwh = await self._number(car.energy_id, lambda value: value is not None)

    async def _history(self, entity_id: str) -> list[float]:
        path = f"/api/history/period/{self._began.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        query = f"?filter_entity_id={entity_id}&minimal_response&no_attributes"
        states: list[list[dict[str, Any]]] = await asyncio.to_thread(
            self.page.api, "GET", path + query
        )
        values = [each["state"] for row in states for each in row]
        return [float(each) for each in values if each not in ("unknown", "unavailable")]

    async def _number(self, entity_id: str, fits: Callable[[float | None], bool]) -> float:
        """Wait until the state of an entity fits; return the last one seen, nan for none."""
        end_s = time.monotonic() + 20
        value: float | None = None
        while time.monotonic() < end_s:
            value = await asyncio.to_thread(self.page.number, entity_id)
            if fits(value):
                break
            await asyncio.sleep(0.3)
        return float("nan") if value is None else value


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


def _session_wrong(point: ChargePoint, session: Session, row: KeptSession | None) -> str:
    """Tell what is not on disk of a session though it was answered; nothing when all is."""
    if session.central_id is None:
        return ""
    if row is None:
        return "was answered and is not on disk"
    told = (message for message in point.waiting if message.session is session)
    if session.stop_wh is None or any(each.action == "StopTransaction" for each in told):
        return ""
    if not row.ended:
        return "has an answered end which is not on disk"
    energy_wh = session.stop_wh - session.start_wh
    return "" if row.energy_wh == energy_wh else f"has {row.energy_wh} Wh, true {energy_wh}"


def _near(value: float | None, to_kwh: float) -> bool:
    return value is not None and abs(value - to_kwh) * 1000 < ROUNDING_WH
