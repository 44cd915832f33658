"""Puts the clock of a charging wallbox forward and back; charging, leases and sessions do not care.

`evse run` under libfaketime (Debian: `faketime`), with the calendar clock alone faked: hours, days,
years, to 1970 and back, over the change to summer time and from it, while it runs and at a start.
A car charges all the while under a limit of the central system for this transaction.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from scripts.harness.card_wallbox import QUIET, as_installed
from scripts.harness.home_assistant import HarnessError, wait_until
from scripts.harness.jumping_clock import LIBRARIES, MISSING, JumpingClock, jump
from scripts.harness.light_central import LightCentral
from scripts.harness.wallbox import Wallbox
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job

ZONE = "Europe/Rome"

LIMIT_A = 10.0
WATCH_S = 3.0
"""A jump is seen by the process within a second; it is watched for so long."""

START_S = 60.0
TRIES = 2
"""A busy computer may halt a wallbox for longer than its board waits: what a jump does, the same
jump does again."""

LIMIT_W = 3 * 230.0 * LIMIT_A
REGISTER_AGE_S = 2.5
"""A meter's register is read once a second; one reading may fail."""


async def run(job: Job) -> Findings:
    """Jump `job.count` times, each tenth time with a restart."""
    found = Findings(stall_s=0.0)
    if not LIBRARIES:
        found.figures["left out"] = MISSING
        return found
    as_installed(job.folder)
    clock, draw = JumpingClock(job.folder / "clock"), job.chance()
    os.environ |= {**clock.environment, "TZ": ZONE}
    async with LightCentral() as central:
        settings: dict[str, Any] = {**QUIET, "ocpp__identity": "box1", "ocpp__url": central.url}
        box = Wallbox(job.folder / "box", FreeCharging=True, **settings)
        try:
            await asyncio.to_thread(box.start)
            await _charge(box, central)
            for number in range(job.count):
                name, offset = jump(draw, number)
                restart = number % 10 == 9
                for _ in range(TRIES):
                    wrong = await _survives(box, central, clock, offset, found, restart=restart)
                    if not wrong:
                        break
                    clock.jump(timedelta(0))
                    await asyncio.to_thread(wait_until, lambda: _charges(box), "charging", START_S)
                for sentence in wrong:
                    job.say(f"{name}: {sentence}")
                found.fault(None, *(f"{name}: {sentence}" for sentence in wrong))
            await _check_books(box, central, found)
        finally:
            box.kill()
    return found


async def _charge(box: Wallbox, central: LightCentral) -> None:
    """A car charges, and the central system limits this transaction from its start on."""
    box.request(command="plug", start_delay_s=0, reaction_s=0, max_a=32)
    await asyncio.to_thread(wait_until, lambda: _charges(box), "charging", START_S)
    await _limit(central)


async def _limit(central: LightCentral) -> None:
    async with asyncio.timeout(START_S):
        while not central.connected or not central.transactions:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    schedule = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": LIMIT_A}],
    }
    profile = {
        "chargingProfileId": 1,
        "transactionId": max(central.transactions),
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    payload = {"connectorId": 1, "csChargingProfiles": profile}
    answer = await central.call("box1", "SetChargingProfile", payload)
    if answer != {"status": "Accepted"}:
        raise HarnessError(f"the limit is refused: {answer}")
    await asyncio.sleep(1)


def _charges(box: Wallbox) -> bool:
    return bool(_connector(box)["contactor"])


def _connector(box: Wallbox) -> dict[str, Any]:
    connector: dict[str, Any] = box.request(command="status")["connectors"]["1"]
    return connector


async def _survives(
    box: Wallbox,
    central: LightCentral,
    clock: JumpingClock,
    offset: timedelta,
    found: Findings,
    *,
    restart: bool,
) -> list[str]:
    """Jump, and watch. The sentences tell what was wrong."""
    wrong: set[str] = set()
    before = _connector(box)
    began_s = time.monotonic()
    clock.jump(offset)
    if restart:
        box.kill()
        await asyncio.to_thread(box.start)
        box.request(command="unplug")
        await asyncio.sleep(1)
        await _charge(box, central)
        before = _connector(box)
        began_s = time.monotonic()
    while time.monotonic() < began_s + WATCH_S:
        asked_s = time.monotonic()
        try:
            connector = await asyncio.to_thread(_connector, box)
        except HarnessError as error:
            return [f"it does not answer any more: {error}"]
        found.stall_s = max(found.stall_s or 0.0, round(time.monotonic() - asked_s, 3))
        if not connector["contactor"]:
            wrong.add("the contactor opened")
        if connector["offered_a"] > LIMIT_A:
            wrong.add(f"{connector['offered_a']} A are offered instead of {LIMIT_A}")
        if connector["transaction"] != before["transaction"]:
            wrong.add("it is another transaction")
        flown_wh = connector["energy_wh"] - before["energy_wh"]
        watched_s = time.monotonic() - began_s
        if not 0 <= flown_wh <= 1 + LIMIT_W * (watched_s + REGISTER_AGE_S) / 3600:
            wrong.add(f"the register went by {flown_wh} Wh")
        await asyncio.sleep(0.1)
    wrong |= set(complaints(box.log, errors=False, afresh=True))
    return sorted(wrong)


async def _check_books(box: Wallbox, central: LightCentral, found: Findings) -> None:
    """Every session has an end, after its start, and all energy is in sessions."""
    box.request(command="unplug")
    with suppress(TimeoutError):
        async with asyncio.timeout(START_S):
            while any(each.stop_wh is None for each in central.transactions.values()):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    status = box.request(command="status")
    register_wh = status["world"]["connectors"]["1"]["register_wh"]
    sums_wh = sum((each.stop_wh or 0) - each.start_wh for each in central.transactions.values())
    found.energy_wh = 0.0 if abs(register_wh - sums_wh) <= 1.5 else round(register_wh - sums_wh, 1)
    found.check(not found.energy_wh, f"{register_wh:.1f} Wh flowed, {sums_wh} Wh are in sessions")
    found.figures["energy"] = f"{sums_wh} Wh in {len(central.transactions)} sessions"
    found.wrong += central.wrong
