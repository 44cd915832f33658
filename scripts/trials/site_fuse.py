"""Thirty-two light wallboxes below one fuse of a site in Home Assistant, while things go wrong.

The cars take at once what the newest profile allows, the house moves by itself, and a meter of
another integration tells what flows. I40: what flows is within the fuse, but for the few seconds
in which a change of the house is measured, told and followed.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from evse.simulation.fleet.cars import Habits
from evse.simulation.fleet.fleet import Fleet
from scripts.harness.many import Many
from scripts.harness.process_cost import cost
from scripts.trials.findings import Findings, Job
from scripts.trials.house_with_many import check_log, fleet_of, linked, started
from tests.system.street import BACK_S, BUSY_S, VOLTS, GridMeter, Overload, add_site

WALLBOXES = 32
FUSE_A = 125.0
HOUSE_A = 10.0
KETTLE_A = 60.0
MOST_A = 16.0
SAMPLE_S = 10.0
METER_S = 1.0

METER_TIMEOUT_S = 10.0
MANY = 15
"""So many charge at once with 6 A each, when the house takes little."""
STARTS_WITHIN_S = 240.0
RECOVERS_WITHIN_S = 420.0
"""A kettle that came twice is waited for, 400 s at most (energy/memory.py)."""

STAYS = Habits(session_s=(86_400.0, 86_400.0), pause_s=(86_400.0, 86_400.0), sample_s=SAMPLE_S)


class Street:
    """The fuse with its cars, its house and its meter; `run` lets time pass."""

    def __init__(self, house: Many, fleet: Fleet) -> None:
        self.house, self.fleet = house, fleet
        self.house_a = HOUSE_A
        self.metering = True
        self.overload = Overload(FUSE_A)
        self._meter = GridMeter(house.page)

    @property
    def cars_a(self) -> list[float]:
        """What each car takes of each phase."""
        return [point.flowing_w / VOLTS / 3 for point in self.fleet.points]

    @property
    def charging(self) -> int:
        """How many cars charge."""
        return sum(amps >= 5.9 for amps in self.cars_a)

    @property
    def total_a(self) -> float:
        """What flows through each phase of the fuse."""
        return sum(self.cars_a) + self.house_a

    def well(self) -> bool:
        """As many charge as can, within the fuse."""
        return self.charging >= MANY and self.total_a <= FUSE_A

    async def run(self) -> None:
        """Measure each second, tell what the meters of the cars show each ten."""
        told_s = 0.0
        while True:
            now_s = time.monotonic()
            total_a = self.total_a
            self.overload.look((total_a, total_a, total_a))
            if now_s - told_s >= SAMPLE_S:
                told_s = now_s
                for point in self.fleet.points:
                    if point.session and not point.waiting:
                        point.sample()
            if self.metering and self.house.page.running:
                await asyncio.to_thread(self._meter.show, (total_a, total_a, total_a))
            await asyncio.sleep(max(0.0, METER_S - (time.monotonic() - now_s)))

    async def until(self, seen: Callable[[], bool], within_s: float) -> float | None:
        """Wait until something is seen; how long that took, None when it was not in time."""
        began_s = time.monotonic()
        while not seen():
            if time.monotonic() > began_s + within_s:
                return None
            await asyncio.sleep(0.2)
        return time.monotonic() - began_s


async def run(job: Job) -> Findings:
    """Let all cars charge, then break things."""
    findings = Findings()
    async with started(job, WALLBOXES, recorded=False, with_currents=True) as house:
        await _campaign(job, house, findings)
    return findings


async def _campaign(job: Job, house: Many, findings: Findings) -> None:
    fleet = fleet_of(house, STAYS, job.seed)
    street = Street(house, fleet)
    running = [asyncio.create_task(each.run()) for each in (fleet, street)]
    try:
        await linked(fleet)
        await asyncio.to_thread(add_site, house.page, house.entry_id, FUSE_A)
        for point in fleet.points:
            point.power_w = MOST_A * VOLTS * 3
            point.start()
        took_s = await street.until(street.well, STARTS_WITHIN_S)
        if not findings.check(
            took_s is not None, f"{street.charging} cars: {street.total_a:.0f} A"
        ):
            return
        findings.figures["as many charge as can after"] = f"{took_s:.0f} s"
        findings.figures["cars that charge at once"] = str(street.charging)
        street.overload = Overload(FUSE_A)
        chance, names = job.chance(), list(FAULTS)
        begin, begin_s = cost(house.page.process_id), time.monotonic()
        for number in range(job.count):
            if number % len(names) == 0:
                chance.shuffle(names)
            await _fault(job, street, names[number % len(names)], chance, findings)
            for task in running:
                if task.done():
                    task.result()  # raises what has ended it
        busy = (cost(house.page.process_id).cpu_s - begin.cpu_s) / (time.monotonic() - begin_s)
        findings.figures["CPU of Home Assistant"] = f"{100 * busy:.0f} % of a core"
        check_log(house, findings)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _kettle(street: Street, _chance: random.Random) -> list[str]:
    """The house takes much more at once, and lets go again."""
    street.house_a = HOUSE_A + KETTLE_A
    await asyncio.sleep(20.0)
    street.house_a = HOUSE_A
    return []


async def _links_cut(street: Street, chance: random.Random) -> list[str]:
    """A third of the wallboxes lose their link, and come back by themselves."""
    for point in chance.sample(street.fleet.points, WALLBOXES // 3):
        point.hang_up()
    await asyncio.sleep(5.0)
    return []


async def _silent_meter(street: Street, _chance: random.Random) -> list[str]:
    """The meter is silent: no car has more than its fallback when its time is over."""
    street.metering = False
    await asyncio.sleep(METER_TIMEOUT_S + BUSY_S)
    most_a = max(street.cars_a)
    street.metering = True
    return [f"{most_a:.1f} A without a meter"] if most_a > 6.05 else []


async def _cars_change(street: Street, chance: random.Random) -> list[str]:
    """Some cars leave, others come."""
    for point in chance.sample(street.fleet.points, WALLBOXES // 4):
        point.stop()
        await asyncio.sleep(0.1)
        point.start()
    return []


FAULTS: dict[str, Callable[[Street, random.Random], Awaitable[list[str]]]] = {
    "kettle": _kettle,
    "links cut": _links_cut,
    "meter silent": _silent_meter,
    "cars change": _cars_change,
}


async def _fault(
    job: Job, street: Street, name: str, chance: random.Random, findings: Findings
) -> None:
    street.overload = Overload(FUSE_A)
    wrong = await FAULTS[name](street, chance)
    recovery_s = await street.until(street.well, RECOVERS_WITHIN_S)
    if recovery_s is None:
        wrong.append(f"{street.charging} cars charge with {street.total_a:.0f} A")
    over = street.overload
    if over.longest_s > BACK_S + BUSY_S:
        wrong.append(f"{over.longest_s:.1f} s above the fuse, at most {over.highest_a:.0f} A")
    findings.fault(recovery_s, *(f"{name}: {sentence}" for sentence in wrong))
    job.say(f"{name}: over for {over.longest_s:.1f} s; again after {recovery_s}; {wrong}")
