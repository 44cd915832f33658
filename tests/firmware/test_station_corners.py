"""Corners of the whole wallbox: two cars on a line, a board known late, a program about to end."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from evse.core.faults import Fault
from evse.core.limits import Source
from tests.firmware.wallbox import CALM, PROMPT, TURN_S, TWO, Workshop

LINE_A = 32.0


async def test_i5_a_fault_just_before_the_end_of_the_program_is_stored(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallbox = await make_wallbox()
    save = wallbox.values.save_latched_faults

    async def slow(*args: Any) -> None:
        await wallbox.clock.sleep(0.5)  # a card that collects its garbage
        await save(*args)

    monkeypatch.setattr(wallbox.values, "save_latched_faults", slow)
    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await wallbox.until(lambda: wallbox.status() == "Faulted")
    await wallbox.soon(wallbox.station.rest())
    assert await wallbox.values.latched_faults() == {1: {"ResidualCurrent"}}


async def test_two_never_draw_more_than_the_supply_line_carries(make_wallbox: Workshop) -> None:
    """A vehicle has 5 s to follow the pilot (IEC 61851-1); this one takes 4."""
    wallbox = await make_wallbox(*CALM, TWO, f"installation.maximum_current_a={LINE_A}")
    await wallbox.run(3.0)
    await wallbox.charge(1, "A1", max_a=32.0, reaction_s=4.0)
    await wallbox.until(lambda: wallbox.world.charger_sample(1).current_a[0] > LINE_A - 2.0)
    wallbox.plug(2, PROMPT, max_a=32.0)
    await wallbox.until(lambda: wallbox.status(2) == "Preparing")
    await wallbox.card("B2", 2)
    most_a = 0.0

    def look() -> None:
        nonlocal most_a
        drawn_a = sum(wallbox.world.charger_sample(number).current_a[0] for number in (1, 2))
        most_a = max(most_a, drawn_a)

    await wallbox.run(15.0, look)
    assert most_a <= LINE_A


async def test_a_board_that_turns_out_weaker_limits_the_current(make_wallbox: Workshop) -> None:
    """The EKEPC2's rotary switch is known from the first contact on."""
    wallbox = await make_wallbox(*CALM)
    board = wallbox.boards[1]
    weaker = replace(board.capabilities, maximum_a=16.0)
    board.capabilities = weaker
    await wallbox.run(3.0)
    await wallbox.charge()
    limits = wallbox.station.connectors[1].limits
    assert min(limit.amps for limit in limits if limit.source is Source.BOARD) == 16.0


async def test_the_turn_of_one_goes_on_while_the_board_of_the_other_hangs(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallbox = await make_wallbox(*CALM, TWO)
    await wallbox.run(3.0)
    await wallbox.charge(1)
    monkeypatch.setattr("evse.connector.BOARD_TIMEOUT_S", 1e6)

    async def hangs() -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(wallbox.boards[2], "read", hangs)
    await wallbox.run(20 * TURN_S)
    wallbox.world.unplug(1)
    await wallbox.until(lambda: not wallbox.closed(1), within_s=0.2)
