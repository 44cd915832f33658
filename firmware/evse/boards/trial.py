"""What a board does when this computer falls silent, tried without a vehicle: `evse board test`.

The board is offered a current as in a charge, then nobody renews it for some seconds, and then it
is asked what it would offer now. What it did is kept with its date.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from evse.boards.board import Board, BoardError
from evse.clock import Clock
from evse.core.pilot import PilotLevel, duty_percent
from evse.core.signals import Command, Reading
from evse.core.timing import COMMAND_LEASE_S

OFFER_A = 10.0
"""What is offered: more than any board's least, and known by no board as a default."""

OFFER_S = 6.0
"""The offer is renewed for so long: a board is told within a second, and read back."""

CONTACT_S = 15.0
"""A board that has not been read by then does not answer."""

RENEW_S = 0.1

ROUNDING_A = 0.5
"""Boards hold what they offer in steps, of duty cycle or of current."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """`held_a`: what the board offered after `silent_s` s without its host. `declared_a`: what its
    driver says of it, None when it keeps the last current."""

    board: str
    at: str
    offered_a: float
    silent_s: float
    held_a: float
    declared_a: float | None

    @property
    def falls_back(self) -> bool:
        """Whether the board did not go on as before."""
        return self.held_a < self.offered_a - ROUNDING_A

    @property
    def as_declared(self) -> bool:
        """Whether it did what its driver says."""
        expected_a = self.offered_a if self.declared_a is None else self.declared_a
        return self.held_a <= expected_a + ROUNDING_A

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


async def held_after_silence(
    board: Board,
    clock: Clock,
    silent_s: float,
    look: Callable[[], Awaitable[float]],
    say: Say,
) -> Trial:
    """Offer, fall silent, look; the board is left as it is, so stop it afterwards.

    `look` returns what the board would offer. Raises BoardError when it does not answer, or a
    vehicle is plugged in.
    """
    running = asyncio.create_task(board.run())
    try:
        reading = await _first_reading(board, clock)
        if reading.level is not PilotLevel.A:
            raise BoardError(
                f"vehicle: the board tells state {reading.level}, allowed is A: pull the plug first"
            )
        say(f"{board.capabilities.name} answers, no vehicle is plugged in")
        await _offer(board, clock, OFFER_S)
        say(f"told to offer {OFFER_A:g} A; now nobody renews that for {silent_s:g} s")
    finally:
        running.cancel()  # as a killed program: nothing is tidied up
        with contextlib.suppress(asyncio.CancelledError):
            await running
    await clock.sleep(silent_s)
    loss = board.capabilities.host_loss
    return Trial(
        board=board.capabilities.name,
        at=_stamp(clock.utcnow()),
        offered_a=OFFER_A,
        silent_s=silent_s,
        held_a=await look(),
        declared_a=None if loss is None else loss.fallback_a,
    )


def silence_s(board: Board) -> float:
    """For how long to be silent: clearly longer than the board needs to notice."""
    loss = board.capabilities.host_loss
    return max(COMMAND_LEASE_S, 0.0 if loss is None else loss.within_s) + 5.0


async def _first_reading(board: Board, clock: Clock) -> Reading:
    trouble = "no reading"
    for _ in range(round(CONTACT_S / RENEW_S)):
        try:
            return await board.read()
        except BoardError as error:
            trouble = str(error)
        await clock.sleep(RENEW_S)
    raise BoardError(f"the board does not answer within {CONTACT_S:g} s: {trouble}")


async def _offer(board: Board, clock: Clock, seconds: float) -> None:
    command = Command(duty_percent(OFFER_A), False, False, COMMAND_LEASE_S)
    for _ in range(round(seconds / RENEW_S)):
        await board.apply(command)
        await clock.sleep(RENEW_S)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
