"""A house meter by Modbus TCP, known by its name, at the other end of a bad network.

A car charges below the main fuse of a house whose current jumps. What truly flows is known here,
for the meter is ours: with a meter that can be read the fuse is not overloaded for longer than a
step may take (I7); with one that cannot the car is at the fallback ten seconds later, whether no
packet, no answer or no address comes; and a reading is never one of another time. In the end no
name server answers, and the program ends in time all the same.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from evse.local.client import request
from scripts.harness.bad_resolver import BadResolver, Mood
from scripts.harness.far_host import FarHost
from scripts.harness.home_assistant import HarnessError
from scripts.harness.wallbox import Wallbox
from scripts.trials import watchers
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.network_faults import FAULTS, HARMLESS, LONG_CUT, Fault, Scene, calm
from tests.firmware.emulators.catalogue_meter import CatalogueMeter
from tests.firmware.emulators.modbus_slave import with_crc

NAME, MODEL = "meter.test", "eastron_sdm630_v2"
UNIT = 2
"""Of the house's meter (ETEK EKEPC3, 5.8.1.9)."""
FUSE_A, FALLBACK_A, CAR_A = 25.0, 6.0, 20.0
HOUSE_A = (2.0, 16.0)
STEP_S = (4.0, 12.0)
SILENT_S = 10.0
"""`dlb`'s patience with a silent meter."""
SLACK_S = 2.5
"""A control turn, a car that follows, a look, and two busy cores."""
OVERLOAD_S = 5.0
"""After a step of the house all is below the fuse again."""
LOOK_S = 0.2
BACK_S = 10.0
"""From a calm network to a car that is regulated again."""
FIRST_S = 40.0
_HEAD_BYTES = 6
SETTINGS: dict[str, Any] = {
    "ocpp__url": "",
    "authorization__free_charging": True,
    "simulation__house": "quiet",
    "simulation__car_reaction_s": 0.5,
    "dlb__settle_s": 1,
    "dlb__maximum_current_a": int(FUSE_A),
    "dlb__fallback_current_a": int(FALLBACK_A),
    "loadmanagement__dlb_function": "DLB",
    "meter__dlb__model": MODEL,
}


@dataclass
class TcpMeter:
    """The meter behind its Modbus TCP socket. `asked_at_s`: the last question that came."""

    meter: CatalogueMeter = field(default_factory=lambda: CatalogueMeter.of(MODEL, UNIT))
    asked_at_s: float = 0.0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends."""
        self._writers.add(writer)
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readexactly(_HEAD_BYTES)
                body = await reader.readexactly(int.from_bytes(head[4:6], "big"))
                self.asked_at_s = time.monotonic()
                answer = self.meter.answer(with_crc(body))[:-2]
                writer.write(head[:4] + len(answer).to_bytes(2, "big") + answer)
                await writer.drain()
        self._writers.discard(writer)
        writer.transport.abort()

    def drop(self) -> None:
        """End all connections without a word."""
        for writer in list(self._writers):
            writer.transport.abort()


@dataclass
class House:
    """The house, its meter and its wallbox; `over_since_s`: since when the fuse has too much."""

    scene: Scene
    box: Wallbox
    server: TcpMeter
    wrong: list[str] = field(default_factory=list)
    house_a: float = HOUSE_A[0]
    over_since_s: float | None = None
    deaf_since_s: float | None = None
    rough: bool = False
    longest_over_s: float = 0.0
    drawn_a: float = 0.0
    measured_a: float | None = None
    recent_a: list[tuple[float, float]] = field(default_factory=list)
    """What the meter truly showed lately: (monotonic s, A of the house and the car)."""

    def note(self, what: str) -> None:
        """Note something wrong once."""
        if what not in self.wrong:
            self.wrong.append(what)

    def show(self) -> None:
        """Let the meter show what flows now."""
        self.server.meter.house_a = (self.house_a, self.house_a, self.house_a)
        self.server.meter.car_a = (self.drawn_a, self.drawn_a, self.drawn_a)
        now_s = time.monotonic()
        self.recent_a.append((now_s, self.house_a + self.drawn_a))
        self.recent_a = [each for each in self.recent_a if each[0] > now_s - 30]


async def run(job: Job) -> Findings:
    """Let so many faults come."""
    findings, chance = Findings(stall_s=0.0), job.chance()
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(FarHost(chance))
        names = await stack.enter_async_context(BadResolver(far.here, {NAME: far.here}))
        server = TcpMeter()
        listening = await asyncio.start_server(server.serve, "0.0.0.0", 0)
        stack.callback(listening.close)
        port = listening.sockets[0].getsockname()[1]
        box = Wallbox(
            job.folder / "box",
            prefix=far.prefix,
            meter__dlb__connection=f"tcp://{NAME}:{port}",
            **SETTINGS,
        )
        stack.callback(box.kill)
        house = House(Scene(far, names, server.drop), box, server)
        house.show()
        await asyncio.to_thread(box.start)
        await request(box.folder, {"command": "plug", "max_a": CAR_A, "start_delay_s": 0})
        watch = [
            asyncio.create_task(_look(house, findings)),
            asyncio.create_task(_live(house, chance)),
        ]
        end_s = time.monotonic() + FIRST_S
        while house.drawn_a < FALLBACK_A + 1 and time.monotonic() < end_s:  # noqa: ASYNC110 - _look
            await asyncio.sleep(LOOK_S)
        findings.check(house.drawn_a > FALLBACK_A + 1, f"it did not charge: {box.log_end()}")
        for fault in _deck(job.count, chance):
            await _suffer(job, house, fault, findings, chance)
            await asyncio.sleep(chance.uniform(*STEP_S))
        findings.wrong += await watchers.end(*watch)
        await _end(house, findings)
        findings.wrong += house.wrong
        findings.figures["longest overload"] = f"{house.longest_over_s:.1f} s"
    return findings


def _deck(count: int, chance: random.Random) -> list[Fault]:
    kinds = [each for each in FAULTS if each is not LONG_CUT]
    deck: list[Fault] = []
    while len(deck) < count:
        deck += chance.sample(kinds, len(kinds))
    return deck[:count]


async def _suffer(
    job: Job, house: House, fault: Fault, findings: Findings, chance: random.Random
) -> None:
    hold_s = chance.uniform(*fault.hold_s)
    known = len(house.wrong)
    house.rough = True
    told = fault.bring(house.scene, chance)
    house.deaf_since_s = time.monotonic() if fault.deafens else None
    await asyncio.sleep(hold_s)
    house.deaf_since_s = None
    calm(house.scene)
    recovery_s = await _regulated(house, BACK_S)
    if recovery_s is None:
        house.note(f"not regulated {BACK_S:g} s after {fault.name} ({told})")
        await _regulated(house, FIRST_S)
    house.rough = False
    findings.fault(recovery_s, *house.wrong[known:])
    del house.wrong[known:]
    shown = "never" if recovery_s is None else f"{recovery_s:.1f} s"
    job.say(f"{fault.name} for {hold_s:.1f} s ({told}): regulated after {shown}")


async def _regulated(house: House, within_s: float) -> float | None:
    """Return the seconds until the wallbox knows again what flows; None if that took too long."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < within_s:
        fresh = house.server.asked_at_s > began_s
        if fresh and house.measured_a is not None and _was_true(house, house.measured_a, 2.0):
            return time.monotonic() - began_s
        await asyncio.sleep(0.1)
    return None


