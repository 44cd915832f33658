"""How well load balancing keeps the fuse and uses the room: `python -m tests.bench.balancing`.

    --evenings 20 --first 200   evenings of the plant, and the seed of the first
    --only NAME                 one row
    --peers                     the rules of two peers beside ours, restated, on the same plant
    --plots docs/images         draw a kettle's step and an evening, instead of figures

All rows are at the default settings of the wallbox. Simulated time; the figures are those of the
plant in `plant.py`, and no wall-clock time matters.
"""

import argparse
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from evse.balancing import dlb
from evse.balancing.dlb import DlbSettings, DlbState
from evse.balancing.house import HouseSample
from tests.bench.plant import (
    FUSE_A,
    MINIMUM_A,
    STEP_S,
    STEPS_PER_S,
    Figures,
    Phases,
    PlantCar,
    Series,
    evening,
    room_as,
    seconds,
)

Regulator = Callable[[float, Phases, Phases, float], float]
"""`(sampled at s, house A, car A, now s)` → the limit, A."""

SETTINGS = DlbSettings(maximum_a=FUSE_A, fallback_a=MINIMUM_A)


@dataclass(frozen=True)
class Case:
    """A row. `network`: the sample is 1 s old when it comes, and the command 1 s on its way."""

    name: str
    phases: tuple[int, ...] = (0, 1, 2)
    maximum_a: float = 16.0
    network: bool = False
    every_s: int = 1


CASES = (
    Case("three-phase car, 11 kW, on the box"),
    Case("three-phase car, 22 kW, on the box", maximum_a=32.0),
    Case("single-phase car, 7 kW, on the box", phases=(0,), maximum_a=32.0),
    Case("three-phase car, 11 kW, network", network=True),
    Case("single-phase car, 7 kW, network", phases=(0,), maximum_a=32.0, network=True),
)


# ------------------------------------------------------------------- regulators


def ours(case: Case) -> Regulator:
    """Load balancing as it is shipped."""
    used = (0 in case.phases, 1 in case.phases, 2 in case.phases)
    settings = DlbSettings(FUSE_A, MINIMUM_A, phases_used=used)
    state = DlbState.initial()

    def regulate(at_s: float, house_a: Phases, car_a: Phases, now_s: float) -> float:
        nonlocal state
        state = dlb.on_sample(state, HouseSample(at_s, house_a, car_a), settings, now_s)
        return dlb.limit(state, settings, now_s).amps_at(now_s)

    return regulate


def quarter(case: Case) -> Regulator:
    """SmartEVSE 3.5's rule restated: each 2 s down by the whole difference, up by a quarter."""
    limit_a, last_s, free_s = MINIMUM_A, -9.0, None

    def regulate(at_s: float, house_a: Phases, _: Phases, now_s: float) -> float:
        nonlocal limit_a, last_s, free_s
        if at_s - last_s < 2.0:
            return limit_a
        last_s = at_s
        left_a = min(FUSE_A - house_a[phase] for phase in case.phases)
        if limit_a < MINIMUM_A:
            free_s = None if left_a < MINIMUM_A + 1.0 else at_s if free_s is None else free_s
            restart = free_s is not None and at_s - free_s >= 60.0
            limit_a = MINIMUM_A if restart else 0.0
            return limit_a
        limit_a = limit_a + left_a if left_a < 0 else min(case.maximum_a, limit_a + left_a / 4)
        if limit_a < MINIMUM_A:
            limit_a, free_s = 0.0, None
        return limit_a

    return regulate


def cycle(case: Case) -> Regulator:
    """openWB's rule restated: a cycle of 10 s, up by at most 5 A."""
    limit_a, last_s = MINIMUM_A, -99.0

    def regulate(at_s: float, house_a: Phases, _: Phases, now_s: float) -> float:
        nonlocal limit_a, last_s
        if at_s - last_s < 10.0:
            return limit_a
        last_s = at_s
        left_a = min(FUSE_A - house_a[phase] for phase in case.phases)
        if limit_a < MINIMUM_A:
            limit_a = MINIMUM_A if left_a >= MINIMUM_A + 1.0 else 0.0
        else:
            limit_a = min(case.maximum_a, limit_a + min(5.0, left_a))
            limit_a = 0.0 if limit_a < MINIMUM_A else limit_a
        return limit_a

    return regulate


RULES: dict[str, Callable[[Case], Regulator]] = {
    "ours": ours,
    "as SmartEVSE": quarter,
    "as openWB": cycle,
}


