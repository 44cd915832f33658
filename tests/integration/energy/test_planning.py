"""Plans as they go: what is asked for now, and that it neither flaps nor fails in silence."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy import planning
from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.goal import Car, Goal, GoalUnit
from custom_components.evse_ocpp.energy.model import (
    Asks,
    Circuit,
    House,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from custom_components.evse_ocpp.energy.planning import PlanningState
from custom_components.evse_ocpp.energy.prices import Cheap, Prices, Slot, SunForecast

ROME = ZoneInfo("Europe/Rome")
EVENING = datetime(2026, 3, 10, 18, 0, tzinfo=ROME)
NIGHT = dict.fromkeys((1, 2, 3), 0.10) | {0: 0.15, 4: 0.14}
ONE = {"b/1": PointSettings("b/1", maximum_a=16.0)}
SITE = SiteSettings(fuse_a=25.0)
KNOWN = Car(power_w=11_040.0)
BY_SEVEN = Goal("g", 20.0, ready_time=time(7))


def hourly(values: dict[int, float], hours: int = 30, start: datetime = EVENING) -> Prices:
    first, hour = start.astimezone(UTC), timedelta(hours=1)
    instants = [first + each * hour for each in range(hours)]
    return Prices.of(
        Slot(each, each + hour, values.get(each.astimezone(ROME).hour, 0.30)) for each in instants
    )


PRICES = hourly(NIGHT)


def point(**more) -> PointNow:
    fields = {"mode": Mode.PLAN, "asks": Asks.TO_START, "goals": (BY_SEVEN,), "session": "s"}
    fields["car"] = KNOWN
    return PointNow(**(fields | more))


def now(at: datetime = EVENING, prices: Prices = PRICES, points=None, **more) -> SiteNow:
    return SiteNow(at.timestamp(), at, prices=prices, points=points or {"b/1": point()}, **more)


def turn(state=None, site=SITE, points=ONE, house=None, **more):
    seen = more.pop("seen", None) or now(**more)
    return planning.on_turn(state or PlanningState(), site, points, seen, house)


CHARGING = {"b/1": point(asks=Asks.CHARGING)}


def planned(**more):
    state, _ = turn(**more)
    return planning.plans(state)["b/1"]


def hours(plan) -> list[str]:
    return [slot.start.astimezone(ROME).strftime("%H:%M") for slot in plan.slots]


# ------------------------------------------------------------------- plans


def test_the_cheapest_hours_are_planned():
    plan = planned()
    assert hours(plan) == ["02:11", "03:00"]
    assert (plan.met, plan.starts, plan.overrun) == (True, 1, False)
    assert plan.cost == pytest.approx(2.0)
    assert sum(slot.energy_wh for slot in plan.slots) == pytest.approx(20_000)
    assert plan.due.astimezone(ROME) == datetime(2026, 3, 11, 7, tzinfo=ROME)
    assert plan.ready_at.astimezone(ROME) == datetime(2026, 3, 11, 4, tzinfo=ROME)


def test_no_time_to_choose_is_said_at_once_with_what_is_possible():
    much = Goal("g", 60.0, ready_at=EVENING + timedelta(hours=3))
    state, demands = turn(seen=now(points={"b/1": point(goals=(much,))}))
    plan = planning.plans(state)["b/1"]
    assert not plan.met
    assert plan.possible_wh == pytest.approx(3 * 11_040, rel=0.06)
    assert plan.ready_at > EVENING + timedelta(hours=5)
    asked = demands["b/1"]
    assert (asked.most_a, asked.urgent) == (16.0, True)
    assert asked.values["possible_kwh"] == pytest.approx(plan.possible_wh / 1000, abs=0.01)
    assert "ready_at" in asked.values


def test_just_in_time_begins_now_and_is_met():
    tight = Goal("g", 10.5, ready_at=EVENING + timedelta(hours=1))
    state, demands = turn(seen=now(points={"b/1": point(goals=(tight,))}))
    plan = planning.plans(state)["b/1"]
    assert plan.met
    assert plan.starts == 1
    assert demands["b/1"].urgent


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (Prices(), "latest start"),
        (hourly(NIGHT, hours=6), "waits for prices"),
        (hourly({}, hours=30), "latest start"),
    ],
)
def test_without_prices_it_starts_late_with_a_margin(prices, expected):
    plan = planned(prices=prices)
    assert plan.met
    assert plan.starts == 1
    end = plan.slots[-1].end
    assert timedelta(minutes=5) <= plan.due - end <= timedelta(minutes=10)
    assert plan.slots[0].start > plan.due - timedelta(hours=2, minutes=20)


def test_beyond_the_known_prices_only_the_shortfall_is_planned():
    much = Goal("g", 40.0, ready_time=time(7))
    known = hourly({19: 0.05}, hours=10)  # until 04:00, not quite three hours before
    plan = planned(seen=now(prices=known, points={"b/1": point(goals=(much,))}))
    assert hours(plan)[0] == "19:00"
    assert plan.slots[-1].end.astimezone(ROME).hour == 6


def test_a_hole_in_the_prices_counts_as_their_mean():
    holes = Prices.of(slot for slot in PRICES.slots if slot.start.astimezone(ROME).hour != 2)
    assert hours(planned(prices=holes)) == ["01:00", "03:00"]


def test_what_the_fuse_will_leave_is_planned_with():
    """load-control item 10: with the wallbox's rating kilowatt-hours would be missing."""
    points = {"b/1": replace(ONE["b/1"], maximum_a=32.0)}
    state, at = PlanningState(), EVENING - timedelta(days=1)
    while at < EVENING:
        busy_a = 15.0 if at.hour in (1, 2, 3) else 1.0
        house = House(at.timestamp(), (busy_a, 0.0, 0.0), {}, busy_a * 230, 0.0)
        empty = {"b/1": point(goals=(), asks=Asks.NOTHING, limit_a=32.0)}
        state, _ = turn(state, points=points, house=house, seen=now(at, points=empty))
        at += timedelta(seconds=60)
    large = point(limit_a=32.0, car=Car(power_w=22_080.0))
    state, _ = turn(state, points=points, seen=now(points={"b/1": large}))
    plan = planning.plans(state)["b/1"]
    by_hour = {slot.start.astimezone(ROME).hour: round(slot.power_w) for slot in plan.slots}
    assert by_hour == {1: 6555, 2: 6555, 3: 6555, 4: 15732}
    assert plan.starts == 1


