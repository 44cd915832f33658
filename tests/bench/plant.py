"""The plant on which load balancing is measured: a house behind its main fuse, cars, a meter.

The house is real at its base: three days of one household in one-minute means (attribution in
`firmware/evse/simulation/data`), measured on one phase and spread over three in shares that change
from evening to evening. What switches within a minute is invented with a fixed seed: kettles, hob
and oven pulses, washing machines, dish washers, hair dryers, microwaves, and a little noise.

The cars follow the pilot after 2 s, at 12 A/s down and 2 A/s up, start after 10 s and draw 0.98 of
their limit. "On the box" the meter's sample of each second is decided on at once; over a "network"
it is 1 s old when it comes, and the command is 1 s on its way.
"""

import csv
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

STEP_S = 0.25
STEPS_PER_S = 4
FUSE_A = 25.0
OVER_SHARE = 1.1
"""More than 10 % over the fuse counts as over, as in the figures of the peers."""

VOLTS = 230.0
MINIMUM_A = 6.0
DATA_START_S = (17 * 60 + 24) * 60
DAYS = 3
FIRST_HOUR, LAST_HOUR = 17, 22
"""An evening."""

Series = NDArray[np.float64]
Phases = tuple[float, float, float]


@dataclass(frozen=True)
class Appliance:
    """`amps`, `use_s`, `on_s`, `off_s`: from … to, drawn once a use; `per_evening`: how many uses
    are to be expected; `heat_up_s`: on without pulses at first; `phases`: 1 or 3."""

    name: str
    amps: tuple[float, float]
    use_s: tuple[float, float]
    per_evening: float
    on_s: tuple[float, float] = (1e6, 1e6)
    off_s: tuple[float, float] = (0.0, 0.0)
    heat_up_s: tuple[float, float] = (0.0, 0.0)
    phases: int = 1


APPLIANCES = (
    Appliance("kettle", (8.0, 13.0), (90, 240), 1.5),
    Appliance("hob", (5.0, 10.0), (600, 1800), 0.5, on_s=(4, 14), off_s=(5, 26)),
    Appliance("oven", (9.0, 13.0), (1500, 3000), 0.25, (20, 60), (40, 140), (300, 600)),
    Appliance("washing machine", (8.0, 9.5), (600, 1100), 0.8),
    Appliance("dish washer", (8.0, 10.0), (700, 1300), 0.8),
    Appliance("hair dryer", (4.0, 9.0), (120, 420), 0.3, on_s=(15, 60), off_s=(5, 20)),
    Appliance("microwave", (5.0, 7.0), (60, 300), 0.7, on_s=(6, 20), off_s=(4, 14)),
    Appliance("heat pump", (3.0, 6.0), (900, 2400), 1.0, phases=3),
)


@cache
def _minutes() -> Series:
    """Current of each minute of the data, A."""
    source = resources.files("evse.simulation") / "data" / "household_1min.csv"
    with source.open(encoding="utf-8") as lines:
        table = csv.DictReader(line for line in lines if not line.startswith("#"))
        return np.array([float(row["power_w"]) / float(row["voltage"]) for row in table])


