"""A small host for boards: it reads and commands each 50 ms, as the control turn does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from evse.boards.board import BoardError
from evse.boards.polled import PolledBoard
from evse.core.pilot import duty_percent
from evse.core.signals import Command, Reading

TURN_S = 0.05
LEASE_S = 3.0
PAUSE = Command(100.0, close_contactor=False, lock=False, lease_s=LEASE_S)
LET_GO = replace(PAUSE, close_contactor=True)


def offer(current_a: float) -> Command:
    return Command(duty_percent(current_a), close_contactor=True, lock=True, lease_s=LEASE_S)


class Host:
    """`reading` is the newest, None until there was one; `errors` are the board's own words."""

    def __init__(self, board: PolledBoard) -> None:
        self.board = board
        self.reading: Reading | None = None
        self.errors: list[str] = []

    async def turn(self, command: Command) -> None:
        try:
            self.reading = await self.board.read()
        except BoardError as error:
            self.errors.append(str(error))
        await self.board.apply(command)
        await asyncio.sleep(TURN_S)

    async def until(
        self, command: Command, seen: Callable[[], bool], what: str, within_s: float = 60.0
    ) -> None:
        """Command the same until `seen`; it must come true in time."""
        for _ in range(round(within_s / TURN_S)):
            await self.turn(command)
            if seen():
                return
        raise AssertionError(f"{what}: not within {within_s} s; {self.reading} {self.errors[-1:]}")

    async def during(self, command: Command, seconds: float) -> None:
        for _ in range(round(seconds / TURN_S)):
            await self.turn(command)


@contextlib.asynccontextmanager
async def hosting(board: PolledBoard) -> AsyncIterator[Host]:
    """A host whose board is served; at the end it is killed, without a word to the board."""
    task = asyncio.create_task(board.run())
    try:
        yield Host(board)
        assert not task.done(), "the driver has died"
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
