"""How much of what the sun could save a site's deciding class saves, on simulated days.

    PYTHONPATH=.:firmware python -m tests.bench.site_sun
    --seeds 4 --first 101   days of each sky, and the seed of the first
    --measured 10           how often a charger tells its currents, s
    --only NAME             one installation
    --trace FILE.json       a changeable day of a single-phase car for site_sun_plots.py, instead

Roofs, skies, house and cars are those of `solar_day.py` (second by second), but over a "network":
the meter's sample is 1 s old when it comes, a command is 1 s on its way, its answer arrives a
second later, and a charger's own currents come every 10 s, 1 s old. The whole deciding class runs,
all at its defaults. Who may switch phases is switched when the car has drawn nothing for 10 s.

Gain: what is paid less over the day than if the same energy were charged at the night's price, as
a share of what perfect foresight gains: it knows each second's surplus, changes its current,
starts, stops and switches phases at once, and charges exactly while that gains something.
"""

import argparse
import json
import sys
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import tests.bench.energy_core  # noqa: F401
from custom_components.evse_ocpp.energy.allowance import Mode
from custom_components.evse_ocpp.energy.break_even import break_even_share, gain_per_h
from custom_components.evse_ocpp.energy.controller import SiteController
from custom_components.evse_ocpp.energy.model import (
    Asks,
    GridSample,
    Known,
    Phases,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
    SunSettings,
)
from tests.bench.solar_day import BEGIN_S, END_S, SKIES, VOLTAGE_V, Car, Day, day

AIMS = {"single-phase": 97.0, "three-phase": 96.0, "switching": 92.0}
SITE = SiteSettings(fuse_a=63.0)
BOX = "box/1"
MIDNIGHT = datetime(2026, 6, 21, tzinfo=UTC)
SWITCH_S = 10


@dataclass(frozen=True)
class Installation:
    """The phases on which it begins, those that it may use, and the most current, A."""

    phases: int
    may: tuple[int, ...]
    maximum_a: float

    def settings(self) -> PointSettings:
        return PointSettings(
            BOX,
            wiring=(0, 1, 2)[: max(self.may)],
            maximum_a=self.maximum_a,
            switches_phases=len(self.may) > 1,
        )

    def ranges_w(self) -> list[tuple[float, float]]:
        """What the car can draw on each number of phases."""
        all_v = [Car.draws * VOLTAGE_V * phases for phases in self.may]
        return [(6.0 * volts, self.maximum_a * volts) for volts in all_v]


INSTALLATIONS = {
    "single-phase": Installation(1, (1,), 32.0),
    "three-phase": Installation(3, (3,), 16.0),
    "switching": Installation(3, (1, 3), 16.0),
}


@dataclass
class Run:
    """What came of a day, second by second."""

    offered_a: list[float] = field(default_factory=list)
    car_w: list[float] = field(default_factory=list)
    phases: list[int] = field(default_factory=list)


class Plant:
    """A site with one car in mode SOLAR, plugged in all day."""

    def __init__(self, installation: Installation, measured_s: int) -> None:
        self.controller = SiteController(SITE, [installation.settings()])
        self.phases, self.maximum_a = installation.phases, installation.maximum_a
        self.measured_s = measured_s
        self.car, self.run = Car(), Run()
        self._orders: deque[float] = deque([0.0, 0.0])
        self._told_a, self._told_at_s = 0.0, -60.0
        self._grids: deque[GridSample] = deque(maxlen=2)
        self._measures: deque[tuple[float, float]] = deque([(-60.0, 0.0)], maxlen=2)
        self._idle_s = 0

    def second(self, now_s: float, surplus_w: float) -> None:
        car_a = self._phases_a(self.car.current_a)
        l1, l2, l3 = (amps - surplus_w / 3 / VOLTAGE_V for amps in car_a)
        self._grids.append(GridSample(now_s, (l1, l2, l3)))
        if now_s % self.measured_s == 0:
            self._measures.append((now_s, self.car.current_a))
        grant = self.controller.decide(self._now(now_s)).grants[BOX]
        self._orders.append(grant.limit_a)
        at_the_charger_a, answered_a = self._orders[1], self._orders.popleft()
        if answered_a != self._told_a:
            self._told_a, self._told_at_s = answered_a, now_s
        idle = self.car.current_a == 0.0 and at_the_charger_a == 0.0
        self._idle_s = self._idle_s + 1 if idle else 0
        if grant.phases not in (None, self.phases) and self._idle_s >= SWITCH_S:
            self.phases = grant.phases or self.phases
        self.run.offered_a.append(grant.limit_a)
        self.run.phases.append(self.phases)
        self.run.car_w.append(self.car.second(at_the_charger_a) * VOLTAGE_V * self.phases)

    def _phases_a(self, amps: float) -> Phases:
        return (amps, amps * (self.phases > 1), amps * (self.phases > 2))

    def _now(self, now_s: float) -> SiteNow:
        heard = [each for each in self._measures if each[0] < now_s] or [self._measures[0]]
        measured_at_s, amps = heard[-1]
        measured: Known = self._phases_a(amps)
        point = PointNow(
            mode=Mode.SOLAR,
            asks=Asks.CHARGING if self._told_a > 0 else Asks.TO_START,
            limit_a=self.maximum_a,
            current_a=measured,
            measured_at_s=measured_at_s,
            told_a=self._told_a,
            told_at_s=self._told_at_s,
            holds_a=max(self._told_a, *self._orders),
            connected_phases=self.phases,
            session="s",
        )
        at = MIDNIGHT + timedelta(seconds=now_s)
        return SiteNow(now_s, at, self._grids[0], points={BOX: point})


