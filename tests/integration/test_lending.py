"""A charger that somebody else has meanwhile."""

import asyncio

from custom_components.evse_ocpp import lending
from custom_components.evse_ocpp.lending import Lending


async def test_what_is_not_lent_is_there_at_once() -> None:
    mine = Lending()
    mine.claim()
    await asyncio.wait_for(mine.take_back(), 0.1)
    assert not mine.lent


async def test_who_has_it_is_asked_and_waited_for() -> None:
    mine = Lending()
    asked: list[str] = []
    mine.lend(lambda: asked.append("first"), 16.0)
    assert (mine.lent, mine.lent_a) == (True, 16.0)
    mine.claim()
    assert asked == ["first"]
    taking = asyncio.create_task(mine.take_back())
    await asyncio.sleep(0)
    assert asked == ["first", "first"]
    assert not taking.done()
    mine.end()
    await taking
    assert not mine.lent
    mine.claim()
    assert asked == ["first", "first"]


async def test_a_second_borrower_is_waited_for_anew() -> None:
    mine = Lending()
    mine.lend(lambda: None, 16.0)
    mine.end()
    mine.lend(mine.end, 10.0)
    await mine.take_back()
    assert not mine.lent


async def test_who_does_not_give_it_back_is_not_waited_for_long(monkeypatch) -> None:
    monkeypatch.setattr(lending, "RETURN_S", 0.01)
    mine = Lending()
    mine.lend(lambda: None, 16.0)
    await asyncio.wait_for(mine.take_back(), 5.0)
    assert mine.lent
