"""What a bus is to those who share a supply: it carries short messages between units. Pure.

A message is opaque here. A bus may lose, repeat, reorder and delay what it carries; that a grant
is fresh and an allocation safe is decided by those who write and read the messages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

MASTER = 1
"""The master's unit number; the others have 2 … MAX_UNITS."""

MAX_UNITS = 32
MAX_MESSAGE_BYTES = 48


class Kind(IntEnum):
    """The two kinds of messages, by their numbers on every bus."""

    REPORT = 1
    """A member tells the master how it is."""
    GRANT = 2
    """The master grants one member its share."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message from one unit to another.

    Raises ValueError for units outside of 1 … 32, and a message that is no even number of bytes
    or longer than 48.
    """

    kind: Kind
    sender: int
    recipient: int
    message: bytes

    def __post_init__(self) -> None:
        for name, unit in (("sender", self.sender), ("recipient", self.recipient)):
            if not 1 <= unit <= MAX_UNITS:
                raise ValueError(f"{name} of a message: came {unit!r}, allowed 1 … {MAX_UNITS}")
        size = len(self.message)
        if size % 2 or not 2 <= size <= MAX_MESSAGE_BYTES:
            raise ValueError(
                f"message: came {size} bytes, allowed an even number, 2 … {MAX_MESSAGE_BYTES}"
            )


class Finding(StrEnum):
    """What is wrong with the group, as it can be heard on the bus."""

    SECOND_MASTER = "second_master"
    """Somebody else asks or grants on this bus."""
    DUPLICATE_UNIT = "duplicate_unit"
    """Another unit has our number."""
    KEY_TROUBLE = "key_trouble"
    """Somebody who writes to us has another key, or none."""


@dataclass(slots=True)
class UnitCounters:
    """How well one unit is heard.

    `exchanges`: good messages from it. `timeouts`: times it was silent. `nonsense`: damaged or
    strange bytes. `forged`: messages whose seal is not that of our key, and on a network those of
    other groups, as of unit 0. `heard_at_s`: instant of
    the last good message, in the event loop's time; None before the first.
    """

    exchanges: int = 0
    timeouts: int = 0
    nonsense: int = 0
    forged: int = 0
    heard_at_s: float | None = None


Hears = Callable[[Envelope], None]
"""Called in the event loop with every message to this unit whose seal is good; on the master also
with grants that another master has said, to whomever."""


class Bus(Protocol):
    """Carries the group's messages; may lose, repeat, reorder and delay them as it likes."""

    @property
    def counters(self) -> Mapping[int, UnitCounters]:
        """The quality of every unit that was asked or heard; 0 stands for the line itself."""

    @property
    def findings(self) -> frozenset[Finding]:
        """What was found wrong within the last minute."""

    @property
    def trouble(self) -> str:
        """Why the bus cannot be used now; empty when it is open."""

    @property
    def quiet_left_s(self) -> float:
        """How long it still leaves the line alone, s."""

    async def run(self) -> None:
        """Carry until cancelled. What was lost is opened anew; no bad frame ends this."""

    def say(self, envelope: Envelope, *, urgent: bool = False) -> None:
        """Send as soon as it is this unit's turn; an urgent one goes out at once.

        The newest message of a kind to a recipient replaces an older one not yet sent.
        """

    def hurry(self) -> None:
        """Send at once what waits."""

    def quiet(self, seconds: float) -> None:
        """Leave the line alone for so long: it is closed, nothing is said or heard. 0 ends it."""
