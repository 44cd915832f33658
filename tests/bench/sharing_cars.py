"""Three cars behind one fuse: `python -m tests.bench.sharing_cars [--evenings 6] [--first 300]`.

The house and the cars of `plant.py`; each car is at a wallbox of its own, which are a group by the
cores that are shipped: the master's budget from load balancing, grants and reports twice a second,
each 0.1 s on its way, the members' currents as their reports tell them.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from evse.balancing import alignment, dlb
from evse.balancing.alignment import Alignment
from evse.balancing.dlb import DlbSettings, DlbState
from evse.balancing.house import HouseSample
from evse.sharing import master, member
from evse.sharing.connector import Need
from evse.sharing.messages import Grant, Report, decode, encode
from evse.sharing.needs import CarMemory, Seen, look, need
from tests.bench.plant import (
    FUSE_A,
    MINIMUM_A,
    STEP_S,
    Figures,
    Phases,
    PlantCar,
    Series,
    evening,
    seconds,
)

WIRED = (True, True, True)
SUPPLY_A = (80.0, 80.0, 80.0)
"""The common line is no limit here: the fuse is."""


@dataclass(frozen=True)
class Case:
    """`phases`: of each car."""

    name: str
    phases: tuple[tuple[int, ...], ...]
    maximum_a: float = 16.0


CASES = (
    Case("three three-phase cars, 11 kW", ((0, 1, 2),) * 3),
    Case("three single-phase cars on three phases", ((0,), (1,), (2,)), maximum_a=32.0),
)


class Box:
    """A wallbox with its car, as its core sees it."""

    def __init__(self, phases: tuple[int, ...], maximum_a: float) -> None:
        self.car = PlantCar(phases, maximum_a)
        self.memory = CarMemory()

    @property
    def amps(self) -> Phases:
        return tuple(self.car.amps if phase in self.car.phases else 0.0 for phase in range(3))

    def need(self, now_s: float) -> Need:
        seen = Seen(True, self.car.limit_a, self.amps, self.car.maximum_a)
        self.memory = look(self.memory, seen, WIRED, now_s)
        return need(self.memory, seen, now_s)


class Group:
    """A master and its members on a bus that loses nothing."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        units = range(2, len(boxes) + 1)
        self.rule = master.MasterSettings(
            1, SUPPLY_A, dict.fromkeys(units, (0.0,)), without_meter_a=(MINIMUM_A,) * 3
        )
        self.state = master.MasterState.initial(self.rule, 1, 0.0)
        self.rules = {unit: member.MemberSettings(unit) for unit in units}
        self.members = {
            unit: member.MemberState.initial(self.rules[unit], unit + 7) for unit in units
        }
        self.dlb_rule = DlbSettings(FUSE_A, MINIMUM_A)
        self.dlb = DlbState.initial()
        self.alignment = Alignment()

    def house(self, now_s: float, house_a: Phases) -> None:
        """The master's sample of the house and of its own car."""
        own = self.boxes[0].amps
        sample = HouseSample(now_s, house_a, own)
        self.alignment, ready = alignment.house_seen(self.alignment, sample, FUSE_A, now_s)
        before = dlb.budget_a(self.dlb, self.dlb_rule, now_s)
        for each in ready:
            self.dlb = dlb.on_sample(self.dlb, each, self.dlb_rule, now_s)
        after = dlb.budget_a(self.dlb, self.dlb_rule, now_s)
        if any(now < was for now, was in zip(after, before, strict=True)):
            self.divide(now_s)

    def report(self, now_s: float) -> None:
        """All members report; the bytes are those of the bus."""
        for unit, rule in self.rules.items():
            box = self.boxes[unit - 1]
            state, report = member.turn(self.members[unit], [box.need(now_s)], now_s, rule)
            self.members[unit] = state
            heard = decode(encode(report))
            assert isinstance(heard, Report)
            self.state = master.on_report(self.state, heard, now_s + 0.1, self.rule)
            amps = heard.connectors[0].measured_a or (0.0, 0.0, 0.0)
            self.alignment = alignment.car_seen(self.alignment, unit, now_s + 0.1, amps)

    def divide(self, now_s: float) -> None:
        """A turn of the master; every member takes its grant."""
        budget_a = dlb.budget_a(self.dlb, self.dlb_rule, now_s)
        turn = master.turn(self.state, budget_a, [self.boxes[0].need(now_s)], now_s, self.rule)
        self.state = turn.state
        for unit, grant in turn.grants.items():
            heard = decode(encode(grant))
            assert isinstance(heard, Grant)
            rule = self.rules[unit]
            self.members[unit] = member.on_grant(self.members[unit], heard, now_s + 0.1, rule)

    def tell(self, now_s: float) -> None:
        """Every wallbox tells its car."""
        for number, box in enumerate(self.boxes, 1):
            if number == 1:
                limit = master.share(self.state, 1, now_s, self.rule)
            else:
                limit = member.share(self.members[number], 1, now_s, self.rules[number])
            box.car.tell(now_s, min(box.car.maximum_a, limit.amps_at(now_s)))