def test_plans_share_what_the_fuse_leaves_the_most_urgent_first():
    points = {each: PointSettings(each) for each in ("a/1", "b/1")}
    soon = Goal("g", 20.0, ready_time=time(5))
    asks = {"a/1": point(), "b/1": point(goals=(soon,))}
    site = SiteSettings(fuse_a=20.0)
    state, _ = turn(site=site, points=points, seen=now(points=asks))
    first, second = planning.plans(state)["b/1"], planning.plans(state)["a/1"]
    assert first.cost < second.cost
    both = [(slot.start, slot.end) for plan in (first, second) for slot in plan.slots]
    assert all(a[1] <= b[0] or b[1] <= a[0] for a in both for b in both if a != b)


def test_a_circuit_below_the_fuse_counts():
    garage = Circuit("garage", "Garage", 10.0)
    site = SiteSettings(fuse_a=25.0, circuits=(garage, Circuit("w", "", 63.0, "garage", 5000.0)))
    for circuit, power_w in (("garage", 10 * 690 * 0.95), ("w", 5000 * 0.95)):
        points = {"b/1": replace(ONE["b/1"], circuit=circuit)}
        state, _ = turn(site=site, points=points, seen=now())
        assert planning.plans(state)["b/1"].slots[0].power_w == pytest.approx(power_w)


def test_a_contract_counts_in_all():
    site = SiteSettings(fuse_a=25.0, contract_w=7000.0)
    state, _ = turn(site=site, seen=now())
    assert planning.plans(state)["b/1"].slots[0].power_w == pytest.approx(7000 - 3 * 2 * 230)


def test_without_a_meter_the_house_has_its_reserve():
    site = SiteSettings(fuse_a=25.0, has_meter=False, house_reserve_a=15.0)
    state, _ = turn(site=site, seen=now())
    assert planning.plans(state)["b/1"].slots[0].power_w == pytest.approx(10 * 690 * 0.95)


def test_the_sun_costs_what_it_would_bring():
    noon = datetime(2026, 3, 10, 8, tzinfo=ROME)
    sun = SunForecast.of([Slot(noon + timedelta(hours=4), noon + timedelta(hours=6), 6500.0)])
    goal = Goal("g", 10.0, ready_at=noon + timedelta(hours=10))
    seen = now(noon, hourly({9: 0.15}, 30, noon), {"b/1": point(goals=(goal,))}, sun=sun)
    state, _ = turn(seen=seen)
    plan = planning.plans(state)["b/1"]
    assert hours(plan)[0] == "12:20"
    assert plan.slots[0].from_sun_w == plan.slots[0].power_w == 6000.0
    assert plan.cost == pytest.approx(10.0 * 0.08)


