"""What the trials with many wallboxes at one Home Assistant share: the house and its fleet."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from evse.simulation.fleet.cars import Habits
from evse.simulation.fleet.charge_point import Session
from evse.simulation.fleet.fleet import Fleet
from scripts.harness.many import Many
from scripts.trials import watchers
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job

LARGE = 100
"""From so many wallboxes on it is the whole trial."""
LINK_TIMEOUT_S = 180.0
ERRORS_OR_OURS = r"\A\S+ \S+ (ERROR|CRITICAL)|evse_ocpp"
"""A warning of Home Assistant with a traceback of its own is not ours."""


@asynccontextmanager
async def started(
    job: Job, wallboxes: int, *, recorded: bool = True, with_currents: bool = False
) -> AsyncIterator[Many]:
    """Prepare and start a house with so many wallboxes; in the end it is killed."""
    house = Many(job.folder / "home-assistant", job.home_assistant, wallboxes, recorded=recorded)
    try:
        await asyncio.to_thread(house.prepare, with_currents=with_currents)
        await house.start()
        yield house
    finally:
        await asyncio.to_thread(house.page.kill)


def fleet_of(house: Many, habits: Habits, seed: int, connect_per_s: float = 100.0) -> Fleet:
    """Return a fleet of all wallboxes of a house, which remembers all its transactions."""
    fleet = Fleet.of(
        house.url,
        house.identities(),
        {},
        house.password,
        habits=habits,
        connect_per_s=connect_per_s,
        seed=seed,
    )
    for point in fleet.points:
        point.remember_all()
    return fleet


async def linked(fleet: Fleet) -> float:
    """Wait until all are connected and booted; return that instant (monotonic s)."""
    async with asyncio.timeout(LINK_TIMEOUT_S):
        for point in fleet.points:
            await point.connected.wait()
    return time.monotonic()


async def conclude(
    house: Many, fleet: Fleet, running: asyncio.Task[None], findings: Findings
) -> None:
    """Let the last charges end, and hold the house's books and log against what the fleet knows."""
    findings.check(await fleet.end_sessions(), "the last sessions could not be told")
    findings.energy_wh = check_sessions(house, fleet, findings)
    check_answers(fleet, findings)
    check_log(house, findings)
    findings.wrong += await watchers.end(running)


def check_answers(fleet: Fleet, findings: Findings) -> None:
    """What the fleet told was taken in the end; a message may be refused while a disk is slow."""
    figures = fleet.figures
    findings.check(not figures.dropped, f"refused for ever: {dict(figures.dropped)}")
    if figures.refused:
        refused = ", ".join(f"{count} {action}" for action, count in figures.refused.items())
        findings.figures["refused, taken later"] = refused


def check_log(house: Many, findings: Findings) -> None:
    """Home Assistant logged no error."""
    errors = complaints(house.page.log, only=ERRORS_OR_OURS)
    findings.check(not errors, f"{len(errors)} errors logged, the first: {errors[:1]}")


def check_sessions(house: Many, fleet: Fleet, findings: Findings) -> float:
    """Hold what the house's database has against what the wallboxes told.

    Return the difference of the energies in Wh.
    """
    (path,) = (house.page.folder / ".storage").glob(f"evse_ocpp.{house.entry_id}.db")
    kept = _kept(path)
    missing = twice = 0
    error_wh = 0.0
    for point in fleet.points:
        told = sorted(_told(each) for each in point.sessions)
        found = sorted(kept.get(point.identity, []))
        missing += len([each for each in told if each not in found])
        twice += len(found) - len(set(found))
        error_wh += abs(sum(wh for _, wh in found) - sum(wh for _, wh in told))
    sessions = sum(len(point.sessions) for point in fleet.points)
    findings.check(bool(sessions), "nothing was charged")
    findings.check(not missing, f"{missing} of {sessions} sessions are not as they were told")
    findings.check(not twice, f"{twice} of {sessions} sessions are there twice")
    findings.figures["sessions"] = str(sessions)
    return error_wh


def _told(session: Session) -> tuple[int, int]:
    stop_wh = session.start_wh if session.stop_wh is None else session.stop_wh
    return session.start_wh, stop_wh - session.start_wh


def _kept(path: Path) -> dict[str, list[tuple[int, int]]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT identity, meter_start_wh, energy_wh FROM session"
        ).fetchall()
    kept: dict[str, list[tuple[int, int]]] = {}
    for identity, start_wh, energy_wh in rows:
        kept.setdefault(identity, []).append((round(start_wh or 0), round(energy_wh or 0)))
    return kept
