"""What an OpenEVSE board shall do, and what its status means for the core. Pure.

Source: OpenEVSE firmware J1772EvseController.cpp. Asleep the board looks at the pilot only to see
whether a vehicle is there (flag 0100) and leaves the pilot field as it was; disabled, with −12 V on
the pilot, it sees nothing. A sleeping board closes its relay never, an enabled one by itself.
"""

import math
from dataclasses import dataclass
from enum import Enum

from evse.boards.rapi import Currents, Flag, Setting, State, Status
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel
from evse.core.signals import Command

RELEASE_S = 3.5
"""From `$FS` to the open relay at the latest, s: the board gives the vehicle 3 s."""

UNKNOWN_S = 1.0
"""State 00 for longer is a pilot of no valid voltage; for shorter the board is just starting."""

_LEVELS: dict[int, PilotLevel] = {
    State.A: PilotLevel.A,
    State.B: PilotLevel.B,
    State.C: PilotLevel.C,
    State.D: PilotLevel.D,
}

_FAULTS: dict[int, Fault] = {
    State.DIODE: Fault.DIODE,
    State.GFCI_TRIP: Fault.RESIDUAL_CURRENT,
    State.NO_GROUND: Fault.GROUND,
    State.STUCK_RELAY: Fault.CONTACTOR_WELDED,
    State.GFI_SELF_TEST: Fault.RESIDUAL_CURRENT,
    State.OVER_TEMPERATURE: Fault.OVER_TEMPERATURE,
    State.OVER_CURRENT: Fault.OVER_CURRENT,
    State.RELAY_CLOSURE: Fault.CONTACTOR_FAILED,
    State.PP_SHORT: Fault.PROXIMITY,
    State.PP_MISSING: Fault.PROXIMITY,
}


class Mode(Enum):
    """What the board is told to be; the value is the request."""

    ENABLED = "FE"
    """PWM, and the relay closes when the vehicle asks for energy."""
    SLEEPING = "FS"
    """Steady +12 V; the relay opens when the vehicle has let go, after 3 s at the latest."""
    DISABLED = "FD"
    """Steady −12 V; the relay opens at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the board shall do; `amps` stands behind it even while nothing is offered."""

    mode: Mode
    amps: int


def wanted(
    command: Command | None,
    age_s: float,
    currents: Currents,
    maximum_a: float,
    *,
    relay_closed: bool,
) -> Wanted:
    """What follows from a command that is `age_s` old.

    Without a vehicle's time to let go the relay opens at once by DISABLED, which then gives way to
    SLEEPING, for a disabled board sees no vehicle. A lapsed lease ends as DISABLED. The current is
    whole amperes, rounded down.
    """
    nothing_a = currents.minimum_a
    if command is None:
        return Wanted(Mode.SLEEPING, nothing_a)
    lapsed_s = age_s - command.lease_s
    if lapsed_s > 0:
        gentle = relay_closed and lapsed_s < RELEASE_S
        return Wanted(Mode.SLEEPING if gentle else Mode.DISABLED, nothing_a)
    offered_a = math.floor(min(command.offered_a, maximum_a, currents.maximum_a))
    if offered_a >= currents.minimum_a:
        return Wanted(Mode.ENABLED, offered_a)
    if command.close_contactor:
        return Wanted(Mode.SLEEPING, nothing_a)
    steady_low = command.duty_percent <= 0
    return Wanted(Mode.DISABLED if steady_low or relay_closed else Mode.SLEEPING, nothing_a)


def held_by_fault(status: Status) -> bool:
    """Whether a fault has opened the relay already, so that the board must be left alone.

    Told to sleep it would forget its fault, or skip the rest of a failed self-test. Disabled, with
    −12 V, it doesn't see that the vehicle has gone, which would end the fault: from there it must
    be called back.
    """
    hard = Flag.HARD_FAULT in status.flags and status.state != State.DISABLED
    return not status.relay_closed and (status.faulty or hard)


def obeys(status: Status, mode: Mode) -> bool:
    """Whether the board is in `mode`, or held by a fault."""
    if held_by_fault(status):
        return True
    if mode is Mode.ENABLED:
        return status.state not in {State.SLEEPING, State.DISABLED}
    return status.state == (State.SLEEPING if mode is Mode.SLEEPING else State.DISABLED)


def level_of(status: Status, unknown_for_s: float) -> PilotLevel | None:
    """The pilot's level; None when the status says nothing of it (yet).

    `unknown_for_s`: how long the state has been 00.
    """
    vehicle = _LEVELS.get(status.pilot)
    if status.state == State.UNKNOWN:
        return PilotLevel.E if unknown_for_s > UNKNOWN_S else None
    if status.state in {State.SLEEPING, State.DISABLED}:
        if not status.connected:
            return PilotLevel.A
        charging = status.relay_closed and vehicle in {PilotLevel.C, PilotLevel.D}
        return vehicle if charging else PilotLevel.B
    if vehicle is not None:
        return vehicle
    if status.faulty:
        return PilotLevel.B if status.connected else PilotLevel.A
    return _LEVELS[status.state]


def faults_of(status: Status) -> tuple[frozenset[Fault], str]:
    """The faults which the board reports, and its own words for them."""
    if status.faulty:
        fault = _FAULTS.get(status.state, Fault.BOARD_FAULT)
        return frozenset({fault}), f"state {status.state:02X}"
    if Flag.HARD_FAULT in status.flags and status.state in {State.SLEEPING, State.DISABLED}:
        return frozenset({Fault.BOARD_FAULT}), "hard fault"
    return frozenset(), ""


def reads_cable(settings: Setting, major: int) -> bool:
    """Whether the board limits the current to the cable it has found at the proximity contact."""
    return major >= 6 and Setting.PP_AMPACITY in settings