def test_the_earliest_start_goes_first():
    later = Goal("z", 5.0, ready_at=EVENING + timedelta(hours=20))
    both = {"b/1": point(goals=(later, BY_SEVEN))}
    assert planned(seen=now(points=both)).goal_id == "g"


def test_few_starts():
    prices = hourly({20: 0.1, 22: 0.1, 1: 0.1, 3: 0.1})
    many = planned(prices=prices)
    few = replace(BY_SEVEN, most_starts=1)
    one = planned(seen=now(prices=prices, points={"b/1": point(goals=(few,))}))
    assert (many.starts, one.starts) == (2, 1)
    assert many.cost < one.cost


def test_a_warm_battery_at_the_end():
    warm = replace(BY_SEVEN, precondition_s=1800.0)
    plan = planned(seen=now(points={"b/1": point(goals=(warm,))}))
    assert hours(plan)[-1] == "06:30"
    assert plan.slots[-1].end == plan.due


def test_a_nearly_full_battery_takes_longer():
    goal = Goal("g", 100.0, GoalUnit.PERCENT, ready_time=time(7))
    car = Car(soc_percent=70.0, battery_kwh=60.0, efficiency=0.9)
    plan = planned(seen=now(prices=Prices(), points={"b/1": point(goals=(goal,), car=car)}))
    assert plan.due - plan.slots[-1].end > timedelta(minutes=20)
    assert not plan.soc_unknown
    unknown = point(goals=(goal,), car=replace(car, soc_percent=None))
    assert planned(seen=now(points={"b/1": unknown})).soc_unknown


def test_what_the_car_takes_is_planned_with():
    slow = point(car=Car(power_w=3700.0))
    assert planned(seen=now(points={"b/1": slow})).slots[0].power_w == 3700.0
    single = point(phases=1)
    plan = planned(seen=now(points={"b/1": single}))
    assert plan.slots[-1].power_w == pytest.approx(16 * 230)


@pytest.mark.parametrize("night", ["2026-03-28T18:00", "2026-10-24T18:00"])
def test_the_night_of_a_clock_change(night):
    start = datetime.fromisoformat(night).replace(tzinfo=ROME)
    plan = planned(seen=now(start, hourly(NIGHT, 30, start)))
    assert plan.met
    assert plan.due.astimezone(ROME).hour == 7
    assert sum(slot.energy_wh for slot in plan.slots) == pytest.approx(20_000)
    assert plan.cost == pytest.approx(2.0)


def test_prices_of_five_minutes_are_joined_to_quarters():
    five = timedelta(minutes=5)
    fine = Prices.of(
        Slot(slot.start + each * five, slot.start + (each + 1) * five, slot.value + 0.001 * each)
        for slot in PRICES.slots
        for each in range(12)
    )
    plan = planned(prices=fine)
    quarters = [each for each in plan.slots if (each.end - each.start) == timedelta(minutes=15)]
    assert len(quarters) == 7
    assert plan.cost == pytest.approx(2.066, abs=0.001)


def test_a_few_minutes_that_are_left_of_a_cheap_hour_start_nothing():
    at = EVENING + timedelta(minutes=55)
    prices = hourly({18: 0.05, 1: 0.10, 2: 0.11})
    assert hours(planned(seen=now(at, prices)))[0] == "01:00"
    five_more = EVENING + timedelta(minutes=45)
    assert hours(planned(seen=now(five_more, prices)))[0] == "18:45"


def test_what_runs_is_not_paused_for_a_few_minutes():
    prices = hourly({18: 0.10, 19: 0.05})
    state, demands = turn(seen=now(EVENING + timedelta(minutes=40), prices, CHARGING))
    assert demands["b/1"].most_a == 16.0
    # The hour of 19:00 alone would be enough now; but it runs.
    less = {"b/1": point(asks=Asks.CHARGING, session_wh=9500.0)}
    for minute in (51, 52, 55, 58):
        seen = now(EVENING + timedelta(minutes=minute), prices, less)
        state, demands = turn(state, seen=seen)
        assert demands["b/1"].most_a == 16.0


# ------------------------------------------------------------------- what is asked for


def at_night(**fields):
    """State planned in the evening, then a turn at 02:30 of a point as given."""
    state, _ = turn(seen=now(points={"b/1": point(**fields)}))
    return turn(state, seen=now(EVENING + timedelta(hours=8.5), points={"b/1": point(**fields)}))


