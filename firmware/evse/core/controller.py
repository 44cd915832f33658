"""The charge controller of one connector: one control turn from a reading to a command.

`step` is the only place where the pilot's duty cycle and the contactor are decided. It has to be
called every turn (20 ms), but decides on times, so irregular turns are right too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evse.core import supervision, timing
from evse.core.faults import LATCHED, RULES, STOPPING, Clears, Fault
from evse.core.limits import Limit, Source, winner
from evse.core.pilot import (
    CHARGING_LEVELS,
    DIODE_LOW_V,
    VEHICLE_LEVELS,
    PilotLevel,
    PilotState,
    PilotTrack,
    duty_percent,
    pilot_state,
    signalled_a,
    track,
)
from evse.core.proximity import ampacity_a
from evse.core.signals import Command, Reading
from evse.core.supervision import Ledger

_STEADY_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class ControllerSettings:
    """How the connector is built.

    `captive_cable`: the cable is fixed, there is no proximity resistor. `socket_lock`: a motor
    locks the plug, and the contactor closes only behind it. `ventilation_allowed`: state D may
    charge (ETEK manual 5.8.1.8, "Pause/prevent charging in state D").
    """

    captive_cable: bool = True
    socket_lock: bool = False
    ventilation_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one turn decides on: the reading, whether a session may charge, every limit.

    `faults` are conditions which neither core nor board see, such as those of the meters; they
    count as present as long as they are given.
    """

    reading: Reading
    permitted: bool
    limits: tuple[Limit, ...]
    faults: frozenset[Fault] = frozenset()


@dataclass(frozen=True, slots=True)
class PlugChanged:
    """A vehicle came or went."""

    plugged: bool


@dataclass(frozen=True, slots=True)
class PilotChanged:
    """The pilot state changed."""

    old: PilotState
    new: PilotState


@dataclass(frozen=True, slots=True)
class OfferChanged:
    """The vehicle is told another current; 0 A is no PWM."""

    old_a: float
    new_a: float
    winner: Limit


@dataclass(frozen=True, slots=True)
class ContactorChanged:
    """The contactor was commanded to close or to open."""

    closed: bool


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """A fault is in force from now on."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """A fault is over; `by` is what ended it."""

    fault: Fault
    by: Clears


@dataclass(frozen=True, slots=True)
class HotOpening:
    """The contactor had to open while the vehicle still asked for energy: wear."""


Event = (
    PlugChanged
    | PilotChanged
    | OfferChanged
    | ContactorChanged
    | FaultRaised
    | FaultCleared
    | HotOpening
)


@dataclass(frozen=True, slots=True)
class ControllerState:
    """What the controller remembers from one turn to the next.

    `offered_a` is 0 without PWM; `pwm_changed_at_s` is when the PWM last went on or off.
    `contactor` and `lock` are the last commands, `restart_at_s` is before when the contactor must
    not close. The counters live as long as the hardware: keep them, and restore with `replace`.
    """

    pilot: PilotTrack
    stepped_at_s: float
    pwm_changed_at_s: float
    restart_at_s: float
    winner: Limit
    ledger: Ledger = field(default_factory=Ledger)
    plugged: bool = False
    cable_a: float | None = None
    offered_a: float = 0.0
    contactor: bool = False
    lock: bool = False
    hot_openings: int = 0
    contactor_cycles: int = 0
    plug_cycles: int = 0

    @classmethod
    def initial(cls, now_s: float, latched: frozenset[Fault] = frozenset()) -> "ControllerState":
        """Return the state after a start: open, nothing offered, `latched` faults still in force.

        ValueError for a fault in `latched` which doesn't latch.
        """
        return cls(
            pilot=PilotTrack(PilotLevel.A, PilotLevel.A, now_s, now_s),
            stepped_at_s=now_s,
            pwm_changed_at_s=now_s,
            restart_at_s=now_s,
            winner=Limit(Source.BOARD, 0.0),
            ledger=supervision.restored(latched, now_s),
        )

    @property
    def level(self) -> PilotLevel:
        """The debounced pilot level."""
        return self.pilot.level

    @property
    def pilot_state(self) -> PilotState:
        """The pilot level with the suffix for PWM."""
        return pilot_state(self.level, pwm=self.offered_a > 0)

    @property
    def faults(self) -> Mapping[Fault, float]:
        """The faults in force, each with the instant it was raised, in s."""
        return self.ledger.raised

    @property
    def latched(self) -> frozenset[Fault]:
        """The faults which must outlast a power cut."""
        return LATCHED & self.ledger.raised.keys()

    @property
    def stopped(self) -> bool:
        """Whether a fault in force forbids to charge."""
        return not STOPPING.isdisjoint(self.ledger.raised)


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn decided."""

    state: ControllerState
    command: Command
    events: tuple[Event, ...]


