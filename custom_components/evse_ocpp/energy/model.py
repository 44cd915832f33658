"""The words of the energy side: a site, its circuits and charging points, and what is known now.

A *point* is what charges one car: a connector of a wallbox. Instants are monotonic seconds (`_s`)
where they measure how long ago something was, and aware local datetimes where people meet them.
Currents are A per phase; of the site (`Phases`, its L1, L2, L3) unless it says "the charger's own".
Power is W; what comes from the grid, and what a battery gives, is positive.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from .allowance import MIN_LIMIT_A, Mode, Reason
from .goal import Car, Goal
from .prices import Cheap, Prices, SunForecast

type Phases = tuple[float, float, float]
type Known = tuple[float | None, float | None, float | None]
type PointId = str
"""`identity/connector`."""

NOTHING: Phases = (0.0, 0.0, 0.0)
UNKNOWN: Known = (None, None, None)
NOMINAL_V = 230.0


# ------------------------------------------------------------------- what was set


@dataclass(frozen=True, slots=True)
class Circuit:
    """A fuse below the main one (or below `parent`), with `limit_a` per phase and `limit_w`."""

    id: str
    name: str
    limit_a: float
    parent: str | None = None
    limit_w: float | None = None


class BatteryRule(StrEnum):
    """Who gets the sun first, and whether the battery may empty into a car."""

    CAR_FIRST = "car_first"  # what would charge the battery is surplus too
    BATTERY_FIRST = "battery_first"  # until its state of charge is `priority_soc`


@dataclass(frozen=True, slots=True)
class BatterySettings:
    """Home battery. Percent of its charge.

    BATTERY_FIRST: below `priority_soc` what charges it is no surplus. `may_discharge`: above
    `buffer_soc` it may give power to a car in a solar mode; otherwise never on purpose.
    """

    rule: BatteryRule = BatteryRule.CAR_FIRST
    priority_soc: float = 50.0
    may_discharge: bool = False
    buffer_soc: float = 80.0


@dataclass(frozen=True, slots=True)
class SunSettings:
    """When the sun is used. Money is per kWh, in the currency of the prices.

    `residual_w`: what is left to the grid (positive: a reserve that is exported). `enable_s`,
    `disable_s`: how long the sun must have spoken for a start or a stop. A start pays from the
    break-even of `night_price`, `day_price` and `feed_in_price` on (energy/sun.py); with
    `only_surplus` from the full minimum power. `phase_s`: the same for one phase instead of three
    (a tenth of it for three), at most `switches_per_session` times, `switch_spacing_s` apart.
    """

    residual_w: float = 0.0
    enable_s: float = 5.0
    disable_s: float = 25.0
    phase_s: float = 900.0
    switch_spacing_s: float = 600.0
    switches_per_session: int = 10
    only_surplus: bool = False
    night_price: float = 0.23
    day_price: float = 0.30
    feed_in_price: float = 0.08


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What was set of a site. `fuse_a`: the main fuse, per phase; `phases`: 1 or 3.

    `contract_w`: the most power that the contract allows (a total). `capacity_w`: the highest mean
    of a quarter of an hour to aim at, of a capacity tariff. `unbalance_a`: the most by which two
    phases may differ because of cars. `dimmed_w`: what all cars together may take while the grid
    operator's signal is on and gives no number (§14a EnWG: 4.2 kW). `meter_timeout_s`: without a
    reading for so long the cars are at their fallback. `has_meter`: False where nothing is
    measured; then the fuse bears `house_reserve_a` for the house, and the rest is shared.
    `rotation_s`: where not all can charge at once, they take turns of so long.
    """

    fuse_a: float
    phases: int = 3
    circuits: tuple[Circuit, ...] = ()
    contract_w: float | None = None
    capacity_w: float | None = None
    unbalance_a: float | None = None
    dimmed_w: float = 4200.0
    has_meter: bool = True
    house_reserve_a: float = 0.0
    meter_timeout_s: float = 10.0
    rotation_s: float = 900.0
    sun: SunSettings = field(default_factory=SunSettings)
    battery: BatterySettings = field(default_factory=BatterySettings)


@dataclass(frozen=True, slots=True)
class PointSettings:
    """What was set of a charging point.

    `circuit`: id of the fuse right above it, None: the main fuse. `wiring`: to which phase of the
    site (0, 1, 2) each phase of the charger is wired; one entry for one phase. `priority`: higher
    goes first. `fallback_a`: what it falls to without us. `switches_phases`: it may be told to
    charge on one phase. `coarse_s`: a higher limit at most so often, as each is kept in flash.
    """

    id: PointId
    name: str = ""
    circuit: str | None = None
    wiring: tuple[int, ...] = (0, 1, 2)
    priority: int = 0
    minimum_a: float = MIN_LIMIT_A
    maximum_a: float = 16.0
    fallback_a: float = MIN_LIMIT_A
    switches_phases: bool = False
    coarse_s: float = 0.0


# ------------------------------------------------------------------- what is known now


