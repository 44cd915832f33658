"""How well a site keeps its fuse and uses the room: `python -m tests.bench.site_fuse`.

    --evenings 10 --first 200   evenings of the plant, and the seed of the first
    --only NAME                 one row
    --measured 10               how often a charger tells its currents, s (0: never)
    --cpu                       how much CPU one decision takes for 20 chargers
    --trace FILE.npz            a kettle's step, three cars and a silent meter, for
                                `site_fuse_plots.py`

House and cars are those of `plant.py`, over a "network": the meter's sample is 1 s old when it
comes, a command is 1 s on its way and its answer half a second more. A charger's own currents come
every 10 s, taken between two samples of the meter, 1 s old. The whole deciding class runs, with all
cars in mode fast, at the defaults. Simulated time; it needs numpy and Python 3.13.
"""

import argparse
import math
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

import tests.bench.energy_core  # noqa: F401
from custom_components.evse_ocpp.energy.controller import SiteController
from custom_components.evse_ocpp.energy.model import (
    Asks,
    Circuit,
    GridSample,
    Known,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
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
from tests.bench.sharing_cars import bound_as, jain

WIRINGS = ((0, 1, 2), (1, 2, 0), (2,))
BEGAN = datetime(2026, 1, 12, 17, tzinfo=UTC)
COMMAND_S, ANSWER_S, METER_OLD_S = 1.0, 1.5, 1.0


@dataclass(frozen=True)
class Case:
    """`phases`: of each car, columns of the house."""

    name: str
    phases: tuple[tuple[int, ...], ...]
    maximum_a: float = 16.0


CASES = (
    Case("one three-phase car, 11 kW", ((0, 1, 2),)),
    Case("one three-phase car, 22 kW", ((0, 1, 2),), 32.0),
    Case("one single-phase car, 7 kW", ((0,),), 32.0),
    Case("three three-phase cars, 11 kW", ((0, 1, 2),) * 3),
    Case("three single-phase cars on three phases", ((0,), (1,), (2,)), 32.0),
)


@dataclass
class Box:
    """A charger with its car, as the integration knows it: what was sent, and what was answered."""

    car: PlantCar
    told_a: float = MINIMUM_A
    told_at_s: float = -60.0
    measured: Known = (None, None, None)
    measured_at_s: float | None = None
    sent: deque[tuple[float, float]] = field(default_factory=deque)
    last_a: float = MINIMUM_A
    reports: deque[tuple[float, float, float]] = field(default_factory=deque)

    def tell(self, now_s: float, limit_a: float) -> None:
        if limit_a != self.last_a:
            self.last_a = limit_a
            self.sent.append((now_s + ANSWER_S, limit_a))
            self.car.tell(now_s, limit_a)

    def hear(self, now_s: float) -> None:
        while self.sent and self.sent[0][0] <= now_s:
            self.told_at_s, self.told_a = self.sent.popleft()
        while self.reports and self.reports[0][0] <= now_s:
            _, self.measured_at_s, amps = self.reports.popleft()
            self.measured = tuple(amps if p < len(self.car.phases) else 0.0 for p in range(3))

    def now(self) -> PointNow:
        return PointNow(
            asks=Asks.CHARGING if self.told_a > 0 else Asks.TO_START,
            limit_a=self.car.maximum_a,
            current_a=self.measured,
            measured_at_s=self.measured_at_s,
            told_a=self.told_a,
            told_at_s=self.told_at_s,
            holds_a=max(self.told_a, *(limit_a for _, limit_a in self.sent), 0.0),
            phases=len(self.car.phases),
            connected_phases=len(self.car.phases),
        )


class Plant:
    """A site with its deciding class; `meter_ends_s`: from then on the meter is silent."""

    def __init__(
        self, phases: Sequence[tuple[int, ...]], maximum_a: float, measured_s: float = 10.0
    ) -> None:
        self.boxes = [Box(PlantCar(each, maximum_a, command_s=COMMAND_S)) for each in phases]
        points = [
            PointSettings(f"box{index}/1", wiring=box.car.phases, maximum_a=maximum_a)
            for index, box in enumerate(self.boxes)
        ]
        self.ids = [each.id for each in points]
        self.controller = SiteController(SiteSettings(FUSE_A), points)
        self.figures = Figures()
        self.seen: list[tuple[float, ...]] = []
        self.measured_s, self.last_over_s = measured_s, 0.0
        self._late: deque[tuple[float, Phases]] = deque()
        self._grid: GridSample | None = None
        for box in self.boxes:  # all charge already
            box.car.tell(-30.0, MINIMUM_A)
            for step in range(30 * STEPS_PER_S):
                box.car.step(-30.0 + step * STEP_S)
            box.car.energy_as = 0.0

    def run(self, house: Series, meter_ends_s: float = math.inf) -> None:
        self.figures.hours = len(house) * STEP_S / 3600.0
        for second, rows in seconds(house):
            for step, row in enumerate(rows):
                now_s = second + step * STEP_S
                for box in self.boxes:
                    box.car.step(now_s)
                    box.hear(now_s)
                totals, cars = self._totals(row)
                self.figures.look(totals, cars)
                if max(totals) > FUSE_A:
                    self.last_over_s = now_s + STEP_S
                if step == 2:
                    self._measure(now_s)
                if step == 0:
                    self._sample(now_s, totals, meter_ends_s)
                    self._decide(now_s)
                    self.seen.append(
                        (now_s, row[0], *(v for b in self.boxes for v in (b.car.amps, b.last_a)))
                    )
        self.figures.energy_as = sum(box.car.energy_as for box in self.boxes)
        self.figures.changes = sum(box.car.changes for box in self.boxes) - len(self.boxes)
        self.figures.starts = sum(box.car.starts for box in self.boxes) - len(self.boxes)

    def _totals(self, row: list[float]) -> tuple[list[float], Phases]:
        cars = [0.0, 0.0, 0.0]
        for box in self.boxes:
            for phase in box.car.phases:
                cars[phase] += box.car.amps
        return [a + b for a, b in zip(row, cars, strict=True)], (cars[0], cars[1], cars[2])

    def _sample(self, now_s: float, totals: list[float], meter_ends_s: float) -> None:
        self._late.append((now_s, (totals[0], totals[1], totals[2])))
        if len(self._late) > METER_OLD_S:
            at_s, current_a = self._late.popleft()
            if at_s < meter_ends_s:
                self._grid = GridSample(at_s, current_a)

    def _measure(self, now_s: float) -> None:
        for index, box in enumerate(self.boxes):
            if self.measured_s and (int(now_s) + 3 * index) % self.measured_s == 0:
                box.reports.append((now_s + METER_OLD_S, now_s, box.car.amps))

    def _decide(self, now_s: float) -> None:
        points = {each: box.now() for each, box in zip(self.ids, self.boxes, strict=True)}
        now = SiteNow(now_s, BEGAN + timedelta(seconds=now_s), self._grid, points=points)
        decision = self.controller.decide(now)
        for each, box in zip(self.ids, self.boxes, strict=True):
            box.tell(now_s, decision.grants[each].limit_a)


# ------------------------------------------------------------------- figures


def one(case: Case, measured_s: float, seed: int) -> tuple[Figures, float]:
    """The figures of one evening, and how fair it was."""
    house = evening(seed)
    plant = Plant(case.phases, case.maximum_a, measured_s)
    plant.run(house)
    if len(plant.boxes) == 1:
        plant.figures.room_as = room_as(house, plant.boxes[0].car)
    else:
        plant.figures.room_as = bound_as(case, house)
    return plant.figures, jain([box.car.energy_as / len(box.car.phases) for box in plant.boxes])


def back_under_s(maximum_a: float, measured_s: float) -> list[float]:
    """From a balanced step of 14 A until all is under the fuse again, s: at eight instants between
    two samples."""
    took = []
    for offset in range(8):
        noise = np.random.default_rng(offset).normal(0.0, 0.02, (330 * STEPS_PER_S, 3))
        house = 4.0 + noise
        at = 300 * STEPS_PER_S + offset
        house[at:] += 14.0
        plant = Plant(((0, 1, 2),), maximum_a, measured_s)
        plant.run(house)
        took.append(plant.last_over_s - at * STEP_S)
    return sorted(took)


def decision_ms(count: int = 20) -> float:
    """How long one decision takes with so many chargers in five circuits, all charging: the mean
    of those with a new sample each, ms."""
    circuits = tuple(Circuit(f"c{each}", "", 40.0) for each in range(5))
    points = [
        PointSettings(f"box{each}/1", circuit=f"c{each % 5}", wiring=WIRINGS[each % 3])
        for each in range(count)
    ]
    controller = SiteController(SiteSettings(160.0, circuits=circuits), points)
    now = {
        each.id: PointNow(
            asks=Asks.CHARGING,
            current_a=(6.0 + index % 5, 6.0, 6.0),
            told_a=7.0 + index % 5,
            told_at_s=0.0,
            holds_a=7.0 + index % 5,
        )
        for index, each in enumerate(points)
    }
    turns, took_s = 400, 0.0
    for at in range(turns):
        grid = GridSample(at - 1.0, (150.0 + 9.0 * math.sin(at), 140.0, 120.0))
        known = {each: replace(point, measured_at_s=at - 1.0) for each, point in now.items()}
        turn = SiteNow(float(at), BEGAN + timedelta(seconds=at), grid, points=known)
        began_s = time.process_time()
        controller.decide(turn)
        took_s += time.process_time() - began_s
    return took_s / turns * 1000.0


def traces() -> dict[str, Series]:
    """Seconds to be drawn: columns are s, house in L1, then A and limit of each car, A."""
    noise = np.random.default_rng(1).normal(0.0, 0.05, (700 * STEPS_PER_S, 3))
    house: Series = 6.0 + noise
    house[300 * STEPS_PER_S : 420 * STEPS_PER_S] += 10.0
    kettle = Plant(((0, 1, 2),), 16.0)
    kettle.run(house)
    silent = Plant(((0, 1, 2),), 16.0)
    silent.run(6.0 + noise[: 400 * STEPS_PER_S], meter_ends_s=300.0)
    three = Plant(((0, 1, 2),) * 3, 16.0)
    three.run(evening(106)[: 2 * 3600 * STEPS_PER_S])
    shown = {"kettle": kettle, "meter-loss": silent, "three-cars": three}
    return {name: np.array(plant.seen) for name, plant in shown.items()}


# ------------------------------------------------------------------- shown


def main() -> None:
    """Print the table, or write what is to be drawn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evenings", type=int, default=10)
    parser.add_argument("--first", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--measured", type=float, default=10.0)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--trace", type=Path)
    args = parser.parse_args()
    if args.trace:
        np.savez(args.trace, **traces())
        return
    if args.cpu:
        sys.stdout.write(f"one decision for 20 chargers: {decision_ms():.2f} ms\n")
        return
    seeds = range(args.first, args.first + args.evenings)
    for case in CASES:
        if args.only not in case.name:
            continue
        total, fair = Figures(), []
        for seed in seeds:
            figures, fairness = one(case, args.measured, seed)
            total.add(figures)
            fair.append(fairness)
        row = "  ".join(f"{name} {value:.1f}" for name, value in total.row().items())
        sys.stdout.write(f"{case.name:40} {row}  fairness {np.mean(fair):.2f}\n")
        sys.stdout.flush()
    if args.only:
        return
    for maximum_a in (16.0, 32.0):
        took = back_under_s(maximum_a, args.measured)
        sys.stdout.write(
            f"balanced step of 14 A, car of {maximum_a:g} A: back under the fuse after "
            f"{took[0]:.2f} … {took[-1]:.2f} s\n"
        )


if __name__ == "__main__":
    main()
