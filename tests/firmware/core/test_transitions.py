"""The transition table of the controller: one row, one test.

From a settled situation one thing changes; then this is commanded within that time. Timings are
those of IEC 61851-1 table A.6 (sequence numbers in brackets) and of `core.timing`.
"""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from evse.core import timing
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotLevel, PilotState
from evse.core.state import ControllerSettings
from tests.firmware.core.bench import Bench, standing

A, B, C, D, E, F = PilotLevel
S = PilotState
TURN_S = 0.02

PLAIN = ControllerSettings()
VENTILATED = ControllerSettings(ventilation_allowed=True)
SOCKET = ControllerSettings(captive_cable=False, socket_lock=True)
ITSELF = ControllerSettings(switches_itself=True, reading_max_age_s=3.0)
WAKING = ControllerSettings(wake_up=True)


@dataclass(frozen=True)
class Row:
    """From `start` by `change`: what must be commanded within `within_s`, not before `after_s`."""

    start: str
    change: dict[str, Any]
    becomes: PilotState
    contactor: bool
    offered_a: float
    within_s: float
    after_s: float = 0.0
    settings: ControllerSettings = PLAIN


NO_CURRENT = (standing(16.0), Limit(Source.DLB, 5.0))
LESS = (standing(16.0), Limit(Source.DLB, 8.0))
UNPLUG_S = timing.UNPLUG_HOLD_S + 2 * TURN_S
LEAVE_S = 0.1  # (8.1)
PLUG_S = timing.PLUG_HOLD_S + 2 * TURN_S
CLOSE_S = 3.0  # (4)
RELEASE_S = timing.EV_RELEASE_S

TABLE = {
    # No vehicle
    "A stays A": Row("A", {}, S.A, False, 0.0, 0.0),
    "A → B2, permitted": Row("A", {"car": B}, S.B2, False, 16.0, PLUG_S),
    "A → B1, not permitted": Row("A-", {"car": B}, S.B1, False, 0.0, PLUG_S),
    "A → B1, too little current": Row("A0", {"car": B}, S.B1, False, 0.0, PLUG_S),
    "A → C2 at once, closes": Row(
        "A", {"car": C}, S.C2, True, 16.0, CLOSE_S, timing.ENTER_CHARGING_HOLD_S
    ),
    "A → E": Row("A", {"car": E}, S.E, False, 0.0, UNPLUG_S),
    "A → F": Row("A", {"car": F}, S.F, False, 0.0, UNPLUG_S),
    # A vehicle that waits
    "B1 → B2 when permitted": Row("B1", {"permitted": True}, S.B2, False, 16.0, TURN_S),
    "B2 → B1 when not permitted": Row("B2", {"permitted": False}, S.B1, False, 0.0, TURN_S),
    "B2 → B1 without current": Row("B2", {"limits": NO_CURRENT}, S.B1, False, 0.0, TURN_S),
    "B2 → C2, closes": Row(
        "B2", {"car": C}, S.C2, True, 16.0, CLOSE_S, timing.ENTER_CHARGING_HOLD_S
    ),
    "B2 → A": Row("B2", {"car": A}, S.A, False, 0.0, UNPLUG_S),
    "B2 → E": Row("B2", {"car": E}, S.E, False, 0.0, UNPLUG_S),
    "B2 → D, not ventilated": Row("B2", {"car": D}, S.D, False, 0.0, 1.0),
    "B2 → D, ventilated, closes": Row("B2", {"car": D}, S.D, True, 16.0, CLOSE_S, 0.5, VENTILATED),
    # A vehicle that asks and may not
    "C1 → C2 when permitted, closes": Row("C1", {"permitted": True}, S.C2, True, 16.0, CLOSE_S),
    "C1 → B1": Row("C1", {"car": B}, S.B1, False, 0.0, 0.2),
    "C1 → A": Row("C1", {"car": A}, S.A, False, 0.0, 0.2),
    # Charging
    "C2 → B2 opens": Row("C2", {"car": B}, S.B2, False, 16.0, LEAVE_S),
    "C2 → A opens": Row("C2", {"car": A}, S.A, False, 0.0, LEAVE_S),
    "C2 → E opens": Row("C2", {"car": E}, S.E, False, 0.0, LEAVE_S),
    "C2 → F opens": Row("C2", {"car": F}, S.F, False, 0.0, LEAVE_S),
    "C2 → D, not ventilated, opens": Row("C2", {"car": D}, S.D, False, 0.0, LEAVE_S),
    "C2 → D, ventilated, stays": Row("C2", {"car": D}, S.D, True, 16.0, 0.2, 0.0, VENTILATED),
    "C2 → C2 with less": Row("C2", {"limits": LESS}, S.C2, True, 8.0, TURN_S),
    "C2 → C1 when not permitted: the car gets its time": Row(
        "C2", {"permitted": False}, S.C1, True, 0.0, TURN_S
    ),
    "C2 → C1 without current: the same": Row("C2", {"limits": NO_CURRENT}, S.C1, True, 0.0, TURN_S),
    "C2 → board silent: opens": Row(
        "C2", {"silent": True}, S.C1, False, 0.0, timing.READING_MAX_AGE_S + 2 * TURN_S
    ),
    # The end of a charge
    "C1 live → B1 opens (10.1)": Row("C1 live", {"car": B}, S.B1, False, 0.0, LEAVE_S),
    "C1 live → opens under load at 6 s (10.2)": Row(
        "C1 live", {}, S.C1, False, 0.0, RELEASE_S, RELEASE_S - 0.1
    ),
    "C1 live → C2 when permitted again": Row(
        "C1 live", {"permitted": True}, S.C2, True, 16.0, TURN_S
    ),
    # After it
    "B2 after a charge → C2: closes after 5 s": Row(
        "B2 after C2", {"car": C}, S.C2, True, 16.0, 5.1, timing.RESTART_WAIT_S - 0.3
    ),
    "E → B2 after 30 s": Row(
        "E", {"car": B}, S.B2, False, 16.0, timing.PILOT_GOOD_S + 0.2, timing.PILOT_GOOD_S - 0.1
    ),
    # Socket with a lock
    "socket: B2 → C2, closes behind the lock": Row(
        "B2", {"car": C}, S.C2, True, 16.0, CLOSE_S, 0.5, SOCKET
    ),
    "socket: the lock lets go, opens": Row(
        "C2", {"lock_closed": False}, S.C2, False, 16.0, TURN_S, 0.0, SOCKET
    ),
    # A board that switches by itself
    "itself: A → B2": Row("A", {"car": B}, S.B2, False, 16.0, TURN_S, 0.0, ITSELF),
    "itself: B2 → C2": Row("B2", {"car": C}, S.C2, True, 16.0, TURN_S, 0.0, ITSELF),
    "itself: C2 → B2": Row("C2", {"car": B}, S.B2, False, 16.0, TURN_S, 0.0, ITSELF),
    "itself: C2 → C1, may let go": Row(
        "C2", {"permitted": False}, S.C1, True, 0.0, TURN_S, 0.0, ITSELF
    ),
    "itself: C1 live → open now": Row(
        "C1 live", {}, S.C1, False, 0.0, RELEASE_S, RELEASE_S - 0.1, ITSELF
    ),
    "itself: a new offer waits 5 s after the opening": Row(
        "C1 after C2", {"permitted": True}, S.C2, True, 16.0, 5.1, 4.8, ITSELF
    ),
    "itself: E": Row("C2", {"car": E}, S.E, False, 0.0, TURN_S, 0.0, ITSELF),
    "itself: F is explained by the board's faults": Row(
        "B2", {"car": F}, S.F, False, 0.0, TURN_S, 0.0, ITSELF
    ),
    # A vehicle that sleeps
    "B2 → F to wake it": Row(
        "B2", {}, S.F, False, 16.0, timing.WAKE_UP_AFTER_S + 0.1, timing.WAKE_UP_AFTER_S - 1, WAKING
    ),
    "F → B1 → B2 after 4.75 s": Row("F waking", {}, S.B2, False, 16.0, 4.8, 4.6, WAKING),
    "F → B1 when it may not charge any more": Row(
        "F waking", {"permitted": False}, S.B1, False, 0.0, TURN_S, 0.0, WAKING
    ),
}


