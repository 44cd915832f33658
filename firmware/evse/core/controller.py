"""The charge controller of one connector: one control turn from a reading to a command.

`step` is the only place where the pilot's duty cycle and the contactor are decided. It has to be
called every turn (20 ms), but decides on times, so irregular turns are right too.
"""

from dataclasses import replace

from evse.core import (
    conditions,
    mains,
    overload,
    residual,
    supervision,
    thermal,
    timing,
    wakeup,
)
from evse.core.conditions import cable_a, is_fresh
from evse.core.faults import FORBIDDING, RULES, Clears, Fault
from evse.core.limits import Limit, Source, winner
from evse.core.mains import MainsState
from evse.core.overload import OverloadState
from evse.core.pilot import (
    CHARGING_LEVELS,
    DIODE_LOW_V,
    VEHICLE_LEVELS,
    PilotLevel,
    PilotTrack,
    duty_percent,
    signalled_a,
    track,
)
from evse.core.signals import Command, Reading
from evse.core.state import (
    ContactorChanged,
    ControllerSettings,
    ControllerState,
    Event,
    FaultCleared,
    FaultRaised,
    HotOpening,
    Inputs,
    OfferChanged,
    PilotChanged,
    PlugChanged,
    Step,
)

_STEADY_PERCENT = 100.0
_STATE_F_PERCENT = 0.0

_WORN_OUT = frozenset({Fault.CONTACTOR_LIFETIME, Fault.PLUG_LIFETIME})
"""Faults of worn parts: who ends them says that the part is new, and its count begins anew."""