@pytest.mark.parametrize(
    ("mode", "evening", "night"),
    [
        (Mode.PLAN, 0.0, 16.0),
        (Mode.CHEAP, 0.0, 16.0),
        (Mode.SOLAR, None, 16.0),
        (Mode.MINIMUM_SOLAR, None, 16.0),
        (Mode.WINDOW, None, 16.0),
        (Mode.FAST, None, None),
    ],
)
def test_a_goal_in_each_mode(mode, evening, night):
    _, before = turn(seen=now(points={"b/1": point(mode=mode)}))
    _, then = at_night(mode=mode)
    assert [found and found.most_a for found in (before.get("b/1"), then.get("b/1"))] == [
        evening,
        night,
    ]


def test_waiting_tells_when_it_starts():
    _, demands = turn()
    waiting = demands["b/1"]
    assert (waiting.most_a, waiting.reason) == (0.0, Reason.PLAN)
    assert waiting.changes_at.astimezone(ROME).strftime("%H:%M") == "02:11"
    assert waiting.values["next_start"] == waiting.changes_at.isoformat()
    assert waiting.values["need_kwh"] == 20.0


def test_fast_is_urgent_where_a_goal_would_fail():
    much = Goal("g", 60.0, ready_at=EVENING + timedelta(hours=3))
    _, demands = turn(seen=now(points={"b/1": point(mode=Mode.FAST, goals=(much,))}))
    assert demands["b/1"].urgent


@pytest.mark.parametrize(("mode", "asks_a"), [(Mode.SOLAR, None), (Mode.PLAN, 8.7)])
def test_a_sunny_stretch_is_left_to_the_rule_of_the_sun(mode, asks_a):
    noon = datetime(2026, 3, 10, 12, tzinfo=ROME)
    sun = SunForecast.of([Slot(noon, noon + timedelta(hours=2), 6500.0)])
    goal = Goal("g", 12.0, ready_at=noon + timedelta(hours=10))
    seen = now(noon, hourly({}, 30, noon), {"b/1": point(mode=mode, goals=(goal,))}, sun=sun)
    _, demands = turn(seen=seen)
    if asks_a is None:
        assert demands == {}
    else:
        assert demands["b/1"].most_a == pytest.approx(asks_a, abs=0.05)


def test_cheap_without_a_goal():
    cheap = point(mode=Mode.CHEAP, goals=(), cheap=Cheap(limit=0.12))
    state, demands = turn(seen=now(points={"b/1": cheap}))
    assert (demands["b/1"].most_a, demands["b/1"].reason) == (0.0, Reason.PRICE)
    _, demands = turn(state, seen=now(EVENING + timedelta(hours=8), points={"b/1": cheap}))
    assert demands["b/1"].most_a == 16.0


def test_without_a_goal_or_when_it_is_reached_nothing_is_asked():
    assert turn(seen=now(points={"b/1": point(goals=())}))[1] == {}
    state, _ = turn()
    state, demands = turn(state, seen=now(points={"b/1": point(session_wh=20_000.0)}))
    assert demands == {}
    assert planning.plans(state) == {}


def test_after_its_time_it_goes_on_until_done():
    state, _ = turn()
    late = EVENING + timedelta(hours=13.2)
    charging = point(asks=Asks.CHARGING, session_wh=15_000.0)
    state, demands = turn(state, seen=now(late, points={"b/1": charging}))
    plan = planning.plans(state)["b/1"]
    assert (plan.overrun, plan.met, plan.need_wh) == (True, False, 5000.0)
    assert (demands["b/1"].most_a, demands["b/1"].urgent) == (16.0, True)
    assert demands["b/1"].values["overrun"] == 1.0


# ------------------------------------------------------------------- as it goes


def _car(wh, runs, take_w, goal):
    if not runs:
        return point(session_wh=wh, car=Car(), goals=(goal,))
    amps = take_w / 690.0
    return point(
        asks=Asks.CHARGING,
        session_wh=wh,
        goals=(goal,),
        car=Car(),
        told_a=16.0,
        current_a=(amps, amps, amps),
        power_w=take_w,
    )


def drive(prices, *, take_w=11_040.0, step_s=20, until_h=13.0, goal=BY_SEVEN):
    """A night in steps: the car takes what it is asked to, or less; return (Wh, starts, state)."""
    state, at, wh, runs, starts = PlanningState(), EVENING, 0.0, False, 0
    while at < EVENING + timedelta(hours=until_h):
        seen = now(at, prices, {"b/1": _car(wh, runs, take_w, goal)})
        state, demands = planning.on_turn(state, SITE, ONE, seen, None)
        asked = demands.get("b/1")
        on = asked is not None and asked.most_a > 0
        starts += on and not runs
        runs = on
        wh += take_w * step_s / 3600.0 * on
        at += timedelta(seconds=step_s)
    return wh, starts, state


