"""Waking a vehicle that sleeps: a few seconds of pilot state F, when an offer is not taken up.

Armed by each new offer, disarmed by the vehicle's asking for energy. Peers wait 30 s (EVerest) to
90 s (WARP) and pulse for 4 s; a Renault Zoe pauses by itself for up to a minute, so ours is the
longer wait. Older hybrids stay in fault after F: it can be switched off.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from evse.core import timing

PULSES = 2
"""For one offer; a vehicle that is full needs no third."""


class Stage(StrEnum):
    """What the pilot does for it."""

    REST = "rest"
    WAITING = "waiting"
    """An offer is there, and the vehicle has not asked for energy."""
    STATE_F = "state_f"
    """Steady −12 V."""
    PAUSE = "pause"
    """Steady +12 V before the PWM comes back."""
    DONE = "done"
    """The vehicle has asked for energy: what it does from now on is its own will."""


@dataclass(frozen=True, slots=True)
class WakeUpState:
    """`since_s`: since when it is in `stage`; `pulses`: how many this offer has had."""

    stage: Stage = Stage.REST
    since_s: float = 0.0
    pulses: int = 0

    @property
    def pulsing(self) -> bool:
        """Whether the pilot is taken away from the PWM at present."""
        return self.stage in {Stage.STATE_F, Stage.PAUSE}


def step(
    state: WakeUpState, *, offered: bool, asks: bool, plugged: bool, now_s: float
) -> WakeUpState:
    """Move on. `offered`: a current is offered; `asks`: the vehicle asks for energy."""
    lasted_s = now_s - state.since_s
    match state.stage:
        case stage if not (offered and plugged):
            return state if stage is Stage.REST else WakeUpState(Stage.REST, now_s)
        case stage if asks:
            return state if stage is Stage.DONE else WakeUpState(Stage.DONE, now_s)
        case Stage.REST:
            return WakeUpState(Stage.WAITING, now_s)
        case Stage.WAITING if lasted_s >= timing.WAKE_UP_AFTER_S and state.pulses < PULSES:
            return WakeUpState(Stage.STATE_F, now_s, state.pulses + 1)
        case Stage.STATE_F if lasted_s >= timing.WAKE_UP_F_S:
            return replace(state, stage=Stage.PAUSE, since_s=now_s)
        case Stage.PAUSE if lasted_s >= timing.WAKE_UP_PAUSE_S:
            return replace(state, stage=Stage.WAITING, since_s=now_s)
    return state