def situation(name: str, settings: ControllerSettings) -> Bench:
    """A bench that has settled in a situation."""
    bench = Bench(settings=settings)
    if not settings.captive_cable:
        bench.proximity_ohm, bench.lock_closed = 220.0, True
    if name == "A0":
        bench.limits = NO_CURRENT
    bench.permitted = name not in {"A-", "B1", "C1"}
    bench.run(0.5)
    match name:
        case "B1" | "B2":
            bench.car = B
        case "C1":
            bench.car = C
        case "C2":
            bench.charge()
        case "C1 live":
            bench.charge()
            bench.permitted = False
            bench.turn()
            return bench
        case "C1 after C2":
            bench.charge()
            bench.permitted = False
            while bench.command.close_contactor:
                bench.turn()
            return bench
        case "B2 after C2":
            bench.charge()
            bench.car = B
            while bench.command.close_contactor:
                bench.turn()
            return bench
        case "E":
            bench.car = E
            bench.run(0.1)
            return bench
        case "F waking":
            bench.car = B
            while bench.state.pilot_state is not S.F:
                bench.turn()
            return bench
    bench.run(1.0)
    return bench


def reached(bench: Bench, row: Row) -> bool:
    found = (bench.state.pilot_state, bench.command.close_contactor, bench.state.offered_a)
    return found == (row.becomes, row.contactor, row.offered_a)


@pytest.mark.parametrize("name", TABLE)
def test_transition(name: str) -> None:
    row = TABLE[name]
    bench = situation(row.start, row.settings)
    for key, value in row.change.items():
        setattr(bench, key, value)
    began_s = bench.now_s
    for _ in bench.turns(row.within_s + TURN_S):
        if reached(bench, row):
            break
    took_s = bench.now_s - began_s
    seen = (bench.state.pilot_state, bench.command.close_contactor, bench.state.offered_a)
    assert reached(bench, row), seen
    assert row.after_s - 1e-9 <= took_s <= row.within_s + TURN_S + 1e-9


@pytest.mark.parametrize("state", PilotState)
def test_every_pilot_state_is_reached(state: PilotState) -> None:
    assert any(row.becomes is state for row in TABLE.values())


def test_an_opening_under_load_is_counted() -> None:
    bench = situation("C1 live", PLAIN)
    bench.run(RELEASE_S + 0.1)
    assert bench.state.hot_openings == 1


def test_a_woken_vehicle_charges() -> None:
    """It sleeps until it has seen state F; then it asks."""
    bench = situation("F waking", replace(WAKING))
    assert bench.command.duty_percent == 0.0
    bench.run(timing.WAKE_UP_F_S + timing.WAKE_UP_PAUSE_S + 0.1)
    bench.car = C
    bench.seconds_until(closed=True, within_s=CLOSE_S)
