"""The residual current monitor: its trip, and the self-test which must make it trip. Pure.

Source: esp32-evse (500 ms before a session), WARP dc_fault.c (about 3 s in all).
"""

from dataclasses import dataclass

from evse.core.signals import SelfTest

TEST_S = 0.5
"""How long the test output is active; the monitor must have tripped by its end."""
RESET_S = 2.0
"""From then on the monitor must have recovered within this time."""


@dataclass(frozen=True, slots=True)
class ResidualState:
    """`began_s`: the last test's beginning. `tripped`: it has tripped in it."""

    test: SelfTest = SelfTest.IDLE
    began_s: float = 0.0
    tripped: bool = False

    def output(self, now_s: float) -> bool:
        """Whether the test output is active."""
        return self.test is SelfTest.RUNNING and now_s - self.began_s < TEST_S


def begin(now_s: float) -> ResidualState:
    """A self-test from now on."""
    return ResidualState(SelfTest.RUNNING, now_s)


def step(state: ResidualState, *, trip: bool, now_s: float) -> ResidualState:
    """One turn; `trip` is the monitor's output."""
    if state.test is not SelfTest.RUNNING:
        return state
    if state.output(now_s):
        return ResidualState(state.test, state.began_s, state.tripped or trip)
    if not state.tripped:
        return ResidualState(SelfTest.FAILED, state.began_s)
    if not trip:
        return ResidualState(SelfTest.PASSED, state.began_s)
    late = now_s - state.began_s >= TEST_S + RESET_S
    return ResidualState(SelfTest.FAILED, state.began_s) if late else state


def is_fault(state: ResidualState, *, trip: bool) -> bool:
    """Whether the monitor has tripped for another reason than its test."""
    return trip and state.test is not SelfTest.RUNNING
