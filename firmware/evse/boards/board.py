"""What every control board can do: say what it measures, and obey."""

from dataclasses import dataclass
from typing import Protocol

from evse.core import timing
from evse.core.signals import Command, Reading


@dataclass(frozen=True, slots=True)
class HostLoss:
    """What a board does by itself when this computer is dead: at most `fallback_a` A after
    `within_s` s. 0 A: it opens."""

    fallback_a: float
    within_s: float


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a board is, as far as decisions depend on it.

    `maximum_a`: the current for which contactor and wiring are built, A per phase.
    `switches_itself`: it runs IEC 61851-1 on a microcontroller of its own, tells a level instead of
    voltages, and decides about pilot and contactor within what it was offered. `host_loss`: None
    when it goes on with the last current for ever. `reading_max_age_s`: an older reading says
    nothing about now. `temperature`, `plug_temperature`: it has such a sensor. `residual_test`: it
    can test its residual current monitor on command. `state_f`: it can hold steady −12 V.
    `bench_only`: it has no interlock of its own, for work on the bench.
    """

    name: str
    maximum_a: float
    captive_cable: bool
    socket_lock: bool
    host_loss: HostLoss | None
    switches_itself: bool = False
    resolution_a: float = 0.1
    reading_max_age_s: float = timing.READING_MAX_AGE_S
    temperature: bool = False
    plug_temperature: bool = False
    residual_test: bool = False
    state_f: bool = False
    bench_only: bool = False


class Board(Protocol):
    """One connector's hardware. `read` and `apply` answer within their own time-out.

    They raise BoardError when the board does not answer. A board that is polled over a line does so
    in `run`; then `read` gives the newest reading and `apply` takes the newest command, at once.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it is; a board on a line is known exactly from the first contact on."""

    async def run(self) -> None:
        """Serve the device until cancelled; at once over for a board that needs no such task."""

    async def read(self) -> Reading:
        """What the board measures now."""

    async def apply(self, command: Command) -> None:
        """Set pilot, contactor and lock as commanded, for `command.lease_s` seconds."""

    async def close(self) -> None:
        """Open the contactor, end the pilot and release the device."""


class BoardError(Exception):
    """A board did not answer, or answered what cannot be; the text says what."""
