"""How far a goal is: what a car has charged for it, and when it is due. Pure.

A goal counts from when it was first seen; a weekly one begins anew each time that its time has
passed. One whose car is still being charged for it then goes on until done, at most
`LONGEST_OVERRUN_S`; a car that comes home later has missed it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from .goal import Goal, GoalUnit, due, need_wh
from .model import PointNow

LONGEST_OVERRUN_S = 12 * 3600.0
DONE_WH = 10.0
UNDONE_WH = 1500.0
"""What is done is done, unless the car's state of charge then tells of so much missing."""


@dataclass(frozen=True, slots=True)
class Pursuit:
    """How far a goal is: due at `due_at` (UTC), with `delivered_wh` charged for it so far.

    `session`, `session_wh`: where that was last read. `soc_percent`: what the car told last, when
    `soc_at_wh` had been delivered; what is charged since counts from there, as cars tell late.
    `starts`: how often the plan began to charge.
    """

    goal: Goal
    due_at: datetime
    session: str | None = None
    session_wh: float = 0.0
    delivered_wh: float = 0.0
    soc_percent: float | None = None
    soc_at_wh: float = 0.0
    missing_wh: float = 0.0
    done: bool = False
    overrun: bool = False
    starts: int = 0


def follow(old: Pursuit | None, goal: Goal, point: PointNow, at: datetime) -> Pursuit | None:
    """Bring a goal up to date at `at` (local, aware); None: there is nothing to be pursued."""
    if not goal.enabled:
        return None
    counted = None
    if old is not None and (old.due_at > at or _goes_on(old, goal, point, at)):
        counted = _count(old, point)
    if counted is None:
        due_at = due(goal, at)
        if due_at is None:
            return None
        counted = Pursuit(goal, due_at, point.session, point.session_wh)
    elif counted.goal != goal:
        due_at = due(goal, at)
        if due_at is None:
            return None
        counted = replace(counted, goal=goal, due_at=due_at, done=False)
    return _missing(replace(counted, overrun=counted.due_at <= at), point)


def to_dict(pursuit: Pursuit) -> dict[str, object]:
    """Return what must outlive a restart, as JSON has it."""
    return {
        "due_at": pursuit.due_at.isoformat(),
        "session": pursuit.session,
        "session_wh": pursuit.session_wh,
        "delivered_wh": pursuit.delivered_wh,
        "soc_percent": pursuit.soc_percent,
        "soc_at_wh": pursuit.soc_at_wh,
        "done": pursuit.done,
        "starts": pursuit.starts,
    }


def _count(old: Pursuit, point: PointNow) -> Pursuit:
    """Add what was charged since. A new session begins at zero."""
    if old.session == point.session and old.session_wh == point.session_wh:
        return old
    before_wh = old.session_wh if old.session == point.session else 0.0
    return replace(
        old,
        session=point.session,
        session_wh=point.session_wh,
        delivered_wh=old.delivered_wh + max(0.0, point.session_wh - before_wh),
    )


def _goes_on(old: Pursuit, goal: Goal, point: PointNow, at: datetime) -> bool:
    """Tell whether a goal whose time has passed is still worked at."""
    late = at - old.due_at
    same_car = point.session is not None and old.session == point.session
    return (
        not old.done
        and old.goal == goal
        and same_car
        and late < timedelta(seconds=LONGEST_OVERRUN_S)
    )


def _missing(pursuit: Pursuit, point: PointNow) -> Pursuit:
    """Reckon what is missing. A car that falls silent keeps the state of charge that it told."""
    told = point.car.soc_percent if pursuit.goal.unit is GoalUnit.PERCENT else None
    if told is not None and told != pursuit.soc_percent:
        pursuit = replace(pursuit, soc_percent=told, soc_at_wh=pursuit.delivered_wh)
    car = replace(point.car, soc_percent=pursuit.soc_percent)
    since_wh = pursuit.delivered_wh - pursuit.soc_at_wh
    missing_wh = max(0.0, need_wh(pursuit.goal, car) - since_wh)
    done = missing_wh <= (UNDONE_WH if pursuit.done else DONE_WH)
    if missing_wh == pursuit.missing_wh and done == pursuit.done:
        return pursuit
    return replace(pursuit, missing_wh=missing_wh, done=done)


def from_dict(stored: Mapping[str, object]) -> Callable[[Goal], Pursuit]:
    """Read `to_dict` back: what makes the pursuit, once its goal is there again.

    Raises ValueError, KeyError or TypeError for what is not its shape.
    """
    soc, session = stored["soc_percent"], stored["session"]
    return partial(
        Pursuit,
        due_at=datetime.fromisoformat(str(stored["due_at"])).astimezone(UTC),
        session=None if session is None else str(session),
        session_wh=float(str(stored["session_wh"])),
        delivered_wh=float(str(stored["delivered_wh"])),
        soc_percent=None if soc is None else float(str(soc)),
        soc_at_wh=float(str(stored["soc_at_wh"])),
        done=bool(stored["done"]),
        starts=int(str(stored.get("starts", 0))),
    )
