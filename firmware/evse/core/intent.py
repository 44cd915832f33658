"""Who wants to charge and who wants to pause, arbitrated by priority.

Intents only say whether; how much is the business of `limits`. They are kept apart because
limits never raise one another, while a user's "charge now" may well overrule a timetable's pause.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class IntentSource(StrEnum):
    """Who speaks."""

    SESSION = "session"
    START_DELAY = "start_delay"
    TIMETABLE = "timetable"
    OPERATOR = "operator"
    AVAILABILITY = "availability"


class Priority(IntEnum):
    """Whose word counts, in rising order."""

    TRANSACTION = 10
    """A transaction is under way and would like energy."""
    START_DELAY = 20
    """The random delay at the start of a transaction is not over."""
    TIMETABLE = 30
    """The charging reservation is closed."""
    OPERATOR = 50
    """The owner pauses or resumes."""
    AVAILABILITY = 90
    """The connector is out of service."""
    NO_TRANSACTION = 100
    """Nobody may charge without an authorized, recorded transaction."""


@dataclass(frozen=True, slots=True)
class Intent:
    """`source` wants the car to charge, or not to."""

    source: IntentSource
    charge: bool
    priority: Priority


def arbitrate(intents: Iterable[Intent]) -> Intent:
    """Return the intent of the highest priority; a pause wins among equals.

    ValueError when there are none.
    """
    return max(intents, key=lambda intent: (intent.priority, not intent.charge))