def _was_true(house: House, amps: float, within_s: float) -> bool:
    """Whether the meter showed this within the last seconds."""
    since_s = time.monotonic() - within_s
    return any(at_s >= since_s and abs(true_a - amps) < 0.3 for at_s, true_a in house.recent_a)


async def _live(house: House, chance: random.Random) -> None:
    """People switch things on and off."""
    while True:
        house.house_a = chance.uniform(*HOUSE_A)
        await asyncio.sleep(chance.uniform(*STEP_S))


async def _look(house: House, findings: Findings) -> None:
    """All that is physical moves on, and the promises are looked after."""
    while True:
        asked_s = time.monotonic()
        status = await request(house.box.folder, {"command": "status"})
        now_s = time.monotonic()
        findings.stall_s = max(findings.stall_s or 0.0, round(now_s - asked_s, 2))
        if not status["ok"]:
            raise HarnessError(str(status))
        house.drawn_a = float(status["world"]["connectors"]["1"]["car_a"][0])
        total_a = house.house_a + house.drawn_a
        house.show()
        measured = status["house_current_a"]
        house.measured_a = None if measured is None else float(measured[0])
        _judge(house, now_s, total_a, float(status["connectors"]["1"]["offered_a"]))
        await asyncio.sleep(LOOK_S)


def _judge(house: House, now_s: float, total_a: float, offered_a: float) -> None:
    if total_a <= FUSE_A + 0.5:
        house.over_since_s = None
    elif house.over_since_s is None:
        house.over_since_s = now_s
    else:
        over_s = now_s - house.over_since_s
        house.longest_over_s = max(house.longest_over_s, over_s)
        bound_s = SLACK_S + (SILENT_S + OVERLOAD_S if house.rough else OVERLOAD_S)
        if over_s > bound_s:
            house.note(f"more than {FUSE_A:g} A for longer than {bound_s:g} s")
    if house.deaf_since_s is not None:
        late_s = now_s - house.deaf_since_s - SILENT_S
        if late_s > SLACK_S and offered_a > FALLBACK_A:
            house.note(f"offers {offered_a:g} A {late_s:.1f} s after the meter's time was over")
    if house.measured_a is not None and not _was_true(house, house.measured_a, 15.0):
        house.note(f"takes the house for {house.measured_a:.1f} A, which it has not been lately")


async def _end(house: House, findings: Findings) -> None:
    """No name server answers any more, and the program is told to end."""
    house.scene.far.resolvers(house.scene.far.here, timeout_s=20)
    house.scene.names.mood = Mood.SILENT
    house.scene.drop()
    await asyncio.sleep(8.0)
    began_s = time.monotonic()
    try:
        status = await asyncio.to_thread(house.box.stop)
    except HarnessError as error:
        findings.wrong.append(f"without a name server: {str(error).splitlines()[0]}")
        return
    findings.figures["end without a name server"] = f"{time.monotonic() - began_s:.1f} s"
    findings.check(not status, f"it ended with status {status}")
    findings.wrong += complaints(house.box.log, *HARMLESS)