# ------------------------------------------------------------------- on the plant


def run(case: Case, regulate: Regulator, house: Series) -> tuple[Figures, list[tuple[float, ...]]]:
    """One evening; the figures, and `(s, house, car, limit)` of each second in the first phase."""
    car = PlantCar(case.phases, case.maximum_a, command_s=1.0 if case.network else 0.0)
    figures = Figures(hours=len(house) * STEP_S / 3600.0, room_as=room_as(house, car))
    late: deque[tuple[float, Phases, Phases]] = deque()
    seen = []
    for second, rows in seconds(house):
        for step, row in enumerate(rows):
            now_s = second + step * STEP_S
            car.step(now_s)
            cars = tuple(car.amps if phase in case.phases else 0.0 for phase in range(3))
            totals = [a + b for a, b in zip(row, cars, strict=True)]
            figures.look(totals, cars)
            if step:
                continue
            late.append((now_s, tuple(totals), cars))
            if len(late) > case.network:
                car.tell(now_s, min(case.maximum_a, regulate(*late.popleft(), now_s)))
            phase = case.phases[0]
            seen.append((now_s, row[phase], car.amps, car.limit_a))
    figures.energy_as, figures.changes, figures.starts = car.energy_as, car.changes, car.starts
    return figures, seen


def one(case: Case, rule: str, seed: int) -> Figures:
    """The figures of one evening."""
    return run(case, RULES[rule](case), evening(seed))[0]


def total(case: Case, rule: str, seeds: Sequence[int], pool: ProcessPoolExecutor) -> Figures:
    """The figures of many evenings."""
    figures = Figures()
    for each in pool.map(partial(one, case, rule), seeds):
        figures.add(each)
    return figures


def back_under_s(case: Case, rule: str) -> list[float]:
    """From a balanced step of 14 A until the total is under the fuse again, s; four instants.

    On the box the meter is read at each step of the plant, as the wallbox does beside a car.
    """
    took = []
    for offset in range(STEPS_PER_S):
        noise = np.random.default_rng(offset).normal(0.0, 0.02, (400 * STEPS_PER_S, 3))
        house = 4.0 + noise
        at = 300 * STEPS_PER_S + offset
        house[at:] += 14.0
        car = PlantCar(case.phases, case.maximum_a, command_s=1.0 if case.network else 0.0)
        regulate, late, last_over_s = RULES[rule](case), deque[tuple[float, Phases, Phases]](), 0.0
        for second, rows in seconds(house):
            for step, row in enumerate(rows):
                now_s = second + step * STEP_S
                car.step(now_s)
                cars = (car.amps,) * 3
                totals = tuple(a + b for a, b in zip(row, cars, strict=True))
                if now_s >= at * STEP_S and max(totals) > FUSE_A:
                    last_over_s = now_s + STEP_S
                if step and case.network:
                    continue
                late.append((now_s, totals, cars))
                if len(late) > case.network:
                    limit_a = regulate(*late.popleft(), now_s)
                    car.tell(now_s, min(case.maximum_a, limit_a))
        took.append(last_over_s - at * STEP_S)
    return took


# ------------------------------------------------------------------- shown


def main() -> None:
    """Print the table, or draw the plots."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evenings", type=int, default=20)
    parser.add_argument("--first", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--plots", type=Path)
    args = parser.parse_args()
    if args.plots:
        from tests.bench.balancing_plots import draw

        draw(args.plots)
        return
    seeds = range(args.first, args.first + args.evenings)
    rules = list(RULES) if args.peers else ["ours"]
    with ProcessPoolExecutor(2) as pool:
        for case in CASES:
            if args.only not in case.name:
                continue
            for rule in rules:
                row = total(case, rule, seeds, pool).row()
                shown = "  ".join(f"{name} {value:.1f}" for name, value in row.items())
                sys.stdout.write(f"{case.name:38} {rule:13} {shown}\n")
                sys.stdout.flush()
        for network, maximum_a in ((False, 16.0), (False, 32.0), (True, 16.0), (True, 32.0)):
            case = Case("step", maximum_a=maximum_a, network=network)
            for rule in rules:
                took = sorted(back_under_s(case, rule))
                where = "network" if network else "on the box"
                sys.stdout.write(
                    f"balanced step of 14 A, {where:10}, car of {maximum_a:g} A, {rule:13} back "
                    f"under the fuse after {took[0]:.2f} … {took[-1]:.2f} s\n"
                )


if __name__ == "__main__":
    main()