def drive(a_day: Day, installation: Installation, measured_s: int) -> Run:
    """Charge through a day."""
    plant = Plant(installation, measured_s)
    for second, surplus_w in enumerate(a_day.surplus_w):
        plant.second(float(BEGIN_S + second), surplus_w)
    return plant.run


@dataclass
class Figures:
    """Sums over days. Gains in the currency of the prices."""

    gained: float = 0.0
    possible: float = 0.0
    kwh: float = 0.0
    starts: int = 0
    changes: int = 0
    switches: int = 0
    days: int = 0

    def add(self, a_day: Day, run: Run, installation: Installation, sun: SunSettings) -> None:
        ranges = installation.ranges_w()
        for surplus_w, car_w in zip(a_day.surplus_w, run.car_w, strict=True):
            powers = [min(high, max(low, surplus_w)) for low, high in ranges]
            best = max(gain_per_h(each, surplus_w, sun) for each in powers)
            self.possible += max(0.0, best) / 3600
            self.gained += gain_per_h(car_w, surplus_w, sun) / 3600
        self.kwh += sum(run.car_w) / 3.6e6
        self.starts += sum(a == 0.0 < b for a, b in pairwise(run.offered_a))
        self.changes += sum(a != b for a, b in pairwise(run.offered_a))
        self.switches += sum(a != b for a, b in pairwise(run.phases))
        self.days += 1

    def merge(self, other: "Figures") -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def percent(self) -> float:
        return 100.0 * self.gained / self.possible

    def __str__(self) -> str:
        hours = self.days * (END_S - BEGIN_S) / 3600
        return (
            f"{self.percent:6.1f} % of {self.possible / self.days:4.2f} a day, "
            f"{self.kwh / self.days:5.1f} kWh/day, {self.starts / hours:4.2f} starts/h, "
            f"{self.changes / hours:4.0f} changes/h, {self.switches / self.days:4.1f} switches/day"
        )


def measure(name: str, seeds: range, measured_s: int) -> float:
    """Print the figures of an installation; the share of perfect foresight's gain, %."""
    installation, whole = INSTALLATIONS[name], Figures()
    for sky in SKIES:
        figures = Figures()
        for seed in seeds:
            a_day = day(sky, seed)
            figures.add(a_day, drive(a_day, installation, measured_s), installation, SITE.sun)
        print(f"{name:12} {sky:10} {figures}", flush=True)
        whole.merge(figures)
    print(f"{name:12} all        {whole}   aim {AIMS[name]:g} %", flush=True)
    return whole.percent


def trace(path: Path, seed: int) -> None:
    """Write what `site_sun_plots.py` draws: a changeable day of a single-phase car, by minutes."""

    def minutes_kw(watts: list[float]) -> list[float]:
        return [fmean(watts[at : at + 60]) / 1000 for at in range(0, len(watts) - 59, 60)]

    installation = INSTALLATIONS["single-phase"]
    a_day = day("changeable", seed)
    least_kw = installation.ranges_w()[0][0] / 1000
    car_kw = minutes_kw(drive(a_day, installation, 10).car_w)
    rows = {
        "hours": [(BEGIN_S + 60 * minute) / 3600 for minute in range(len(car_kw))],
        "surplus_kw": minutes_kw([max(0.0, surplus_w) for surplus_w in a_day.surplus_w]),
        "car_kw": car_kw,
        "least_kw": least_kw,
        "pays_kw": least_kw * break_even_share(SITE.sun),
    }
    path.write_text(json.dumps(rows))


def main() -> None:
    """Measure; exit status 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first", type=int, default=101)
    parser.add_argument("--measured", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--trace", type=Path)
    options = parser.parse_args()
    if options.trace:
        trace(options.trace, 104)
        return
    seeds = range(options.first, options.first + options.seeds)
    missed = [
        name
        for name, aim in AIMS.items()
        if options.only in name and measure(name, seeds, options.measured) < aim
    ]
    print(f"missed: {', '.join(missed)}" if missed else "all aims kept")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
