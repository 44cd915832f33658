"""What every control board can do: say what it measures, and obey."""

from dataclasses import dataclass
from typing import Protocol

from evse.core.signals import Command, Reading


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a board is, as far as decisions depend on it."""

    name: str
    maximum_a: float
    """The current for which contactor and wiring are built, A per phase."""
    captive_cable: bool
    socket_lock: bool
    opens_without_host: bool
    """Opens the contactor by itself when the lease of the last command has run out."""


class Board(Protocol):
    """One connector's hardware. Both calls answer within their own time-out.

    Raises BoardError when the board does not answer.
    """

    capabilities: Capabilities

    async def read(self) -> Reading:
        """What the board measures now."""

    async def apply(self, command: Command) -> None:
        """Set pilot, contactor and lock as commanded, for `command.lease_s` seconds."""

    async def close(self) -> None:
        """Open the contactor, end the pilot and release the device."""


class BoardError(Exception):
    """A board did not answer, or answered what cannot be."""
