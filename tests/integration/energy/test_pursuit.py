"""How far a goal is: sessions, states of charge that come late, overrun, weekly ones again."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy import pursuit
from custom_components.evse_ocpp.energy.goal import Car, Goal, GoalUnit
from custom_components.evse_ocpp.energy.model import PointNow

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 3, 10, 18, 0, tzinfo=ROME)
DAILY = Goal("g", 20.0, ready_time=time(7))
HALF = Goal("g", 50.0, GoalUnit.PERCENT, ready_time=time(7))


def run(goal, *steps, old=None):
    """Follow a goal through (hours after NOW, session, session_wh, soc)."""
    for hours, session, wh, soc in steps:
        car = Car(soc_percent=soc, battery_kwh=100.0, efficiency=1.0)
        point = PointNow(session=session, session_wh=wh, car=car)
        old = pursuit.follow(old, goal, point, NOW + timedelta(hours=hours))
    return old


@pytest.mark.parametrize(
    ("steps", "missing_wh"),
    [
        ([(0, "a", 0, None)], 20_000),
        ([(0, "a", 3000, None)], 20_000),  # what was there before the goal is not counted
        ([(0, "a", 3000, None), (1, "a", 8000, None)], 15_000),
        ([(0, "a", 3000, None), (1, "a", 8000, None), (2, "b", 1000, None)], 14_000),
        ([(0, "a", 3000, None), (1, "a", 100, None)], 20_000),  # a meter that jumps back
        ([(0, None, 0, None), (1, "a", 2000, None)], 18_000),
    ],
)
def test_energy_is_counted_over_sessions(steps, missing_wh):
    assert run(DAILY, *steps).missing_wh == missing_wh


@pytest.mark.parametrize(
    ("steps", "missing_wh"),
    [
        ([(0, "a", 0, 30.0)], 20_000),
        ([(0, "a", 0, 30.0), (1, "a", 6000, 30.0)], 14_000),  # the car tells late
        ([(0, "a", 0, 30.0), (1, "a", 6000, 35.0)], 15_000),
        ([(0, "a", 0, 30.0), (1, "a", 6000, None)], 14_000),  # falls silent
        ([(0, "a", 0, None), (1, "a", 6000, None)], 44_000),
        ([(0, "a", 0, None), (1, "a", 6000, 45.0)], 5_000),
    ],
)
def test_a_state_of_charge_counts_from_when_it_was_told(steps, missing_wh):
    assert run(HALF, *steps).missing_wh == missing_wh


def test_done_is_done_unless_much_is_missing():
    done = run(HALF, (0, "a", 0, 30.0), (1, "a", 19_995, 30.0))
    assert done.done
    assert run(HALF, (1.1, "a", 19_995, 49.0), old=done).done
    assert not run(HALF, (1.1, "a", 19_995, 46.0), old=done).done


def test_a_weekly_goal_begins_anew():
    done = run(DAILY, (0, "a", 0, None), (5, "a", 20_000, None))
    assert done.done
    again = run(DAILY, (13.5, "a", 20_000, None), old=done)
    assert (again.done, again.missing_wh) == (False, 20_000)
    assert again.due_at - done.due_at == timedelta(days=1)


@pytest.mark.parametrize(
    ("step", "overrun"),
    [
        ((13.5, "a", 9000, None), True),
        ((13.5, "b", 9000, None), False),
        ((26, "a", 0, None), False),
    ],
    ids=["goes on", "another car", "too long"],
)
def test_overrun_only_while_it_is_worked_at(step, overrun):
    old = run(DAILY, (0, "a", 0, None), (12, "a", 8000, None))
    found = run(DAILY, step, old=old)
    assert found.overrun is overrun
    assert found.missing_wh == (11_000 if overrun else 20_000)


def test_once_is_over_after_its_time():
    once = Goal("g", 20.0, ready_at=NOW + timedelta(hours=2))
    old = run(once, (0, None, 0, None))
    assert old is not None
    assert run(once, (2.1, None, 0, None), old=old) is None
    assert run(once, (2.1, None, 0, None)) is None


def test_a_changed_goal_keeps_what_is_in():
    old = run(DAILY, (0, "a", 0, None), (1, "a", 20_000, None))
    more = Goal("g", 30.0, ready_time=time(9))
    found = run(more, (2, "a", 20_000, None), old=old)
    assert (found.done, found.missing_wh) == (False, 10_000)
    assert found.due_at.astimezone(ROME).hour == 9
    gone = Goal("g", 30.0, ready_at=NOW)
    assert run(gone, (2, "a", 20_000, None), old=old) is None


def test_switched_off_it_is_not_pursued():
    off = Goal("g", 20.0, ready_time=time(7), enabled=False)
    assert run(off, (0, "a", 0, None)) is None


@pytest.mark.parametrize("soc", [None, 41.0])
def test_it_outlives_a_restart(soc):
    old = run(HALF, (0, "a", 0, soc), (1, "a", 6000, soc))
    back = pursuit.from_dict(pursuit.to_dict(old))(HALF)
    assert run(HALF, (1, "a", 6000, soc), old=back) == old
