"""A wallbox and its central system, with a bad network between them.

Real `evse run` processes, each on a host of its own behind a RoughLink, charge one car after the
other under one central system, which grants currents as leases. Half of them use TLS. Fault after
fault comes over the line. After each the conversation has to be back in time; meanwhile nobody may
offer more than the fallback once the lease has ended (I3). In the end the books of both sides have
to agree to the watt-hour (I9, I33).
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evse.local.client import ControlError, request
from scripts.harness import wallbox_books
from scripts.harness.bad_resolver import BadResolver
from scripts.harness.far_host import FarHost
from scripts.harness.home_assistant import HarnessError
from scripts.harness.light_central import LightCentral
from scripts.harness.one_certificate import server_tls
from scripts.harness.wallbox import Wallbox
from scripts.trials import watchers
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.network_faults import FAULTS, HARMLESS, Fault, Scene, calm

LANES = 4
"""Wallboxes at the same time: a trial is mostly waiting."""
NAME = "central.test"
SHORT_S, LONGEST_S = 10.0, 600.0
"""A fault lasts no longer, s: in the short campaign, and in others."""
LEASE_S, RENEWAL_S = 6.0, 2.0
GRANTED_A, FALLBACK_A = 13.0, 7.0
LEASE_SLACK_S = 1.5
"""Beyond the end of a lease: a control turn, a look, and two busy cores."""
LOOK_S = 0.3
READY_S = 40.0
"""For the first connection."""
CALM_S = (4.0, 8.0)
"""Before a fault: without a lease in force there is none that could last too long."""
SESSION_S, PAUSE_S = (4.0, 15.0), (0.5, 2.0)
DRAIN_S = 60.0
SETTINGS: dict[str, Any] = {
    "authorization__free_charging": True,
    "authorization__rfid_reader": False,
    "simulation__house": "quiet",
    "simulation__car_reaction_s": 0.5,
    "dlb__settle_s": 1,
    "ocpp__meter_value_sample_interval_s": 2,
    "ocpp__ping_interval_s": 5,
    "installation__output_current_limit_a": 16,
}


@dataclass
class Lane:
    """One wallbox with its line, and what is watched there."""

    scene: Scene
    central: LightCentral
    box: Wallbox
    identity: str
    wrong: list[str] = field(default_factory=list)
    deaf_since_s: float | None = None
    """Since when nothing reaches the wallbox; None while something may."""
    stall_s: float = 0.0
    sessions: int = 0
    register_wh: float = 0.0

    def note(self, what: str) -> None:
        """Note something wrong once."""
        sentence = f"{self.identity}: {what}"
        if sentence not in self.wrong:
            self.wrong.append(sentence)

    async def ask(self, **command: Any) -> dict[str, Any]:
        """One command to the wallbox's control channel. HarnessError when refused."""
        answer = await request(self.box.folder, command)
        if not answer["ok"]:
            raise HarnessError(f"{command}: {answer['error']}")
        return answer


