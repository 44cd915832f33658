"""A real Home Assistant and two wallboxes, each behind a bad network of its own.

Cars charge, and somebody moves the sliders. After each fault a new limit has to reach the car; a
wallbox that has heard nothing for longer than its lease is at the fallback (I31). In the end the
sessions in Home Assistant's database, and the energy that it shows, are those of the wallboxes
(I33, I34). All the while Home Assistant's page is asked whether it answers.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evse.local.client import ControlError, request
from scripts.harness import kept, wallbox_books
from scripts.harness.bad_resolver import BadResolver
from scripts.harness.far_host import FarHost
from scripts.harness.home_assistant import HarnessError, HomeAssistant, free_port
from scripts.harness.wallbox import Wallbox
from scripts.trials import watchers
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.network_faults import FAULTS, HARMLESS, LONG_CUT, Fault, Scene, calm

LANES = 2
NAME = "home.test"
LEASE_S, FALLBACK_A = 60, 7.0
LEASE_SLACK_S = 5.0
"""Until the last renewal that was under way came, a control turn, a look, and two busy cores."""
ROUNDED_KWH = 0.003
"""OCPP tells whole watt-hours, at the begin, at the end, and of the register."""
NOTICE_S = 55.0
"""Until a wallbox knows that its connection is dead: a sample each 10 s, 30 s without an answer to
it, and 15 s without a pong. Home Assistant has pings come each 60 s only."""
LIMITS_A = (10.0, 13.0)
LOOK_S, PAGE_S = 0.4, 0.25
FIRST_S, SETTLE_S = 60.0, 60.0
SETTINGS: dict[str, Any] = {
    "simulation__house": "quiet",
    "simulation__car_reaction_s": 0.5,
    "dlb__settle_s": 1,
    "ocpp__ping_interval_s": 5,
}


@dataclass
class Lane:
    """One wallbox, as it stands there and as Home Assistant shows it."""

    scene: Scene
    box: Wallbox
    name: str
    entities: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    deaf_since_s: float | None = None
    """When the last packet may have reached the wallbox, while none does."""
    limit_a: float = LIMITS_A[0]
    sessions: int = 0

    def note(self, what: str) -> None:
        """Note something wrong once."""
        if (sentence := f"{self.name}: {what}") not in self.wrong:
            self.wrong.append(sentence)

    async def ask(self, **command: Any) -> dict[str, Any]:
        """One command to the wallbox's control channel. HarnessError when refused."""
        answer = await request(self.box.folder, command)
        if not answer["ok"]:
            raise HarnessError(f"{command}: {answer['error']}")
        return answer

    async def offered_a(self) -> float:
        """What the wallbox offers the car."""
        return float((await self.ask(command="status"))["connectors"]["1"]["offered_a"])

    async def register_kwh(self) -> float:
        """What truly flowed."""
        world = (await self.ask(command="status"))["world"]
        return float(world["connectors"]["1"]["register_wh"]) / 1000


async def run(job: Job) -> Findings:
    """Let so many faults come."""
    findings, chance = Findings(energy_wh=0.0, stall_s=0.0), job.chance()
    page = HomeAssistant(job.folder / "home-assistant", job.home_assistant, log_level="info")
    try:
        async with AsyncExitStack() as stack:
            lanes, entry_id = await _house(job, stack, page, min(LANES, job.count), chance)
            watch = [asyncio.create_task(_watch_page(page, findings))]
            watch += [asyncio.create_task(_look(lane)) for lane in lanes]
            before = _handles(page.process_id)
            deck = _deck(job.count, chance)
            async with asyncio.TaskGroup() as tasks:
                for number, lane in enumerate(lanes):
                    hand = deck[number :: len(lanes)]
                    tasks.create_task(_suffer_all(job, page, lane, hand, findings, chance))
            for lane in lanes:
                await _end_of_day(page, lane, findings)
            after = _handles(page.process_id)
            findings.check(after <= before + 8, f"Home Assistant: {before} handles, then {after}")
            findings.wrong += await watchers.end(*watch)
            await asyncio.to_thread(page.stop)
            _compare_sessions(page, entry_id, lanes)
            for lane in lanes:
                await asyncio.to_thread(lane.box.stop)
                findings.wrong += lane.wrong
                findings.wrong += [
                    f"{lane.name}: {line}" for line in complaints(lane.box.log, *HARMLESS)
                ]
            findings.wrong += [
                f"Home Assistant: {line}" for line in complaints(page.log, *HARMLESS)
            ]
    finally:
        await asyncio.to_thread(page.kill)
    return findings


