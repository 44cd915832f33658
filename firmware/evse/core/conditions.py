"""Which faults' conditions are present in this turn, from what the board and the meter show."""

import math

from evse.core import overload, residual, timing
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import CHARGING_LEVELS, DIODE_LOW_V, MINIMUM_A, VEHICLE_LEVELS, PilotLevel
from evse.core.proximity import ampacity_a
from evse.core.signals import Reading
from evse.core.state import ControllerSettings, ControllerState, Inputs


def present(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> frozenset[Fault]:
    """Return the conditions of this turn; `state` holds the commands of the last one."""
    reading = inputs.reading
    if not is_fresh(reading, settings, now_s):
        # Nothing can be seen to be good or newly bad: what is raised stays.
        begins = now_s - state.began_at_s <= settings.reading_max_age_s
        silent = set() if begins else {Fault.BOARD_SILENT}
        return inputs.faults | state.ledger.raised.keys() | silent
    told = reading.faults if settings.earthed else reading.faults - {Fault.GROUND}
    return (
        told
        | inputs.faults
        | _pilot(state, reading, settings)
        | _mechanics(state, reading, settings, now_s)
        | _lifetimes(state, settings)
        | state.mains.present
        | state.thermal.present
        | overload.conditions(state.overload)
        | _failed_test(state)
        | _house(inputs, state, now_s)
    )


def is_fresh(reading: Reading, settings: ControllerSettings, now_s: float) -> bool:
    """Whether a reading says anything about now."""
    return abs(now_s - reading.at_s) <= settings.reading_max_age_s


def seen_unplugged(
    state: ControllerState, inputs: Inputs, settings: ControllerSettings, now_s: float
) -> bool:
    """Whether the plug is seen to be out, now: not while nothing is seen, as after a start."""
    seen = is_fresh(inputs.reading, settings, now_s) and state.pilot.candidate is PilotLevel.A
    return seen and not state.plugged


def cable_a(reading: Reading) -> float | None:
    """Return the ampacity of the cable, None when it is unknown."""
    if reading.cable_a is not None:
        return reading.cable_a if 0 < reading.cable_a < math.inf else None
    return None if reading.proximity_ohm is None else ampacity_a(reading.proximity_ohm)


def _pilot(
    state: ControllerState, reading: Reading, settings: ControllerSettings
) -> frozenset[Fault]:
    vehicle = state.level in VEHICLE_LEVELS
    # A board of its own mind shows F for what it tells as a fault; E is a short in any case.
    no_pilot = {PilotLevel.E} if settings.switches_itself else {PilotLevel.E, PilotLevel.F}
    pwm = state.offered_a > 0 and not state.wake_up.pulsing
    found = {
        Fault.PILOT_SHORT: state.level in no_pilot,
        Fault.VENTILATION: state.level is PilotLevel.D and not settings.ventilation_allowed,
        Fault.DIODE: not settings.switches_itself
        and vehicle
        and pwm
        and not reading.pilot_low_v <= DIODE_LOW_V,
        Fault.PROXIMITY: not settings.switches_itself
        and state.plugged
        and not settings.captive_cable
        and cable_a(reading) is None,
    }
    return _those(found)


def _mechanics(
    state: ControllerState, reading: Reading, settings: ControllerSettings, now_s: float
) -> frozenset[Fault]:
    if settings.switches_itself:
        # It opens by itself, after an offer has ended or the vehicle asks no more; it also closes
        # by itself. Once welded, the contact has to be seen open.
        ended_s, left_s = now_s - state.pwm_changed_at_s, now_s - state.pilot.candidate_since_s
        ended = state.offered_a == 0 and ended_s > timing.EV_RELEASE_S + timing.BOARD_OPENING_S
        left = state.level not in CHARGING_LEVELS and left_s > timing.BOARD_OPENING_S
        must_be_open = ended or left or Fault.CONTACTOR_WELDED in state.ledger.raised
    else:
        must_be_open = not state.contactor
    found = {
        Fault.CONTACTOR_WELDED: reading.contactor_closed and must_be_open,
        Fault.CONTACTOR_FAILED: not settings.switches_itself
        and state.contactor
        and not reading.contactor_closed,
        Fault.LOCK: settings.socket_lock and state.lock and let_go(reading, settings),
        Fault.UNLOCK: settings.socket_lock and not state.lock and bool(reading.lock_closed),
    }
    return _those(found)


def let_go(reading: Reading, settings: ControllerSettings) -> bool:
    """Whether the lock doesn't hold; a board that locks by itself need not tell how it is."""
    unknown = reading.lock_closed is None and settings.switches_itself
    return not reading.lock_closed and not unknown


def _lifetimes(state: ControllerState, settings: ControllerSettings) -> frozenset[Fault]:
    """A part at the end of its life ends no charge, but there is no next one."""
    if state.contactor or state.plugged:
        return frozenset()
    found = {
        Fault.CONTACTOR_LIFETIME: 0 < settings.contactor_lifetime <= state.contactor_cycles,
        Fault.PLUG_LIFETIME: 0 < settings.plug_lifetime <= state.plug_cycles,
    }
    return _those(found)


def _failed_test(state: ControllerState) -> frozenset[Fault]:
    """In the one turn in which the self-test failed; the fault latches."""
    failed = (
        state.residual.phase is residual.Phase.FAILED
        and state.residual.since_s == state.stepped_at_s
    )
    return frozenset({Fault.RESIDUAL_CURRENT}) if failed else frozenset()


def _house(inputs: Inputs, state: ControllerState, now_s: float) -> frozenset[Fault]:
    def leaves_too_little(limit: Limit) -> bool:
        return limit.source is Source.DLB and limit.amps_at(now_s) < MINIMUM_A

    overloaded = inputs.permitted and state.plugged and any(map(leaves_too_little, inputs.limits))
    return frozenset({Fault.DLB_OVERLOAD}) if overloaded else frozenset()


def _those(found: dict[Fault, bool]) -> frozenset[Fault]:
    return frozenset(fault for fault, there in found.items() if there)