@pytest.mark.parametrize("take_w", [11_040.0, 10_200.0, 9_000.0])
@pytest.mark.parametrize("prices", [PRICES, hourly({}), Prices()], ids=["night", "flat", "none"])
def test_made_anew_it_does_not_flap_and_misses_nothing(prices, take_w):
    wh, starts, _ = drive(prices, take_w=take_w)
    assert wh >= 19_900
    assert starts <= 2


@pytest.mark.parametrize("most_starts", [1, 2])
def test_no_more_starts_than_wanted_also_as_it_goes(most_starts):
    """At 21:00 the rest alone would be cheaper later; but it runs."""
    prices = hourly({20: 0.10, 21: 0.26, 22: 0.26, 0: 0.15, 1: 0.15, 3: 0.11})
    goal = replace(BY_SEVEN, amount=32.0, most_starts=most_starts)
    wh, starts, _ = drive(prices, goal=goal)
    assert wh >= 31_900
    assert starts == most_starts


def test_a_wallbox_that_is_away_for_a_while_keeps_what_was_counted():
    state, _ = turn()
    state, _ = turn(state, seen=now(points={"b/1": point(session_wh=5000.0)}))
    state, _ = planning.on_turn(state, SITE, {}, now(EVENING + timedelta(hours=1)), None)
    later = now(EVENING + timedelta(hours=2), points={"b/1": point(session_wh=5000.0)})
    state, _ = turn(state, seen=later)
    assert planning.plans(state)["b/1"].need_wh == 15_000.0


def test_nothing_is_planned_anew_while_nothing_changes():
    state, _ = turn()
    again, _ = turn(state, seen=now(EVENING + timedelta(seconds=30)))
    assert again.plans is state.plans
    later, _ = turn(again, seen=now(EVENING + timedelta(seconds=61)))
    assert later.plans is not state.plans


@pytest.mark.parametrize(
    "changed",
    [
        {"prices": hourly({20: 0.01})},
        {"points": {"b/1": point(goals=(replace(BY_SEVEN, amount=30.0),))}},
        {"points": {"b/1": point(limit_a=10.0)}},
        {"points": {"b/1": point(car=Car(soc_percent=50.0))}},
    ],
    ids=["prices", "goal", "limit", "car"],
)
def test_every_change_is_planned_at_once(changed):
    state, _ = turn()
    again, _ = turn(state, seen=now(EVENING + timedelta(seconds=1), **changed))
    assert again.plans is not state.plans


def test_the_same_facts_give_the_same_plan():
    one, _ = turn()
    other, _ = turn(one, seen=now(EVENING + timedelta(seconds=61)))
    assert planning.plans(one) == planning.plans(other)


def test_it_outlives_a_restart():
    state, _ = turn()
    later = now(EVENING + timedelta(minutes=2), points={"b/1": point(session_wh=12_000.0)})
    state, _ = turn(state, seen=later)
    back = planning.from_dict(planning.to_dict(state))
    back, _ = turn(back, seen=later)
    assert planning.plans(back) == planning.plans(state)
    assert planning.plans(back)["b/1"].need_wh == 8000.0


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"house": {}, "cars": {}},
        {"house": {}, "cars": {}, "goals": [{}]},
        {"house": {}, "cars": {}, "goals": [{"point": "b/1", "goal": "g"}]},
        {"house": {}, "cars": {"b/1": 7400.0}, "goals": []},
    ],
)
def test_what_is_no_state_is_refused(stored):
    with pytest.raises((TypeError, KeyError)):
        planning.from_dict(stored)


def test_what_a_slow_start_left_over_is_charged_without_a_pause():
    """A run that ends a few Wh short goes on, instead of waiting for the next plan."""
    small = Goal("g", 0.2, ready_at=EVENING + timedelta(minutes=2))
    state = PlanningState()
    for second, charged_wh in ((0, 0.0), (60, 150.0), (78, 165.0), (85, 180.0)):
        at = EVENING + timedelta(seconds=second)
        car = point(goals=(small,), asks=Asks.CHARGING, session_wh=charged_wh)
        state, demands = turn(state, seen=now(at, points={"b/1": car}))
        assert demands["b/1"].most_a == 16.0, f"after {second} s"
    car = point(goals=(small,), asks=Asks.CHARGING, session_wh=195.0)
    _, demands = turn(state, seen=now(EVENING + timedelta(seconds=90), points={"b/1": car}))
    assert "b/1" not in demands