async def run(job: Job) -> Findings:
    """Let so many faults come."""
    findings = Findings(energy_wh=0.0, stall_s=0.0)
    chance = job.chance()
    lanes = min(LANES, job.count)
    shares = [job.count // lanes + (number < job.count % lanes) for number in range(lanes)]
    deck = _deck(job.count, chance)
    async with asyncio.TaskGroup() as tasks:
        for number, share in enumerate(shares):
            hand, deck = deck[:share], deck[share:]
            seed = random.Random(chance.random())
            tasks.create_task(_lane(job, number, hand, seed, findings))
    return findings


def _deck(count: int, chance: random.Random) -> list[Fault]:
    """Return so many faults, each kind as often as the others."""
    deck: list[Fault] = []
    while len(deck) < count:
        deck += chance.sample(FAULTS, len(FAULTS))
    return deck[:count]


async def _lane(
    job: Job, number: int, faults: list[Fault], chance: random.Random, findings: Findings
) -> None:
    async with _joined(job, number, chance) as lane:
        box, central = lane.box, lane.central
        await asyncio.to_thread(box.start)
        lane.register_wh = _register_wh(await lane.ask(command="status"))
        watch = [
            asyncio.create_task(each) for each in (_drive(lane, chance), _grant(lane), _look(lane))
        ]
        first_s = await _back(lane, READY_S)
        findings.check(first_s is not None, f"{lane.identity}: no connection at first")
        before = _resources(box.process_id)
        for fault in faults:
            await _suffer(job, lane, fault, findings, chance)
        await asyncio.sleep(2.0)
        after = _resources(box.process_id)
        _compare_resources(lane, before, after)
        ended = await watchers.end(watch[0])
        await _settle(lane, findings)
        for sentence in ended + await watchers.end(*watch[1:]):
            lane.note(sentence)
        if not box.running:
            lane.note("the process ended")
        status = await asyncio.to_thread(box.stop)
        if status:
            lane.note(f"it ended with status {status}")
        for line in complaints(box.log, *HARMLESS):
            lane.note(line)
        findings.stall_s = max(findings.stall_s or 0.0, round(lane.stall_s, 2))
        findings.wrong += lane.wrong + [f"{lane.identity}: {each}" for each in central.wrong]
        job.say(
            f"{lane.identity}: {lane.sessions} sessions, {central.repeated} messages told again,"
            f" {lane.scene.far.link.packets} packets"
        )


@asynccontextmanager
async def _joined(job: Job, number: int, chance: random.Random) -> AsyncIterator[Lane]:
    """A central system here, a wallbox there, and the line between them."""
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(FarHost(chance, number))
        names = await stack.enter_async_context(BadResolver(far.here, {NAME: far.here}))
        identity = f"box-{number}"
        tls, trusted = server_tls(NAME, job.folder / f"certificate-{number}")
        secure = number % 2 == 1
        central = await stack.enter_async_context(
            LightCentral(host="0.0.0.0", tls=tls if secure else None)
        )
        box = Wallbox(
            job.folder / identity,
            prefix=far.prefix,
            ocpp__url=f"{'wss' if secure else 'ws'}://{NAME}:{central.port}/ocpp",
            ocpp__identity=identity,
            ocpp__security_profile=2 if secure else 0,
            ocpp__password=secrets.token_hex(12),
            ocpp__root_certificate=trusted,
            **SETTINGS,
        )
        stack.callback(box.kill)
        scene = Scene(far, names, lambda: central.drop(identity))
        yield Lane(scene, central, box, identity)


async def _suffer(
    job: Job, lane: Lane, fault: Fault, findings: Findings, chance: random.Random
) -> None:
    """One fault: from its beginning until the conversation is as before."""
    await asyncio.sleep(chance.uniform(*CALM_S))
    known = len(lane.wrong)
    longest_s = SHORT_S if job.count <= LANES else LONGEST_S
    hold_s = min(longest_s, chance.uniform(*fault.hold_s))
    bring = fault.bring(lane.scene, chance)
    lane.deaf_since_s = time.monotonic() if fault.deafens else None
    await asyncio.sleep(hold_s)
    lane.deaf_since_s = None
    calm(lane.scene)
    recovery_s = await _back(lane, fault.back_s)
    if recovery_s is None:
        lane.note(f"no conversation {fault.back_s:g} s after {fault.name} ({bring})")
        await _back(lane, DRAIN_S)
    findings.fault(recovery_s, *lane.wrong[known:])
    del lane.wrong[known:]
    shown = "never" if recovery_s is None else f"{recovery_s:.1f} s"
    job.say(f"{lane.identity}: {fault.name} for {hold_s:.1f} s ({bring}): back after {shown}")


async def _back(lane: Lane, within_s: float) -> float | None:
    """Return the seconds until a call to the wallbox was answered; None if that took too long."""
    began_s = time.monotonic()
    central = lane.central
    while (took_s := time.monotonic() - began_s) < within_s:
        answer = await central.call(lane.identity, "GetConfiguration", {"key": ["x"]})
        if answer is not None:
            return time.monotonic() - began_s
        await asyncio.sleep(min(0.1, max(0.0, within_s - took_s)))
    return None


# --------------------------------------------------------- what goes on meanwhile


async def _drive(lane: Lane, chance: random.Random) -> None:
    """Charge one car after the other, until cancelled; then unplug it."""
    try:
        while True:
            await asyncio.sleep(chance.uniform(*PAUSE_S))
            await lane.ask(command="plug", max_a=32, start_delay_s=0)
            await asyncio.sleep(chance.uniform(*SESSION_S))
            await lane.ask(command="unplug")
            lane.sessions += 1
    except asyncio.CancelledError:
        with suppress(HarnessError):  # it was not plugged in
            await lane.ask(command="unplug")
        raise


def _profile(number: int, stack_level: int, amps: float, **more: Any) -> dict[str, Any]:
    schedule = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amps}],
        **more,
    }
    profile = {
        "chargingProfileId": number,
        "stackLevel": stack_level,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }
    return {"connectorId": 1, "csChargingProfiles": profile}