def run(case: Case, seed: int) -> tuple[Figures, list[float], float]:
    """One evening: the figures, what each car got (A·s), and the bound (A·s)."""
    house = evening(seed)
    boxes = [Box(phases, case.maximum_a) for phases in case.phases]
    group = Group(boxes)
    figures = Figures(hours=len(house) * STEP_S / 3600.0)
    for second, rows in seconds(house):
        for step, row in enumerate(rows):
            now_s = second + step * STEP_S
            for box in boxes:
                box.car.step(now_s)
            cars = tuple(sum(box.amps[phase] for box in boxes) for phase in range(3))
            totals = [a + b for a, b in zip(row, cars, strict=True)]
            figures.look(totals, cars)
            if step == 0:
                group.house(now_s, tuple(totals))
            if step in {1, 3}:
                group.report(now_s)
                group.divide(now_s)
            group.tell(now_s)
    figures.changes = sum(box.car.changes for box in boxes)
    figures.starts = sum(box.car.starts for box in boxes)
    got = [box.car.energy_as for box in boxes]
    figures.energy_as, figures.room_as = sum(got), bound_as(case, house)
    return figures, got, figures.room_as


def bound_as(case: Case, house: Series) -> float:
    """The most charge that fits, at every instant, for cars that follow at once; A·s over phases.

    Cars that draw 0.98 of the limit lose nothing by it: the limit can be set above.
    """
    room = FUSE_A - house
    if len(case.phases[0]) == 3:
        most = np.min(room, axis=1)
        shared = np.minimum(most, len(case.phases) * case.maximum_a)
        return float(3 * np.where(most < MINIMUM_A, 0.0, shared).sum() * STEP_S)
    used = np.minimum(room, case.maximum_a)  # each on a phase of its own
    return float(np.where(room < MINIMUM_A, 0.0, used).sum() * STEP_S)


def jain(amounts: Sequence[float]) -> float:
    """Jain's index of fairness: 1 when all got the same."""
    return sum(amounts) ** 2 / (len(amounts) * sum(amount**2 for amount in amounts))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evenings", type=int, default=6)
    parser.add_argument("--first", type=int, default=300)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    seeds = range(args.first, args.first + args.evenings)
    with ProcessPoolExecutor(2) as pool:
        for case in CASES:
            if args.only not in case.name:
                continue
            total, fairness = Figures(), []
            for figures, got, _ in pool.map(partial(run, case), seeds):
                total.add(figures)
                pairs = zip(got, case.phases, strict=True)
                fairness.append(jain([amount / len(phases) for amount, phases in pairs]))
            shown = "  ".join(f"{name} {value:.1f}" for name, value in total.row().items())
            sys.stdout.write(f"{case.name:40} {shown}  fairness {np.mean(fairness):.2f}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