def step(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> Step:
    """Make one control turn at `now_s`. ValueError without any limit."""
    seen = _see(_lapse(state, now_s), inputs, settings, now_s)
    watched = _watch(seen, inputs, settings, now_s)
    change = supervision.supervise(
        watched.ledger,
        conditions.present(watched, inputs, settings, now_s),
        plugged=not conditions.seen_unplugged(watched, inputs, settings, now_s),
        now_s=now_s,
    )
    told = watched if change.ledger is watched.ledger else replace(watched, ledger=change.ledger)
    supervised = _hold_back(told, now_s)
    offering = _wake(_offer(supervised, inputs, settings, now_s), settings, now_s)
    after = _switch(offering, inputs, settings, now_s)
    return Step(after, _command(after), _events(state, after, change))


def acknowledge(
    state: ControllerState, fault: Fault, authority: Clears, now_s: float
) -> ControllerState:
    """End a latched fault on the word of somebody with `authority` (LOCAL or INSTALLER).

    PermissionError when that authority may not, ValueError when the fault isn't raised or is still
    detected. The contactor stays open for the restart wait, so that the next turns look first. A
    residual current monitor has to test itself before anything is offered again.
    """
    ledger = state.ledger
    if fault in _WORN_OUT and fault in ledger.raised:
        ledger = replace(ledger, good={**ledger.good, fault: now_s})
    ended = replace(
        state,
        ledger=supervision.acknowledge(ledger, fault, authority),
        restart_at_s=max(state.restart_at_s, now_s + timing.RESTART_WAIT_S),
    )
    match fault:
        case Fault.RESIDUAL_CURRENT:
            return replace(ended, residual=residual.due(now_s))
        case Fault.CONTACTOR_LIFETIME:
            return replace(ended, contactor_cycles=0)
        case Fault.PLUG_LIFETIME:
            return replace(ended, plug_cycles=0)
    return ended


def _lapse(state: ControllerState, now_s: float) -> ControllerState:
    """After a stall longer than the lease the board has let the last command go by itself."""
    if now_s - state.stepped_at_s <= timing.COMMAND_LEASE_S:
        return state
    let_go = replace(state, offered_a=0.0, pwm_changed_at_s=now_s, cable_a=None)
    return _opened(let_go, now_s) if state.contactor else let_go


def _opened(state: ControllerState, now_s: float) -> ControllerState:
    return replace(
        state,
        contactor=False,
        hot_openings=state.hot_openings + (state.level in CHARGING_LEVELS),
        restart_at_s=max(state.restart_at_s, now_s + timing.RESTART_WAIT_S),
    )


def _see(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> ControllerState:
    """Take in what the reading says of vehicle and cable; an old reading says nothing."""
    reading = inputs.reading
    if not is_fresh(reading, settings, now_s):
        return replace(state, stepped_at_s=now_s, cable_a=None)  # it may be changed unseen
    pilot = _tracked(state, reading, now_s)
    plugged = state.plugged
    if pilot.level in VEHICLE_LEVELS:
        plugged = True
    elif pilot.level is PilotLevel.A:
        plugged = False
    return replace(
        state,
        stepped_at_s=now_s,
        pilot=pilot,
        plugged=plugged,
        cable_a=_held_a(state, reading, settings) if plugged else None,
        plug_cycles=state.plug_cycles + (plugged and not state.plugged),
        residual=residual.due(now_s) if state.plugged and not plugged else state.residual,
    )


def _held_a(state: ControllerState, reading: Reading, settings: ControllerSettings) -> float | None:
    """The cable's ampacity: the least that was read since the plug came, held while it is live.

    So one wrong sample makes no thick cable, and a worn contact does not disturb a charge.
    """
    read_a = None if settings.captive_cable else cable_a(reading)
    if read_a is None or (state.contactor and state.cable_a is not None):
        return state.cable_a
    return read_a if state.cable_a is None else min(state.cable_a, read_a)


def _tracked(state: ControllerState, reading: Reading, now_s: float) -> PilotTrack:
    """Follow the pilot: its voltage, debounced, or the level of a board that does this by itself.

    In our own state F, and until the filters have settled after it, the voltage is not the
    vehicle's.
    """
    in_f = state.wake_up.stage is wakeup.Stage.STATE_F
    if in_f or reading.at_s < state.blind_until_s:
        return state.pilot
    if reading.level is None:
        return track(state.pilot, reading.pilot_high_v, now_s)
    if reading.level is state.level:
        return state.pilot
    return PilotTrack(reading.level, reading.level, now_s, now_s, now_s)


def _watch(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> ControllerState:
    """Move on what has a memory: mains, heat, the vehicle's own current, the self-test."""
    reading = inputs.reading
    heat, tested = state.thermal, state.residual
    if is_fresh(reading, settings, now_s):
        raised = frozenset(state.ledger.raised)
        heat = thermal.on_reading(heat, reading, raised, state.offered_a, settings.thermal, now_s)
        tested = _tested(state, reading, settings, now_s)
    elif tested.asks:
        tested = residual.due(now_s)  # the board may have forgotten it when it comes back
    return replace(
        state,
        mains=_mains(state, inputs, settings, now_s),
        overload=_overload(state, inputs, settings, now_s),
        thermal=heat,
        residual=tested,
    )


def _overload(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> OverloadState:
    if not state.plugged or settings.overload is None:
        return OverloadState()
    return overload.step(state.overload, inputs.mains, state.offered_a, settings.overload, now_s)


def _mains(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> MainsState:
    seen = inputs.mains
    if settings.mains is None:
        return MainsState()
    if seen is None or now_s - seen.at_s > timing.METER_MAX_AGE_S:
        return state.mains
    raised = frozenset(state.ledger.raised) & mains.SEEN
    return mains.on_sample(state.mains, seen, raised, settings.mains)


def _tested(
    state: ControllerState, reading: Reading, settings: ControllerSettings, now_s: float
) -> residual.ResidualState:
    if not settings.residual_test:
        untested = state.residual.phase is residual.Phase.DUE
        return state.residual if untested else residual.due(now_s)
    quiet = state.offered_a == 0 and not state.contactor and not reading.contactor_closed
    return residual.step(state.residual, reading.residual_test, quiet=quiet, now_s=now_s)


def _hold_back(state: ControllerState, now_s: float) -> ControllerState:
    """Keep the contactor from closing for a while after a forbidding fault was last seen."""
    seen_now = FORBIDDING & (state.ledger.raised.keys() - state.ledger.good.keys())
    if not seen_now:
        return state
    return replace(state, restart_at_s=max(state.restart_at_s, now_s + timing.FAULT_RESTART_WAIT_S))


def all_limits(state: ControllerState, given: tuple[Limit, ...], now_s: float) -> tuple[Limit, ...]:
    """Return every limit at this instant: those `given`, and the controller's own."""
    cable = () if state.cable_a is None else (Limit(Source.CABLE, state.cable_a, now_s),)
    return (
        *given,
        *cable,
        *thermal.limits(state.thermal, state.ledger.raised, now_s),
        *overload.limits(state.overload, now_s),
    )


def _offer(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> ControllerState:
    """Decide the current that is told to the vehicle: the least limit, or nothing."""
    least = winner(all_limits(state, inputs.limits, now_s), now_s)
    may_offer = _may_offer(state, inputs, settings, now_s)
    offered_a = signalled_a(least.amps_at(now_s)) if may_offer else 0.0
    switched = (offered_a > 0) != (state.offered_a > 0)
    return replace(
        state,
        winner=least,
        offered_a=offered_a,
        pwm_changed_at_s=now_s if switched else state.pwm_changed_at_s,
    )


def _may_offer(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> bool:
    cable_known = settings.captive_cable or settings.switches_itself or state.cable_a is not None
    tested = state.residual.passed or not settings.residual_test
    # A board that switches by itself closes behind an offer: there a stop that has begun is
    # finished, and the waiting done, before the next one.
    is_open = not (state.contactor or inputs.reading.contactor_closed)
    rested = now_s >= state.restart_at_s and is_open
    waited = not settings.switches_itself or state.offered_a > 0 or rested
    return (
        inputs.permitted
        and cable_known
        and tested
        and waited
        and not state.forbidden
        and state.level in VEHICLE_LEVELS
    )


def _wake(state: ControllerState, settings: ControllerSettings, now_s: float) -> ControllerState:
    """Wake a vehicle that doesn't take up the offer."""
    before = state.wake_up
    if not settings.wake_up and before.stage is wakeup.Stage.REST:
        return state
    after = wakeup.step(
        before,
        offered=settings.wake_up and state.offered_a > 0,
        asks=state.level in CHARGING_LEVELS,
        plugged=state.plugged,
        now_s=now_s,
    )
    if before.stage is wakeup.Stage.STATE_F and after.stage is not wakeup.Stage.STATE_F:
        return replace(state, wake_up=after, blind_until_s=now_s + timing.PILOT_SETTLE_S)
    return state if after is before else replace(state, wake_up=after)


def _switch(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> ControllerState:
    """Decide contactor and plug lock; `state.contactor` and `.lock` are still the last commands."""
    reading = inputs.reading
    closed = _contactor(state, reading, settings, now_s)
    lock = settings.socket_lock and _locked(state, inputs, settings, closed)
    after = state if lock is state.lock else replace(state, lock=lock)
    if closed and not state.contactor:
        return replace(after, contactor=True, contactor_cycles=state.contactor_cycles + 1)
    return _opened(after, now_s) if state.contactor and not closed else after


def _locked(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, closed: bool
) -> bool:
    """Whether the plug is held. Never let go of one which may be live, even by a welded contactor.

    A permanently locked cable is held as long as its plug is in the socket, with or without a
    vehicle at its other end, unless somebody asks for it.
    """
    if closed or inputs.reading.contactor_closed:
        return True
    if inputs.unlock:
        return False
    if settings.permanently_locked and (state.plugged or cable_a(inputs.reading) is not None):
        return True
    return state.plugged and inputs.permitted and not state.forbidden


def _contactor(
    state: ControllerState, reading: Reading, settings: ControllerSettings, now_s: float
) -> bool:
    wants_energy = state.level is PilotLevel.C or (
        state.level is PilotLevel.D and settings.ventilation_allowed
    )
    locked = not settings.socket_lock or not conditions.let_go(reading, settings)
    if state.stopped or not wants_energy or not locked or state.wake_up.pulsing:
        return False
    if state.contactor:
        # Without an offer the vehicle gets the time to release the load by itself.
        return state.offered_a > 0 or now_s - state.pwm_changed_at_s < timing.EV_RELEASE_S
    if settings.switches_itself:
        return state.offered_a > 0
    return (
        state.offered_a > 0
        and now_s >= state.restart_at_s
        and is_fresh(reading, settings, now_s)
        and reading.pilot_low_v <= DIODE_LOW_V  # measured with PWM, so the diode has been seen
        and not reading.contactor_closed
    )


def _command(state: ControllerState) -> Command:
    duty = duty_percent(state.offered_a) if state.offered_a > 0 else _STEADY_PERCENT
    if state.wake_up.pulsing:
        in_f = state.wake_up.stage is wakeup.Stage.STATE_F
        duty = _STATE_F_PERCENT if in_f else _STEADY_PERCENT
    return Command(
        duty_percent=duty,
        close_contactor=state.contactor,
        lock=state.lock,
        lease_s=timing.COMMAND_LEASE_S,
        test_residual=state.residual.asks,
    )


def _events(
    before: ControllerState, after: ControllerState, change: supervision.Change
) -> tuple[Event, ...]:
    events: list[Event] = []
    if after.plugged != before.plugged:
        events.append(PlugChanged(after.plugged))
    events.extend(FaultRaised(fault) for fault in change.raised)
    events.extend(FaultCleared(fault, RULES[fault].clears) for fault in change.cleared)
    if after.offered_a != before.offered_a:
        events.append(OfferChanged(before.offered_a, after.offered_a, after.winner))
    if after.pilot_state is not before.pilot_state:
        events.append(PilotChanged(before.pilot_state, after.pilot_state))
    if after.contactor is not before.contactor:
        events.append(ContactorChanged(after.contactor))
    if after.hot_openings != before.hot_openings:
        events.append(HotOpening())
    return tuple(events)