async def _grant(lane: Lane) -> None:
    """Grant a lease again and again; below it lies the fallback, for good."""
    has_fallback = False
    while True:
        if not has_fallback:
            answer = await lane.central.call(
                lane.identity, "SetChargingProfile", _profile(1, 0, FALLBACK_A)
            )
            has_fallback = answer == {"status": "Accepted"}
        else:
            began = datetime.now(UTC).isoformat()
            lease = _profile(2, 1, GRANTED_A, startSchedule=began, duration=int(LEASE_S))
            await lane.central.call(lane.identity, "SetChargingProfile", lease)
        await asyncio.sleep(RENEWAL_S)


async def _look(lane: Lane) -> None:
    """Look at the wallbox all the time: what it offers, and how soon it answers."""
    while True:
        asked_s = time.monotonic()
        deaf_s = lane.deaf_since_s
        try:
            status = await lane.ask(command="status")
        except ControlError as error:
            lane.note(f"it does not answer: {error}")
            return
        lane.stall_s = max(lane.stall_s, time.monotonic() - asked_s)
        offered_a = float(status["connectors"]["1"]["offered_a"])
        if deaf_s is not None:
            late_s = asked_s - deaf_s - LEASE_S
            if late_s > LEASE_SLACK_S and offered_a > FALLBACK_A:
                lane.note(f"offers more than the fallback {LEASE_SLACK_S:g} s after the lease")
        await asyncio.sleep(LOOK_S)


# ---------------------------------------------------------------------- the books


async def _settle(lane: Lane, findings: Findings) -> None:
    """Wait until all is told, and compare the books of both sides."""
    end_s = time.monotonic() + DRAIN_S
    while left := wallbox_books.under_way(lane.box.folder):
        if time.monotonic() > end_s:
            lane.note(f"{left} messages and open transactions are left after {DRAIN_S:g} s")
            break
        await asyncio.sleep(0.3)
    status = await lane.ask(command="status")
    told = {each.id: (each.start_wh, each.stop_wh) for each in lane.central.of(lane.identity)}
    booked = {
        int(row["server_id"] or -number): (int(row["meter_start_wh"]), row["meter_stop_wh"])
        for number, row in enumerate(
            wallbox_books.rows(lane.box.folder, "SELECT * FROM transactions")
        )
    }
    if told != booked:
        lane.note(f"the central system has {told}, the wallbox {booked}")
    charged = _register_wh(status) - lane.register_wh
    counted = sum((stop or start) - start for start, stop in told.values())
    if abs(charged - counted) > 1.0 + len(told):  # each boundary is a whole watt-hour
        lane.note(f"{charged:.1f} Wh charged, {counted} Wh counted in {len(told)} sessions")
        findings.energy_wh = (findings.energy_wh or 0.0) + round(charged - counted, 1)


def _register_wh(status: dict[str, Any]) -> float:
    return float(status["world"]["connectors"]["1"]["register_wh"])


@dataclass(frozen=True, slots=True)
class Resources:
    """What a process holds."""

    handles: int
    threads: int


THREADS = 8
"""Of the loop's pool, which come when they are needed and stay."""


def _resources(process_id: int) -> Resources:
    process = Path("/proc", str(process_id))
    return Resources(len(list((process / "fd").iterdir())), len(list((process / "task").iterdir())))


def _compare_resources(lane: Lane, before: Resources, after: Resources) -> None:
    if after.handles > before.handles + 4:
        lane.note(f"{before.handles} handles before the faults, {after.handles} after")
    if after.threads > before.threads + THREADS:
        lane.note(f"{before.threads} threads before the faults, {after.threads} after")
