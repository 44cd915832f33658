"""Trying what a board does when its host falls silent, on virtual time."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from evse.boards.board import BoardError, Capabilities, HostLoss
from evse.boards.trial import (
    CONTACT_S,
    OFFER_A,
    OFFER_S,
    Trial,
    held_after_silence,
    silence_s,
)
from evse.core.pilot import PilotLevel
from evse.core.signals import Command, Reading
from evse.core.timing import COMMAND_LEASE_S
from tests.firmware.virtual_clock import VirtualClock

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEEPS = Capabilities(
    name="keeps", maximum_a=32.0, captive_cable=True, socket_lock=False, host_loss=None
)
FALLS = replace(KEEPS, name="falls", host_loss=HostLoss(6.0, 6.0))
OPENS = replace(KEEPS, name="opens", host_loss=HostLoss(0.0, 3.0))


@dataclass
class Board:
    """A board of its own mind without a vehicle. `falls_to_a` after `after_s` without a command;
    None: never. It answers after `silent_s`."""

    clock: VirtualClock
    capabilities: Capabilities
    falls_to_a: float | None = None
    after_s: float = 6.0
    silent_s: float = 0.3
    level: PilotLevel = PilotLevel.A
    commands: list[tuple[float, Command]] = field(default_factory=list)
    runs: int = 0
    ended_s: float | None = None

    async def run(self) -> None:
        self.runs += 1
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.ended_s = self.clock.monotonic()

    async def read(self) -> Reading:
        if self.clock.monotonic() < self.silent_s:
            raise BoardError("nothing read yet")
        return Reading(self.clock.monotonic(), level=self.level)

    async def apply(self, command: Command) -> None:
        self.commands.append((self.clock.monotonic(), command))

    async def close(self) -> None:
        raise AssertionError("a killed program tidies nothing up")

    async def offers_a(self) -> float:
        at_s, command = self.commands[-1]
        fell = self.clock.monotonic() - at_s >= self.after_s
        if fell and self.falls_to_a is not None:
            return min(command.offered_a, self.falls_to_a)
        return command.offered_a


async def tried(board: Board, silent_s: float) -> tuple[Trial, list[str]]:
    said: list[str] = []
    call = held_after_silence(board, board.clock, silent_s, board.offers_a, said.append)
    return await passed(board.clock, call), said


async def passed(clock: VirtualClock, call: Awaitable[Any]) -> Any:
    """The result of a call, with the time that it needs."""
    task = asyncio.ensure_future(call)
    while not task.done():
        await clock.pass_time(0.1)
    return task.result()


@pytest.mark.parametrize(
    ("capabilities", "falls_to_a", "held_a", "falls_back", "as_declared"),
    [
        (KEEPS, None, 10.0, False, True),
        (KEEPS, 6.0, 6.0, True, True),  # better than its driver knows
        (FALLS, 6.0, 6.0, True, True),
        (FALLS, 0.0, 0.0, True, True),
        (FALLS, 6.4, 6.4, True, True),  # a step of its duty cycle
        (FALLS, 8.0, 8.0, True, False),
        (FALLS, None, 10.0, False, False),
        (OPENS, 0.0, 0.0, True, True),
        (OPENS, 6.0, 6.0, True, False),
        (OPENS, None, 10.0, False, False),
    ],
)
async def test_what_a_board_does_is_compared_with_what_its_driver_says(
    capabilities: Capabilities,
    falls_to_a: float | None,
    held_a: float,
    falls_back: bool,
    as_declared: bool,
) -> None:
    board = Board(VirtualClock(AT), capabilities, falls_to_a)
    trial, _ = await tried(board, silence_s(board))
    assert trial.held_a == pytest.approx(held_a, abs=0.01)
    assert (trial.falls_back, trial.as_declared) == (falls_back, as_declared)
    declared = capabilities.host_loss
    assert trial.declared_a == (None if declared is None else declared.fallback_a)
    assert (trial.board, trial.offered_a) == (capabilities.name, OFFER_A)


async def test_the_offer_is_renewed_as_in_a_charge_and_then_nobody_says_a_word() -> None:
    board = Board(VirtualClock(AT), FALLS, 6.0)
    trial, said = await tried(board, 20.0)
    first_s, last_s = board.commands[0][0], board.commands[-1][0]
    assert last_s - first_s == pytest.approx(OFFER_S, abs=0.2)
    gaps_s = [b[0] - a[0] for a, b in zip(board.commands, board.commands[1:], strict=False)]
    assert max(gaps_s) < COMMAND_LEASE_S / 10
    assert {round(command.offered_a, 3) for _, command in board.commands} == {OFFER_A}
    assert not any(command.close_contactor for _, command in board.commands)
    assert board.runs == 1
    assert board.ended_s == pytest.approx(last_s, abs=0.2)
    assert board.clock.monotonic() == pytest.approx(board.ended_s + 20.0, abs=0.3)
    assert trial.silent_s == 20.0
    assert said == [
        "falls answers, no vehicle is plugged in",
        "told to offer 10 A; now nobody renews that for 20 s",
    ]


@pytest.mark.parametrize("level", sorted(set(PilotLevel) - {PilotLevel.A}))
async def test_nothing_is_offered_to_a_vehicle_or_a_fault(level: PilotLevel) -> None:
    board = Board(VirtualClock(AT), KEEPS, level=level)
    with pytest.raises(BoardError, match=rf"the board tells state {level}.*pull the plug first"):
        await tried(board, 8.0)
    assert board.commands == []
    assert board.ended_s is not None


async def test_a_board_that_never_answers_is_given_up() -> None:
    board = Board(VirtualClock(AT), KEEPS, silent_s=1e9)
    with pytest.raises(BoardError, match="within 15 s: nothing read yet"):
        await tried(board, 8.0)
    assert board.clock.monotonic() == pytest.approx(CONTACT_S, abs=0.5)
    assert board.commands == []
    assert board.ended_s is not None


async def test_a_board_that_stops_answering_at_the_end_is_told() -> None:
    board = Board(VirtualClock(AT), KEEPS)

    async def gone() -> float:
        raise BoardError("no answer")

    with pytest.raises(BoardError, match="no answer"):
        await passed(
            board.clock, held_after_silence(board, board.clock, 8.0, gone, lambda _text: None)
        )


@pytest.mark.parametrize(
    ("capabilities", "expected_s"),
    [(KEEPS, 8.0), (OPENS, 8.0), (FALLS, 11.0), (replace(KEEPS, host_loss=HostLoss(6, 60)), 65.0)],
)
def test_the_silence_is_longer_than_the_board_needs_to_notice(
    capabilities: Capabilities, expected_s: float
) -> None:
    assert silence_s(Board(VirtualClock(AT), capabilities)) == expected_s


async def test_what_is_kept() -> None:
    trial, _ = await tried(Board(VirtualClock(AT), FALLS, 6.0), 8.0)
    kept = trial.as_json()
    assert kept.pop("at").startswith("2026-03-01T12:00:1")
    assert kept.pop("held_a") == pytest.approx(6.0, abs=0.01)
    assert kept == {"board": "falls", "offered_a": 10.0, "silent_s": 8.0, "declared_a": 6.0}
