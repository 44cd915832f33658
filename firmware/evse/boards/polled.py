"""A board that is polled over a Modbus line, and goes on for ever with what it was told last.

Such a board has no watchdog, so the lease of a command is kept here: when no newer command came in
time it is stopped. On a line that was opened, for the first time or anew, the first thing is to
stop the board, before anything that it says is believed.

What differs between boards is in a `Device`; when something is done is here.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import Protocol

from evse.boards.board import BoardError, Capabilities
from evse.clock import Clock
from evse.core import timing
from evse.core.signals import Command, Reading
from evse.lines.failure import Failure
from evse.lines.modbus import LineError, ModbusLine

_log = logging.getLogger(__name__)

REST_S = 0.25
"""Real time between two polls, s, unless a new command comes. At 9600 baud a poll takes 0.1 s, and
the meters on the same line need their share."""

AGAIN_S = 0.05
"""The same after a lost answer, s: on a noisy line the next has to come while the last counts."""

RETRY_S = 1.0
"""Real time between two attempts to open a line, s."""

READING_MAX_AGE_S = 3.0
"""A reading of such a board says nothing after this time, s. Until the next come four lost answers
(0.5 s), or one and a silent meter on the same line (1 s); switching is done on the board."""

CLOSE_S = 3.0
"""So long the board is told to stop when the program ends, s."""

STOP_S = timing.EV_RELEASE_S + timing.BOARD_OPENING_S
"""So long a stop may take that lets the vehicle end the current, s."""

_WORTH_A_WORD = 2
"""Failures in a row until they are logged: one lost frame is usual on RS-485, and counted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the board is to do: offer `offered_a` A, or nothing (0 A).

    `open_now`: the contactor is to be open; otherwise the vehicle lets go by itself.
    """

    offered_a: float = 0.0
    open_now: bool = True


STOPPED = Wanted()


def wanted(command: Command | None, taken_at_s: float, now_s: float) -> Wanted:
    """Return what the command of `taken_at_s` wants at `now_s`: STOPPED after its lease."""
    if command is None or now_s - taken_at_s > command.lease_s:
        return STOPPED
    offered_a = command.offered_a
    return Wanted(offered_a, open_now=offered_a == 0 and not command.close_contactor)


class Device(Protocol):
    """The registers of one kind of board.

    Every method raises LineError when the board does not answer, and BoardError when it answers
    what cannot be, with a text that names the register, what came and what is allowed.
    """

    name: str
    capabilities: Capabilities

    async def stop(self) -> None:
        """Offer nothing from now on, and see that the board has understood."""

    async def configure(self) -> None:
        """Find out what the board is, and set it up for a host; harmless when repeated."""

    async def send(self, wanted: Wanted) -> None:
        """Write what the board does not hold already. Before `configure` it is always a stop."""

    async def test_residual(self) -> None:
        """Begin the self-test of the residual current monitor."""

    async def poll(self, at_s: float) -> Reading:
        """Ask for the state; `at_s` is when the asking begins."""


class PolledBoard:
    """See the module. `impossible` counts the answers that could not be."""

    def __init__(self, device: Device, line: ModbusLine, clock: Clock) -> None:
        self.device = device
        self.impossible = 0
        self._line = line
        self._clock = clock
        self._command: Command | None = None
        self._taken_at_s = 0.0
        self._news = asyncio.Event()
        self._test_due = False
        self._opening = 0
        self._configured = False
        self._reading: Reading | None = None
        self._unanswered_s: float | None = None
        self._failures = 0
        self._trouble = "has not been asked yet"
        self._is_lost = False

    @property
    def capabilities(self) -> Capabilities:
        """What the board is; more exactly after the first contact."""
        return self.device.capabilities

    async def read(self) -> Reading:
        """The newest reading, at once, as old as it may be.

        Raises BoardError when there is none, or the line cannot be opened.
        """
        if self._reading is None or self._is_lost:
            raise BoardError(f"{self.device.name}: {self._trouble}")
        return self._reading

    async def apply(self, command: Command) -> None:
        """Take the newest command, at once; `run` sends it."""
        before, self._command = self._command, command
        self._taken_at_s = self._clock.monotonic()
        tested = before is not None and before.test_residual
        if command.offered_a > 0 or command.close_contactor:
            self._test_due = False  # what could not be begun is not begun behind an offer
        elif command.test_residual and not tested:
            self._test_due = True
        if before is None or (before.duty_percent, before.close_contactor) != (
            command.duty_percent,
            command.close_contactor,
        ):
            self._news.set()

    async def run(self) -> None:
        """Poll the board and send it what it shall do, until cancelled."""
        while True:
            self._news.clear()
            await self._attempt()
            if self._is_lost:
                await asyncio.sleep(RETRY_S)
                continue
            rest_s = AGAIN_S if self._failures and self._is_known else REST_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._news.wait()

    async def stop(self, patience_s: float = timing.EV_RELEASE_S, within_s: float = STOP_S) -> None:
        """Stop the board and see its contactor open, as far as it tells; not while `run` runs.

        The vehicle has `patience_s` to end the current. Raises BoardError, saying why, when the
        contactor is not seen open `within_s` after the call.
        """
        began_s = self._clock.monotonic()
        while True:
            now_s = self._clock.monotonic()
            try:
                await self.device.stop()
                await self.device.send(Wanted(open_now=now_s - began_s >= patience_s))
                if not (await self.device.poll(now_s)).contactor_closed:
                    return
                trouble = "its contactor is still closed"
            except (LineError, BoardError) as error:
                trouble = str(error)
            if now_s - began_s >= within_s:
                raise BoardError(f"{self.device.name} is not stopped: {trouble}")
            await self._clock.sleep(REST_S)

    async def close(self) -> None:
        """Stop the board, as well as it can be; the line belongs to others too and stays open."""
        try:
            await self.stop(patience_s=0.0, within_s=CLOSE_S)
        except BoardError as error:
            _log.error("%s", error)

    async def _attempt(self) -> None:
        try:
            await self._cycle()
        except LineError as error:
            # After a silence it may be another board. One that was only reset shows it by what it
            # holds.
            if not self._is_known:
                self._configured = False
            self._failed(str(error), lost=error.failure is Failure.CONNECTION)
        except BoardError as error:
            self.impossible += 1
            self._configured = False
            self._failed(str(error), lost=False)
        else:
            if self._failures >= _WORTH_A_WORD:
                _log.info("%s answers again", self.device.name)
            self._failures = 0
            self._is_lost = False

    async def _cycle(self) -> None:
        opening = await self._line.open()
        if opening != self._opening:
            await self.device.stop()
            self._opening = opening
            self._configured = False
        if not self._configured:
            if self._wanted().offered_a == 0:
                await self.device.send(self._wanted())  # nothing is more urgent than a stop
            await self.device.configure()  # takes seconds, in which an offer may end
            self._configured = True
            self._unanswered_s = None  # others were read since
        await self.device.send(self._wanted())
        if self._test_due:
            await self.device.test_residual()
            self._test_due = False
        if self._unanswered_s is None:
            self._unanswered_s = self._clock.monotonic()
        # The answer to a poll before may come late, and be taken for that to this one.
        reading = await self.device.poll(self._unanswered_s)
        self._unanswered_s = None
        if self._line.openings == opening:
            self._reading = reading

    @property
    def _is_known(self) -> bool:
        """Whether the last reading counts still."""
        reading = self._reading
        return reading is not None and self._clock.monotonic() - reading.at_s <= READING_MAX_AGE_S

    def _wanted(self) -> Wanted:
        return wanted(self._command, self._taken_at_s, self._clock.monotonic())

    def _failed(self, trouble: str, *, lost: bool) -> None:
        self._trouble = trouble
        self._is_lost = lost
        self._failures += 1
        if self._failures == _WORTH_A_WORD or (lost and self._failures == 1):
            _log.warning("%s: %s", self.device.name, trouble)
            self._failures = max(self._failures, _WORTH_A_WORD)
