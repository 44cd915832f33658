"""Why the connector charges as it does, or does not: everything that bears on it at one instant.

`explain` sorts what it is told into permissions, limits, the one cause that binds, and what happens
next by itself. The causes stand in the order in which removing them would help: with a fault in
force nobody needs to look for a card.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from evse.core import residual
from evse.core.explanation import (
    Cause,
    Flow,
    LimitInForce,
    Next,
    NextKind,
    Permission,
    PermissionName,
    Situation,
    Who,
    Why,
)
from evse.core.faults import FORBIDDING, RULES, Clears, Fault, leading
from evse.core.intent import IntentSource
from evse.core.limits import Limit, Source, winner
from evse.core.pilot import MINIMUM_A, PilotState
from evse.core.session import Phase
from evse.core.status import ChargePointStatus

LESS_A = 1.0
"""A vehicle that draws so much less than it is offered limits itself; meters and tolerances of the
pilot (IEC 61851-1, annex A) explain less than this."""

LEASE_NOTICE_S = 60.0
"""A lease is worth a word so long before its end, s, and not before half of it is over: those who
are well renew it earlier."""

CLOSING_NOTICE_S = 900.0
"""The end of the charging hours is worth a word so long before, s."""

_ASKING = frozenset({PilotState.C1, PilotState.C2, PilotState.D})


def explain(situation: Situation) -> Why:
    """Return why it is as it is; the same situation always gives the same explanation."""
    limits = tuple(_limits(situation))
    least = next((limit for limit in limits if limit.wins), None)
    flow, cause = _flow(situation), _cause(situation, least)
    fault = leading(situation.faults & FORBIDDING)
    coming = tuple(sorted(_coming(situation), key=_in_order))
    return Why(
        connector_id=situation.connector_id,
        pilot_state=situation.pilot_state,
        status=situation.status,
        plugged=situation.plugged,
        contactor=situation.contactor,
        offered_a=situation.offered_a,
        drawn_a=situation.drawn_a,
        flow=flow,
        cause=cause,
        permissions=_permissions(situation, least),
        limits=limits,
        winner=least,
        faults=tuple(fault for fault in RULES if fault in situation.faults),
        fault=fault,
        next=coming,
        outlook=_outlook(flow, cause, least, fault, coming),
    )


def _limits(situation: Situation) -> Iterator[LimitInForce]:
    now_s, given = situation.now_s, situation.limits
    wins = situation.winner
    if wins is None and given:
        wins = winner(given, now_s)
    elif wins is not None and not any(_alike(limit, wins, now_s) for limit in given):
        given = (*given, wins)
    found = False
    for limit in given:
        won = not found and wins is not None and _alike(limit, wins, now_s)
        found = found or won
        expires_s = limit.expires_at_s
        standing = expires_s is None and limit.set_at_s == 0
        yield LimitInForce(
            source=limit.source,
            amps=limit.amps_at(now_s),
            age_s=None if standing else max(0.0, now_s - limit.set_at_s),
            expires_in_s=None if expires_s is None else max(0.0, expires_s - now_s),
            fallback_a=limit.fallback_a,
            wins=won,
        )


def _alike(limit: Limit, other: Limit, now_s: float) -> bool:
    """Whether it is the same limit, whatever is known of its end."""
    return limit.source is other.source and limit.amps_at(now_s) == other.amps_at(now_s)


def _flow(situation: Situation) -> Flow:
    if not situation.contactor:
        return Flow.RESTING
    if situation.offered_a > 0 and situation.pilot_state in _ASKING:
        return Flow.FLOWING
    return Flow.RELEASING


# -------------------------------------------------------------------------------- cause


def _cause(situation: Situation, least: LimitInForce | None) -> Cause:
    if _flow(situation) is Flow.FLOWING:
        drawn_a = situation.drawn_a
        takes_less = drawn_a is not None and drawn_a < situation.offered_a - LESS_A
        return Cause.VEHICLE_LIMITS if takes_less else Cause.CHARGING
    for permission in _permissions(situation, least):
        if not permission.granted:
            return _WITHOUT.get(permission.name) or _CHOICES[permission.name](situation)
    return Cause.WAKING if situation.waking else Cause.STARTING


def _without_plug(situation: Situation) -> Cause:
    waiting = situation.phase in {Phase.AUTHORIZED, Phase.CHARGING}
    return Cause.PLUG_AWAITED if waiting else Cause.NO_VEHICLE


def _without_session(situation: Situation) -> Cause:
    match situation.phase:
        case Phase.CHARGING:
            return Cause.REFUSED if situation.refused else Cause.STORING
        case Phase.FINISHING:
            return Cause.FINISHED
        case Phase.AUTHORIZED:
            return Cause.STARTING
        case Phase.IDLE | Phase.PLUGGED:
            reserved = situation.status is ChargePointStatus.RESERVED
            return Cause.RESERVED if reserved else Cause.CARD_AWAITED


def _without_vehicle(situation: Situation) -> Cause:
    return Cause.WAKING if situation.waking else Cause.VEHICLE


_WITHOUT: Mapping[PermissionName, Cause] = {
    PermissionName.FAULTS: Cause.FAULT,
    PermissionName.AVAILABILITY: Cause.UNAVAILABLE,
    PermissionName.OPERATOR: Cause.OPERATOR,
    PermissionName.TIMETABLE: Cause.TIMETABLE,
    PermissionName.START_DELAY: Cause.START_DELAY,
    PermissionName.SELF_TEST: Cause.SELF_TEST,
    PermissionName.CABLE: Cause.CABLE,
    PermissionName.CURRENT: Cause.LIMIT,
    PermissionName.RESTART_WAIT: Cause.RESTART_WAIT,
}
_CHOICES: Mapping[PermissionName, Callable[[Situation], Cause]] = {
    PermissionName.PLUG: _without_plug,
    PermissionName.SESSION: _without_session,
    PermissionName.VEHICLE: _without_vehicle,
}


# -------------------------------------------------------------------------------- permissions


def _permissions(situation: Situation, least: LimitInForce | None) -> tuple[Permission, ...]:
    """Every permission, in the order in which a missing one is the cause."""
    forbidding = [fault for fault in RULES if fault in situation.faults & FORBIDDING]
    session_grants = (
        situation.phase is Phase.CHARGING and situation.recorded and not situation.refused
    )
    tested = situation.self_test in {None, residual.Phase.PASSED}
    cable = "" if situation.cable_a is None else f"{situation.cable_a:g} A"
    current = "" if least is None else f"{least.source} {least.amps:g} A"
    waits_s = _left(situation.restart_at_s, situation.now_s)
    name, who = PermissionName, Who
    return (
        Permission(name.FAULTS, not forbidding, who.WALLBOX, " ".join(forbidding)),
        _by_intent(situation, name.AVAILABILITY, IntentSource.AVAILABILITY),
        Permission(name.PLUG, situation.plugged, who.PERSON),
        Permission(name.SESSION, session_grants, who.PERSON, situation.id_tag or ""),
        _by_intent(situation, name.OPERATOR, IntentSource.OPERATOR),
        _by_intent(situation, name.TIMETABLE, IntentSource.TIMETABLE),
        _by_intent(
            situation,
            name.START_DELAY,
            IntentSource.START_DELAY,
            _left(situation.start_delay_until_s, situation.now_s),
        ),
        Permission(name.SELF_TEST, tested, who.WALLBOX, situation.self_test or ""),
        Permission(name.CABLE, situation.cable_known, who.WALLBOX, cable),
        Permission(name.CURRENT, least is None or least.amps >= MINIMUM_A, who.WALLBOX, current),
        Permission(name.VEHICLE, _asks(situation), who.VEHICLE, situation.pilot_state),
        Permission(
            name.RESTART_WAIT,
            situation.contactor or waits_s is None,
            who.WALLBOX,
            ends_in_s=None if situation.contactor else waits_s,
        ),
    )


def _by_intent(
    situation: Situation,
    name: PermissionName,
    source: IntentSource,
    ends_in_s: float | None = None,
) -> Permission:
    """Granted unless `source` wants a pause and nobody of higher rank wants to charge."""
    pauses = [one for one in situation.intents if one.source is source and not one.charge]
    if not pauses:
        return Permission(name, granted=True, who=Who.OPERATOR)
    rank = max(one.priority for one in pauses)
    by = [one.source for one in situation.intents if one.charge and one.priority > rank]
    if by:
        return Permission(name, granted=True, who=Who.OPERATOR, detail=f"overruled by {by[0]}")
    return Permission(name, granted=False, who=Who.OPERATOR, ends_in_s=ends_in_s)


def _asks(situation: Situation) -> bool:
    if situation.pilot_state is PilotState.D:
        return situation.ventilation_allowed
    return situation.pilot_state in _ASKING


# -------------------------------------------------------------------------------- what comes


def _coming(situation: Situation) -> Iterator[Next]:
    now_s = situation.now_s
    resting = not situation.contactor
    instants = (
        (NextKind.RELEASE_ENDS, situation.release_at_s, not resting and situation.offered_a == 0),
        (NextKind.RESTART, situation.restart_at_s, resting),
        (NextKind.MAY_RISE, situation.may_rise_at_s, True),
        (NextKind.START_DELAY_ENDS, situation.start_delay_until_s, True),
        (NextKind.WAKE_UP, situation.wake_up_at_s, True),
        (NextKind.CARD_LAPSES, situation.authorized_until_s, situation.phase is Phase.AUTHORIZED),
    )
    for kind, at_s, matters in instants:
        if matters and (left_s := _left(at_s, now_s)) is not None:
            yield Next(kind, left_s)
    for limit in situation.limits:
        if (left_s := _left(limit.expires_at_s, now_s)) is not None:
            yield Next(
                NextKind.LEASE_ENDS, left_s, source=limit.source, fallback_a=limit.fallback_a
            )
    for fault in RULES:
        since_s = situation.good_since_s.get(fault)
        rule = RULES[fault]
        if fault in situation.faults and since_s is not None and rule.clears is Clears.ITSELF:
            ends_in_s = max(0.0, since_s + rule.good_for_s - now_s)
            yield Next(NextKind.FAULT_ENDS, ends_in_s, fault=fault)
    yield from _timetable(situation)


def _timetable(situation: Situation) -> Iterator[Next]:
    changes_at, now = situation.timetable_changes_at, situation.now
    if changes_at is None or now is None or changes_at <= now:
        return
    closed = any(
        one.source is IntentSource.TIMETABLE and not one.charge for one in situation.intents
    )
    kind = NextKind.TIMETABLE_OPENS if closed else NextKind.TIMETABLE_CLOSES
    yield Next(kind, (changes_at - now).total_seconds(), changes_at.astimezone(now.tzinfo))


def _left(at_s: float | None, now_s: float) -> float | None:
    """Seconds until `at_s`, None when it is past, unknown or never."""
    return at_s - now_s if at_s is not None and now_s < at_s < math.inf else None


_KINDS, _SOURCES, _FAULTS = tuple(NextKind), tuple(Source), tuple(Fault)


def _in_order(coming: Next) -> tuple[float, int, int, int]:
    return (
        coming.in_s,
        _KINDS.index(coming.kind),
        0 if coming.source is None else _SOURCES.index(coming.source),
        0 if coming.fault is None else _FAULTS.index(coming.fault),
    )


_OUTLOOKS: Mapping[Cause, tuple[NextKind, ...]] = {
    Cause.CHARGING: (NextKind.MAY_RISE, NextKind.LEASE_ENDS, NextKind.TIMETABLE_CLOSES),
    Cause.VEHICLE_LIMITS: (NextKind.TIMETABLE_CLOSES,),
    Cause.LIMIT: (NextKind.MAY_RISE, NextKind.LEASE_ENDS),
    Cause.FAULT: (NextKind.FAULT_ENDS,),
    Cause.PLUG_AWAITED: (NextKind.CARD_LAPSES,),
    Cause.TIMETABLE: (NextKind.TIMETABLE_OPENS,),
    Cause.START_DELAY: (NextKind.START_DELAY_ENDS,),
    Cause.VEHICLE: (NextKind.WAKE_UP,),
    Cause.RESTART_WAIT: (NextKind.RESTART,),
}


def _outlook(
    flow: Flow,
    cause: Cause,
    least: LimitInForce | None,
    fault: Fault | None,
    coming: Iterable[Next],
) -> Next | None:
    """Return what will change the cause first, or None when only somebody can."""
    kinds = _OUTLOOKS.get(cause, ())
    if flow is Flow.RELEASING:
        kinds = (NextKind.RELEASE_ENDS,)
    for kind in kinds:
        for one in coming:
            if one.kind is kind and _concerns(one, least, fault):
                return one
    return None


def _concerns(coming: Next, least: LimitInForce | None, fault: Fault | None) -> bool:
    """Whether it changes the winning limit or the leading fault, and soon enough to be told."""
    match coming.kind:
        case NextKind.LEASE_ENDS:
            return (
                least is not None
                and coming.source is least.source
                and coming.in_s == least.expires_in_s
                and coming.in_s <= min(LEASE_NOTICE_S, least.age_s or 0.0)
            )
        case NextKind.FAULT_ENDS:
            return coming.fault is fault
        case NextKind.TIMETABLE_CLOSES:
            return coming.in_s <= CLOSING_NOTICE_S
    return True
