"""Real wallboxes on real drivers, one for each kind of board, while their serial lines are spoilt.

Behind each is a plant that knows what truly flows (scripts/harness/wired_wallbox.py). Asked after
each fault: was the fuse exceeded for longer than a car needs to follow, though the wallbox heard
the house (I7)? Had the car more than the fallback once the meter was silent for its time (I42's
counterpart here: `dlb.fallback_current_a`)? Did charging go on under what can be borne, and come
back after the rest? At the end: do the books have the energy that flowed?
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from evse.core.timing import DLB_SILENCE_S, EV_REACTION_S
from scripts.harness.home_assistant import HarnessError
from scripts.harness.wired_wallbox import BOARDS, FALLBACK_METER_A, Place, wired
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job
from scripts.trials.line_faults import FAULTS, Hits, LineFault

LOOK_S = 0.1
HOUSE_A = (2.0, 12.0)
"""Between these the house moves: a car may always have its 6 A."""
STEPS_EVERY_S = 4.0

CHARGES_A = 5.5
"""A car that is offered 6 A, the least that there is, draws nearly that."""
FOLLOWS_S = EV_REACTION_S
"""For so long the fuse may be exceeded after a step of the house."""
LATE_S = 2.0
"""What a busy computer may add."""
RECOVERS_WITHIN_S = 120.0
"""After a fault of the board it waits 30 s, where the house seemed to leave nothing 60 s."""
STARTS_WITHIN_S = 60.0

ENERGY_WH, ENERGY_SHARE = 20, 0.005
"""A session begins and ends with a reading of the meter that is a few seconds old."""

WARNINGS = {"DlbOverload"}


async def run(job: Job) -> Findings:
    """Share the faults among the boards, all at the same time."""
    parts = await asyncio.gather(
        *(
            asyncio.to_thread(_campaign, job, kind, -(-(job.count - number) // len(BOARDS)))
            for number, kind in enumerate(BOARDS)
        )
    )
    findings = Findings(energy_wh=0.0)
    for part in parts:
        findings.add(part)
    return findings


def _campaign(job: Job, kind: str, count: int) -> Findings:
    findings, chance = Findings(), random.Random(f"{job.seed} {kind}")
    with wired(kind, job.folder / kind) as place:
        place.wallbox.start()
        place.board.plug()
        if _until(lambda: _well(place), STARTS_WITHIN_S) is None:
            findings.wrong.append(f"{kind}: the car does not charge: {place.wallbox.log_end(800)}")
            return findings
        for fault in _deck(count, chance):
            recovery_s, wrong = _one(place, fault, chance)
            told = [f"{kind}, {fault.name}: {sentence}" for sentence in wrong]
            findings.fault(recovery_s, *told)
            after = "not" if recovery_s is None else f"after {recovery_s:.1f} s"
            job.say(f"{kind}: {fault.name}: well again {after}")
            for sentence in told:
                job.say(f"WRONG {sentence}")
            if recovery_s is None and not place.wallbox.running:
                break
        _books(place, kind, findings)
    return findings


def _deck(count: int, chance: random.Random) -> list[LineFault]:
    """As many faults as asked for, each as often as the others; of few only those soon over."""
    faults = [fault for fault in FAULTS if count >= len(FAULTS) or not fault.slow]
    deck: list[LineFault] = []
    while len(deck) < count:
        chance.shuffle(faults)
        deck += faults
    return deck[:count]


def _one(place: Place, fault: LineFault, chance: random.Random) -> tuple[float | None, list[str]]:
    """Let one fault begin, last and end; how long all took to be well, and what was wrong."""
    wrong, plant = [], place.plant
    plant.overload_s = plant.highest_a = 0.0
    plant.excused = fault.hits in (Hits.BOARD, Hits.TRUTH)
    began_s = time.monotonic()
    lasting_s = chance.uniform(*fault.lasting_s)
    end = fault.begin(place, chance)
    least_a, most_late_a = place.board.drawn_a(), 0.0
    step_s = began_s
    while (now_s := time.monotonic()) < began_s + lasting_s:
        if now_s >= step_s:
            plant.house_a, step_s = chance.uniform(*HOUSE_A), now_s + STEPS_EVERY_S
        car_a = place.board.drawn_a()
        least_a = min(least_a, car_a)
        if now_s > began_s + DLB_SILENCE_S + LATE_S:
            most_late_a = max(most_late_a, car_a)
        if fault.hits is Hits.METER and now_s > began_s + 1.0:
            plant.excused = True  # it hears nothing of the house any more
        time.sleep(LOOK_S)
    end()
    recovery_s = _until(lambda: _well(place), RECOVERS_WITHIN_S)
    plant.excused = False
    if recovery_s is None:
        wrong.append(f"not well after {RECOVERS_WITHIN_S:.0f} s: {_state(place)}")
    if fault.hits is Hits.NOTHING and least_a < CHARGES_A:
        wrong.append(f"the car had only {least_a:.1f} A meanwhile")
    if fault.silences and most_late_a > FALLBACK_METER_A + 0.5:
        wrong.append(f"the car had {most_late_a:.1f} A without a meter")
    if plant.overload_s > FOLLOWS_S + LATE_S:
        wrong.append(f"{plant.overload_s:.1f} s above the fuse, at most {plant.highest_a:.1f} A")
    wrong += complaints(place.wallbox.log, errors=False, afresh=True)
    return recovery_s, wrong


def _well(place: Place) -> bool:
    if place.board.drawn_a() < CHARGES_A:
        return False
    connector = place.connector()
    return not set(connector["faults"]) - WARNINGS and connector["limited_by"] != "meter_lost"


def _state(place: Place) -> str:
    try:
        connector = place.connector()
    except HarnessError as error:
        return str(error)
    told = {key: connector[key] for key in ("status", "limited_by", "limit_a", "faults")}
    return f"{told}, {place.board.drawn_a():.1f} A; {place.wallbox.log_end(600)}"


def _until(seen: Callable[[], bool], within_s: float) -> float | None:
    """Wait until something is seen; how long that took, None when it was not in time."""
    began_s = time.monotonic()
    while not seen():
        if time.monotonic() > began_s + within_s:
            return None
        time.sleep(LOOK_S)
    return time.monotonic() - began_s


def _books(place: Place, kind: str, findings: Findings) -> None:
    """Pull the plug, and compare the sessions with what flowed."""
    place.board.unplug()
    ended = _until(lambda: place.connector()["transaction"] is None, STARTS_WITHIN_S)
    findings.check(ended is not None, f"{kind}: the session does not end: {_state(place)}")
    sessions_wh = place.sessions_wh()
    flowed_wh = place.plant.energy_wh
    findings.energy_wh = round(sum(sessions_wh) - flowed_wh, 1)
    findings.check(
        abs(findings.energy_wh) <= ENERGY_WH + ENERGY_SHARE * flowed_wh,
        f"{kind}: {flowed_wh:.0f} Wh flowed, the sessions have {sessions_wh}",
    )
    findings.figures[f"sessions of {kind}"] = (
        f"{len(sessions_wh)}, {sum(sessions_wh) / 1000:.2f} kWh"
    )
    status = place.wallbox.stop()
    findings.check(status == 0, f"{kind}: it ended with status {status}")