def _deck(count: int, chance: random.Random) -> list[Fault]:
    """Return so many faults, each kind as often as the others; the lease ends in one at least."""
    deck: list[Fault] = [LONG_CUT]
    while len(deck) < count:
        deck += chance.sample(FAULTS, len(FAULTS))
    return deck[:count]


# ------------------------------------------------------------------- how it begins


async def _house(
    job: Job, stack: AsyncExitStack, page: HomeAssistant, lanes: int, chance: random.Random
) -> tuple[list[Lane], str]:
    """Home Assistant here, wallboxes there; all charge in the end."""
    port = free_port()
    await asyncio.to_thread(page.start)
    entry_id = await asyncio.to_thread(_add_integration, page, port)
    made = []
    for number in range(lanes):
        lane = await stack.enter_async_context(
            _joined(job.folder, page, entry_id, port, number, random.Random(chance.random()))
        )
        made.append(lane)
    for lane in made:
        await asyncio.to_thread(lane.box.start)
        await _until(lambda lane=lane: _is_on(page, lane, "connected"), f"{lane.name} connected")
        entities = lane.entities
        await asyncio.to_thread(page.act, "switch.turn_on", entity_id=entities["free_charging"])
        await lane.ask(command="plug", max_a=32, start_delay_s=0)
    for lane in made:
        if await _steered(page, lane, FIRST_S) is None:
            raise HarnessError(f"{lane.name} did not charge:\n{lane.box.log_end()}")
    return made, entry_id


def _add_integration(page: HomeAssistant, port: int) -> str:
    entry_id = page.add_integration(port, advanced={"interface": "0.0.0.0", "path": "/ocpp"})
    options = {
        "fallback_current": int(FALLBACK_A),
        "lease_duration": LEASE_S,
        "maximum_current": 16,
    }
    flow = "/api/config/config_entries/options/flow"
    page.walk(flow, {"handler": entry_id}, {"next_step_id": "wallboxes"}, options)
    return entry_id


@asynccontextmanager
async def _joined(
    folder: Path,
    page: HomeAssistant,
    entry_id: str,
    port: int,
    number: int,
    chance: random.Random,
) -> AsyncIterator[Lane]:
    name, identity = f"Far {number}", f"far-{number}"
    async with (
        FarHost(chance, number) as far,
        BadResolver(far.here, {NAME: far.here}) as names,
    ):
        _, password = await asyncio.to_thread(
            lambda: page.add_charger(entry_id, identity, name=name, maximum_current=16)
        )
        box = Wallbox(
            folder / identity,
            prefix=far.prefix,
            ocpp__url=f"ws://{NAME}:{port}/ocpp",
            ocpp__identity=identity,
            ocpp__password=password,
            **SETTINGS,
        )
        entities = await asyncio.to_thread(page.entities, name)
        try:
            yield Lane(Scene(far, names, far.link.forget), box, name, entities)
        finally:
            box.kill()


async def _until(holds: Any, what: str) -> None:
    end_s = time.monotonic() + FIRST_S
    while not await holds():
        if time.monotonic() > end_s:
            raise HarnessError(f"not within {FIRST_S:g} s: {what}")
        await asyncio.sleep(0.3)


async def _is_on(page: HomeAssistant, lane: Lane, key: str) -> bool:
    if key not in lane.entities:
        lane.entities |= await asyncio.to_thread(page.entities, lane.name)
        return False
    return await asyncio.to_thread(page.state, lane.entities[key]) == "on"


# ----------------------------------------------------------------- fault after fault


async def _suffer_all(
    job: Job,
    page: HomeAssistant,
    lane: Lane,
    faults: list[Fault],
    findings: Findings,
    chance: random.Random,
) -> None:
    for fault in faults:
        known = len(lane.wrong)
        hold_s = chance.uniform(*fault.hold_s)
        told = fault.bring(lane.scene, chance)
        if fault.deafens:
            lane.deaf_since_s = time.monotonic()
        await _hold(lane, hold_s, chance)
        lane.deaf_since_s = None
        calm(lane.scene)
        within_s = fault.back_s + NOTICE_S
        recovery_s = await _steered(page, lane, within_s)
        if recovery_s is None:
            lane.note(f"no new limit {within_s:g} s after {fault.name} ({told})")
            await _steered(page, lane, SETTLE_S)
        findings.fault(recovery_s, *lane.wrong[known:])
        del lane.wrong[known:]
        shown = "never" if recovery_s is None else f"{recovery_s:.1f} s"
        job.say(f"{lane.name}: {fault.name} for {hold_s:.1f} s ({told}): steered after {shown}")


