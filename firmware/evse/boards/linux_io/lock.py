"""The motor of a plug lock: pulses until its feedback says what was wanted. Pure.

Source: SmartEVSE main.cpp (600 ms pulses), esp32-evse (5 retries, 1 s apart).
"""

from dataclasses import dataclass, replace
from enum import Enum

PULSE_S = 0.6
RETRY_S = 1.0
"""From one pulse to the next."""
RETRIES = 5


class Drive(Enum):
    """What the motor's bridge does."""

    OFF = "off"
    CLOSE = "close"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class LockState:
    """`pulses`: how many there were since the lock last was where it should. `began_s`: the last
    one's beginning."""

    wanted: bool = False
    drive: Drive = Drive.OFF
    pulses: int = 0
    began_s: float = 0.0


def step(state: LockState, *, wanted: bool, closed: bool, now_s: float) -> LockState:
    """One turn: whether the lock shall be closed, and whether it is.

    A pulse is never cut short but by a change of mind. After the last retry the motor rests until
    something else is wanted; what remains wrong is seen in the feedback.
    """
    if wanted is not state.wanted:
        state = LockState(wanted=wanted)
    if state.drive is not Drive.OFF and now_s - state.began_s < PULSE_S:
        return state
    if closed is wanted:
        return replace(state, drive=Drive.OFF, pulses=0)
    waits = state.pulses > 0 and now_s - state.began_s < RETRY_S
    if waits or state.pulses > RETRIES:
        return replace(state, drive=Drive.OFF)
    drive = Drive.CLOSE if wanted else Drive.OPEN
    return replace(state, drive=drive, pulses=state.pulses + 1, began_s=now_s)
