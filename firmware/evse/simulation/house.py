"""The house behind the fuse: what it draws from each phase, second by second. Pure.

The base is real: three days of one house in one-minute means (`data/ATTRIBUTION.txt`). Those were
measured on one phase and hide what happens within a minute, so two things are invented, always in
the same way for the same seed: the base is spread over three phases in fixed shares, and appliances
are added that switch within seconds.
"""

import csv
import random
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from evse.meters.reading import Phases

DATA_START_MINUTE_OF_DAY = 17 * 60 + 24
"""The data begin at 17:24."""

PHASE_SHARES: Phases = (0.45, 0.33, 0.22)
QUIET_A: Phases = (0.0, 0.0, 0.0)
QUIET_V = 230.0
DAY_S = 86_400


class HouseKind(StrEnum):
    """MEASURED: the data and the appliances. QUIET: no load, 230 V."""

    MEASURED = "measured"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class House:
    """`start_minute`: the minute of the data at which the simulation begins (0 is 17:24)."""

    kind: HouseKind = HouseKind.MEASURED
    seed: int = 1
    start_minute: int = 0


@dataclass(frozen=True, slots=True)
class Appliance:
    """A load that switches: `on_s` of every `period_s` (both s) while it is used."""

    name: str
    phase: int  # 0: L1
    current_a: float
    use_s: tuple[int, int]  # shortest, longest
    on_s: int
    period_s: int
    hours: tuple[tuple[int, int], ...]  # hours of the day in which a use may begin, once each


APPLIANCES = (
    Appliance("kettle", 0, 9.5, (120, 210), 210, 210, ((6, 8), (9, 11), (15, 17), (19, 22))),
    Appliance("hob", 1, 8.5, (900, 2100), 9, 21, ((12, 13), (18, 20))),
    Appliance("oven", 2, 11.0, (1800, 3000), 45, 110, ((11, 12), (18, 19))),
    Appliance("washing machine", 0, 8.8, (700, 1000), 1000, 1000, ((8, 11), (14, 18))),
    Appliance("hair dryer", 2, 6.5, (180, 420), 40, 55, ((7, 8), (21, 23))),
)


@dataclass(frozen=True, slots=True)
class _Use:
    appliance: Appliance
    start_s: int  # second of the day
    end_s: int

    def on(self, second: int) -> bool:
        within = self.start_s <= second < self.end_s
        return within and (second - self.start_s) % self.appliance.period_s < self.appliance.on_s


def load_a(house: House, t_s: float) -> Phases:
    """The house's current on each phase, A, `t_s` seconds after the start of the simulation."""
    if house.kind is HouseKind.QUIET:
        return QUIET_A
    power_w, volts = _minute(house, t_s)
    load = [power_w / volts * share for share in PHASE_SHARES]
    day, second = divmod(int(t_s) + (DATA_START_MINUTE_OF_DAY + house.start_minute) * 60, DAY_S)
    for use in _uses(house.seed, day):
        if use.on(second):
            load[use.appliance.phase] += use.appliance.current_a
    return (load[0], load[1], load[2])


def voltage_v(house: House, t_s: float) -> float:
    """The voltage of every phase, V."""
    return QUIET_V if house.kind is HouseKind.QUIET else _minute(house, t_s)[1]


def _minute(house: House, t_s: float) -> tuple[float, float]:
    rows = _rows()
    return rows[(house.start_minute + int(t_s // 60)) % len(rows)]


@cache
def _rows() -> tuple[tuple[float, float], ...]:
    """Power (W) and voltage (V) of each minute."""
    source = resources.files("evse.simulation") / "data" / "household_1min.csv"
    with source.open(encoding="utf-8") as lines:
        table = csv.DictReader(line for line in lines if not line.startswith("#"))
        return tuple((float(row["power_w"]), float(row["voltage"])) for row in table)


@cache
def _uses(seed: int, day: int) -> tuple[_Use, ...]:
    """When the appliances run on a day."""
    chance = random.Random(f"{seed}:{day}")
    uses = []
    for appliance in APPLIANCES:
        for first_hour, last_hour in appliance.hours:
            start_s = chance.randrange(first_hour * 3600, last_hour * 3600)
            uses.append(_Use(appliance, start_s, start_s + chance.randint(*appliance.use_s)))
    return tuple(uses)
