"""An hour at full rate: Home Assistant, three real wallboxes and a fleet, and what grows.

Cars come and go everywhere, each of the fleet tells its values every second. Memory, handles,
threads and tasks are sampled; after the first third of the time a line through them must be level
(`growth`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evse.simulation.fleet.cars import Habits
from evse.simulation.fleet.fleet import Fleet
from scripts.harness.home_assistant import HarnessError
from scripts.harness.many import Many
from scripts.harness.process_cost import cost
from scripts.harness.wallbox import Wallbox
from scripts.trials import growth
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.house_with_many import (
    check_answers,
    check_log,
    check_sessions,
    fleet_of,
    linked,
    started,
)
from scripts.trials.trend import Trend

FLEET, REAL = 20, 3
HABITS = Habits(session_s=(20.0, 120.0), pause_s=(3.0, 20.0), sample_s=1.0)
STAY_S, GONE_S = (20.0, 90.0), (3.0, 15.0)
SAMPLES = 120
SESSION_BYTES = 20_000
"""What one session may add to the database of Home Assistant."""


@dataclass
class Scene:
    """All processes, by name."""

    house: Many
    wallboxes: dict[str, Wallbox]
    trends: dict[tuple[str, str], Trend] = field(default_factory=dict)
    """By (process, figure)."""
    stall_s: float = 0.0

    def process_ids(self) -> Mapping[str, int]:
        """Return the ids of all processes."""
        ours = {name: wallbox.process_id for name, wallbox in self.wallboxes.items()}
        return {"Home Assistant": self.house.page.process_id, **ours}

    def note(self, at_s: float, process: str, figure: str, value: float) -> None:
        """Note one sample."""
        self.trends.setdefault((process, figure), Trend()).add(at_s, value)

    def end_wallboxes(self) -> None:
        """End the real ones."""
        for wallbox in self.wallboxes.values():
            wallbox.kill()


async def run(job: Job) -> Findings:
    """Run for `job.count` seconds."""
    findings = Findings()
    async with started(job, FLEET) as house:
        scene = Scene(house, {})
        try:
            for number in range(1, REAL + 1):
                await asyncio.to_thread(_add_real, scene, job.folder, number)
            fleet = fleet_of(house, HABITS, job.seed)
            await _soak(scene, fleet, job)
            findings.check(await fleet.end_sessions(), "the last sessions could not be told")
            findings.energy_wh = check_sessions(house, fleet, findings)
            check_answers(fleet, findings)
            check_log(house, findings)
            _judge(scene, fleet, job.count, findings)
        finally:
            await asyncio.to_thread(scene.end_wallboxes)
    return findings


def _add_real(scene: Scene, folder: Path, number: int) -> None:
    name = f"Real {number}"
    _, password = scene.house.page.add_charger(
        scene.house.entry_id, f"real-{number}", name=name, maximum_current=16
    )
    wallbox = Wallbox(
        folder / f"real-{number}",
        ocpp__url=scene.house.url,
        ocpp__identity=f"real-{number}",
        ocpp__password=password,
        authorization__free_charging="true",
    )
    scene.wallboxes[name] = wallbox
    wallbox.start()


async def _soak(scene: Scene, fleet: Fleet, job: Job) -> None:
    running = asyncio.create_task(fleet.run())
    await linked(fleet)
    cars = [
        asyncio.create_task(_come_and_go(wallbox, random.Random(job.seed + number)))
        for number, wallbox in enumerate(scene.wallboxes.values())
    ]
    began_s = time.monotonic()
    await scene.house.late()
    while (at_s := time.monotonic() - began_s) < job.count:
        await _sample(scene, at_s)
        ended = [task for task in [running, *cars] if task.done()]
        for task in ended:
            task.result()  # its error is the trial's
        await asyncio.sleep(max(job.count / SAMPLES, 1.0))
    for task in cars:
        task.cancel()
    await asyncio.gather(*cars, return_exceptions=True)


async def _come_and_go(wallbox: Wallbox, chance: random.Random) -> None:
    while True:
        await asyncio.to_thread(lambda: wallbox.request(command="plug", max_a=16))
        await asyncio.sleep(chance.uniform(*STAY_S))
        await _pull(wallbox)
        await asyncio.sleep(chance.uniform(*GONE_S))


async def _pull(wallbox: Wallbox) -> None:
    """Pull the plug; try again while it is held because it may be live."""
    for _ in range(10):
        try:
            await asyncio.to_thread(lambda: wallbox.request(command="unplug"))
        except HarnessError:
            await asyncio.sleep(1.0)
        else:
            return
    raise HarnessError(f"the plug is held for ever: {wallbox.log_end(500)}")


async def _sample(scene: Scene, at_s: float) -> None:
    for name, process_id in scene.process_ids().items():
        now = cost(process_id)
        scene.note(at_s, name, growth.MEMORY, now.resident_mib)
        scene.note(at_s, name, "handles", now.handles)
        scene.note(at_s, name, "threads", now.threads)
        scene.note(at_s, name, "CPU", now.cpu_s)
    seen = await scene.house.late()
    scene.note(at_s, "Home Assistant", "tasks", seen["tasks"])
    scene.note(at_s, "Home Assistant", "blocks", seen["blocks"])
    scene.stall_s = max(scene.stall_s, seen["max_ms"] / 1000)
    memory = await scene.house.memory()
    scene.note(at_s, "Home Assistant", growth.SQLITE, memory["sqlite_mib"])
    scene.note(at_s, "Home Assistant", growth.OWN, memory["used_mib"] - memory["sqlite_mib"])
    (path,) = scene.house.page.folder.glob(f".storage/evse_ocpp.{scene.house.entry_id}.db")
    scene.note(at_s, "Home Assistant", "database", _size(path))
    for name, wallbox in scene.wallboxes.items():
        scene.note(at_s, name, "database", _size(wallbox.folder / "evse.sqlite"))


def _size(path: Path) -> float:
    """Return what a database takes on the disk, in kB."""
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*")) / 1000


def _judge(scene: Scene, fleet: Fleet, seconds: int, findings: Findings) -> None:
    findings.stall_s = scene.stall_s
    growth.judge(scene.trends, seconds, findings)
    kept = scene.trends["Home Assistant", "database"].samples
    sessions = sum(len(point.sessions) for point in fleet.points)
    each = 1000 * (kept[-1][1] - kept[0][1]) / max(sessions, 1)
    if seconds >= growth.LONG_S:
        findings.check(each < SESSION_BYTES, f"a session takes {each:.0f} bytes in the database")
    for name, wallbox in scene.wallboxes.items():
        text = wallbox.log.read_text(errors="replace")
        bad = complaints(wallbox.log)
        findings.check(not bad, f"{name}: {len(bad)} errors logged, the first: {bad[:1]}")
        a_day = len(text) / seconds * 86400 / 1e6
        findings.figures[f"{name}: log"] = f"{a_day:.1f} MB a day at this rate"
