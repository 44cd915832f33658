"""What the meter leaves to all cars: down at once by the whole excess, up to what was free. Pure.

Each *ceiling* (a phase of the main fuse, the contract's power, the capacity tariff, the difference
of two phases) has a budget in A. It falls with the sample that shows less room, and rises only to
what was free for a settling time; `memory` recognises pulses that come again, and waits for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from . import capacity
from .allowance import Reason
from .capacity import Quarter
from .memory import Memory, remember
from .meter_watch import is_lost
from .model import House, SiteSettings

SETTLE_S = 20.0
"""Room is given when it was there for so long. A third of the heat, and a tenth of the changes, of
regulators that give at once, for 2 points of energy."""

LONGEST_GAP_S = 180.0
"""Pulses (hob, oven) that come again within it are recognised."""

DEAD_BAND_A = 0.5
"""A budget rises by twice this at least."""

MARGIN_A = 0.25
"""A fall leaves so much free, a rise half of it."""

_FALL_A = 0.05
"""Less is no fall: half the last digit of a meter."""

_SURE_A = 0.2
"""So much below a budget in every sample of two seconds is no noise, and no mean is waited for."""

_SMALLEST_A = 6.0
"""Below this no car can charge, and the budget shows the room as it is."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Up to where the cars may go. `key`: `L1` … `L3`, `contract`, `capacity`, `L1-L2` ….

    `room_a`: for all cars together; power as A on each phase of the site (negative: overload).
    """

    key: str
    reason: Reason
    room_a: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What the cars may draw by one ceiling, A, and the room that it remembers."""

    reason: Reason
    amps: float
    memory: Memory


@dataclass(frozen=True, slots=True)
class Budgets:
    """By the ceilings' keys; of the sample of `at_s`, the first without a gap was that of
    `unbroken_since_s`."""

    at_s: float | None = None
    unbroken_since_s: float = 0.0
    quarter: Quarter = field(default_factory=Quarter)
    of: Mapping[str, Budget] = field(default_factory=dict)


def on_sample(
    state: Budgets,
    site: SiteSettings,
    house: House,
    house_w: float,
    power_a: float,
    utc_s: float,
    held_a: Callable[[str], float],
    apart_a: Callable[[str], float],
) -> Budgets:
    """Take the house of a new sample.

    `house_w`: without the cars. `power_a`: W per A on each phase. `held_a`: what the cars hold by
    a ceiling now: there it begins. `apart_a`: what is kept for those that cannot be steered.
    """
    gap = state.at_s is None or is_lost(state.at_s, house.at_s, site.meter_timeout_s)
    since_s = house.at_s if gap else state.unbroken_since_s
    quarter = state.quarter
    if site.capacity_w is not None:
        quarter = capacity.on_sample(quarter, house.at_s, utc_s, house.grid_w, site.capacity_w)
    settled = house.at_s - since_s >= SETTLE_S
    budgets = {
        each.key: _next(
            None if gap else state.of.get(each.key),
            replace(each, room_a=each.room_a - apart_a(each.key)),
            *(house.at_s, settled, held_a),
        )
        for each in ceilings(site, house, house_w, power_a, quarter)
    }
    return Budgets(house.at_s, since_s, quarter, budgets)


def ceilings(
    site: SiteSettings, house: House, house_w: float, power_a: float, quarter: Quarter
) -> tuple[Ceiling, ...]:
    """Return the room that the meter leaves by each ceiling.

    At most the fuse's rating, even while the roof exports: the wires behind the fuse carry both.
    """
    phases = range(site.phases)
    found = [
        Ceiling(f"L{phase + 1}", Reason.FUSE, site.fuse_a - max(0.0, house.house_a[phase]))
        for phase in phases
    ]
    if site.contract_w is not None:
        found.append(Ceiling("contract", Reason.CONTRACT, (site.contract_w - house_w) / power_a))
    if site.capacity_w is not None:
        left_w = capacity.allowed_w(quarter, site.capacity_w) - house_w
        found.append(Ceiling("capacity", Reason.CAPACITY, left_w / power_a))
    if site.unbalance_a is not None:
        found.extend(
            Ceiling(
                f"L{one + 1}-L{other + 1}",
                Reason.UNBALANCE,
                site.unbalance_a + house.house_a[other] - house.house_a[one],
            )
            for one in phases
            for other in phases
            if one != other
        )
    return tuple(found)


def may_rise_at_s(state: Budgets, key: str) -> float | None:
    """Return when a budget rises if the house stays as it is; None when it will not then."""
    budget = state.of.get(key)
    if budget is None:
        return None
    enough_a = budget.amps + 2 * DEAD_BAND_A + MARGIN_A / 2
    steps = budget.memory.steps
    if not steps or steps[-1][1] < enough_a:
        return None
    tight = [at_s for at_s, low_a in steps if low_a < enough_a]
    settled_s = state.unbroken_since_s + SETTLE_S
    return max(settled_s, tight[-1] + budget.memory.hold_s) if tight else settled_s


def _next(
    before: Budget | None,
    ceiling: Ceiling,
    at_s: float,
    settled: bool,
    held_a: Callable[[str], float],
) -> Budget:
    """Down at once by the whole excess; up to what was free all the time, if that is worth it."""
    memory = Memory(SETTLE_S) if before is None else before.memory
    amps = max(0.0, held_a(ceiling.key)) if before is None else before.amps
    memory = remember(memory, ceiling.room_a, at_s, SETTLE_S, LONGEST_GAP_S)
    given_a = memory.settled_a(at_s) - MARGIN_A / 2
    if memory.mean_a < amps - _FALL_A or memory.mean_a < _SMALLEST_A:
        amps = max(0.0, memory.mean_a - MARGIN_A)
    elif memory.most_a < amps - _SURE_A:
        amps = max(0.0, memory.most_a - MARGIN_A)
    elif settled and given_a >= amps + 2 * DEAD_BAND_A:
        amps = given_a
    return Budget(ceiling.reason, amps, memory)
