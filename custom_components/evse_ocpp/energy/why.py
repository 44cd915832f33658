"""Why a car gets what it gets: the key of a sentence, with its numbers. Pure.

The sentences are translations (`selector.why.options`); the shell puts numbers and instants into
them in the person's language, and a second one behind the first: when it will be different. Of the
sentences about a reason the first is taken whose numbers are all known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .allowance import Allowance, Occupancy, Reason
from .model import (
    NOMINAL_V,
    Asks,
    Decision,
    Grant,
    PointId,
    PointSettings,
    SiteNow,
    SiteSettings,
)

type Value = float | str | datetime
type Facts = Mapping[str, Value]

MAX_CHARS = 255
"""The longest state that Home Assistant takes."""
NAME_CHARS, NAMES_CHARS = 40, 60
"""So much of a circuit's name, and of the names of other cars, fits into a sentence."""


@dataclass(frozen=True, slots=True)
class Why:
    """A sentence by its `key`, the `values` of its placeholders, and the one behind it (`then`).

    `reason`: what it is about, for those who want it as a word; None where no limit is the reason.
    """

    key: str
    values: Facts = field(default_factory=dict)
    then: "Why | None" = None
    reason: str | None = None


class Outside(StrEnum):
    """Limits that are no choice of the user, the site or the back office."""

    INSTALLATION = "installation"  # what the installation bears
    FOREIGN_LIMIT = "foreign_limit"  # a profile of somebody else in the wallbox


class State(StrEnum):
    """What a point does that no limit explains."""

    OFFLINE = "offline"
    NO_CAR = "no_car"
    OUT_OF_SERVICE = "out_of_service"
    UNTOLD = "untold"  # it is connected, and has told no status yet
    NOT_STARTED = "not_started"
    STARTING = "starting"
    FULL = "full"


STATE_NEEDS: Mapping[State, tuple[str, ...]] = {
    State.OFFLINE: (),
    State.NO_CAR: (),
    State.OUT_OF_SERVICE: (),
    State.UNTOLD: (),
    State.NOT_STARTED: (),
    State.STARTING: ("amps",),
    State.FULL: ("amps",),
}
_SOLAR = {"solar": ("surplus_kw", "needed_kw"), "solar_plain": ()}
_PLAN = {
    "plan_overrun": ("overrun", "need_kwh", "due"),
    "plan_missed": ("possible_kwh", "need_kwh", "due"),
    "plan": ("need_kwh", "due"),
    "plan_plain": (),
}
VARIANTS: Mapping[Reason | Outside, Mapping[str, tuple[str, ...]]] = {
    Reason.USER_LIMIT: {"user_limit": ()},
    Reason.PAUSED: {"paused": ()},
    Reason.WINDOW: {"window": ()},
    Reason.BACK_OFFICE: {"back_office": ()},
    Reason.FUSE: {"fuse": ("fuse_a",)},
    Reason.CIRCUIT: {"circuit": ("circuit", "circuit_a"), "circuit_plain": ()},
    Reason.SHARING: {"sharing": ("others",), "sharing_plain": ()},
    Reason.CONTRACT: {"contract": ("contract_kw",), "contract_plain": ()},
    Reason.CAPACITY: {"capacity": ("capacity_kw",), "capacity_plain": ()},
    Reason.GRID_OPERATOR: {"grid_operator": ("dimmed_kw",), "grid_operator_plain": ()},
    Reason.UNBALANCE: {"unbalance": ("unbalance_a",), "unbalance_plain": ()},
    Reason.METER_LOST: {"meter_lost": ()},
    Reason.SOLAR: _SOLAR,
    Reason.PRICE: {
        "price_limit": ("price", "limit"),
        "price_hours": ("price", "hours"),
        "price": ("price",),
        "price_unknown": (),
    },
    Reason.PLAN: _PLAN,
    Reason.NO_PLAN: {"no_plan": ()},
    Reason.PHASE_SWITCH: {"phase_switch": ()},
    Reason.SITE_SILENT: {"site_silent": ()},
    Outside.INSTALLATION: {"installation": ()},
    Outside.FOREIGN_LIMIT: {"foreign_limit": ()},
}
"""The sentences of each reason, the one that says most first, with the numbers they need.

The key is `charging_…` (which needs `amps` as well) or `waiting_…`. `overrun` only chooses.
"""
CHOOSES_ONLY = frozenset({"overrun"})
THEN_UNTIL, THEN_MORE, THEN_ON = "then_until", "then_more", "then_on"
THEN_NEEDS = ("time",)
_ENDS = frozenset({Reason.PRICE, Reason.PLAN, Reason.WINDOW})
"""What charges by these reasons does so until it changes; by others it may have more then."""


def keys() -> Mapping[str, frozenset[str]]:
    """Return all sentences with their placeholders."""
    found = {state.value: frozenset(needs) for state, needs in STATE_NEEDS.items()}
    found |= {each: frozenset(THEN_NEEDS) for each in (THEN_UNTIL, THEN_MORE, THEN_ON)}
    for variants in VARIANTS.values():
        for name, needs in variants.items():
            found[f"waiting_{name}"] = frozenset(needs) - CHOOSES_ONLY
            found[f"charging_{name}"] = found[f"waiting_{name}"] | {"amps"}
    return found


