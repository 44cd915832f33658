"""Gathers what bears on a connector at this instant, for `core.why` to explain."""

from evse.connector import Connector
from evse.core import timing, wakeup
from evse.core.explanation import Situation
from evse.pausing import Pausing
from evse.supply import Supply

FOLLOWED_S = 20.0
"""After an offer changed, a vehicle needs so long to take all of it: 10 s to start, ramps of
2 A/s."""


def situation_of(connector: Connector, supply: Supply, pausing: Pausing, now_s: float) -> Situation:
    """Return the situation of a connector."""
    state, session, settings = connector.controller, connector.session, connector.settings
    releasing = state.contactor and state.offered_a == 0
    waiting = state.wake_up.stage is wakeup.Stage.WAITING and state.wake_up.pulses < wakeup.PULSES
    wakes = settings.wake_up and waiting
    transaction = session.transaction
    return Situation(
        now_s=now_s,
        now=pausing.now(),
        connector_id=connector.id,
        pilot_state=state.pilot_state,
        status=connector.status,
        plugged=state.plugged,
        contactor=state.contactor,
        offered_a=state.offered_a,
        drawn_a=_drawn_a(connector, now_s),
        phase=session.phase,
        id_tag=transaction.id_tag if transaction else session.id_tag,
        recorded=session.recorded,
        refused=connector.barred,
        authorized_until_s=session.authorized_until_s,
        intents=connector.intents,
        limits=connector.limits,
        winner=state.winner,
        faults=frozenset(state.faults),
        good_since_s=state.ledger.good,
        cable_known=settings.captive_cable
        or settings.switches_itself
        or not state.plugged
        or state.cable_a is not None,
        cable_a=state.cable_a,
        self_test=state.residual.phase if settings.residual_test else None,
        ventilation_allowed=settings.ventilation_allowed,
        restart_at_s=state.restart_at_s,
        release_at_s=state.pwm_changed_at_s + timing.EV_RELEASE_S if releasing else None,
        wake_up_at_s=state.wake_up.since_s + timing.WAKE_UP_AFTER_S if wakes else None,
        waking=state.wake_up.pulsing,
        may_rise_at_s=supply.balancer.may_rise_at_s(state.winner.source),
        start_delay_until_s=pausing.delayed_until_s(connector.id),
        timetable_changes_at=pausing.changes_at(),
    )


def _drawn_a(connector: Connector, now_s: float) -> float | None:
    """What the vehicle takes, None while it has yet to follow the offer."""
    meter = connector.meter
    if meter is None or now_s - meter.at_s > timing.METER_MAX_AGE_S:
        return None
    if now_s - connector.offered_since_s < FOLLOWED_S:
        return None
    return max(meter.current_a)