class Asks(IntEnum):
    """What a point asks for."""

    NOTHING = 0
    """No car, not allowed by its owner, out of service, or faulty."""
    TO_START = 1
    """A car that may charge waits for current."""
    CHARGING = 2
    """A car takes current."""
    LITTLE = 3
    """A car that is offered current takes none: it is full, or waits for something of its own."""


@dataclass(frozen=True, slots=True)
class PointNow:
    """What is known of a point now.

    `mode`: a boost shows as FAST, and as `boost`. `limit_a`: the least of what its owner and its
    installation allow. `current_a`: measured, the charger's own L1 to L3. `told_a`: what the
    charger confirmed last, 0: a pause. `holds_a`: the most that it may draw by anything that it was
    told and has not confirmed to have given up, never less than `told_a`. `obeys` False: it ignores
    limits. `phases`: on how many the car was seen to draw in this session. `connected_phases`: how
    many are connected now, where the charger can switch.
    """

    mode: Mode = Mode.FAST
    asks: Asks = Asks.NOTHING
    limit_a: float = 16.0
    current_a: Known = UNKNOWN
    power_w: float | None = None
    measured_at_s: float | None = None
    told_a: float = 0.0
    told_at_s: float = -math.inf
    holds_a: float = 0.0
    connected: bool = True
    obeys: bool | None = None
    phases: int | None = None
    connected_phases: int = 3
    session: str | None = None
    session_wh: float = 0.0
    car: Car = field(default_factory=Car)
    goals: tuple[Goal, ...] = ()
    cheap: Cheap = field(default_factory=Cheap)
    boost: bool = False


@dataclass(frozen=True, slots=True)
class GridSample:
    """What the meter at the grid showed at `at_s`; import is positive.

    `current_a` where it measures phases; else only `power_w`, the sum.
    """

    at_s: float
    current_a: Phases | None = None
    power_w: float | None = None
    voltage_v: Phases = (NOMINAL_V, NOMINAL_V, NOMINAL_V)


@dataclass(frozen=True, slots=True)
class SiteNow:
    """What is known of a site now. `at`: the aware local time of `now_s`.

    `grid`: the newest sample, however old. `solar_w`: what the roof gives. `battery_w`: what the
    battery gives, negative while it charges. `dimmed_w`: what all cars together may take by the
    grid operator's signal; None: no signal.
    """

    now_s: float
    at: datetime
    grid: GridSample | None = None
    solar_w: float | None = None
    battery_w: float | None = None
    battery_soc: float | None = None
    dimmed_w: float | None = None
    prices: Prices = field(default_factory=Prices)
    sun: SunForecast = field(default_factory=SunForecast)
    points: Mapping[PointId, PointNow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """The house without its cars, at the time of the meter's sample.

    `house_a`: signed, per phase. `cars_a`: what each point draws, per phase of the site. `spare_w`:
    what the roof (and by the battery's rule the battery) had left, before any car: negative while
    the house imports by itself. `fresh`: False when the meter is silent or frozen. `least_a`: the
    least that a point may draw while its car follows a new limit; `cars_a` is the most then, and so
    is `spare_w`.
    """

    at_s: float
    house_a: Phases
    cars_a: Mapping[PointId, Phases]
    grid_w: float
    spare_w: float
    fresh: bool = True
    least_a: Mapping[PointId, Phases] = field(default_factory=dict)


# ------------------------------------------------------------------- what is decided


@dataclass(frozen=True, slots=True)
class Demand:
    """What a point should have by its mode, before fuses: nothing, or `least_a` to `most_a`.

    `most_a` 0: it waits. `phases`: on how many it should charge, None: as it is. `reason`: why not
    more. `urgent`: it goes before those that can wait, as a plan that would fail otherwise.
    `changes_at`: when this will be different, as far as is known.
    """

    least_a: float = 0.0
    most_a: float = 0.0
    reason: Reason = Reason.USER_LIMIT
    phases: int | None = None
    urgent: bool = False
    changes_at: datetime | None = None
    values: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What the fuses leave to a point: `limit_a` (0 or its minimum to the demand's `most_a`).

    `reason` where that is less than the demand, else None; `circuit`: which fuse. `changes_at_s`:
    when it may rise if all stays as it is.
    """

    limit_a: float
    reason: Reason | None = None
    circuit: str | None = None
    changes_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a point may take now, and why. 0: it pauses. `start`: a waiting car is to be started.

    `values`: numbers for the sentence that explains `reason` (energy/why.py).
    """

    limit_a: float
    reason: Reason
    phases: int | None = None
    start: bool = False
    changes_at: datetime | None = None
    values: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided in one turn, with the facts by which it was.

    `hold_battery`: the home battery should not discharge now, as it would empty into a car.
    """

    at: datetime
    grants: Mapping[PointId, Grant] = field(default_factory=dict)
    demands: Mapping[PointId, Demand] = field(default_factory=dict)
    house: House | None = None
    budget_a: Phases | None = None
    meter_lost: bool = False
    hold_battery: bool = False
