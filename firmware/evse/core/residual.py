"""When the residual current monitor tests itself, and what the test means.

After a start, after every unplugging, after a trip was acknowledged and at least daily (WARP
dc_fault.c): with the contactor open and nothing offered. Without a passed test nothing is offered;
a failed one is the fault of a leakage (ETEK manual, 6: "RCMU leakage or self-inspection failure").
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from evse.core import timing
from evse.core.signals import SelfTest


class Phase(StrEnum):
    """Where the test is."""

    DUE = "due"
    ASKED = "asked"
    """The board was told; it has not begun."""
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ResidualState:
    """`since_s`: since when it is in `phase`; `quiet_since_s`: since when nothing flows."""

    phase: Phase = Phase.DUE
    since_s: float = 0.0
    quiet_since_s: float = 0.0

    @property
    def asks(self) -> bool:
        """Whether the board is to test itself."""
        return self.phase in {Phase.ASKED, Phase.RUNNING}

    @property
    def ended(self) -> bool:
        """Whether the test has a result."""
        return self.phase in {Phase.PASSED, Phase.FAILED}

    @property
    def passed(self) -> bool:
        """Whether the monitor may be relied on."""
        return self.phase is Phase.PASSED


def due(now_s: float) -> ResidualState:
    """Return the state in which a test has to be made before anything else."""
    return ResidualState(since_s=now_s, quiet_since_s=now_s)


def step(state: ResidualState, told: SelfTest, *, quiet: bool, now_s: float) -> ResidualState:
    """Take what the board says of its test; `quiet`: contactor open, nothing offered."""
    if not quiet:
        state = replace(state, quiet_since_s=now_s)
    match state.phase, told:
        case Phase.ASKED, SelfTest.RUNNING:
            return replace(state, phase=Phase.RUNNING)
        case Phase.RUNNING, SelfTest.PASSED:
            return replace(state, phase=Phase.PASSED, since_s=now_s)
        case Phase.RUNNING, SelfTest.FAILED:
            return replace(state, phase=Phase.FAILED, since_s=now_s)
        case ((Phase.ASKED | Phase.RUNNING), _) if _over(state, timing.RESIDUAL_TEST_S, now_s):
            return replace(state, phase=Phase.FAILED, since_s=now_s)
        case Phase.PASSED, _ if quiet and _over(state, timing.RESIDUAL_TEST_EVERY_S, now_s):
            return due(now_s)
        case Phase.DUE, _ if quiet and now_s - state.quiet_since_s >= timing.RESIDUAL_QUIET_S:
            return replace(state, phase=Phase.ASKED, since_s=now_s)
    return state


def _over(state: ResidualState, limit_s: float, now_s: float) -> bool:
    return now_s - state.since_s >= limit_s