def explain(
    each: PointId,
    decision: Decision,
    now: SiteNow,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    *,
    occupancy: Occupancy | None = None,
) -> Why:
    """Return why the site gave a point what it did; `occupancy`: what its connector does."""
    grant, point = decision.grants.get(each), now.points.get(each)
    if point is None or grant is None or not point.connected:
        return Why(State.OFFLINE)
    if occupancy in (Occupancy.FREE, Occupancy.OTHER):
        return Why(State.NO_CAR if occupancy is Occupancy.FREE else State.OUT_OF_SERVICE)
    idle = point.asks is Asks.NOTHING and point.session is None
    if idle and grant.reason in (Reason.PAUSED, Reason.USER_LIMIT):
        return Why(State.NOT_STARTED)
    amps = {"amps": grant.limit_a}
    if grant.limit_a > 0 and point.asks is Asks.LITTLE:
        return Why(State.FULL, amps)
    if grant.limit_a > 0 and point.asks is Asks.TO_START:
        return Why(State.STARTING, amps, reason=grant.reason)
    facts = _facts(each, grant, decision, now, site, points)
    return _sentence(grant.reason, grant.limit_a, facts, grant.changes_at)


def of_allowance(
    allowed: Allowance,
    *,
    occupancy: Occupancy,
    connected: bool = True,
    outside: Outside | None = None,
) -> Why:
    """Return why a wallbox takes what it does where no site decided it.

    `outside`: a limit that is lower than the allowance, and of which `limit_a` is then.
    """
    if not connected:
        return Why(State.OFFLINE)
    if occupancy in (Occupancy.FREE, Occupancy.OTHER):
        return Why(State.NO_CAR if occupancy is Occupancy.FREE else State.OUT_OF_SERVICE)
    if allowed.limit_a > 0 and occupancy is not Occupancy.CHARGING:
        amps = {"amps": allowed.limit_a}
        return Why(State.STARTING, amps) if allowed.want_start else Why(State.NOT_STARTED)
    facts = {name: _value(value) for name, value in allowed.values.items()}
    return _sentence(outside or allowed.reason, allowed.limit_a, facts, allowed.changes_at)


def _sentence(
    reason: Reason | Outside, limit_a: float, facts: Facts, changes_at: datetime | None
) -> Why:
    name, needs = next(
        (name, needs) for name, needs in VARIANTS[reason].items() if all(n in facts for n in needs)
    )
    values = {need: facts[need] for need in needs if need not in CHOOSES_ONLY}
    then = None if changes_at is None else Why(_then(reason, limit_a), {"time": changes_at})
    if limit_a <= 0:
        return Why(f"waiting_{name}", values, then, reason)
    return Why(f"charging_{name}", {"amps": limit_a, **values}, then, reason)


def _then(reason: Reason | Outside, limit_a: float) -> str:
    if limit_a <= 0:
        return THEN_ON
    return THEN_UNTIL if reason in _ENDS else THEN_MORE


# ------------------------------------------------------------------- the numbers


def _facts(
    each: PointId,
    grant: Grant,
    decision: Decision,
    now: SiteNow,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
) -> Facts:
    """Collect what a sentence may say."""
    facts: dict[str, Value] = {name: _value(value) for name, value in grant.values.items()}
    facts.pop("circuit", None)  # an id, here
    facts["fuse_a"] = site.fuse_a
    for name, value, factor in (
        ("contract_kw", site.contract_w, 1e-3),
        ("capacity_kw", site.capacity_w, 1e-3),
        ("dimmed_kw", now.dimmed_w, 1e-3),
        ("unbalance_a", site.unbalance_a, 1.0),
    ):
        if value is not None:
            facts[name] = value * factor
    for circuit in site.circuits:
        if circuit.id == grant.values.get("circuit"):
            facts |= {"circuit": _short(circuit.name, NAME_CHARS), "circuit_a": circuit.limit_a}
    others = [
        points[other].name or other
        for other, its in decision.grants.items()
        if other != each and its.limit_a > 0 and other in points
    ]
    if others:
        facts["others"] = _short(", ".join(others), NAMES_CHARS)
    facts |= _sun(each, grant, decision, now, points)
    return facts


def _sun(
    each: PointId,
    grant: Grant,
    decision: Decision,
    now: SiteNow,
    points: Mapping[PointId, PointSettings],
) -> Facts:
    """Return how much the sun leaves, and how much the car needs at least, in kW."""
    told = grant.values
    surplus_w = told.get("surplus_w")
    if surplus_w is None and decision.house is not None:
        surplus_w = decision.house.spare_w
    needed_w = told.get("needed_w")
    if needed_w is None and (settings := points.get(each)) is not None:
        phases = grant.phases or now.points[each].phases or len(settings.wiring)
        needed_w = settings.minimum_a * NOMINAL_V * phases
    if not isinstance(surplus_w, int | float) or not isinstance(needed_w, int | float):
        return {}
    return {"surplus_kw": max(0.0, surplus_w) / 1000, "needed_kw": needed_w / 1000}


def _value(value: float | str) -> Value:
    """Read an instant, which decisions carry as an ISO text."""
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


def _short(text: str, chars: int) -> str:
    return text if len(text) <= chars else text[: chars - 1].rstrip() + "…"
