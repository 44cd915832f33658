"""On how many phases a car charges from the sun: one for little of it, three for much. Pure.

Another number is wanted when it has gained more for long enough, at most so often in a session and
so far apart: cars and contactors are not made for it. Whoever switches stops the car first and
waits (the shell); until that has happened nothing is offered. A charger that does not switch, or a
car that does not charge afterwards, is left alone for the rest of the session.
"""

import math
from dataclasses import dataclass, replace

from .break_even import better_by
from .model import Asks, PointNow, PointSettings, SunSettings

SWITCHING_S = 180.0
"""A charger that has not switched by then will not: it waits 10 to 60 s without current."""

AWAKE_S = 180.0
"""A car that takes nothing for so long after it does not like it (charger-quirks.md, 44)."""

DRAWING_A = 1.0
"""Less on a phase is a charger's own consumption, no charging."""

SETTLED_S = 15.0
"""So long after the last limit a car has started and risen (10 s, and 2 A/s)."""

_MORE_SHARE = 0.1
"""Of the time that speaks for one phase, so much speaks for three: there 6 A pay from a third of
the sun on, so that between clouds three gain more, while one can never take more than its own."""

_PAUSED_SHARE = 0.3
"""Of the time that speaks for another number of phases: in a pause no charge is lost by it."""


@dataclass(frozen=True, slots=True)
class PhaseState:
    """What is remembered of a session.

    `most`: on how many phases the car draws where several are connected, 0: not known. `favour_s`:
    for how long the other number has been better. `wanted`: what was asked for since `asked_s`, 0:
    nothing. `switches`: how often. `offered_s`: since when the car has had current after a switch
    without taking any. `stuck`: it does not work.
    """

    most: int = 0
    favour_s: float = 0.0
    wanted: int = 0
    asked_s: float = -math.inf
    switches: int = 0
    offered_s: float | None = None
    stuck: bool = False

    def switching(self, connected: int) -> bool:
        """Whether the charger is about to switch."""
        return self.wanted not in (0, connected)


def connected(settings: PointSettings, point: PointNow) -> int:
    """How many phases are connected now."""
    return max(1, min(point.connected_phases, len(settings.wiring)))


def used(state: PhaseState, settings: PointSettings, point: PointNow) -> int:
    """On how many of the connected phases the car draws, as far as is known."""
    return _used_of(state, connected(settings, point))


def learn(state: PhaseState, settings: PointSettings, point: PointNow) -> PhaseState:
    """Learn on how many phases the car draws, from a settled measurement."""
    if point.asks is not Asks.CHARGING or connected(settings, point) == 1:
        return state
    seen = sum(1 for amps in point.current_a if amps is not None and amps >= DRAWING_A)
    measured_s = point.measured_at_s
    if seen and measured_s is not None and measured_s - point.told_at_s >= SETTLED_S:
        return replace(state, most=seen)
    if not state.most and not state.switches and point.phases:
        return replace(state, most=point.phases)
    return state


def choose(
    state: PhaseState,
    settings: PointSettings,
    point: PointNow,
    sun: SunSettings,
    *,
    surplus_w: float,
    range_a_v: tuple[float, float, float],
    now_s: float,
    apart_s: float,
    at_once: bool,
) -> PhaseState:
    """Want another number of phases when it has been better for long enough.

    `range_a_v`: least and most current (A), and the voltage of a phase. `at_once`: the session is
    new, nothing is lost by switching.
    """
    now_on = connected(settings, point)
    if not settings.switches_phases or len(settings.wiring) < 3:
        return replace(state, wanted=0)
    if state.switching(now_on):
        if now_s - state.asked_s < SWITCHING_S:
            return state
        return replace(state, wanted=0, stuck=True)
    state = _watched(state, point, now_on, now_s)
    if state.stuck or state.switching(now_on):
        return state
    least_a, most_a, voltage_v = range_a_v
    other = 1 if now_on > 1 else 3
    here_v, there_v = (voltage_v * _used_of(state, each) for each in (now_on, other))
    favour = better_by(
        surplus_w, (least_a * here_v, most_a * here_v), (least_a * there_v, most_a * there_v), sun
    )
    favour_s = max(0.0, state.favour_s + favour * apart_s)
    state = replace(state, favour_s=favour_s)
    needed_s = sun.phase_s * (_MORE_SHARE if other > 1 else 1.0)
    needed_s *= 1.0 if point.told_a > 0 else _PAUSED_SHARE
    spoken = favour_s >= needed_s or (at_once and favour > 0)
    # The last one of a session leads back to three phases: on one it would miss the noon.
    may = sun.switches_per_session - state.switches >= (2 if other == 1 else 1)
    if not (spoken and may and now_s - state.asked_s >= sun.switch_spacing_s):
        return state
    return _asked(state, other, now_s)


def _watched(state: PhaseState, point: PointNow, now_on: int, now_s: float) -> PhaseState:
    """Give up, and back to how it was, when the car takes nothing after a switch."""
    if not state.switches or state.stuck or point.asks is Asks.CHARGING or point.told_a <= 0:
        return replace(state, offered_s=None)
    if state.offered_s is None:
        return replace(state, offered_s=now_s)
    if now_s - state.offered_s < AWAKE_S:
        return state
    return replace(_asked(state, 1 if now_on > 1 else 3, now_s), stuck=True)


def _asked(state: PhaseState, wanted: int, now_s: float) -> PhaseState:
    return replace(
        state,
        wanted=wanted,
        asked_s=now_s,
        switches=state.switches + 1,
        favour_s=0.0,
        offered_s=None,
    )


def _used_of(state: PhaseState, count: int) -> int:
    return min(count, state.most or count)