def step(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> Step:
    """Make one control turn at `now_s`. ValueError without any limit."""
    seen = _see(_lapse(state, now_s), inputs.reading, settings, now_s)
    change = supervision.supervise(
        state.ledger,
        _conditions(seen, inputs, settings, now_s),
        plugged=seen.plugged,
        now_s=now_s,
    )
    supervised = _hold_back(replace(seen, ledger=change.ledger), now_s)
    offering = _offer(supervised, inputs, settings, now_s)
    after = _switch(offering, inputs, settings, now_s)
    command = Command(
        duty_percent=duty_percent(after.offered_a) if after.offered_a > 0 else _STEADY_PERCENT,
        close_contactor=after.contactor,
        lock=after.lock,
        lease_s=timing.COMMAND_LEASE_S,
    )
    return Step(after, command, _events(state, after, change))


def acknowledge(
    state: ControllerState, fault: Fault, authority: Clears, now_s: float
) -> ControllerState:
    """End a latched fault on the word of somebody with `authority` (LOCAL or INSTALLER).

    PermissionError when that authority may not, ValueError when the fault isn't raised or is still
    detected. The contactor stays open for the restart wait, so that the next turns look first.
    """
    return replace(
        state,
        ledger=supervision.acknowledge(state.ledger, fault, authority),
        restart_at_s=max(state.restart_at_s, now_s + timing.RESTART_WAIT_S),
    )


def _lapse(state: ControllerState, now_s: float) -> ControllerState:
    """After a stall longer than the lease the board has let the last command go by itself."""
    if now_s - state.stepped_at_s <= timing.COMMAND_LEASE_S:
        return state
    let_go = replace(state, offered_a=0.0, pwm_changed_at_s=now_s)
    return _opened(let_go, now_s) if state.contactor else let_go


def _opened(state: ControllerState, now_s: float) -> ControllerState:
    return replace(
        state,
        contactor=False,
        hot_openings=state.hot_openings + (state.level in CHARGING_LEVELS),
        restart_at_s=max(state.restart_at_s, now_s + timing.RESTART_WAIT_S),
    )


def _is_fresh(reading: Reading, now_s: float) -> bool:
    return abs(now_s - reading.at_s) <= timing.READING_MAX_AGE_S


def _see(
    state: ControllerState, reading: Reading, settings: ControllerSettings, now_s: float
) -> ControllerState:
    """Take in what the reading says of vehicle and cable; an old reading says nothing."""
    if not _is_fresh(reading, now_s):
        return replace(state, stepped_at_s=now_s)
    pilot = track(state.pilot, reading.pilot_high_v, now_s)
    plugged = state.plugged
    if pilot.level in VEHICLE_LEVELS:
        plugged = True
    elif pilot.level is PilotLevel.A:
        plugged = False
    cable_a = state.cable_a if plugged else None
    if plugged and cable_a is None and not settings.captive_cable:
        cable_a = _cable_a(reading)  # read once and held: a worn contact must not change it
    return replace(
        state,
        stepped_at_s=now_s,
        pilot=pilot,
        plugged=plugged,
        cable_a=cable_a,
        plug_cycles=state.plug_cycles + (plugged and not state.plugged),
    )


def _cable_a(reading: Reading) -> float | None:
    return None if reading.proximity_ohm is None else ampacity_a(reading.proximity_ohm)


def _conditions(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> frozenset[Fault]:
    """Return which faults' conditions are present; `state` holds the commands of the last turn."""
    reading = inputs.reading
    if not _is_fresh(reading, now_s):
        # Nothing can be seen to be good or newly bad: what is raised stays.
        return inputs.faults | state.ledger.raised.keys() | {Fault.BOARD_SILENT}
    vehicle = state.level in VEHICLE_LEVELS
    found = {
        Fault.PILOT_SHORT: state.level in {PilotLevel.E, PilotLevel.F},
        Fault.VENTILATION: state.level is PilotLevel.D and not settings.ventilation_allowed,
        Fault.DIODE: vehicle and state.offered_a > 0 and not reading.pilot_low_v <= DIODE_LOW_V,
        Fault.PROXIMITY: state.plugged and not settings.captive_cable and _cable_a(reading) is None,
        Fault.CONTACTOR_WELDED: reading.contactor_closed and not state.contactor,
        Fault.CONTACTOR_FAILED: state.contactor and not reading.contactor_closed,
        Fault.LOCK: settings.socket_lock and state.lock and not reading.lock_closed,
    }
    return reading.faults | inputs.faults | {fault for fault, present in found.items() if present}


def _hold_back(state: ControllerState, now_s: float) -> ControllerState:
    """Keep the contactor from closing for a while after a stopping fault was last seen."""
    seen_now = STOPPING & (state.ledger.raised.keys() - state.ledger.good.keys())
    if not seen_now:
        return state
    return replace(state, restart_at_s=max(state.restart_at_s, now_s + timing.FAULT_RESTART_WAIT_S))


def _offer(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> ControllerState:
    """Decide the current that is told to the vehicle: the least limit, or nothing."""
    cable = () if state.cable_a is None else (Limit(Source.CABLE, state.cable_a, now_s),)
    least = winner((*inputs.limits, *cable), now_s)
    cable_known = settings.captive_cable or state.cable_a is not None
    may_offer = (
        inputs.permitted and cable_known and not state.stopped and state.level in VEHICLE_LEVELS
    )
    offered_a = signalled_a(least.amps_at(now_s)) if may_offer else 0.0
    switched = (offered_a > 0) != (state.offered_a > 0)
    return replace(
        state,
        winner=least,
        offered_a=offered_a,
        pwm_changed_at_s=now_s if switched else state.pwm_changed_at_s,
    )


def _switch(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> ControllerState:
    """Decide contactor and plug lock; `state.contactor` and `.lock` are still the last commands."""
    reading = inputs.reading
    closed = _contactor(state, reading, settings, now_s)
    # The lock never lets go of a plug which may be live, also with a welded contactor.
    live = closed or reading.contactor_closed
    wanted = state.plugged and inputs.permitted and not state.stopped
    after = replace(state, lock=settings.socket_lock and (live or wanted))
    if closed and not state.contactor:
        return replace(after, contactor=True, contactor_cycles=state.contactor_cycles + 1)
    return _opened(after, now_s) if state.contactor and not closed else after


def _contactor(
    state: ControllerState, reading: Reading, settings: ControllerSettings, now_s: float
) -> bool:
    wants_energy = state.level is PilotLevel.C or (
        state.level is PilotLevel.D and settings.ventilation_allowed
    )
    locked = not settings.socket_lock or bool(reading.lock_closed)
    if state.stopped or not wants_energy or not locked:
        return False
    if state.contactor:
        # Without an offer the vehicle gets the time to release the load by itself.
        return state.offered_a > 0 or now_s - state.pwm_changed_at_s < timing.EV_RELEASE_S
    return (
        state.offered_a > 0
        and now_s >= state.restart_at_s
        and reading.pilot_low_v <= DIODE_LOW_V  # measured with PWM, so the diode has been seen
        and not reading.contactor_closed
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