async def _hold(lane: Lane, hold_s: float, chance: random.Random) -> None:
    """Let the fault last; in half of them one car leaves and another comes meanwhile."""
    if chance.random() < 0.5:
        at_s = chance.uniform(0, hold_s)
        await asyncio.sleep(at_s)
        await lane.ask(command="unplug")
        lane.sessions += 1
        await asyncio.sleep(1.0)
        await lane.ask(command="plug", max_a=32, start_delay_s=0)
        hold_s -= at_s + 1.0
    await asyncio.sleep(max(0.0, hold_s))


async def _steered(page: HomeAssistant, lane: Lane, within_s: float) -> float | None:
    """Choose another limit; return the seconds until the wallbox offers it, None if too many."""
    began_s = time.monotonic()
    lane.limit_a = next(each for each in LIMITS_A if each != lane.limit_a)
    chosen = False
    while time.monotonic() - began_s < within_s:
        if not chosen:
            try:
                await asyncio.to_thread(
                    page.act,
                    "number.set_value",
                    entity_id=lane.entities["current_limit"],
                    value=lane.limit_a,
                )
                chosen = True
            except HarnessError:  # it is not connected yet: somebody at the slider tries again
                await asyncio.sleep(0.5)
                continue
        if await lane.offered_a() == lane.limit_a:
            return time.monotonic() - began_s
        await asyncio.sleep(0.2)
    return None


async def _look(lane: Lane) -> None:
    """Look whether the wallbox is at its fallback when it has heard nothing for long."""
    while True:
        deaf_s = lane.deaf_since_s
        try:
            offered_a = await lane.offered_a()
        except ControlError as error:
            lane.note(f"it does not answer: {error}")
            return
        if deaf_s is not None and deaf_s == lane.deaf_since_s:
            late_s = time.monotonic() - deaf_s - LEASE_S
            if late_s > LEASE_SLACK_S and offered_a > FALLBACK_A:
                lane.note(f"offers {offered_a:g} A {late_s:.1f} s after the end of the lease")
        await asyncio.sleep(LOOK_S)


async def _watch_page(page: HomeAssistant, findings: Findings) -> None:
    """How long Home Assistant lets somebody wait who asks it for nothing much."""
    while True:
        asked_s = time.monotonic()
        await asyncio.to_thread(page.download, "/manifest.json")
        took_s = round(time.monotonic() - asked_s, 2)
        findings.stall_s = max(findings.stall_s or 0.0, took_s)
        await asyncio.sleep(PAGE_S)


# ---------------------------------------------------------------------- the books


async def _end_of_day(page: HomeAssistant, lane: Lane, findings: Findings) -> None:
    """The last car leaves; what Home Assistant shows is what flowed, and all is told."""
    await lane.ask(command="unplug")
    end_s = time.monotonic() + SETTLE_S
    wanted, shown = await lane.register_kwh(), None
    while time.monotonic() < end_s:
        shown = await asyncio.to_thread(page.number, lane.entities["energy"])
        counted = shown is not None and abs(shown - wanted) < ROUNDED_KWH
        if counted and not wallbox_books.under_way(lane.box.folder):
            return
        await asyncio.sleep(0.5)
        wanted = await lane.register_kwh()
    left = wallbox_books.under_way(lane.box.folder)
    lane.note(f"{shown} kWh shown, {wanted:.3f} charged, {left} messages and sessions are left")
    findings.energy_wh = (findings.energy_wh or 0) + round(1000 * ((shown or 0) - wanted), 1)


def _compare_sessions(page: HomeAssistant, entry_id: str, lanes: list[Lane]) -> None:
    books = kept.read(kept.database_of(page.folder, entry_id))
    for lane in lanes:
        ours = [
            (each.start_wh, each.energy_wh, each.ended)
            for each in books.sessions.get(lane.name.lower().replace(" ", "-"), [])
        ]
        theirs = [
            (start, (stop or start) - start, stop is not None)
            for start, stop in wallbox_books.rows(
                lane.box.folder, "SELECT meter_start_wh, meter_stop_wh FROM transactions"
            )
        ]
        if sorted(ours) != sorted(theirs):
            lane.note(f"sessions in Home Assistant {sorted(ours)}, wallbox {sorted(theirs)}")


def _handles(process_id: int) -> int:
    return len(list(Path("/proc", str(process_id), "fd").iterdir()))
