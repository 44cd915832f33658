"""What happened between two decisions, for the logbook: a pure comparison."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .allowance import Mode, Reason
from .model import Asks, Decision, Grant, PointId, SiteNow


class Kind(StrEnum):
    """What happened, to a point or to the site."""

    STARTED_BY_SUN = "started_by_sun"
    STARTED_BY_PRICE = "started_by_price"
    STARTED_BY_PLAN = "started_by_plan"
    RESUMED = "resumed"
    PAUSED = "paused"
    PHASES_SWITCHED = "phases_switched"
    BOOST_ON = "boost_on"
    BOOST_OFF = "boost_off"
    PLAN_MISSED = "plan_missed"
    METER_LOST = "meter_lost"
    METER_BACK = "meter_back"
    DIMMED = "dimmed"
    DIMMED_NO_MORE = "dimmed_no_more"


@dataclass(frozen=True, slots=True)
class EnergyEvent:
    """One of them; `point` None: to the site. `values`: numbers for its sentence."""

    kind: Kind
    point: PointId | None = None
    values: Mapping[str, float | str] = field(default_factory=dict)


_STARTED = {
    Reason.SOLAR: Kind.STARTED_BY_SUN,
    Reason.PRICE: Kind.STARTED_BY_PRICE,
    Reason.PLAN: Kind.STARTED_BY_PLAN,
}
_BY_THE_SUN = (Mode.SOLAR, Mode.MINIMUM_SOLAR)


def events(
    before: Decision, after: Decision, was: SiteNow, now: SiteNow
) -> tuple[EnergyEvent, ...]:
    """Return what happened between two decisions, made of `was` and of `now`."""
    return (*_site(before, after, was, now), *_points(before, after, was, now))


def _site(before: Decision, after: Decision, was: SiteNow, now: SiteNow) -> Iterator[EnergyEvent]:
    if before.meter_lost != after.meter_lost:
        yield EnergyEvent(Kind.METER_LOST if after.meter_lost else Kind.METER_BACK)
    if was.dimmed_w != now.dimmed_w:
        if now.dimmed_w is None:
            yield EnergyEvent(Kind.DIMMED_NO_MORE)
        else:
            yield EnergyEvent(Kind.DIMMED, None, {"dimmed_kw": now.dimmed_w / 1000})


def _points(before: Decision, after: Decision, was: SiteNow, now: SiteNow) -> Iterator[EnergyEvent]:
    for each, grant in after.grants.items():
        old = before.grants.get(each)
        if old is None or each not in was.points or each not in now.points:
            continue
        yield from _boost(each, was, now)
        yield from _flow(each, old, grant, after, now)
        if old.phases and grant.phases and old.phases != grant.phases:
            yield EnergyEvent(Kind.PHASES_SWITCHED, each, {"phases": float(grant.phases)})
        if _missed(after, each) and not _missed(before, each):
            yield EnergyEvent(Kind.PLAN_MISSED, each, after.demands[each].values)


def _flow(
    each: PointId, old: Grant, grant: Grant, after: Decision, now: SiteNow
) -> Iterator[EnergyEvent]:
    """What began or ended for a car that would charge; an unplugged one is no pause."""
    point = now.points[each]
    if point.asks is Asks.NOTHING:
        return
    if old.limit_a <= 0 < grant.limit_a:
        wanted = after.demands.get(each)
        reason = grant.reason if wanted is None else wanted.reason
        by_sun = Kind.STARTED_BY_SUN if point.mode in _BY_THE_SUN else Kind.RESUMED
        yield EnergyEvent(_STARTED.get(reason, by_sun), each, {"amps": grant.limit_a})
    elif grant.limit_a <= 0 < old.limit_a:
        yield EnergyEvent(Kind.PAUSED, each, {"reason": grant.reason.value})


def _boost(each: PointId, was: SiteNow, now: SiteNow) -> Iterator[EnergyEvent]:
    old, new = was.points[each].boost, now.points[each].boost
    if old != new:
        yield EnergyEvent(Kind.BOOST_ON if new else Kind.BOOST_OFF, each)


def _missed(decision: Decision, each: PointId) -> bool:
    demand = decision.demands.get(each)
    return demand is not None and "possible_kwh" in demand.values
