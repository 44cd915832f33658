"""The clock of the machine jumps below a Home Assistant that runs, or that starts in 1970.

After each jump: all wallboxes are connected, all that they tell is taken, no energy that is shown
falls, no session ends before it began, what a person chooses reaches the wallbox, and a plan is
taken. A start without a clock (a small computer that has none of its own, before it has reached a
time server) changes nothing of that. In the end all energy is counted, in the entities and in the
sessions.

Home Assistant alone sees the clock jump; wallboxes keep their own.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from scripts.harness.charging_day import SETTLE_S, Car, ChargingDay
from scripts.harness.chooser import AWAY
from scripts.harness.home_assistant import HomeAssistant
from scripts.harness.jumping_clock import LIBRARIES, MISSING, UNSET, JumpingClock, jump
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.house_power_cuts import copy_of_program

JUMPS_A_START = 4
"""So many jumps, then a start in 1970."""
LIFE_S = 8.0
"""After each jump: a sample comes every two seconds, and a charge begins or ends."""
CHOSEN_S = 20.0
"""Within this a choice is at the wallbox."""
LIMITS_A = (6, 16)


async def run(job: Job) -> Findings:
    """Let the clock jump `job.count` times."""
    findings, chance = Findings(), job.chance()
    if not LIBRARIES:
        findings.figures["left out"] = MISSING
        return findings
    clock = JumpingClock(job.folder / "clock")
    page = HomeAssistant(
        job.folder / "home-assistant",
        job.home_assistant,
        log_level="warning",
        program=copy_of_program(job.folder),
        environment=clock.environment,
        log=job.folder / "log.txt",
    )
    day = ChargingDay(page, chance)
    try:
        await day.begin()
        await asyncio.to_thread(page.start)
        await day.connected()
        for car in day.cars:  # what waited for this start is none of the jumps' affair
            await car.point.drained(SETTLE_S)
        for number in range(job.count):
            car = chance.choice(day.cars)
            limit_a = chance.randint(*LIMITS_A)
            if number % (JUMPS_A_START + 1) == JUMPS_A_START:
                name = "a start in 1970"
                await _start(day, clock)
            else:
                name, offset = jump(chance, number)
                clock.jump(offset)
            recovery_s, wrong = await _after(day, car, limit_a)
            findings.fault(recovery_s, *(f"{name}: {each}" for each in wrong))
            job.say(f"jump {number + 1} of {job.count}: {name}; {wrong or 'well'}")
        clock.jump(timedelta(0))
        await asyncio.sleep(LIFE_S)  # a token from before it sees the jump is void
        await asyncio.to_thread(page.log_in)
        await day.end()
        findings.energy_wh, differences = await day.differences(history=False)
        findings.wrong += differences
        findings.figures["charged"] = f"{sum(car.charged_wh for car in day.cars) / 1000:.3f} kWh"
    finally:
        await day.close()
    return findings


async def _start(day: ChargingDay, clock: JumpingClock) -> None:
    """Start Home Assistant in 1970; the time server is reached while it runs."""
    await asyncio.to_thread(day.page.kill)
    clock.jump(UNSET - datetime.now(UTC))
    await asyncio.to_thread(day.page.start)
    await day.connected()
    await asyncio.sleep(LIFE_S)
    clock.jump(timedelta(0))


async def _after(day: ChargingDay, car: Car, limit_a: int) -> tuple[float, list[str]]:
    """Return how long it took until all was as it should be, and what is wrong."""
    began_s = time.monotonic()
    await asyncio.sleep(LIFE_S)
    await asyncio.to_thread(day.page.log_in)
    await day.connected()
    wrong = [
        f"{each.name} still has {len(each.point.waiting)} messages to tell"
        for each in day.cars
        if not await each.point.drained(SETTLE_S)
    ]
    wrong += await _choose(day, car, limit_a)
    recovery_s = time.monotonic() - began_s - LIFE_S
    wrong += await day.missing()
    kept = await asyncio.to_thread(day.kept)
    wrong += [
        f"a session of {identity} lasted {row.duration_s:.0f} s"
        for identity, rows in kept.sessions.items()
        for row in rows
        if row.duration_s < 0
    ]
    wrong += complaints(day.page.log, only="evse_ocpp", afresh=True)
    return recovery_s, wrong


async def _choose(day: ChargingDay, car: Car, limit_a: int) -> list[str]:
    """Choose a limit and a plan; return what does not come of it."""
    plan = {"device_id": car.device_id, "plan": "work", "ready_by": "07:00", "amount": limit_a}
    chosen = {"entity_id": car.limit_id, "value": limit_a}
    try:
        await asyncio.to_thread(lambda: day.page.act("evse_ocpp.set_plan", **plan))
        await asyncio.to_thread(lambda: day.page.act("number.set_value", **chosen))
    except AWAY as error:
        return [f"nothing can be chosen: {error}"]
    end_s = time.monotonic() + CHOSEN_S
    while time.monotonic() < end_s:
        if car.point.profiles.allowed_a(datetime.now(UTC), car.point.phases) <= limit_a:
            return []
        await asyncio.sleep(0.2)
    allowed_a = car.point.profiles.allowed_a(datetime.now(UTC), car.point.phases)
    return [f"{car.name} may take {allowed_a} A, chosen are {limit_a}"]
