"""The vocabulary of the commissioning test: what it does, what it waits for, and what it found.

The test (`trial`) yields these and is answered by whoever carries them out (`commissioning`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .control import Method, Purpose
from .limits import FLOWS_FROM_A
from .obedience import TOLERANCE_A, exceeds

RISEN_A = 1.5
"""More than this above the low limit is no noise: the car took the higher one."""


class Verdict(StrEnum):
    """What came out of a check."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Check(StrEnum):
    """What is found out. Each has a label in the translations (selector `commissioning_check`)."""

    CURRENT_FLOWS = "current_flows"
    FOREIGN_LIMIT = "foreign_limit"
    METHOD_TRIED = "method_tried"
    LEASE = "lease"
    CLEARED = "cleared"
    FALLBACK = "fallback"
    LEASE_ENDS = "lease_ends"
    PAUSE = "pause"
    PHASES = "phases"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    `values`: numbers and words of the protocol, the same in every language; `by` is a PauseBy.
    """

    check: Check
    verdict: Verdict
    values: Mapping[str, str] = field(default_factory=dict)


# What is done. The answer to each is None when the charger accepted it, else its own words.


@dataclass(frozen=True, slots=True)
class Set:
    """Limit by `method`; `duration_s` None: standing."""

    method: Method
    limit_a: float
    duration_s: float | None
    switch_to: int | None = None


@dataclass(frozen=True, slots=True)
class Clear:
    """Clear profiles of a purpose, of one level (None: of all) and one connector (None: of all)."""

    purpose: Purpose
    stack_level: int | None = None
    whole_station: bool | None = None


@dataclass(frozen=True, slots=True)
class SetOperative:
    """Take the connector out of service, or back into it."""

    on: bool


@dataclass(frozen=True, slots=True)
class StopCharging:
    """Stop the transaction."""


@dataclass(frozen=True, slots=True)
class StartCharging:
    """Start a transaction with a first limit."""

    limit_a: float


# What is asked and waited for.


@dataclass(frozen=True, slots=True)
class ReadSchedule:
    """Ask what is offered now; answered with A per phase, or None."""


class Goal(StrEnum):
    """What is waited for."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    STOPPED = "stopped"
    FLOWING = "flowing"
    PHASES = "phases"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Watch:
    """Wait until a goal is met, at most `timeout_s`; answered with `Seen`.

    `value`: A per phase, or phases. `from_a`: the current that was measured before (AT_MOST), or
    that which must be left behind (AT_LEAST).
    """

    goal: Goal
    timeout_s: float
    value: float = 0.0
    from_a: float | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What the connector tells; None: it does not, or nothing since the last change."""

    flow_a: float | None = None
    offered_a: float | None = None
    phases: int | None = None
    running: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """How a wait ended: `met` None means that nothing tells. `after_s`: until it was met first."""

    met: bool | None
    after_s: float
    state: State


@dataclass(frozen=True, slots=True)
class Note:
    """Add a line to the report."""

    finding: Finding


Step = Set | Clear | SetOperative | StopCharging | StartCharging | ReadSchedule | Watch | Note


def meets(watch: Watch, state: State) -> bool | None:
    """Tell whether a goal is met in `state`; None where nothing tells."""
    flow, offered, limit = state.flow_a, state.offered_a, watch.value
    match watch.goal:
        case Goal.RUNNING:
            return state.running
        case Goal.STOPPED:
            return None if flow is None else flow < FLOWS_FROM_A
        case Goal.FLOWING:
            return None if flow is None else state.running and flow > FLOWS_FROM_A
        case Goal.PHASES:
            return None if state.phases is None else state.phases == watch.value
        case Goal.AT_MOST:
            if flow is not None and exceeds(flow, limit):
                return False
            fell = flow is not None and flow >= FLOWS_FROM_A and exceeds(watch.from_a or 0, limit)
            return True if fell else None if offered is None else not exceeds(offered, limit)
        case Goal.AT_LEAST:
            if flow is not None and flow > (watch.from_a or 0.0) + RISEN_A:
                return True
            if offered is not None:
                return offered >= limit - TOLERANCE_A
            return None if flow is None else False


def measured(watch: Watch, state: State) -> bool:
    """Tell whether the car itself shows that a goal is met, and not only the charger's word."""
    flow = state.flow_a
    if flow is None:
        return False
    return watch.goal is not Goal.AT_LEAST or flow > (watch.from_a or 0.0) + RISEN_A


def words_of(method: Method) -> str:
    """Return a method in the words of the protocol."""
    if method.key is not None:
        return method.key
    words = [method.purpose.value, method.unit.value, method.kind.value]
    if method.stack_level:
        words.append(f"stackLevel {method.stack_level}")
    if method.whole_station:
        words.append("connectorId 0")
    return " · ".join(words)
