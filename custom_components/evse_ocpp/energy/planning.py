"""Plans of all points of a site, kept up as it goes, and what they ask for now. Pure.

A plan is made anew when something that it rests on changes, when a run ends, and each `AGAIN_S`; a
turn in between only reads it. The points are planned one after the other, the most urgent first,
and each leaves to the next what its fuses and the sun have left. What is being charged in a run
goes on until the end of that run, so a plan that is made anew does not stop and start a car.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from . import car_power, cheap, house_profile, making, pursuit
from .allowance import Mode, Reason
from .car_power import CarPower
from .goal import Goal
from .house_profile import HouseProfile
from .making import Hold, Wish
from .model import (
    NOMINAL_V,
    Asks,
    Demand,
    House,
    PointId,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from .plan import Plan, PlanSlot
from .prices import Slot
from .pursuit import Pursuit
from .wires import used

AGAIN_S = 60.0

URGENT_S = 120.0
"""So long before the latest start a plan goes before what can wait."""

SUNNY_SHARE = 0.5
"""From so much sun on a stretch is left to the rule of a solar mode."""

BY_THE_SUN = (Mode.SOLAR, Mode.MINIMUM_SOLAR)

type GoalKey = tuple[PointId, str]


@dataclass(frozen=True, slots=True)
class PlanningState:
    """What was learned and planned. `rests_on`: what the plans were made of, at `planned_s`.

    `stored`: pursuits of before a restart, until their goals are there again.
    """

    profile: HouseProfile = field(default_factory=HouseProfile)
    pursuits: Mapping[GoalKey, Pursuit] = field(default_factory=dict)
    stored: Mapping[GoalKey, Callable[[Goal], Pursuit]] = field(default_factory=dict)
    cars: Mapping[PointId, CarPower] = field(default_factory=dict)
    plans: Mapping[PointId, Plan] = field(default_factory=dict)
    cheap_times: Mapping[PointId, tuple[Slot, ...]] = field(default_factory=dict)
    holds: Mapping[PointId, Hold] = field(default_factory=dict)
    rests_on: object = None
    planned_s: float = 0.0


def on_turn(
    state: PlanningState,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
    house: House | None,
) -> tuple[PlanningState, Mapping[PointId, Demand]]:
    """Return what plans and prices ask for: of each point in PLAN or CHEAP, and of any other whose
    goal needs to be charged for now.
    """
    state = _observe(state, points, now, house)
    rests_on = _basis(state, site, points, now)
    old = now.now_s - state.planned_s >= AGAIN_S
    if rests_on != state.rests_on or old or _a_run_ends(state, now):
        state = _plan(state, site, points, now, rests_on)
    demands = {}
    for each, settings in points.items():
        asked = _demand(state, each, settings, site, now)
        if asked is not None:
            demands[each] = asked
    return _remember(state, points, now), demands


def plans(state: PlanningState) -> Mapping[PointId, Plan]:
    """Return the plan of each point that has a goal which is not reached."""
    return state.plans


def to_dict(state: PlanningState) -> dict[str, object]:
    """Return what must outlive a restart, as JSON has it."""
    return {
        "house": house_profile.to_dict(state.profile),
        "cars": {
            each: {"power_w": car.power_w, "seen_w": car.seen_w} for each, car in state.cars.items()
        },
        "goals": [
            {"point": point, "goal": goal, **pursuit.to_dict(each)}
            for (point, goal), each in state.pursuits.items()
        ],
    }


def from_dict(stored: Mapping[str, object]) -> PlanningState:
    """Read `to_dict` back. Raises TypeError, ValueError or KeyError for what is not its shape."""
    house, cars, goals = (stored.get(key) for key in ("house", "cars", "goals"))
    if not isinstance(house, dict) or not isinstance(cars, dict) or not isinstance(goals, list):
        raise TypeError(f"planning: {sorted(stored)}; allowed are house, cars and goals.")
    return PlanningState(
        profile=house_profile.from_dict(house),
        cars={
            str(each): CarPower(car["power_w"], float(car["seen_w"])) for each, car in cars.items()
        },
        stored={(str(each["point"]), str(each["goal"])): pursuit.from_dict(each) for each in goals},
    )


# ------------------------------------------------------------------- what is known


def _observe(
    state: PlanningState,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
    house: House | None,
) -> PlanningState:
    """Learn the house and the cars, and count what was charged."""
    pursuits = {key: each for key, each in state.pursuits.items() if key[0] not in points}
    cars = dict(state.cars)
    for each in points:
        point = now.points[each]
        cars[each] = car_power.learn(state.cars.get(each, CarPower()), point, now.now_s)
        for goal in point.goals:
            key = (each, goal.id)
            old = state.pursuits.get(key)
            if old is None and key in state.stored:
                old = state.stored[key](goal)
            followed = pursuit.follow(old, goal, point, now.at)
            if followed is not None:
                pursuits[key] = followed
    left = {key: each for key, each in state.stored.items() if key[0] not in points}
    return replace(
        state,
        profile=house_profile.learn(state.profile, house, now),
        pursuits=pursuits,
        stored=left,
        cars=cars,
    )


def _basis(
    state: PlanningState,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
) -> object:
    """Return what plans rest on and what does not change by itself as time goes by."""
    of_points: list[object] = []
    for each, settings in points.items():
        point = now.points[each]
        of_points.append(
            (settings, point.mode, point.limit_a, point.goals, point.cheap, point.phases)
        )
        of_points.append((point.asks is Asks.NOTHING, point.car, state.cars[each].power_w))
    reached = tuple((key, each.due_at, each.done) for key, each in state.pursuits.items())
    return (now.prices, now.sun, site, of_points, reached)


def _plan(
    state: PlanningState,
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
    rests_on: object,
) -> PlanningState:
    """Make all plans anew."""
    wishes = []
    for each, settings in points.items():
        point = now.points[each]
        open_ones = [
            found
            for goal in point.goals
            if (found := state.pursuits.get((each, goal.id))) is not None and not found.done
        ]
        if point.mode is Mode.FAST and not open_ones:
            continue
        phases = used(settings, point, None, site.phases)
        most_w = _most_w(settings, point, state.cars[each], len(phases))
        # A car may take less than the least on all phases of the wallbox: it uses fewer.
        least_w = min(most_w, settings.minimum_a * NOMINAL_V * len(phases))
        wanted = [
            Wish(
                settings, found, point, phases, least_w, max(least_w, most_w), state.holds.get(each)
            )
            for found in open_ones
        ]
        if wanted:
            wishes.append(min(wanted, key=lambda wish: wish.latest_start_s))
    return replace(
        state,
        plans=making.plans(site, wishes, now, house_profile.expected(state.profile)),
        cheap_times={
            each: cheap.times(now.prices, now.points[each].cheap, now.at)
            for each in points
            if now.points[each].mode is Mode.CHEAP
        },
        rests_on=rests_on,
        planned_s=now.now_s,
    )


def _most_w(settings: PointSettings, point: PointNow, car: CarPower, phases: int) -> float:
    """What the car takes at most."""
    offered_w = min(settings.maximum_a, point.limit_a) * NOMINAL_V * phases
    return car_power.reckoned_w(car, point.car.power_w, offered_w)


# ------------------------------------------------------------------- what is asked for


def active(plan: Plan | None, at: datetime) -> PlanSlot | None:
    """Return the stretch of a plan in which `at` lies."""
    if plan is None:
        return None
    return next((slot for slot in plan.slots if slot.start <= at < slot.end), None)


def is_urgent(plan: Plan, at: datetime) -> bool:
    """Tell whether a plan would fail if it waited."""
    if not plan.met or plan.overrun:
        return True
    latest = plan.latest_start
    return latest is None or (latest - at).total_seconds() <= URGENT_S


def _demand(
    state: PlanningState, each: PointId, settings: PointSettings, site: SiteSettings, now: SiteNow
) -> Demand | None:
    """Return what a point asks for by its mode and its plan."""
    point, plan = now.points[each], state.plans.get(each)
    slot = active(plan, now.at)
    by_price = None
    if point.mode is Mode.CHEAP:
        times = state.cheap_times.get(each, ())
        by_price = cheap.demand(times, now.prices, point.cheap, point.limit_a, now.at)
    if plan is None:
        return by_price
    urgent = is_urgent(plan, now.at)
    if point.mode is Mode.FAST:
        return Demand(most_a=point.limit_a, urgent=True) if urgent else None
    if slot is None:
        return _waiting(plan, now) if point.mode is Mode.PLAN else by_price
    sunny = slot.from_sun_w >= SUNNY_SHARE * slot.power_w
    if point.mode in BY_THE_SUN and sunny and not urgent:
        return None
    most_a = point.limit_a
    if slot.from_sun_w > 0.0 and not urgent:
        phases = len(used(settings, point, None, site.phases))
        most_a = min(most_a, max(settings.minimum_a, slot.power_w / (NOMINAL_V * phases)))
    return Demand(
        most_a=most_a,
        reason=Reason.PLAN,
        urgent=urgent,
        changes_at=_end_of_run(plan, slot),
        values=_values(plan, now),
    )


def _a_run_ends(state: PlanningState, now: SiteNow) -> bool:
    """Tell whether a point was being charged at the last turn, and by its plan no more.

    What a slow start or a weak sun left over is charged right then: not after a pause.
    """
    return any(active(state.plans.get(each), now.at) is None for each in state.holds)


def _waiting(plan: Plan, now: SiteNow) -> Demand:
    """Return the demand of a point in mode PLAN outside its stretches."""
    following = next((slot.start for slot in plan.slots if slot.start > now.at), None)
    values = _values(plan, now)
    if following is not None:
        values["next_start"] = following.isoformat()
    return Demand(reason=Reason.PLAN, changes_at=following, values=values)


def _values(plan: Plan, now: SiteNow) -> dict[str, float | str]:
    """Return the numbers for the sentence that explains it; instants are ISO texts in UTC."""
    values: dict[str, float | str] = {
        "need_kwh": round(plan.need_wh / 1000.0, 2),
        "due": plan.due.isoformat(),
    }
    if plan.cost is not None:
        values["cost"] = round(plan.cost, 4)
    if (price := now.prices.at(now.at)) is not None:
        values["price"] = price.value
    if not plan.met:
        values["possible_kwh"] = round(plan.possible_wh / 1000.0, 2)
        if plan.ready_at is not None:
            values["ready_at"] = plan.ready_at.isoformat()
    if plan.overrun:
        values["overrun"] = 1.0
    if plan.soc_unknown:
        values["soc_unknown"] = 1.0
    return values


def _end_of_run(plan: Plan, current: PlanSlot) -> datetime:
    end = current.end
    for slot in plan.slots:
        if slot.start == end:
            end = slot.end
    return end


def _remember(
    state: PlanningState, points: Mapping[PointId, PointSettings], now: SiteNow
) -> PlanningState:
    """Keep on what runs, until the end of the stretch in which it runs; count what begins."""
    holds, pursuits = {}, dict(state.pursuits)
    for each in points:
        plan, before = state.plans.get(each), state.holds.get(each)
        slot = active(plan, now.at)
        if plan is None or slot is None:
            continue
        found = state.pursuits[(each, plan.goal_id)]
        if before is None or before.goal != found.goal:
            pursuits[(each, plan.goal_id)] = replace(found, starts=found.starts + 1)
        if before is not None and before.holds(found.goal, now):
            holds[each] = before
        else:
            holds[each] = Hold(slot.end.timestamp(), found.goal, now.prices)
    return replace(state, holds=holds, pursuits=pursuits)