def evening(seed: int) -> Series:
    """What the house draws, A: one row each `STEP_S`, three columns."""
    chance = random.Random(f"evening {seed}")
    noise = np.random.default_rng(seed)
    count = (LAST_HOUR - FIRST_HOUR) * 3600 * STEPS_PER_S
    shares = sorted((chance.uniform(0.2, 0.5) for _ in range(3)), reverse=True)
    chance.shuffle(shares)
    minutes = _minutes()
    start = (seed % DAYS) * 24 * 60 + FIRST_HOUR * 60 - DATA_START_S // 60 + chance.randrange(30)
    # Each minute's mean begins at an instant of its own: real loads do not switch on the minute.
    rows = np.arange(count) * STEP_S / 60.0
    jitter = noise.uniform(0.0, 0.9, size=rows.size // (60 * STEPS_PER_S) + 2)
    index = start + rows.astype(int) - (rows % 1.0 < jitter[rows.astype(int)]).astype(int)
    base = minutes[np.clip(index, 0, len(minutes) - 1)]
    house = np.outer(base, np.array(shares) / sum(shares))
    for appliance in APPLIANCES:
        for _ in range(_poisson(chance, appliance.per_evening)):
            _switch_on(house, appliance, chance)
    slow = np.repeat(noise.normal(0.0, 0.15, size=(count // 8 + 1, 3)), 8, axis=0)[:count]
    return np.maximum(0.05, house + slow)


def _poisson(chance: random.Random, mean: float) -> int:
    count, left = 0, chance.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + chance.expovariate(1.0)
    return count


def _switch_on(house: Series, appliance: Appliance, chance: random.Random) -> None:
    amps = chance.uniform(*appliance.amps)
    on_s, off_s = chance.uniform(*appliance.on_s), chance.uniform(*appliance.off_s)
    at = chance.randrange(len(house))
    end = at + round(chance.uniform(*appliance.use_s) * STEPS_PER_S)
    columns = [0, 1, 2] if appliance.phases == 3 else [chance.randrange(3)]
    first_s = max(on_s, chance.uniform(*appliance.heat_up_s))
    while at < min(end, len(house)):
        until = min(end, at + max(1, round(first_s * STEPS_PER_S)))
        house[at:until, columns] += amps
        # A thermostat is no clock.
        at = until + max(1, round(off_s * chance.uniform(0.85, 1.15) * STEPS_PER_S))
        first_s = on_s * chance.uniform(0.85, 1.15)


@dataclass
class PlantCar:
    """One car on `phases` (columns of the house); `limit_a` 0 pauses it."""

    phases: tuple[int, ...] = (0, 1, 2)
    maximum_a: float = 32.0
    share: float = 0.98
    delay_s: float = 2.0
    start_s: float = 10.0
    command_s: float = 0.0
    amps: float = 0.0
    changes: int = 0
    starts: int = 0
    energy_as: float = 0.0
    limit_a: float = 0.0
    _heard: deque[tuple[float, float]] = field(default_factory=deque)
    _follows_a: float = 0.0
    _may_start_s: float = 0.0

    def tell(self, now_s: float, limit_a: float) -> None:
        """The pilot, in steps of 0.1 A."""
        limit_a = int(limit_a * 10.0 + 1e-6) / 10.0
        if limit_a < MINIMUM_A:
            limit_a = 0.0
        if limit_a == self.limit_a:
            return
        self.changes += 1
        self.starts += self.limit_a == 0.0
        self.limit_a = limit_a
        self._heard.append((now_s + self.command_s + self.delay_s, limit_a))

    def step(self, now_s: float) -> None:
        while self._heard and self._heard[0][0] <= now_s + 1e-9:
            _, limit_a = self._heard.popleft()
            if self._follows_a == 0.0:
                self._may_start_s = now_s + self.start_s - self.delay_s
            self._follows_a = limit_a
        target_a = min(self.maximum_a, self._follows_a * self.share)
        if now_s < self._may_start_s:
            target_a = 0.0
        if target_a > self.amps:
            self.amps = min(target_a, self.amps + 2.0 * STEP_S)
        else:
            self.amps = max(target_a, self.amps - 12.0 * STEP_S)
        self.energy_as += self.amps * len(self.phases) * STEP_S


@dataclass
class Figures:
    """What an evening showed. `over_s`: a phase that a car draws from is over by more than 10 %."""

    hours: float = 0.0
    over_s: float = 0.0
    heat_a2s: float = 0.0
    energy_as: float = 0.0
    room_as: float = 0.0
    changes: int = 0
    starts: int = 0
    longest_s: float = 0.0
    _stretch_s: float = 0.0

    def look(self, totals: list[float], cars: Phases) -> None:
        """One step of the plant."""
        over = False
        for total, car in zip(totals, cars, strict=True):
            if car > 0.5 and total > FUSE_A:
                self.heat_a2s += (total * total - FUSE_A * FUSE_A) * STEP_S
                over = over or total > FUSE_A * OVER_SHARE
        self._stretch_s = self._stretch_s + STEP_S if over else 0.0
        self.over_s += STEP_S * over
        self.longest_s = max(self.longest_s, self._stretch_s)

    def add(self, other: "Figures") -> None:
        """Sum up evenings."""
        for name in ("hours", "over_s", "heat_a2s", "energy_as", "room_as", "changes", "starts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest_s = max(self.longest_s, other.longest_s)

    def row(self) -> dict[str, float]:
        """The figures per hour, as the peers have theirs."""
        return {
            "s/h over by > 10 %": self.over_s / self.hours,
            "heat kA²s/h": self.heat_a2s / self.hours / 1000.0,
            "energy % of room": 100.0 * self.energy_as / self.room_as,
            "changes/h": self.changes / self.hours,
            "starts/h": self.starts / self.hours,
            "longest over, s": self.longest_s,
        }


def room_as(house: Series, car: PlantCar) -> float:
    """The charge that the fuse leaves for a car which follows at once, A·s over its phases."""
    room = np.min(FUSE_A - house[:, list(car.phases)], axis=1)
    room = np.where(room < MINIMUM_A, 0.0, np.minimum(room, car.maximum_a))
    return float(room.sum()) * STEP_S * len(car.phases)


def seconds(house: Series) -> Iterator[tuple[float, list[list[float]]]]:
    """Each second of the house with its steps."""
    rows = house.tolist()
    for at in range(0, len(rows), STEPS_PER_S):
        yield at * STEP_S, rows[at : at + STEPS_PER_S]
