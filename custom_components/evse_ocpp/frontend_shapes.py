"""What the cards are told, by its names: the shapes of card/src/feed.ts, which must stay the same.

Instants are ISO 8601 with an offset; None: not known. Lists of currents are of the phases L1, L2,
L3; what has one phase has one.
"""

from typing import Any, TypedDict

from homeassistant.util.json import JsonValueType


class Session(TypedDict):
    """The session that runs at a connector, else its last one. `card`: the name of the card, else
    the end of its number; `person`: the name of the person."""

    running: bool
    started_at: str
    ended_at: str | None
    energy_wh: float
    cost: float | None
    currency: str | None
    unpriced_wh: float
    sun_wh: float | None
    battery_wh: float | None
    grid_wh: float | None
    co2_g: float | None
    card: str | None
    person: str | None


class WhyTold(TypedDict):
    """The sentence of the current, and the one behind it: `then`, with the instant of it."""

    key: str
    sentence: str
    then: str | None
    next_change: str | None


class PlanNow(TypedDict):
    """What is planned for the goal that is first."""

    goal_id: str
    due: str
    met: bool
    needed_kwh: float
    possible_kwh: float
    starts_at: str | None
    ready_at: str | None
    cost: float | None


class SiteNow(TypedDict):
    """The house's connection. `grid_a`: what flows at the grid, cars included, negative is export;
    None: the meter is silent. `cars_a`: what all cars take of it. `sum_only`: the meter tells no
    phases, so `grid_a` is an even share. `has_meter`: False where nothing is measured at all."""

    site_id: str
    name: str
    fuse_a: list[float]
    grid_a: list[float | None]
    cars_a: list[float | None]
    has_meter: bool
    sum_only: bool
    meter_lost: bool
    surplus_w: float | None
    price: float | None
    currency: str


class Snapshot(TypedDict):
    """All that is told of a connector beside its entities.

    `loaded`: False while its server does not run; then nothing else is known but what was told
    before. `fault`: in the wallbox's words. `plan_revision`: grows when goals, plan or prices
    changed, which is the reason to ask for `evse_ocpp/plan` anew.
    """

    identity: str
    connector_id: int
    device_id: str
    name: str
    loaded: bool
    connected: bool
    minimum_a: float
    maximum_a: float
    phases: int
    power_w: float | None
    currents_a: list[float | None]
    limit_a: float | None
    offered_a: float | None
    boost_until: str | None
    fault: str | None
    session: Session | None
    why: WhyTold | None
    plan: PlanNow | None
    site: SiteNow | None
    plan_revision: int


class PlanDetail(TypedDict):
    """The answer of `evse_ocpp/plan`: prices (money per kWh) and sun (W) from now on, all goals,
    and what is planned for the first. `soc_known`: somebody tells the car's state of charge."""

    currency: str
    prices: list[JsonValueType]
    sun: list[JsonValueType]
    goals: list[dict[str, Any]]
    planned: dict[str, Any] | None
    soc_known: bool
    battery_kwh: float | None
