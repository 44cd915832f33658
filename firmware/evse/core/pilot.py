"""The control pilot of IEC 61851-1: what its voltage says, how its duty cycle tells a current."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from evse.core import timing


class PilotLevel(StrEnum):
    """What the pilot's positive plateau says."""

    A = "A"
    """No vehicle."""
    B = "B"
    """A vehicle which doesn't want energy."""
    C = "C"
    """A vehicle which wants energy."""
    D = "D"
    """A vehicle which wants energy and ventilation."""
    E = "E"
    """Shorted to earth, broken or without supply."""
    F = "F"
    """The wallbox itself is out of service: steady −12 V."""


class PilotState(StrEnum):
    """The level with the suffix of the standard: 1 without PWM, 2 with PWM."""

    A = "A"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"
    D = "D"
    E = "E"
    F = "F"


VEHICLE_LEVELS = frozenset({PilotLevel.B, PilotLevel.C, PilotLevel.D})
"""A vehicle is there. E and F don't tell whether there is one."""

CHARGING_LEVELS = frozenset({PilotLevel.C, PilotLevel.D})
"""The vehicle asks for energy; D needs ventilation as well."""

DIODE_LOW_V = -10.0
"""With PWM and a vehicle the negative plateau is at most this, or its diode is missing (WARP)."""

MINIMUM_A = 6.0
"""IEC 61851-1: the least current which a duty cycle can tell."""
MAXIMUM_A = 80.0
_LOW_LAW_MAXIMUM_A = 51.0
_LOW_LAW_SEAM_A = 52.5  # at 85 % both laws meet, and vehicles read the first: 51 A

_LEVELS_DOWNWARDS = tuple(PilotLevel)
_BOUNDARIES_V = (10.5, 7.5, 4.5, 1.5, -6.0)
"""Midway between the nominal +12, +9, +6, +3, 0 and −12 V; entry i lies below level i."""
_HYSTERESIS_V = 0.3
"""The nominal voltages ±1.1 V, which EVerest's simulator uses as bands, lie clear of it."""


def classify(high_v: float, previous: PilotLevel) -> PilotLevel:
    """Return the level of a positive plateau of `high_v` V, when it was at `previous` before.

    A voltage within ±0.3 V of a boundary stays on the side it came from. Not a number is level E:
    there is no valid pilot.
    """
    if not math.isfinite(high_v):
        return PilotLevel.E
    was = _LEVELS_DOWNWARDS.index(previous)
    for index, boundary_v in enumerate(_BOUNDARIES_V):
        came_from_above = was <= index
        if high_v > boundary_v + (-_HYSTERESIS_V if came_from_above else _HYSTERESIS_V):
            return _LEVELS_DOWNWARDS[index]
    return PilotLevel.F


def pilot_state(level: PilotLevel, *, pwm: bool) -> PilotState:
    """Return the state's name in the standard."""
    if level in {PilotLevel.B, PilotLevel.C}:
        return PilotState(f"{level}{2 if pwm else 1}")
    return PilotState(level)


def signalled_a(limit_a: float) -> float:
    """Return the highest current that can be told to the vehicle within `limit_a`.

    0 below 6 A; 51 A from 51 to 52.5 A, where the duty cycle stays at 85 %; 80 A at most.
    """
    if limit_a < MINIMUM_A:
        return 0.0
    if _LOW_LAW_MAXIMUM_A < limit_a <= _LOW_LAW_SEAM_A:
        return _LOW_LAW_MAXIMUM_A
    return min(limit_a, MAXIMUM_A)


def duty_percent(current_a: float) -> float:
    """Return the duty cycle which offers `current_a`, 6 to 80 A.

    Up to 51 A it is current / 0.6, above current / 2.5 + 64 (IEC 61851-1 table A.7). Between 51
    and 52.5 A it is that of 51 A. ValueError outside 6 to 80 A.
    """
    if not MINIMUM_A <= current_a <= MAXIMUM_A:
        raise ValueError(f"pilot current {current_a!r} A, allowed: {MINIMUM_A} to {MAXIMUM_A} A")
    told_a = signalled_a(current_a)
    return told_a / 0.6 if told_a <= _LOW_LAW_MAXIMUM_A else told_a / 2.5 + 64.0


def offered_a(duty_percent: float) -> float:
    """Return the current which a vehicle reads from a duty cycle.

    0 for steady levels and for what is no offer: below 8 % (5 % means digital communication) and
    above 97 %. The bands are those which vehicles apply (Fluke FEV300 manual, p. 12).
    """
    if duty_percent < 8.0 or duty_percent > 97.0:
        return 0.0
    if duty_percent <= 85.0:
        return max(MINIMUM_A, 0.6 * duty_percent)
    return min(MAXIMUM_A, 2.5 * (duty_percent - 64.0))


@dataclass(frozen=True, slots=True)
class PilotTrack:
    """The debounced level, and since when the readings say something else.

    `candidate` is the last reading's level, unbroken since `candidate_since_s`; `left_since_s` is
    when a reading said `level` for the last time before they left it, whatever they said since: a
    vehicle may have left right after it. `seen_at_s`: the last reading.
    """

    level: PilotLevel
    candidate: PilotLevel
    candidate_since_s: float
    left_since_s: float
    seen_at_s: float


def track(before: PilotTrack, high_v: float, now_s: float) -> PilotTrack:
    """Take one more reading of the positive plateau, `high_v` V at `now_s`.

    A new level holds when it lasted long enough. To leave C or D the readings need not agree where
    they went, so that a bouncing plug can't keep the contactor closed.
    """
    candidate = classify(high_v, before.candidate)
    after = replace(
        before,
        candidate=candidate,
        candidate_since_s=before.candidate_since_s if candidate is before.candidate else now_s,
        left_since_s=before.left_since_s
        if before.candidate is not before.level
        else before.seen_at_s,
        seen_at_s=now_s,
    )
    if candidate is before.level:
        return after
    leaves_charging = before.level in CHARGING_LEVELS
    since_s = after.left_since_s if leaves_charging else after.candidate_since_s
    if now_s - since_s < _hold_s(before.level, candidate):
        return after
    return replace(after, level=candidate)


def _hold_s(level: PilotLevel, candidate: PilotLevel) -> float:
    if candidate in {PilotLevel.A, PilotLevel.E, PilotLevel.F}:
        return timing.UNPLUG_HOLD_S
    if level in CHARGING_LEVELS:
        return timing.LEAVE_CHARGING_HOLD_S
    return timing.PLUG_HOLD_S if candidate is PilotLevel.B else timing.ENTER_CHARGING_HOLD_S
